"""The instances of the part `kinds`: values that are hard to carry through YAML, Compose and an engine."""

FROM_THE_SHELL = {"FROM_SHELL": "of the shell $HOME 'é'", "EMPTY_IN_SHELL": ""}
TEXTS = {
    "newline": "one\ntwo", "newline-at-end": "one\n", "newlines-at-end": "one\n\n\n", "newline-first": "\n\none",
    "indented": "  one\n    two\n  three", "space-first": " one", "space-last": "one ", "tab": "\tone\ttwo\t", "empty": "",
    "single-quotes": "it's '' '", "double-quotes": 'say "yes" "', "backslash": "a\\b\\\\n\\", "dollar": "$", "dollars": "$$ $$$",
    "variable": "$HOME ${HOME} ${HOME:-x} ${HOME:?x} $(date) `date`", "percent": "%s %d %%", "hash": "# a #b", "colon": "a: b",
    "document": "---\n...\n", "yes": "yes", "no": "NO", "null": "null", "tilde": "~", "hex": "0x1F", "octal": "0o17", "sexagesimal": "1:30:00",
    "exponent": "1e3", "float": ".inf", "date": "2025-01-01", "merge": "<<", "equals": "=a=b=", "brackets": "[a, {b: c}]", "star": "*a",
    "anchor": "&a b", "tag": "!!str a", "bang": "!reset null", "at": "@a", "comma": ",", "dash": "- a", "question": "? a", "pipe": "|\n  a",
    "umlaut": "äöü ß", "emoji": "🦀 👩‍👩‍👧", "right-to-left": "שלום", "combining": "e\u0301", "line-separator": "a\u2028b\u2029c\u0085d",
    "no-break": "a\u00a0b", "bom": "\ufeffa", "carriage-return": "a\rb", "windows": "a\r\nb\r\n", "control": "a\x01b\x1b[31mc\x7f",
    "long": "0123456789abcdef " * 3800, "json": '{"a": "b\\n", "c": [1, null]}', "url": "postgres://u:p%40w@db:5432/x?y=z#f",
}  # fmt: skip
# A name of a variable that Compose would take for its own, and such.
NAMES_OF_VARIABLES = {"A.B": "dot", "A-B": "dash", "_": "underscore", "COMPOSE_PROJECT_NAME": "mine", "DOCKER_HOST": "mine", "lower": "case"}
VARIABLES = [{"key": "V_" + name.upper().replace("-", "_"), "value": value} for name, value in TEXTS.items()]
VARIABLES += [{"key": name, "value": value} for name, value in NAMES_OF_VARIABLES.items()]
VARIABLES += [{"key": "FROM_SHELL"}, {"key": "EMPTY_IN_SHELL"}, {"key": "NOT_IN_SHELL"}, {"key": "A_SECRET", "value": "s3cr$t", "isSecret": True}]
LABELS = [{"key": f"text.{name}", "value": value} for name, value in TEXTS.items()]
LABELS += [{"key": key, "value": "v"} for key in ("a/b", "k=ey", "dollar$ey", "$key", "${key}", "ümlaut", "quote'\"", "colon:", "#hash", "yes", "-dash", "*")]

TEMPLATE = {
    "imageName": "localhost/rich", "imageTag": "1", "command": ["of", "the template"], "user": "nobody", "workingDir": "/tmp",
    "restartPolicy": "always",
    "ports": [{"containerPort": 8080}, {"containerPort": 81, "hostPort": 21081}, {"containerPort": 82, "protocol": "UDP"}],
    "volumes": [
        {"volumeType": "VOLUME", "source": "data", "target": "/data"}, {"volumeType": "VOLUME", "source": "more", "target": "/more"},
        {"volumeType": "TMPFS", "source": "", "target": "/scratch"},
    ],
    "envVars": [{"key": "KEPT", "value": "of the template"}, {"key": "REPLACED", "value": "of the template"}, {"key": "GONE", "value": "x"}],
    "labels": [{"key": "kept", "value": "of the template"}, {"key": "replaced", "value": "of the template"}, {"key": "gone", "value": "x"}],
    "healthcheck": {"test": ["CMD", "/bin/true"], "intervalSeconds": 5, "timeoutSeconds": 4, "retries": 6, "startPeriodSeconds": 1},
    "configFiles": [
        {"filePath": "/etc/kept.conf", "content": "of the template\n"}, {"filePath": "/etc/replaced.conf", "content": "of the template\n"},
        {"filePath": "/etc/gone.conf", "content": "x"},
    ],
    "resourceLimits": {"cpu": "0.5", "memory": "128m"},
    "attributes": [{"name": "cap_add", "value": ["NET_ADMIN"]}, {"name": "ulimits", "value": {"nofile": 512, "nproc": 512}}, {"name": "shm_size", "value": "16m"}],
}  # fmt: skip
# Names of instances that YAML could take for something else.
NAMES = ["null", "true", "no", "y", "1e3", "0-1", "1-2-3", "a--b", "services"]
TAKES_AWAY = [
    {"remove": {"port": {"containerPort": 81}}},
    {"remove": {"volume": "/more"}},
    {"remove": {"envVar": "GONE"}},
    {"remove": {"label": "gone"}},
    {"remove": {"configFile": "/etc/gone.conf"}},
    {"remove": {"healthcheck": True}},
    {"remove": {"attribute": "cap_add"}},
]

LABEL_OF_VOLUME = "$x = 'y' ${z}"
CHECK_WITH_SPACES = ["CMD", "/bin/sh", "-c", "test \"$0\" = '/bin/sh' && test 'a  b' != 'a b'"]
CHECK_LINE = "test \"$(echo 'a  b')\" = 'a  b' && test \"$KEY\" = 'a $value' || exit 1"


def bind(source, target, read_only=False):
    return {"volumeType": "BIND", "source": source, "target": target, "readOnly": read_only}


def volume(source, target, read_only=False, scope="INSTANCE", **more):
    return {"volumeType": "VOLUME", "source": source, "target": target, "readOnly": read_only, "scope": scope, **more}


def check(*test, **more):
    return {"healthcheck": dict(test=list(test), **more)}


def file(path, content, mode="0644", template=False):
    return {"filePath": path, "content": content, "fileMode": mode, "isTemplate": template}


def attributes(**given):
    return {"attributes": [{"name": name, "value": value} for name, value in given.items()]}


# Name, template, overrides. `{folder}` is the folder of the project.
INSTANCES = [
    ("variables", "plain", {"envVars": VARIABLES}),
    ("labels", "plain", {"labels": LABELS}),
    ("ports", "plain", {"ports": [
        {"containerPort": 8080}, {"containerPort": 90, "hostPort": 21090}, {"containerPort": 91, "hostPort": 21091, "hostIp": "127.0.0.1"},
        {"containerPort": 92, "hostPort": 21092, "protocol": "UDP"}, {"containerPort": 92, "hostPort": 21092},
        {"containerPort": 93, "hostPort": 21093, "hostIp": "::1"}, {"containerPort": 94, "hostPort": 21094, "hostIp": "127.0.0.2"},
        {"containerPort": 94, "hostPort": 21094, "hostIp": "127.0.0.3"}, {"containerPort": 95, "hostPort": 21095, "hostIp": "::"},
        {"containerPort": 96, "hostIp": "127.0.0.1"}, {"containerPort": 97, "protocol": "UDP"}, {"containerPort": 65535, "hostPort": 65535},
    ]}),
    ("mounts", "plain", {"volumes": [
        bind("{folder}/a folder", "/bind"), bind("./a folder/ünï", "/relative", True), bind("/etc/hostname", "/a file", True),
        volume("data", "/data"), volume("data", "/data again", True), volume("nested", "/data/nested"), volume("", "/anonymous"),
        volume("kinds-external", "/external", scope="HOST"), volume("kinds-external", "/external read-only", True, "HOST"),
        volume("common", "/common", scope="STACK"), volume("labelled", "/labelled", definition={"labels": {"a.label": LABEL_OF_VOLUME}}),
        volume("in-memory", "/in-memory", definition={"driver_opts": {"type": "tmpfs", "device": "tmpfs", "o": "mode=700"}}),
        volume("with.dots_and-dashes", "/ünï/$dollar"), {"volumeType": "TMPFS", "source": "", "target": "/scratch"},
    ]}),
    ("common-reader", "plain", {"volumes": [volume("common", "/common", True, "STACK")]}),
    ("mount-options", "plain", {"volumes": [
        {**bind("{folder}/made at the start", "/made"), "options": {"bind": {"create_host_path": True}}},
        {**bind("{folder}/a folder", "/shared"), "options": {"bind": {"propagation": "rshared"}}},
        {"volumeType": "TMPFS", "source": "", "target": "/scratch", "options": {"tmpfs": {"size": 1048576, "mode": 0o700}}},
        {**volume("empty", "/bin-copy"), "options": {"volume": {"nocopy": True}}},
    ]}),
    ("process", "plain", {"settings": {
        "command": ["", "two words", "it's", '"', "$HOME", "${HOME}", "$$", "a\nb", "\t", "\\", "é🦀", "--flag=x y", "*", ";", "#"],
    }}),
    ("entrypoint", "plain", {"settings": {"entrypoint": ["/bin/sh", "-c", '/bin/stand-in 8080 "$0" "$@"; true'], "command": ["a b", "", "c"]}}),
    ("no-entrypoint", "plain", {"settings": {"entrypoint": [], "command": ["/bin/stand-in", "8080", "x"]}}),
    ("of-the-image", "rich", {}),
    ("user-by-name", "plain", {"settings": {"user": "app:nogroup", "workingDir": "/not in the image/ünï"}}),
    ("user-by-number", "rich", {"settings": {"user": "4321:1234", "workingDir": "/"}}),
    ("check-cmd", "plain", check("CMD", "/bin/true", intervalSeconds=1, timeoutSeconds=2, retries=1, startPeriodSeconds=3)),
    ("check-split", "plain", check(*CHECK_WITH_SPACES, intervalSeconds=90, timeoutSeconds=61, retries=1000)),
    ("check-line", "plain", {**check("CMD-SHELL", CHECK_LINE), "envVars": [{"key": "KEY", "value": "a $value"}]}),
    ("check-none", "rich", check("NONE")),
    ("check-retries", "plain", check("CMD", "/bin/true", retries=0)),
    ("limits-small", "plain", {"resourceLimits": {"cpu": "0.1", "memory": "6m"}}),
    ("limits-odd", "plain", {"resourceLimits": {"cpu": "1.25", "memory": "1536m"}}),
    ("limits-cpu", "plain", {"resourceLimits": {"cpu": "750m"}}),
    ("restart-never", "plain", {"settings": {"restartPolicy": "no"}}),
    ("restart-always", "plain", {"settings": {"restartPolicy": "always"}}),
    ("restart-failure", "plain", {"settings": {"restartPolicy": "on-failure"}}),
    ("restart-times", "plain", {"settings": {"restartPolicy": "on-failure:7"}}),
    ("files", "plain", {"configFiles": [
        *(file(f"/etc/difficult/{name}", text) for name, text in TEXTS.items() if text),
        file("/etc/empty.conf", ""), file("/etc/secret.conf", "x", "0600"), file("/usr/local/run.sh", "#!/bin/sh\n", "0755"),
        file("/etc/all.conf", "x", "0777"), file("/a folder/ünï/file name.txt", "x", "0444"), file("/new/deep/down/file", "x"),
        file("/etc/template.conf", "a ${FROM_SHELL} b $EMPTY_IN_SHELL c ${NOT_IN_SHELL:-default} d $$HOME", template=True),
        file("/etc/large.conf", "".join(f"line {number}: $HOME ${{it}}\n" for number in range(9000))),
    ]}),
    ("full", "full", {
        "ports": [{"containerPort": 81, "hostPort": 21181}], "volumes": [volume("other", "/more")], "settings": {"restartPolicy": "no"},
        "envVars": [{"key": "REPLACED", "value": "of the instance"}], "labels": [{"key": "replaced", "value": "of the instance"}],
        "configFiles": [file("/etc/replaced.conf", "of the instance\n", "0600")], "resourceLimits": {"memory": "256m"},
    }),
    ("networks", "plain", {"networks": [
        {"name": "default", "aliases": ["other-name"]}, {"name": "back", "aliases": ["db", "two.words"], "definition": {"labels": {"a": "$b"}}},
        {"name": "in_ner.1", "definition": {"internal": True}},
    ]}),
    ("networks-back", "plain", {"networks": [{"name": "back"}, {"name": "default"}]}),
    ("host", "plain", attributes(
        hostname="a-name", extra_hosts=["one:10.1.2.3", "six=[2001:db8::1]"], dns=["10.9.9.9"], dns_search=["example.test"],
        dns_opt=["ndots:2"], mac_address="02:42:ac:11:00:99", domainname="example.test", annotations={"a": "b"},
    )),
    ("rights", "plain", attributes(
        cap_add=["SYS_PTRACE"], cap_drop=["MKNOD"], group_add=["nogroup", "1234"], security_opt=["no-new-privileges:true"],
        ulimits={"nofile": {"soft": 100, "hard": 200}, "nproc": 99}, pids_limit=77, oom_score_adj=500, sysctls={"net.ipv4.ip_default_ttl": 99},
    )),
    ("device", "plain", attributes(devices=["/dev/null:/dev/other"], tmpfs=["/run", "/more:size=4m"], shm_size="8m", read_only=True)),
    ("ends", "plain", attributes(stop_signal="SIGUSR1", stop_grace_period="1m30s", stdin_open=True, tty=True, mem_reservation="32m")),
]  # fmt: skip
# What Docker Compose does not start, and DevArch warns of.
REFUSED = {
    "a config file in a read-only container": {"configFiles": [file("/etc/a.conf", "x")], **attributes(read_only=True)},
}
# Looked at inside, because Podman 4.3 does not show it, or not so: instance, command, what it prints.
LOOKED_AT = [
    ("rights", ("cat", "/proc/sys/net/ipv4/ip_default_ttl"), "99"),
    ("device", ("sh", "-c", "test -c /dev/other && touch /more/x && ! touch /etc/x 2>/dev/null && echo yes"), "yes"),
    ("host", ("grep", "-c", "2001:db8::1", "/etc/hosts"), "1"),
    ("mounts", ("sh", "-c", "echo x >/data/who && cat '/data again/who' && test -d /bind/ünï && echo yes"), "x\nyes"),
    ("mounts", ("sh", "-c", "echo of the stack >/common/who && stat -c %a /in-memory && grep -c ' /in-memory tmpfs ' /proc/mounts"), "700\n1"),
    ("common-reader", ("cat", "/common/who"), "of the stack"),
    ("mount-options", ("sh", "-c", "stat -c %a /scratch && df -k /scratch | tail -n 1 | awk '{ print $2 }'"), "700\n1024"),
]
