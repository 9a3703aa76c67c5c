"""Finds Patroni and etcd, and installs their packages where that is allowed without asking for a password."""

import os
import shutil
import subprocess

from measure import databases
from support.work import say

PACKAGES = ["patroni", "etcd-server", "python3-etcd", "postgresql"]


def missing():
    """What is not here."""
    found = [program for program in ("patroni", "etcd") if not shutil.which(program)]
    if "patroni" not in found:
        # Patroni needs it for etcd of any version, but does not depend on it. The interpreter is Patroni's own.
        with open(shutil.which("patroni")) as script:
            interpreter = script.readline().strip().removeprefix("#!").split() or ["python3"]
        if subprocess.run([*interpreter, "-c", "import etcd"], capture_output=True).returncode:
            found.append("python3-etcd")
    try:
        databases.programs()
    except SystemExit:
        found.append("postgresql")
    return found


def is_allowed(root):
    """Whether packages can be installed without asking for anything."""
    if not shutil.which("apt-get") or (root and not shutil.which(root[0])):
        return False
    return subprocess.run([*root, "true"], stdin=subprocess.DEVNULL, capture_output=True).returncode == 0


def install():
    """Installs what is missing; ends the script with a line that tells what to do where this is not possible."""
    lacking = missing()
    if not lacking:
        return
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if is_allowed(root):
        say(f"not here: {', '.join(lacking)}; installing the packages {' '.join(PACKAGES)}")
        # The packages may start services of their own; nothing here uses them.
        for command in ["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *PACKAGES]:
            done = subprocess.run(
                [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            if done.returncode:
                say(done.stdout.strip()[-1000:])
                break
        lacking = missing()
    if lacking:
        raise SystemExit(f"not here: {', '.join(lacking)}: install them (Debian: apt-get install {' '.join(PACKAGES)})")
