"""Stacks of the same templates side by side, a copied instance, a copied stack: they meet nowhere."""

from support.devarch import by_name

WRITE = 'for folder in "$@"; do echo "$0 in $folder" >"$folder/who"; done'
READ = 'for folder in "$@"; do cat "$folder/who"; done'
PORTS = {"db": 5432, "web": 80, "mail": 8025, "cache": 6379}
TEMPLATES = {"db": "postgres", "cache": "redis", "web": "caddy", "mail": "mailpit"}


def run(bench):
    checks, devarch = bench.checks, bench.devarch
    stacks = {"one": "FLAT", "two": "LAYERED", "one-copy": "FLAT"}
    build(devarch, "one", 22000)
    build(devarch, "two", 22100)
    copied = devarch.change("duplicateStack", "warnings { message }", stack={"name": "one"}, name="one-copy")
    checks.true("the copy of a stack is warned of both ports of the host", len(copied["warnings"]) == 2, copied["warnings"])
    for name, port in (("db", 22001), ("web", 22002)):
        devarch.change("patchInstanceOverrides", instance=by_name("one-copy", name), operations=[{"set": {"port": {
            "hostIp": "127.0.0.1" if name == "web" else "0.0.0.0", "hostPort": devarch.free_port(port), "containerPort": PORTS[name],
        }}}])  # fmt: skip
    devarch.change("duplicateInstance", instance=by_name("two", "db"))
    devarch.change("patchInstanceOverrides", instance=by_name("two", "db-copy"), operations=[{"set": {"port": {
        "hostPort": devarch.free_port(22101), "containerPort": PORTS["db"],
    }}}])  # fmt: skip
    for stack in stacks:
        found = devarch.ask("query($name: String!) { stack(name: $name) { conflicts { message } } }", name=stack)
        checks.same(stack, "conflicts", [], found["stack"]["conflicts"])

    projects = {stack: bench.project(stack) for stack in stacks}
    with bench.engine.heartbeat(*(f"devarch-{stack}-db" for stack in stacks)):
        for stack, mode in stacks.items():
            bench.start(projects[stack], stack, mode)
    running = {stack: bench.compare(projects[stack], stack) for stack in stacks}
    apart(checks, running, 13)
    data(bench, running)
    names(bench, running)
    ports(bench, running)
    one_goes(bench, projects, running)
    if not bench.short:
        bench.engine.clear()
        twins(bench)


def twins(bench):
    """Every template twice: in a stack and in its copy, which run at the same time."""
    for number in range(2):
        running = {}
        for stack in (f"twin-{number}", f"twin-{number}-copy"):
            if running:
                bench.devarch.change("duplicateStack", stack={"name": f"twin-{number}"}, name=stack)
            else:
                bench.devarch.change("createStack", name=stack)
                for template in bench.catalogue[number::2]:
                    bench.devarch.create(stack, template, template)
            project = bench.project(stack)
            bench.start(project, stack, ("FLAT", "LAYERED")[number])
            running[stack] = bench.compare(project, stack)
        apart(bench.checks, running, 2 * len(bench.catalogue[number::2]))
        data(bench, running)
        bench.engine.clear()


def build(devarch, stack, base):
    devarch.change("createStack", name=stack)
    devarch.create(stack, "db", TEMPLATES["db"], ports=[{"hostPort": base + 1, "containerPort": PORTS["db"]}])
    devarch.create(stack, "cache", TEMPLATES["cache"])  # the port of the host is chosen at the start
    devarch.create(
        stack, "web", TEMPLATES["web"], ports=[{"hostPort": base + 2, "containerPort": PORTS["web"], "hostIp": "127.0.0.1"}],
        dependencies=[{"instance": by_name(stack, "db"), "condition": "SERVICE_HEALTHY"}, {"instance": by_name(stack, "cache")}],
    )  # fmt: skip
    devarch.create(stack, "mail", TEMPLATES["mail"])


def each(running):
    for stack, containers in running.items():
        for name, container in containers.items():
            yield stack, name, container


def apart(checks, running, number):
    """Container names, networks, volumes and ports of the host: nothing is used twice."""
    checks.same("all", "containers", number, len({container["Name"] for _, _, container in each(running)}))
    for stack, containers in running.items():
        used = {network for container in containers.values() for network in container["NetworkSettings"]["Networks"]}
        checks.same(stack, "networks", {f"devarch-{stack}-net"}, used)
    volumes = [mount["Name"] for _, _, container in each(running) for mount in container["Mounts"] if mount["Type"] == "volume"]
    checks.true("there are volumes", volumes)
    checks.same("all", "volumes", sorted(set(volumes)), sorted(volumes))
    published = [
        (key.partition("/")[2], binding["HostPort"]) for _, _, container in each(running)
        for key, bindings in container["NetworkSettings"]["Ports"].items() for binding in bindings or []
    ]  # fmt: skip
    checks.same("all", "published ports", sorted(set(published)), sorted(published))


def volumes_of(container):
    return [mount["Destination"] for mount in container["Mounts"] if mount["Type"] == "volume"]


def data(bench, running):
    """What one writes the others do not see."""
    for script, answer in ((WRITE, False), (READ, True)):
        each_one = [(f"{stack}/{name}", container) for stack, name, container in each(running) if volumes_of(container)]
        said = bench.engine.pool.map(
            lambda one, script=script: bench.engine.run_inside(one[1]["Id"], "sh", "-c", script, one[0], *volumes_of(one[1])), each_one
        )
        for (name, container), lines in zip(each_one, said):
            expected = [f"{name} in {path}" for path in volumes_of(container)] if answer else []
            bench.checks.same(name, "data" if answer else "what writing prints", expected, lines.splitlines())


def names(bench, running):
    """Names mean the stack's own containers; names and addresses of other stacks lead nowhere, or at least not by name."""
    for stack, containers in running.items():
        own = [(name, PORTS[name.removesuffix("-copy")]) for name in containers]
        own += [(f"devarch-{stack}-{name}", port) for name, port in own]
        foreign = [f"devarch-{other}-{name}:{PORTS['web']}" for other in running if other != stack for name in ("web", "mail")]
        foreign += [f"web.devarch-{other}-net:{PORTS['web']}" for other in running if other != stack]
        said = bench.engine.who(containers["cache"]["Id"], *(f"{name}:{port}" for name, port in own), *foreign)
        for name, port in own:
            container = containers[name.removeprefix(f"devarch-{stack}-")]
            bench.checks.same(f"{stack}/cache", f"answer of {name}", f"I am {container['Config']['Hostname']}", said[f"{name}:{port}"][1])
        for target in foreign:
            bench.checks.same(f"{stack}/cache", f"address of {target}", None, said[target][0])


def ports(bench, running):
    """From the host each published port leads to the container that has it."""
    for stack, name, container in each(running):
        for key, bindings in container["NetworkSettings"]["Ports"].items():
            for binding in bindings or []:
                if key.endswith("/tcp"):
                    address = binding["HostIp"] if binding["HostIp"] not in ("", "0.0.0.0") else "127.0.0.1"
                    said = bench.ask_port(address, int(binding["HostPort"]))
                    bench.checks.same(f"{stack}/{name}", f"answer at {address}:{binding['HostPort']}", f"I am {container['Config']['Hostname']}", said)


def one_goes(bench, projects, running):
    """The end of one stack, volumes included, leaves the others as they are."""
    storage = [instance["storageName"] for instance in bench.devarch.instances("one").values()]
    bench.checks.true("one goes", projects["one"].down("--volumes"), projects["one"].reason())
    left = bench.engine.containers()
    bench.checks.same("all", "containers left", 9, len(left))
    for stack, name, container in each(running):
        if stack == "one":
            bench.checks.true(f"one/{name} is gone", container["Name"].lstrip("/") not in left)
        else:
            bench.checks.same(f"{stack}/{name}", "id", container["Id"], left[container["Name"].lstrip("/")]["Id"])
    volumes = bench.engine.podman("volume", "ls", "--format", "{{.Name}}").stdout.split()
    bench.checks.same("one", "volumes left", [], [volume for volume in volumes if volume.rsplit("_", 1)[0] in storage])
    bench.checks.true("volumes of the others are left", volumes)
    data(bench, {stack: containers for stack, containers in running.items() if stack != "one"})
