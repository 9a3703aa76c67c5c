"""Builds shims.c, which simulates faults of the disk and the clock for a process."""

import os
import shutil
import subprocess

SOURCE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "shims.c")


def lacking():
    """Why it cannot be built here, in a line, or None."""
    return None if shutil.which("cc") else "NOT RUN: this needs a C compiler (Debian: apt-get install gcc libc6-dev)"


def build(folder):
    library = os.path.join(folder, "shims.so")
    if not os.path.exists(library):
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"], check=True)
    return library
