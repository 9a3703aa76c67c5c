"""What engines are known to do differently from what a rendered file says. Each entry is narrow, and has its reason.

An entry explains a mismatch only if the engine made exactly that of the expected value. A full run on that version
fails if an entry explained nothing: the list must not be longer than it has to be.
"""

import dataclasses
import typing

# The version on which these lists were written down, with podman-compose 1.6.
PODMAN = "4.3"


@dataclasses.dataclass(frozen=True)
class Difference:
    name: str
    reason: str
    # Whether `seen` is what the engine makes of `expected` in this field.
    explains: typing.Callable
    program: str = "podman"


def is_label_with_equals(field, expected, seen):
    """`k=ey: v` became `k: ey=v`: the one is missing, the other is there instead."""
    if not field.startswith("label "):
        return False
    key = field.removeprefix("label ")
    if "=" in key:
        return expected is not None and seen is None
    return expected is None and seen is not None and "=" in seen


def is_split_at_spaces(field, expected, seen):
    if field != "healthcheck test" or not isinstance(seen, list) or expected[:1] != ["CMD"]:
        return False
    return expected != seen and [word for text in expected for word in text.split()] == seen


DOCKER_COMPOSE = [
    Difference(
        "entrypoint: []",
        "Podman's Docker API takes an empty entrypoint for none, and leaves the image's own; Docker clears it",
        lambda field, expected, seen: field == "entrypoint" and expected == [] and seen != [],
    ),
    Difference(
        "labels with = in the key",
        "Podman's Docker API takes labels as KEY=VALUE and splits them at the first =",
        is_label_with_equals,
    ),
    Difference(
        "CMD with spaces in an argument",
        "Podman's Docker API splits the arguments of healthchecks at spaces (podman issue 26519, repaired in December 2025)",
        is_split_at_spaces,
    ),
    Difference(
        "mac_address",
        "Podman's Docker API drops it",
        lambda field, expected, seen: field == "attribute mac_address" and expected != seen,
    ),
    Difference(
        "domainname",
        "Podman has no domain name of a container",
        lambda field, expected, seen: field == "attribute domainname" and seen == "",
    ),
    Difference(
        "annotations",
        "Podman's Docker API drops them",
        lambda field, expected, seen: field == "attribute annotations" and seen == {},
    ),
]


def of_podman_compose(name, reason, explains):
    return Difference(name, reason, explains, "podman-compose")


PODMAN_COMPOSE = [
    of_podman_compose(
        "config files",
        "it ignores the top-level `configs`",
        lambda field, expected, seen: field.startswith("file ") and seen is None,
    ),
    of_podman_compose(
        "labels with = in the key",
        "it writes labels as KEY=VALUE, which podman splits at the first =",
        is_label_with_equals,
    ),
    of_podman_compose(
        "labels with $ in the key",
        "it interpolates variables in keys as well",
        lambda field, expected, seen: seen is None and field.startswith("label ") and "$" in field or field == "label dollar" and not expected,
    ),
    of_podman_compose(
        "carriage returns in variables",
        "podman turns \\r\\n in `--env` into \\n",
        lambda field, expected, seen: field.startswith("env ") and "\r\n" in (expected or "") and expected.replace("\r\n", "\n") == seen,
    ),
    of_podman_compose(
        "CMD with a program only",
        "podman takes a command of one word for a line of a shell",
        lambda field, expected, seen: field == "healthcheck test" and len(expected) == 2 and seen == ["CMD-SHELL", expected[1]],
    ),
    of_podman_compose(
        "annotations",
        "it drops them",
        lambda field, expected, seen: field == "attribute annotations" and seen == {},
    ),
    of_podman_compose(
        "domainname",
        "it drops it",
        lambda field, expected, seen: field == "attribute domainname" and seen == "",
    ),
    of_podman_compose(
        "oom_score_adj",
        "it drops it",
        lambda field, expected, seen: field == "attribute oom_score_adj" and seen == 0,
    ),
    of_podman_compose(
        "stop_grace_period",
        "it drops it",
        lambda field, expected, seen: field == "attribute stop_grace_period" and seen == 10.0,
    ),
]

# What Docker Compose does not start at all on Podman 4.3, with overrides that show it.
REFUSED_BY_PODMAN = {
    "start_interval (Docker Compose wants Docker Engine 25)": {
        "healthcheck": {"test": ["CMD", "true"], "startPeriodSeconds": 9, "startIntervalSeconds": 2},
    },
}
# What podman-compose 1.6 does not start at all, with overrides that show it.
REFUSED_BY_PODMAN_COMPOSE = {
    "a port on ::1 (it writes no brackets)": {"ports": [{"containerPort": 93, "hostPort": 21093, "hostIp": "::1"}]},
    "a port on :: (it writes no brackets)": {"ports": [{"containerPort": 93, "hostPort": 21093, "hostIp": "::"}]},
    "extra_hosts as a map": {"attributes": [{"name": "extra_hosts", "value": {"one": "10.1.2.3"}}]},
    "extra_hosts with =": {"attributes": [{"name": "extra_hosts", "value": ["one=10.1.2.3"]}]},
    "extra_hosts with brackets": {"attributes": [{"name": "extra_hosts", "value": ["six:[2001:db8::1]"]}]},
    "a tmpfs with a mode (it writes it as a decimal number)": {
        "volumes": [{"volumeType": "TMPFS", "source": "", "target": "/t", "options": {"tmpfs": {"mode": 0o700}}}],
    },
    "a label whose key begins with a variable": {"labels": [{"key": "$key", "value": "v"}]},
    "a directory that the image lacks": {"settings": {"workingDir": "/not in the image"}},
}


def is_version(podman):
    """Whether this is the version on which these lists were written down."""
    return podman.startswith(PODMAN + ".")


def all_seen(checks, podman):
    """After a full run: each entry for this version must have explained something."""
    for difference in DOCKER_COMPOSE + PODMAN_COMPOSE:
        if is_version(podman):
            checks.true(f"expected of {difference.program} and not seen: {difference.name}", difference in checks.seen)
