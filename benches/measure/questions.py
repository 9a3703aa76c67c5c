"""The operations that are measured, with changing variables, and the checks of their responses."""

import json
import os
import random

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "queries")
NEW = "@NEW@"
# Entries of an instance, as benches/seed.rs makes them.
ENTRIES = {"ports": 3, "volumes": 2, "envVars": 8, "labels": 5, "domains": 1, "healthcheck": 1, "configFiles": 2}
OVERRIDES = sum(ENTRIES.values())
# The same keys as in the template, four labels of the system, and the template's own domain beside the instance's.
EFFECTIVE = {**ENTRIES, "labels": 9, "domains": 2}
# Names that match: a fifth of all three times, nearly all, and all.
SEARCHES = ["1", "2", "3", "inst-00", "inst"]
BODIES = 512

TITLES = {
    "q1": "stack page",
    "q2": "stack with all overrides",
    "q3": "one instance",
    "q4": "search",
    "q5": "effective configuration of a stack",
    "m1": "create",
    "m2": "duplicate",
}
READS, WRITES = ("q1", "q2", "q3", "q4", "q5"), ("m1", "m2")


class Wrong(Exception):
    """An unexpected response."""


def document(question):
    with open(os.path.join(FOLDER, f"{question}.graphql")) as file:
        lines = [line.strip() for line in file if not line.startswith("#")]
    return " ".join(lines).strip()


def choices(stacks, instances, count=BODIES):
    """Stack, instance and a number for other choices: pseudo-random, and the same in every run."""
    chance = random.Random(4711)
    for _ in range(count):
        yield chance.randint(1, stacks), chance.randint(1, instances), chance.randrange(5)


def variables(question, choice, first=100):
    stack, name, search = f"stack-{choice[0]:05}", f"inst-{choice[1]:04}", SEARCHES[choice[2]]
    return {
        "q1": {"stack": stack, "first": first},
        "q2": {"stack": stack, "first": first},
        "q3": {"stack": stack, "name": name},
        "q4": {"stack": stack, "search": search},
        "q5": {"stack": stack, "first": first},
        "m1": {
            "input": {
                "stack": {"name": stack},
                "template": {"name": "template-07"},
                "name": NEW,
                "description": "made by a measurement",
            }
        },
        "m2": {"input": {"instance": {"byName": {"stack": stack, "name": name}}, "name": NEW}},
    }[question]


def body(question, choice, first=100):
    request = {"query": document(question), "variables": variables(question, choice, first)}
    return json.dumps(request, separators=(",", ":"))


def expect(what, is_so):
    if not is_so:
        raise Wrong(f"not true: {what}")


def check(question, answer, instances, name=None):
    """Raises Wrong unless the response is complete."""
    expect(f"no errors ({str(answer.get('errors'))[:300]})", not answer.get("errors"))
    data = answer["data"]
    if question in WRITES:
        (payload,) = data.values()
        expect(f"no user errors ({payload['userErrors']})", payload["userErrors"] == [])
        made = payload["instance"]
        expect("the name", made["name"] == name)
        expect("the overrides", question == "m1" or made["overrideCount"] == OVERRIDES)
        return
    if question == "q3":
        check_entries(data["instance"], ENTRIES)
        return
    page = data["stack"]["instances"]
    nodes = page["nodes"]
    if question == "q4":
        total = page["totalCount"]
        expect("a page of what matches", total > 0 and len(nodes) == min(20, total))
        expect("all are enabled", all(node["enabled"] for node in nodes))
        return
    expect("the number of instances", len(nodes) == min(100, instances))
    for node in nodes:
        if question == "q1":
            expect("the number of overrides", node["overrideCount"] == OVERRIDES)
        elif question == "q2":
            check_entries(node, ENTRIES)
        else:
            check_entries(node["effectiveConfig"], EFFECTIVE)


def check_entries(owner, expected):
    for field, count in expected.items():
        found = owner[field]
        found = len(found) if isinstance(found, list) else int(found is not None)
        expect(f"{count} {field}, not {found}", found == count)
