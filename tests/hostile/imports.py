#!/usr/bin/env python3
"""Imports random Compose files that expand, and reports the memory and time of the program.

    cargo build                                     # or a release build: its figures are the ones to look at
    tests/hostile/imports.py target/debug/devarch [--cases 200] [--seed 1] [--seconds 5]

Python's standard library only; Linux. Every document combines amplifiers: variables inside defaults, anchors and merge
keys, chains and diamonds of `extends`, ranges of ports, many services, long keys, deep nesting, configs with many users,
override files. Each is a process of its own, `devarch import --dry-run` on a throwaway SQLite file, with a bounded address
space. Fails when one ends by a signal or panics, takes more memory than a process that imports nothing, five times the
files and 100 MiB, or takes too long.
"""

import argparse
import multiprocessing
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time

MIB = 1 << 20
LIMIT = 3 << 30  # bytes of address space
MOST_MEMORY = 100 * MIB


def text(rng):
    return rng.choice("xyé") * rng.choice([1, 1, 10, 100, 1_000, 10_000, 100_000, 4 * MIB])


def number(rng):
    return rng.choice([0, 0, 1, 1, 3, 10, 100, 3_000])


def reference(rng, depth=0):
    inner = "x" if depth > 6 else rng.choice(["x", "$A", "$$", "$B", "$A$A", None])
    if inner is None:
        inner = reference(rng, depth + 1)
    form = rng.choice(["${B:-%s}", "${B-%s}", "${A:+%s}", "${A:-%s}", "%s", "%s%s"])
    return form.replace("%s", inner)


def value(rng, depth=0):
    shape = rng.randrange(8)
    if depth < 4 and shape == 0:
        return "[%s]" % ", ".join(value(rng, depth + 1) for _ in range(rng.randrange(6)))
    if depth < 4 and shape == 1:
        return "{%s}" % ", ".join(f"k{n}: {value(rng, depth + 1)}" for n in range(rng.randrange(6)))
    if shape == 2:
        return '"%s"' % (reference(rng) * rng.choice([1, 5, 100, 2_000]))
    if shape == 3:
        return rng.choice(["*a", "*b", "*c"])
    if shape == 4:
        return "[%s]" % ("a," * number(rng))
    if shape == 5:
        levels = rng.choice([1, 10, 30, 50, 50])
        return "[" * levels + "]" * levels
    return rng.choice(["1", "true", "", "!reset null", "!override [a]", text(rng)])


def service(rng, n, services):
    lines = [f"  {rng.choice(['s', 's', 's', 'S.'])}{n}:", "    image: nginx"]
    if n and rng.random() < 0.6:
        lines.append(f"    extends: s{rng.choice([0, n - 1, rng.randrange(n), n])}")
    for attribute in rng.sample(["labels", "environment", "x-a", "cap_add", "build", "command", "healthcheck", "dns", "sysctls"], 3):
        if rng.random() < 0.5:
            inside = rng.choice(["<<: *b", "<<: [*b, *c]", f"? k{n}\n      : {value(rng)}", f"k{n}: {value(rng)}"])
            lines.append(f"    {attribute}:\n      {inside}")
        else:
            lines.append(f"    {attribute}: {value(rng)}")
    ports = rng.choice(["1-65535", "1-500", "1-500:1-500", "80", "$A", "[::1]:1-400:1-400"])
    lines.append("    ports: [%s]" % (f"'{ports}'," * rng.choice([0, 1, 5, 1_000, 50_000])))
    entries = rng.choice(["c", "{source: c, target: /x}", "nothing", "[]"])
    lines.append("    configs: [%s]" % (f"{entries}," * rng.choice([0, 1, 100, 10_000])))
    mounts = rng.choice(["v:/x", "/a:/b:ro", "nothing:/y", "{type: volume, source: v, target: /z}"])
    mounts = mounts if mounts.startswith("{") else f"'{mounts}'"
    lines.append("    volumes: [%s]" % (f"{mounts}," * rng.choice([0, 1, 1_000])))
    lines.append("    depends_on: [%s]" % (f"s{rng.randrange(services)}," * rng.choice([0, 1, 1_000])))
    return "\n".join(lines) + "\n"


def document(rng, most):
    services = 1 + number(rng)
    parts = [f"x-a: &a {text(rng)}\nx-b: &b {{k: *a, {text(rng)[:1000]}: *a}}\nx-c: &c {{<<: *b, l: [*a, *a]}}\nservices:\n"]
    for n in range(services):
        parts.append(service(rng, n, services))
        if sum(map(len, parts)) > most:
            break
    parts.append(f"configs:\n  c:\n    content: {rng.choice([text(rng), '*a'])}\nvolumes:\n  v: {{}}\n")
    return "".join(parts)


def override(rng):
    services = "".join(f"  s{n}: {{labels: {{a: {value(rng, 3)}}}}}\n" for n in range(number(rng)))
    return f"x-a: &a {text(rng)}\nx-b: &b {{k: *a}}\nx-c: &c {{}}\nservices:\n{services}configs:\n  c:\n    content: {text(rng)}\n"


def write(folder, seed):
    """The files of one import: `a.yaml`, override files and the variables."""
    rng = random.Random(seed)
    files = {"a.yaml": document(rng, 10 * MIB)}
    for name in ["b.yaml", "c.yaml"][: rng.choice([0, 0, 1, 2])]:
        files[name] = override(rng)
    files["v.env"] = f"A={'x' * rng.choice([0, 1, 1_000, MIB, 8 * MIB])}\n"
    for name, content in files.items():
        with open(os.path.join(folder, name), "w") as file:
            file.write(content)


def bound():
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))


def run(binary, folder, arguments):
    """The exit code, what it said, its most memory in bytes and how long it took."""
    command = [binary, "--database-url", f"sqlite://{folder}/a.db", "--log", "error", "import", "--dry-run", *arguments]
    started = time.monotonic()
    with open(os.path.join(folder, "out"), "wb") as out:
        child = subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT, preexec_fn=bound)
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    with open(os.path.join(folder, "out"), errors="replace") as out:
        said = out.read(4_000)
    return child.returncode, said, usage.ru_maxrss * 1024, time.monotonic() - started


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5.0, help="longest time for one import")
    options = parser.parse_args()
    binary, missed = os.path.abspath(options.binary), []
    outcomes, worst_memory, worst_time = {}, (0, ""), (0.0, "")
    with tempfile.TemporaryDirectory(prefix="devarch-imports.") as folder:
        with open(os.path.join(folder, "none.yaml"), "w") as file:
            file.write("services: {a: {image: nginx}}\n")
        least = max(run(binary, folder, ["none.yaml"])[2] for _ in range(2))
        for seed in range(options.seed, options.seed + options.cases):
            for name in os.listdir(folder):
                if name.endswith((".yaml", ".env")):
                    os.remove(os.path.join(folder, name))
            # A process of its own: what is started later would be charged with this one's memory.
            writer = multiprocessing.Process(target=write, args=(folder, seed))
            writer.start()
            writer.join()
            files = sorted(name for name in os.listdir(folder) if name.endswith(".yaml"))
            size = sum(os.path.getsize(os.path.join(folder, name)) for name in [*files, "v.env"])
            arguments = ["--env-file", "v.env", "a.yaml", *(part for name in files[1:] for part in ("--override", name))]
            if seed % 3 == 0:
                arguments += ["--stack", "shop"]
            code, said, memory, seconds = run(binary, folder, arguments)
            more, name = memory - least, f"seed {seed}"
            sort = "done" if code == 0 else (re.search(r"expand to too much|longer to read|too many|bytes in all|not YAML", said) or ["refused"])[0]
            outcomes[sort] = outcomes.get(sort, 0) + 1
            worst_memory, worst_time = max(worst_memory, (more - 5 * size, name)), max(worst_time, (seconds, name))
            if code not in (0, 1) or "panicked" in said or "memory allocation" in said:
                missed.append(f"{name}: ended with {code}: {said[-300:]}")
            if sort == "longer to read" or seconds > options.seconds:
                missed.append(f"{name}: {seconds:.1f} s")
            if more > 5 * size + MOST_MEMORY:
                missed.append(f"{name}: {more / MIB:.0f} MiB for files of {size / MIB:.0f} MiB")
    print(f"{options.cases} imports: " + ", ".join(f"{n} {sort}" for sort, n in sorted(outcomes.items())))
    print(f"slowest {worst_time[0]:.2f} s ({worst_time[1]}); {least / MIB:.0f} MiB for nothing, most above that and five "
          f"times the files {worst_memory[0] / MIB:.0f} MiB ({worst_memory[1]})")
    print("MISSED:" if missed else "every goal is reached", *missed[:40], sep="\n  ")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
