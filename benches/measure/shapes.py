"""Shapes of operations, made from the schema: one for each root and each relation, variants of two of them, and payloads
of mutations. Each has a document, variables that change from request to request, and a check of its answer."""

import base64
import json
import re

from . import questions
from .bench import INSTANCES
from .graph import named, required

# The line: CPU milliseconds of a request with so many KiB of answer. Three times as many where templates and overrides
# are merged.
MS, MS_OF_KIB, OF_MERGED = 0.15, 0.012, 3
MERGED = ("effectiveConfig", "overrideStats", "overrideDiff", "conflicts", "compose")
# How much more a variant may cost than its base.
VARIANT = 1.15
# Arguments of roots.
ROOTS = {
    ("stack", "name"): "$stack",
    ("template", "name"): "$template",
    ("instance", "stack"): "$stack",
    ("instance", "name"): "$instance",
    ("nodes", "ids"): "$instanceIds",
    ("suggestHostPort", "near"): "10000",
}


def global_id(of, number):
    return base64.urlsafe_b64encode(f"{of}:{number}".encode()).decode().rstrip("=")


def values(choice):
    """Every variable, with its declaration; None is not given."""
    stack, instance, number = choice
    # As benches/seed.rs numbers them: three more instances of each stack are in the trash.
    first = (stack - 1) * (INSTANCES + 3)
    template = 1 + (stack + number) % 50
    ids = [global_id("Instance", first + 1 + (instance + n) % INSTANCES) for n in range(50)]
    ref = {"byName": {"stack": f"stack-{stack:05}", "name": f"inst-{instance:04}"}}
    made = {"stack": {"name": f"stack-{stack:05}"}, "template": {"name": f"template-{template:02}"}, "name": questions.NEW}
    label = {"set": {"label": {"key": "com.example.label-1", "value": questions.NEW}}}
    return {
        "stack": ("String!", f"stack-{stack:05}"),
        "instance": ("String!", f"inst-{instance:04}"),
        "template": ("String!", f"template-{template:02}"),
        "stackId": ("ID!", global_id("Stack", stack)),
        "instanceId": ("ID!", ids[0]),
        "templateId": ("ID!", global_id("Template", template)),
        "instanceIds": ("[ID!]!", ids),
        "rows": ("Int = 100", None),
        "few": ("Int = 20", None),
        "yes": ("Boolean!", True),
        "no": ("Boolean!", False),
        "create": ("CreateInstanceInput!", made),
        "duplicate": ("DuplicateInstanceInput!", {"instance": ref, "name": questions.NEW}),
        "update": ("UpdateInstanceInput!", {"instance": ref, "description": questions.NEW}),
        "patch": ("PatchInstanceOverridesInput!", {"instance": ref, "operations": [label]}),
    }


class Shape:
    """An operation. `base` is the shape that it is compared with."""

    def __init__(self, name, selections, base=None, fragments="", is_write=False):
        self.name, self.base, self.is_write = name, base, is_write
        self.used = sorted(set(re.findall(r"\$(\w+)", selections + fragments)))
        declared = " ".join(f"${name}: {values((1, 1, 0))[name][0]}" for name in self.used)
        head = ("mutation" if is_write else "query") + (f" ({declared})" if declared else "")
        self.document = f"{head} {{ {selections} }} {fragments}".strip()
        self.is_merged = any(re.search(rf"\b{field}\b", self.document) for field in MERGED)

    def body(self, choice):
        known = values(choice)
        given = {name: known[name][1] for name in self.used if known[name][1] is not None}
        return json.dumps({"query": self.document, "variables": given}, separators=(",", ":"))

    def line(self, kib):
        """CPU milliseconds that an answer of this size may cost."""
        return (MS + MS_OF_KIB * kib) * (OF_MERGED if self.is_merged else 1)

    def check(self, answer):
        questions.expect(f"no errors ({str(answer.get('errors'))[:300]})", not answer.get("errors"))
        for key, value in answer["data"].items():
            questions.expect(f"{key} is there", value is not None and value != [])
            if self.is_write:
                questions.expect(f"no user errors ({value['userErrors']})", value["userErrors"] == [])


def roots(graph):
    """One for each root; an object or a list with its own fields."""
    for field in graph.fields("Query"):
        name, of = field["name"], named(field["type"])
        if name == "node":
            for object_ in graph.objects("Node"):
                on = f"... on {object_} {{ {graph.leaves(object_)} }}"
                yield Shape(f"node.{object_}", f"node(id: ${object_.lower()}Id) {{ {on} }}")
            continue
        missing = [argument for argument in required(field) if (name, argument) not in ROOTS]
        if missing:
            raise SystemExit(f"measure/shapes.py has to say which {', '.join(missing)} the root {name} takes")
        arguments = ", ".join(f"{argument}: {ROOTS[name, argument]}" for argument in required(field))
        arguments = f"({arguments})" if arguments else ""
        if graph.is_leaf(field):
            yield Shape(name, f"{name}{arguments}")
        elif name == "nodes":
            yield Shape("nodes.50", f"nodes{arguments} {{ ... on Instance {{ {graph.leaves('Instance')} }} }}")
            kinds = " ".join(graph.relation(kind) for kind in graph.collections("Instance"))
            yield Shape("nodes.50.kinds", f"nodes{arguments} {{ ... on Instance {{ name {kinds} }} }}")
        elif of.endswith("Connection"):
            rows = f"totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ {graph.leaves(of[: -len('Connection')])} }}"
            yield Shape(name, f"{name}(first: 50) {{ {rows} }}")
        elif graph.is_node(of):
            yield Shape(name, f"{name}{arguments} {{ {graph.leaves(of)} }}")
        elif name == "trash":
            for page in graph.relations(of):
                yield Shape(f"trash.{page['name']}", f"trash {{ {graph.relation(page)} }}")
        elif name != "apiKeys":  # There are none.
            yield Shape(name, f"{name}{arguments} {{ {graph.below(of)} }}")


def relations(graph):
    """One for each relation, of the instances of a stack, of stacks and of templates; and lists in lists."""

    def page(fields):
        # More of the largest selections would exceed the limit of cost.
        rows = 100 if len(fields.split()) <= 40 else 20
        return f"stack(name: $stack) {{ instances(first: {rows}) {{ nodes {{ name {fields} }} }} }}"

    for field in graph.relations("Instance"):
        yield Shape(f"instances.{field['name']}", page(graph.relation(field)))
    removed = graph.relation(next(one for one in graph.relations("EffectiveConfig") if one["name"] == "removed"))
    yield Shape("instances.effective.removed", page(f"effectiveConfig {{ imageName {removed} }}"))
    yield Shape("instances.effective.text", page(f"effectiveConfig {{ {graph.leaves('EffectiveConfig')} }}"))
    for field in graph.relations("Stack"):
        yield Shape(f"stack.{field['name']}", f"stack(name: $stack) {{ name {graph.relation(field)} }}")
    yield Shape("stack.instance", f"stack(name: $stack) {{ name instance(name: $instance) {{ {graph.leaves('Instance')} }} }}")
    kinds = " ".join(graph.relation(kind) for kind in graph.collections("Template"))
    yield Shape("templates.kinds", f"templates(first: 50) {{ nodes {{ name {kinds} }} }}")
    inside = f"instances(first: 20) {{ totalCount nodes {{ {graph.leaves('Instance')} }} }}"
    yield Shape("templates.instances", f"templates(first: 20) {{ nodes {{ name {inside} }} }}")
    yield Shape("stacks.instances", f"stacks(first: 20) {{ nodes {{ name {inside} }} }}")
    ports = graph.relation(next(one for one in graph.relations("Instance") if one["name"] == "ports"))
    deep = f"stacks(first: 20) {{ nodes {{ name instances(first: 20) {{ nodes {{ name {ports} }} }} }} }}"
    yield Shape("stacks.instances.ports", deep)


def variants(graph):
    """The same page of a stack in different words, without and with effective configuration."""
    config = next(field for field in graph.relations("Instance") if field["name"] == "effectiveConfig")
    own = " ".join(part for part in graph.leaves("Instance").split() if part != "name")
    # A longer page of effective configurations would exceed the limit of cost.
    for base, own, last, count in [("page", own, "template { name }", 100), ("effective", "id", graph.relation(config), 20)]:

        def shape(name, rows, head="stack(name: $stack)", tail="", fragments="", base=base, count=count):
            of_base = None if name == "base" else f"{base}.base"
            first = ("$rows" if count == 100 else "$few") if name == "default" else count
            list_ = f"{head} {{ id instances(first: {first}) {{ {rows} }} }} {tail}"
            return Shape(f"{base}.{name}", list_, of_base, fragments)

        plain = f"name {own} {last}"
        field, rest = last.split(" ", 1)
        yield shape("base", f"nodes {{ {plain} }}")
        yield shape("include", f"nodes {{ name {own} {field} @include(if: $yes) {rest} }}")
        yield shape("skip", f"nodes {{ name {own} ... @skip(if: $no) {{ {last} }} }}")
        yield shape("alias", f"nodes {{ title: name {own} {last} }}")
        yield shape("fragment", "nodes { ...F }", fragments=f"fragment F on Instance {{ {plain} }}")
        yield shape("interface", f"nodes {{ ... on Node {{ id }} {plain} }}")
        yield shape("typename", f"__typename nodes {{ __typename {plain} }}")
        yield shape("edges", f"edges {{ node {{ {plain} }} }}")
        yield shape("merged", f"nodes {{ name }} nodes {{ name {own} {last} }}")
        yield shape("default", f"nodes {{ {plain} }}")
        yield shape("root", f"nodes {{ {plain} }}", tail="viewer { role }")
        node = f"... on Stack {{ id instances(first: {count}) {{ nodes {{ {plain} }} }} }}"
        yield Shape(f"{base}.node", f"node(id: $stackId) {{ {node} }}", f"{base}.base")
        more = f"few: instances(first: 1) {{ totalCount }} instances(first: {count}) {{ nodes {{ {plain} }} }}"
        yield Shape(f"{base}.list", f"stack(name: $stack) {{ id {more} }}", f"{base}.base")


def pages(graph):
    """Pages that a front end asks for: an instance with its kinds from every root, and lists with some kinds."""

    def kinds(of, *names):
        chosen = [field for field in graph.collections(of) if not names or field["name"] in names]
        return " ".join(graph.relation(field) for field in chosen)

    own = f"name {kinds('Instance')}"
    yield Shape("one.base", f"instance(stack: $stack, name: $instance) {{ {own} }}")
    include = own.replace("labels {", "labels @include(if: $yes) {")
    for name, selections in (
        ("include", f"instance(stack: $stack, name: $instance) {{ {include} }}"),
        ("stack", f"stack(name: $stack) {{ instance(name: $instance) {{ {own} }} }}"),
        ("node", f"node(id: $instanceId) {{ ... on Instance {{ {own} }} }}"),
    ):
        yield Shape(f"one.{name}", selections, "one.base")
    page = "stack(name: $stack) {{ instances(first: {}) {{ nodes {{ name {} }} }} }}"
    config = next(field for field in graph.relations("Instance") if field["name"] == "effectiveConfig")
    removed = graph.relation(next(one for one in graph.relations("EffectiveConfig") if one["name"] == "removed"))
    merged = [one for one in graph.relations("EffectiveConfig") if one["name"] != "removed"]
    values = " ".join([graph.leaves("EffectiveConfig"), *(graph.relation(field) for field in merged)])
    yield Shape("few.base", page.format(20, f"{config['name']} {{ {values} }}"))
    yield Shape("few.removed", page.format(20, f"{config['name']} {{ {values} {removed} }}"), "few.base")
    yield Shape("reports", page.format(100, " ".join(
        graph.relation(field) for field in graph.relations("Instance") if field["name"] in ("overrideStats", "deletePreview"))))
    yield Shape("nodes.50.two", f"nodes(ids: $instanceIds) {{ ... on Instance {{ name {kinds('Instance', 'ports', 'envVars')} }} }}")
    five = f"instances(first: 5) {{ nodes {{ name {kinds('Instance', 'ports')} }} }}"
    yield Shape("stacks.few.ports", f"stacks(first: 20) {{ nodes {{ name {five} }} }}")
    users = f"instances(first: 50) {{ nodes {{ {graph.leaves('Instance')} }} }}"
    yield Shape("template.page", f"template(name: $template) {{ name {kinds('Template')} {users} }}")
    yield Shape("templates.two", f"templates(first: 80) {{ nodes {{ name {kinds('Template', 'ports', 'envVars')} }} }}")


def payloads(graph):
    """Mutations with a small payload, and with larger ones: what is above the small one is the cost of the payload."""
    kinds = " ".join(graph.relation(kind) for kind in graph.collections("Instance"))
    config = next(graph.relation(field) for field in graph.relations("Instance") if field["name"] == "effectiveConfig")
    for name in ("create", "duplicate", "update", "patch"):
        field = {"patch": "patchInstanceOverrides"}.get(name, f"{name}Instance")
        for payload, inside in (("base", "id"), ("kinds", f"{graph.leaves('Instance')} {kinds}"), ("effective", f"id {config}")):
            selections = f"{field}(input: ${name}) {{ instance {{ {inside} }} userErrors {{ code message }} }}"
            of_base = None if payload == "base" else f"{name}.base"
            yield Shape(f"{name}.{payload}", selections, of_base, is_write=True)


def of_schema(graph):
    """All shapes by name."""
    all_ = [*roots(graph), *relations(graph), *variants(graph), *pages(graph), *payloads(graph)]
    return {shape.name: shape for shape in all_}
