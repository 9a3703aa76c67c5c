"""Data follows the instance: rename, exchange names, delete, restore, purge, make anew, copy, and start again."""

import random

from support.devarch import by_name

# Templates with named volumes, and one without a port of the host that could collide.
TEMPLATES = ["redis", "postgres", "mariadb", "minio"]
# What all instances of a stack have in common.
COMMON = {"volumeType": "VOLUME", "source": "common", "target": "/common", "scope": "STACK"}
WRITE = 'for folder in "$@"; do cat "$folder/who" 2>/dev/null || echo nothing; echo "$0" >"$folder/who"; done'
STEPS, STEPS_IN_SHORT, SEED = 12, 2, 20


def run(bench):
    turns = [("FLAT", 0)] if bench.short else [("FLAT", 0), ("LAYERED", 1)]
    for mode, turn in turns:
        world = World(bench, f"d{turn}", mode)
        for scenario in (instances, copies, stacks):
            scenario(world)
        walk(world, STEPS_IN_SHORT if bench.short else STEPS, SEED + turn)


class World:
    """Stacks that are started again and again, and the data that each instance has to have by its global id."""

    def __init__(self, bench, prefix, mode, program="DEVARCH_COMPOSE"):
        self.bench, self.devarch, self.checks = bench, bench.devarch, bench.checks
        self.prefix, self.mode, self.program = prefix, mode, program
        self.written = set()  # ids of instances that have run, and so have data
        self.projects = {}  # the running project of each stack, by the id of the stack
        self.number = 0

    def name(self, kind):
        self.number += 1
        return f"{self.prefix}-{kind}{self.number}"

    def new_stack(self, kind="s", name=None):
        name = name or self.name(kind)
        self.devarch.change("createStack", name=name)
        return name

    def start(self, stack, why, in_short=True):
        """Renders and starts a stack as it is now; each instance then has to have its own data, or none if it is new."""
        if self.bench.short and not in_short:
            return
        where = f"{stack} after {why}"
        stack_id = self.devarch.ask("query($name: String!) { stack(name: $name) { id } }", name=stack)["stack"]["id"]
        project = self.bench.project(stack, self.program)
        self.render(project, stack)
        # What runs under a former name of the stack is another project: Compose does not know that they belong together.
        before = self.projects.get(stack_id)
        if before and before.name != project.name:
            self.checks.true(f"{where}: the former project ends", before.down(), before.reason())
        self.projects[stack_id] = project
        if not self.checks.true(f"{where}: it starts", project.up(), project.reason()):
            return
        containers = self.bench.engine.containers(project.name)
        instances = {name: one for name, one in self.devarch.instances(stack).items() if one["enabled"]}
        self.checks.containers += len(containers)
        self.checks.same(where, "containers", sorted(one["containerName"] for one in instances.values()), sorted(containers))
        found = self.bench.engine.pool.map(lambda one: self.look(one, containers.get(one["containerName"])), instances.values())
        for instance, (targets, said) in zip(list(instances.values()), list(found)):
            expected = instance["id"] if instance["id"] in self.written else "nothing"
            for target, seen in zip(targets, said):
                self.checks.same(f"{where}: {instance['name']}", f"data in {target}", expected, seen)
            self.checks.true(f"{where}: {instance['name']} has volumes", targets and len(targets) == len(said), said)
            self.written.add(instance["id"])
        self.look_at_common(where, stack_id, [one for one in instances.values() if one["containerName"] in containers])

    def render(self, project, stack):
        self.bench.render(project, stack, self.mode)

    def look(self, instance, container):
        """What is in each named volume; the id of the instance is written into each."""
        volumes = [one for one in instance["effectiveConfig"]["volumes"] if one["volumeType"] == "VOLUME" and one["source"]]
        targets = [one["target"] for one in volumes if one["scope"] == "INSTANCE"]
        if container is None:
            return targets, []
        return targets, self.bench.engine.run_inside(container["Id"], "sh", "-c", WRITE, instance["id"], *targets).splitlines()

    def look_at_common(self, where, stack_id, instances):
        """The first one that has the common volume writes into it, and all of them read that."""
        having = [one for one in instances if any(volume["scope"] == "STACK" for volume in one["effectiveConfig"]["volumes"])]
        for number, instance in enumerate(having):
            said = self.bench.engine.run_inside(instance["containerName"], "sh", "-c", WRITE, stack_id, COMMON["target"])
            expected = stack_id if number or stack_id in self.written else "nothing"
            self.checks.same(f"{where}: {instance['name']}", "data of the stack", expected, said)
            self.written.add(stack_id)

    def end(self, stack_id):
        """Ends the project of a stack, without its volumes."""
        if project := self.projects.pop(stack_id, None):
            self.checks.true(f"{project.name} ends", project.down(), project.reason())

    def end_all(self):
        for stack_id in list(self.projects):
            self.end(stack_id)

    def change(self, mutation, **given):
        return self.devarch.change(mutation, **given)

    def delete(self, stack, name):
        """Gives the id of the instance in the trash."""
        instance = self.devarch.instances(stack)[name]
        self.change("softDeleteInstance", instance={"id": instance["id"]})
        return instance["id"]


def instances(world):
    """Renames, names that are exchanged, and names that are taken over from what is deleted or purged."""
    stack = world.new_stack()
    for name, template in (("db", "postgres"), ("cache", "redis"), ("files", "minio")):
        world.devarch.create(stack, name, template)
    world.start(stack, "the first start")
    world.start(stack, "nothing", in_short=False)
    world.change("renameInstance", instance=by_name(stack, "db"), name="base")
    world.start(stack, "a rename")
    for old, new in (("base", "tmp"), ("cache", "base"), ("tmp", "cache")):
        world.change("renameInstance", instance=by_name(stack, old), name=new)
    world.start(stack, "names were exchanged")
    world.devarch.create(stack, "db", "mariadb")  # the first name of another one
    world.start(stack, "a former name was given again", in_short=False)
    trashed = world.delete(stack, "files")
    world.devarch.create(stack, "files", "minio")
    world.start(stack, "the name of a deleted one was given again")
    world.change("restoreInstance", instance={"id": trashed}, name="old-files")
    world.start(stack, "it was restored under another name")
    world.change("updateInstance", instance=by_name(stack, "cache"), enabled=False)
    trashed = world.delete(stack, "base")
    world.start(stack, "one was deleted and one disabled")
    world.change("updateInstance", instance=by_name(stack, "cache"), enabled=True)
    world.change("restoreInstance", instance={"id": trashed})
    world.start(stack, "they came back")
    trashed = world.delete(stack, "base")
    world.start(stack, "it was deleted again", in_short=False)
    world.change("purgeInstance", instance={"id": trashed})
    world.devarch.create(stack, "base", "redis")
    world.start(stack, "it was purged, and its name given again")
    world.mode = {"FLAT": "LAYERED", "LAYERED": "FLAT"}[world.mode]
    world.start(stack, "the other form of files")
    world.end_all()


def copies(world):
    """A copied instance and a copied stack have volumes of their own, whatever they are called."""
    stack = world.new_stack()
    for name, template in (("db", "postgres"), ("cache", "redis")):
        world.devarch.create(stack, name, template, volumes=[COMMON])
    world.start(stack, "the first start")
    world.change("duplicateInstance", instance=by_name(stack, "db"))
    world.start(stack, "an instance was copied")
    copy = world.name("copy")
    world.change("duplicateStack", stack={"name": stack}, name=copy)
    world.start(copy, "it was copied")
    world.start(stack, "it was copied to another", in_short=False)
    # The copy takes the name of the original.
    original = world.name("former")
    world.change("renameStack", stack={"name": stack}, name=original)
    world.change("renameStack", stack={"name": copy}, name=stack)
    world.end_all()
    world.start(stack, "it took the name of the original")
    world.start(original, "its name was given to its copy")
    world.end_all()


def stacks(world):
    """A stack that is renamed, deleted, restored, purged, and another one with its name."""
    stack = world.new_stack()
    stack_id = world.devarch.ask("query($name: String!) { stack(name: $name) { id } }", name=stack)["stack"]["id"]
    for name, template in (("db", "mariadb"), ("cache", "redis")):
        world.devarch.create(stack, name, template, volumes=[COMMON])
    world.start(stack, "the first start")
    renamed = world.name("renamed")
    world.change("renameStack", stack={"name": stack}, name=renamed)
    world.start(renamed, "a rename of the stack")
    world.change("softDeleteStack", stack={"name": renamed})
    world.end(stack_id)
    other = world.new_stack(name=renamed)
    world.devarch.create(other, "db", "mariadb", volumes=[COMMON])
    world.start(other, "the name of a deleted stack was given again")
    restored = world.name("restored")
    world.change("restoreStack", stack={"id": stack_id}, name=restored)
    world.start(restored, "it was restored under another name")
    world.change("softDeleteStack", stack={"name": restored})
    world.end(stack_id)
    world.change("purgeStack", stack={"id": stack_id})
    world.new_stack(name=restored)
    world.devarch.create(restored, "db", "mariadb")
    world.devarch.create(restored, "cache", "redis")
    world.start(restored, "a purge, and all its names given again")
    world.end_all()


def walk(world, steps, seed):
    """A random walk over all of these; the same seed makes the same steps."""
    chance, stack, trash = random.Random(seed), world.new_stack("w"), []
    for name in ("a", "b"):
        world.devarch.create(stack, name, chance.choice(TEMPLATES))
    for number in range(steps):
        names = sorted(world.devarch.instances(stack))
        for _ in range(chance.randint(1, 4)):
            stack = step(world, chance, stack, names, trash)
        world.start(stack, f"step {number} of walk {seed}")
    world.end_all()


def step(world, chance, stack, names, trash):
    """One change; `names` are those that live, `trash` has the ids of those that do not. Gives the name of the stack."""
    free = sorted(set("abcdef") - set(names))
    kinds = ["rename"] * 3 + ["create", "create", "copy", "delete", "delete", "rename stack"] + (["restore", "restore", "purge"] if trash else [])
    kind = chance.choice(kinds)
    if kind == "rename stack":
        new = world.name("w")
        world.change("renameStack", stack={"name": stack}, name=new)
        return new
    if kind == "purge":
        world.change("purgeInstance", instance={"id": trash.pop(chance.randrange(len(trash)))})
    elif kind == "delete" and len(names) > 1:
        name = names.pop(chance.randrange(len(names)))
        trash.append(world.delete(stack, name))
    elif kind in ("rename", "create", "copy", "restore") and free:
        name = chance.choice(free)
        if kind == "rename":
            old = names.pop(chance.randrange(len(names)))
            world.change("renameInstance", instance=by_name(stack, old), name=name)
        elif kind == "create" and len(names) < 4:
            world.devarch.create(stack, name, chance.choice(TEMPLATES))
        elif kind == "copy" and len(names) < 4:
            world.change("duplicateInstance", instance=by_name(stack, chance.choice(names)), name=name)
        elif kind == "restore" and len(names) < 4:
            world.change("restoreInstance", instance={"id": trash.pop(chance.randrange(len(trash)))}, name=name)
        else:
            return stack
        names.append(name)
    return stack
