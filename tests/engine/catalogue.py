"""Every template of the catalogue, started from the flat file and from layers, with its healthcheck run once."""

STACKS = 4


def run(bench):
    stacks = {f"catalogue-{number}": bench.catalogue[number::STACKS] for number in range(STACKS)}
    bench.checks.true("the catalogue has 80 templates", len(bench.catalogue) == 80, len(bench.catalogue))
    projects = {}
    for stack, templates in stacks.items():
        bench.devarch.change("createStack", name=stack)
        for template in templates:
            bench.devarch.create(stack, template, template)
        projects[stack] = bench.project(stack)
    for turn, modes in enumerate((["FLAT", "LAYERED"], ["LAYERED", "FLAT"])):
        if turn and bench.short:
            break
        for number, (stack, project) in enumerate(projects.items()):
            # Secrets are given to Compose, or written out.
            bench.start(project, stack, modes[number % 2], reveal=bool(turn))
            containers = bench.compare(project, stack)
            if not turn:
                check_health(bench, stack, containers)


def check_health(bench, stack, containers):
    """The stand-ins answer yes to every healthcheck that reaches them as it was written."""
    tests = {one["Name"].lstrip("/"): (one["Config"].get("Healthcheck") or {}).get("Test") or ["NONE"] for one in containers.values()}
    # The shell of busybox has an nc of its own, without -z.
    checked = [name for name, test in tests.items() if test[0] != "NONE" and "nc -z" not in test[-1]]
    failed = bench.engine.check_health(checked)
    bench.checks.same(stack, f"healthchecks that fail, of {len(checked)}", {}, failed)
