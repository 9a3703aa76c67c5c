"""Further attributes that an engine shows again: what the service says, made comparable, and where the engine has it."""

import re
import signal

UNITS = {"b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}


def in_bytes(text):
    """`512m` as a number."""
    found = re.fullmatch(r"([\d.]+)\s*([bkmgt]?)(i?b)?", str(text).lower())
    return int(float(found[1]) * UNITS[found[2] or "b"]) if found else None


def in_seconds(text):
    """`1m30s` as a number."""
    return 0.0 + sum(float(number) * SECONDS[unit] for number, unit in re.findall(r"([\d.]+)(ns|us|µs|ms|s|m|h)", str(text)))


def pairs(value):
    """A list of `KEY=VALUE` or a map, as a map."""
    if isinstance(value, dict):
        return {key: "" if one is None else str(one) for key, one in value.items()}
    return dict(entry.partition("=")[::2] for entry in value or [])


def as_list(value):
    return value if isinstance(value, list) else [value]


def signal_number(name):
    """Podman answers with numbers."""
    name = str(name or "").upper().removeprefix("SIG")
    return int(name) if name.isdigit() else int(getattr(signal, "SIG" + name, 0))


def capabilities(names):
    names = [name.upper() for name in names or []]
    return sorted(name if name.startswith("CAP_") or name == "ALL" else "CAP_" + name for name in names)


def is_true(value):
    return str(value).lower() == "true"


def hosts(value):
    """`extra_hosts` as a list of `NAME:ADDRESS`, without brackets."""
    if isinstance(value, dict):
        value = [f"{name}:{address}" for name, addresses in value.items() for address in as_list(addresses)]
    return sorted(re.sub("[][]", "", host.replace("=", ":", 1) if "=" in host else host) for host in value or [])


def ulimits(value):
    return sorted((name, *((one["soft"], one["hard"]) if isinstance(one, dict) else (one, one))) for name, one in value.items())


def options(value):
    return sorted(option.replace(":", "=", 1).removesuffix("=true") for option in value or [])


def of_host(key, make=lambda value: value):
    return lambda container: make(container["HostConfig"].get(key))


def of_config(key, make=lambda value: value):
    return lambda container: make(container["Config"].get(key))


def sorted_list(value):
    return sorted(map(str, as_list(value or [])))


def mac_address(container):
    networks = container["NetworkSettings"]["Networks"].values()
    return container["Config"].get("MacAddress") or next((network["MacAddress"] for network in networks), "")


def tmpfs(container):
    mounts = [mount["Destination"] for mount in container.get("Mounts") or [] if mount["Type"] == "tmpfs"]
    given = {"/tmp", "/var/tmp"} if container["HostConfig"].get("ReadonlyRootfs") else set()
    return sorted({*(container["HostConfig"].get("Tmpfs") or {}), *mounts} - given)


SEEN = {
    "annotations": (pairs, of_host("Annotations", lambda value: value or {})),
    "cap_add": (capabilities, of_host("CapAdd", capabilities)),
    "cap_drop": (capabilities, of_host("CapDrop", capabilities)),
    "cpu_shares": (int, of_host("CpuShares")),
    "cpuset": (str, of_host("CpusetCpus")),
    "devices": (
        lambda value: sorted(device.split(":")[0] for device in value),
        of_host("Devices", lambda value: sorted(device["PathOnHost"] for device in value or [])),
    ),
    "dns": (sorted_list, of_host("Dns", sorted_list)),
    "dns_opt": (sorted_list, of_host("DnsOptions", sorted_list)),
    "dns_search": (sorted_list, of_host("DnsSearch", sorted_list)),
    "domainname": (str, of_config("Domainname")),
    "extra_hosts": (hosts, of_host("ExtraHosts", hosts)),
    "group_add": (sorted_list, of_host("GroupAdd", sorted_list)),
    "hostname": (str, of_config("Hostname")),
    "init": (is_true, of_host("Init", bool)),
    "ipc": (str, of_host("IpcMode")),
    "mac_address": (lambda value: str(value).lower(), mac_address),
    "mem_reservation": (in_bytes, of_host("MemoryReservation")),
    "memswap_limit": (in_bytes, of_host("MemorySwap")),
    "oom_score_adj": (int, of_host("OomScoreAdj")),
    "pids_limit": (int, of_host("PidsLimit")),
    "privileged": (is_true, of_host("Privileged")),
    "read_only": (is_true, of_host("ReadonlyRootfs")),
    "security_opt": (options, of_host("SecurityOpt", options)),
    "shm_size": (in_bytes, of_host("ShmSize")),
    "stdin_open": (is_true, of_config("OpenStdin")),
    "stop_grace_period": (in_seconds, of_config("StopTimeout", float)),
    "stop_signal": (signal_number, of_config("StopSignal", signal_number)),
    "tmpfs": (lambda value: sorted(path.split(":")[0] for path in as_list(value)), tmpfs),
    "tty": (is_true, of_config("Tty")),
    "ulimits": (
        ulimits,
        of_host(
            "Ulimits",
            lambda value: sorted((one["Name"].lower().removeprefix("rlimit_"), one["Soft"], one["Hard"]) for one in value or []),
        ),
    ),
}
# What only Compose or the service read, and no container shows.
UNSEEN = {"sysctls", "attach", "build", "deploy", "develop", "env_file", "expose", "label_file", "platform", "profiles", "pull_policy"}
