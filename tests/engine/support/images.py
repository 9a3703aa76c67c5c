"""Stand-in images: one file system of busybox under the names of all images that templates use. No registry is asked."""

import hashlib
import io
import json
import os
import re
import tarfile

# Answers on every TCP port that its first argument names with the name of its container.
STAND_IN = """#!/bin/sh
ports=$1; shift
for port in $(echo "$ports" | tr , ' '); do
    /bin/busybox nc -ll -p "$port" -e /bin/answer 2>/dev/null &
done
trap 'exit 0' TERM INT USR1
while :; do sleep 3600 & wait $!; done
"""
ANSWER = """#!/bin/sh
read -r -t 2 line
body="I am $(cat /etc/hostname)"
printf 'HTTP/1.0 200 OK\\r\\nContent-Type: text/plain\\r\\nX-For-Healthchecks: VERSION\\r\\nContent-Length: %d\\r\\n\\r\\n%s\\n' $((${#body} + 1)) "$body"
"""
# `who NAME:PORT…`: one line for each, `NAME:PORT ADDRESS ANSWER`. The C library of a static busybox cannot look names up.
WHO = """#!/bin/sh
for what in "$@"; do
    (
        name=${what%:*} port=${what##*:}
        case $name in
        *[!0-9.]*)
            # A container in two networks has a name server of each, in any order, and each knows its own network.
            address=
            for server in $(sed -n 's/^nameserver  *//p' /etc/resolv.conf); do
                [ -n "$address" ] || address=$(nslookup "$name" "$server" 2>/dev/null | sed -n '/^Name:/,$s/^Address[^:]*: *//p' | head -n 1)
            done
            ;;
        *) address=$name ;;
        esac
        said=
        [ -z "$address" ] || said=$(printf 'GET / HTTP/1.0\\r\\n\\r\\n' | timeout 4 busybox nc -w 3 "$address" "$port" 2>/dev/null | tail -n 1)
        echo "$what ${address:-none} ${said:-none}"
    ) &
done
wait
"""
# A service that has ended well by the time somebody asks.
ONCE = "#!/bin/sh\nexit 0\n"
# For every program that a healthcheck asks; with the words that healthchecks look for.
YES = "#!/bin/sh\necho PONG VERSION Healthy: true\n"
# A shell that reads its script and does not run it: `/dev/tcp` needs a bash.
BASH = '#!/bin/sh\n[ $# = 2 ] && [ "$1" = -c ] && exec /bin/sh -n -c "$2"\n'
PASSWD = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\napp:x:1234:1234:app:/:/bin/sh\n"
GROUP = "root:x:0:\nnogroup:x:65534:\napp:x:1234:\n"
# What the image itself says, where neither a template nor an instance does.
OWN = {
    "Env": ["PATH=/usr/bin:/bin", "OF_THE_IMAGE=its own"],
    "Cmd": ["from", "the image"],
    "Labels": {"of.the.image": "its own"},
    "WorkingDir": "/",
}
# An image with everything that a template can replace.
RICH = {
    "Env": ["PATH=/usr/bin:/bin", "OF_THE_IMAGE=its own", "REPLACED=of the image"],
    "Cmd": ["from", "the rich image"],
    "Labels": {"of.the.image": "its own", "replaced": "of the image"},
    "WorkingDir": "/home/app",
    "User": "app",
    "Healthcheck": {"Test": ["CMD", "/bin/true"], "Interval": 7_000_000_000, "Timeout": 3_000_000_000, "Retries": 2},
    "Volumes": {"/of-the-image": {}},
}


def full_name(image):
    """The name that the engine knows a short one by."""
    first, slash, _ = image.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return image
    return "docker.io/" + (image if slash else "library/" + image)


# The first word of each command in a line of a shell, after assignments.
COMMAND = r"(?:^|&&|\|\||[;|'(])\s*(?:\w+=(?:\"[^\"]*\"|\S*)\s+)*([\w./-]+)(?!=)"


def programs_of(healthcheck):
    """The programs that a healthcheck starts."""
    test = (healthcheck or {}).get("test") or []
    if test[:1] == ["CMD"]:
        return test[1:2] + [word for text in test[2:] if " " in text for word in programs_of({"test": ["CMD-SHELL", text]})]
    return [word for word in re.findall(COMMAND, " ".join(test[1:])) if not word.startswith("-")]


def layer(busybox, applets, programs):
    """The one layer of all images: busybox, the stand-in, and programs that answer yes to every healthcheck."""
    buffer, taken = io.BytesIO(), set()
    with tarfile.open(fileobj=buffer, mode="w") as tar:

        def add(path, content=b"", mode=0o755, kind=tarfile.REGTYPE, link=""):
            if path in taken:
                return
            if (folder := os.path.dirname(path)) and folder not in taken:
                add(folder, kind=tarfile.DIRTYPE)
            taken.add(path)
            member = tarfile.TarInfo(path)
            member.type, member.mode, member.linkname = kind, mode, link
            content = content.encode() if isinstance(content, str) else content
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))

        for folder in ("dev", "proc", "sys", "run", "root", "home/app", "data"):
            add(folder, kind=tarfile.DIRTYPE)
        add("tmp", mode=0o1777, kind=tarfile.DIRTYPE)
        with open(busybox, "rb") as file:
            add("bin/busybox", file.read())
        for path, content in (("stand-in", STAND_IN), ("answer", ANSWER), ("who", WHO), ("once", ONCE)):
            add(f"bin/{path}", content)
        add("bin/bash", BASH)
        add("bin/nc", YES)  # it lacks options of others
        for applet in applets:
            add(f"bin/{applet}", kind=tarfile.SYMTYPE, link="busybox")
        add("etc/passwd", PASSWD, 0o644)
        add("etc/group", GROUP, 0o644)
        for program in sorted(programs):
            if f"bin/{program}" not in taken:
                add(program.lstrip("/") if program.startswith("/") else f"usr/bin/{program}", YES)
    return buffer.getvalue()


def archive(file, content, images):
    """An archive for `podman load`: `images` maps a name to its configuration; all share one layer."""
    digest = hashlib.sha256(content).hexdigest()
    with tarfile.open(file, "w") as tar:

        def add(path, data):
            member = tarfile.TarInfo(path)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))

        add(f"{digest}.tar", content)
        manifest, by_config = [], {}
        for name, config in images.items():
            by_config.setdefault(json.dumps(config, sort_keys=True), []).append(full_name(name))
        for config, names in by_config.items():
            described = {
                "architecture": machine(), "os": "linux", "config": json.loads(config), "created": "2025-01-01T00:00:00Z",
                "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]}, "history": [{"created_by": "stand-in"}],
            }  # fmt: skip
            data = json.dumps(described).encode()
            path = hashlib.sha256(data).hexdigest() + ".json"
            add(path, data)
            manifest.append({"Config": path, "RepoTags": names, "Layers": [f"{digest}.tar"]})
        add("manifest.json", json.dumps(manifest).encode())


def machine():
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)


def of_templates(templates):
    """A stand-in for every template: it listens on the ports of its template."""
    images = {}
    for template in templates:
        ports = {str(port["containerPort"]) for port in template["ports"] if port["protocol"] == "TCP"}
        name = template["imageName"] + ("@" if template["imageTag"].startswith("sha256:") else ":") + template["imageTag"]
        ports |= set(images.get(name, {"Entrypoint": ["", ""]})["Entrypoint"][1].split(",")) - {""}
        images[name] = dict(OWN, Entrypoint=["/bin/stand-in", ",".join(sorted(ports, key=int)) or "8080"])
    return images
