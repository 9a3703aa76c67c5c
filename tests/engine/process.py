"""The process in a container against the effective configuration: what `/proc` has, whatever the engine says.

Variables byte by byte, arguments, directory, user, limits of the control group, read-only mounts, and content and mode of
config files as they are inside.
"""

import contextlib
import os
import re
import time

from support.attributes import as_list

USERS = {"": 0, "root": 0, "app": 1234, "nobody": 65534}


def compare(comparison):
    running(comparison)
    files(comparison)


def running(comparison):
    proc = f"/proc/{comparison.container['State']['Pid']}"
    has_begun(proc)
    with open(f"{proc}/environ", "rb") as file:
        environ = dict(entry.partition(b"=")[::2] for entry in file.read().split(b"\0") if entry)
    for key, value in comparison.variables_wanted().items():
        seen = environ.get(key.encode())
        comparison.same(f"env {key} of the process", value, None if seen is None else seen.decode("utf-8", "surrogateescape"))
    with open(f"{proc}/cmdline", "rb") as file:
        seen = [part.decode("utf-8", "surrogateescape") for part in file.read().split(b"\0")[:-1]]
    wanted = (as_list(comparison.config.get("Entrypoint") or []) + (comparison.config.get("Cmd") or []))[1:]
    if "init" not in comparison.attributes:
        comparison.same("arguments of the process", wanted, seen[len(seen) - len(wanted) :])
    comparison.same("directory of the process", comparison.config.get("WorkingDir") or "/", os.readlink(f"{proc}/cwd"))
    with open(f"{proc}/status") as file:
        uid = int(re.search(r"^Uid:\s+(\d+)", file.read(), re.MULTILINE)[1])
    user = (comparison.config.get("User") or "").partition(":")[0]
    comparison.same("user of the process", int(user) if user.isdigit() else USERS.get(user), uid)
    memory, cpu = limits_of(proc)
    if comparison.memory is not None:
        comparison.same("memory limit of the process", comparison.memory, memory)
    if comparison.cpu is not None:
        comparison.same("cpu limit of the process", comparison.cpu, cpu)
    for volume in comparison.wanted["volumes"]:
        if volume["volumeType"] != "TMPFS" or not volume["readOnly"]:
            target = "/" + volume["target"].strip("/")
            with contextlib.suppress(FileNotFoundError):  # a mismatch above
                is_read_only = bool(os.statvfs(f"{proc}/root{target}").f_flag & os.ST_RDONLY)
                comparison.same(f"mount {target} is read-only for the process", volume["readOnly"], is_read_only)


def files(comparison):
    """Config files: content and mode. An empty one is left out, with a warning."""
    root = f"/proc/{comparison.container['State']['Pid']}/root"
    for file in comparison.wanted["configFiles"]:
        path = root + "/" + file["filePath"].lstrip("/")
        content = interpolated(file["content"], comparison.variables) if file["isTemplate"] else file["content"]
        seen = mode = None
        if os.path.isfile(path):
            with open(path, "rb") as opened:
                seen, mode = opened.read(), oct(os.fstat(opened.fileno()).st_mode & 0o7777)
        elif os.path.isdir(path):
            seen = "a folder"
        comparison.same(f"file {file['filePath']}", content.encode() or None, seen)
        comparison.same(f"file {file['filePath']} mode", oct(int(file["fileMode"], 8)) if content else None, mode)


def interpolated(text, variables):
    """What Compose makes of a template of a config file."""

    def value(found):
        if found[0] == "$$":
            return "$"
        name, default = found[1] or found[4], found[3]
        if found[2] == ":-" and not variables.get(name):
            return default
        return variables.get(name, default or "")

    return re.sub(r"\$\$|\$\{(\w+)(?:(:?-)([^}]*))?\}|\$(\w+)", value, text)


def has_begun(proc):
    """Waits until runc has become the program of the container: the engine says so a moment earlier."""
    for _ in range(100):
        with open(f"{proc}/cmdline", "rb") as cmdline, open(f"{proc}/environ", "rb") as environ:
            program, *arguments = cmdline.read().split(b"\0")
            if program and environ.read() and not (program.endswith(b"runc") and arguments[:1] == [b"init"]):
                return
        time.sleep(0.1)


def limits_of(proc):
    """Memory and processors that the control group of a process has, in version 1 or 2."""

    def read(controller, path, name):
        with contextlib.suppress(OSError), open(f"/sys/fs/cgroup/{controller}/{path}/{name}") as file:
            return file.read().split()
        return []

    memory = cpu = None
    with open(f"{proc}/cgroup") as file:
        for line in file:
            _, controllers, path = line.rstrip("\n").split(":", 2)
            if controllers == "":
                memory = memory or next(iter(read(".", path, "memory.max")), None)
                cpu = cpu or read(".", path, "cpu.max")
            elif "memory" in controllers.split(","):
                memory = next(iter(read("memory", path, "memory.limit_in_bytes")), None)
            elif "cpu" in controllers.split(","):
                cpu = read("cpu", path, "cpu.cfs_quota_us") + read("cpu", path, "cpu.cfs_period_us")
    quota, period = cpu if cpu and len(cpu) == 2 else ("max", "1")
    return int(memory) if memory and memory.isdigit() else None, int(quota) / int(period) if quota.isdigit() else None
