"""Concurrent clients: fifty create one name, a thousand copies of one source, a hundred increment one number."""

import http.client
import json
import threading
import time

from support.work import Fault


class Client:
    """One connection that stays."""

    def __init__(self, service):
        self.service, self.connection = service, None

    def ask(self, query, variables):
        """The data of an answer; none when the service was too busy and nothing was done."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=60)
        body = json.dumps({"query": query, "variables": variables})
        try:
            self.connection.request("POST", "/graphql", body, {"Content-Type": "application/json"})
            answer = self.connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            # Turned away, as there are more connections than are taken; the key makes it safe to try again.
            self.connection = None
            return None
        if answer.status == 503:
            return None
        told = json.loads(text)
        if "errors" in told:
            code = told["errors"][0].get("extensions", {}).get("code")
            if code in ("UNAVAILABLE", "TIMEOUT"):
                return None
            raise RuntimeError(f"the answer is {text[:300]}")
        return told["data"]

    def mutate(self, field, given, selection=""):
        """The payload of one mutation, sent until it is answered."""
        kind = f"{field[0].upper()}{field[1:]}Input"
        query = f"mutation ($input: {kind}!) {{ {field}(input: $input) {{ {selection} userErrors {{ code }} }} }}"
        while (data := self.ask(query, {"input": given})) is None:
            time.sleep(0.05)
        return data[field]

    def read(self, query, variables):
        while (data := self.ask(query, variables)) is None:
            time.sleep(0.05)
        return data


def at_once(service, number, act):
    """The results of this many clients that begin at the same moment."""
    results, start = [None] * number, threading.Barrier(number)

    def one(n):
        client = Client(service)
        start.wait()
        try:
            results[n] = act(client, n)
        except Exception as cause:  # told by the caller
            results[n] = cause

    threads = [threading.Thread(target=one, args=(n,)) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results


INSTANCE = {"byName": {"stack": "shop", "name": "db"}}


def shop(work):
    service = work.service(work.database(), arguments=["--max-connections", "2000"], catalog=False)
    client = Client(service)
    client.mutate("createStack", {"name": "shop"})
    client.mutate("createTemplate", {"name": "app", "imageName": "app"})
    client.mutate("createInstance", new("db"))
    return service, client


def new(name):
    return {"stack": {"name": "shop"}, "template": {"name": "app"}, "name": name}


def one_name(work):
    service, client = shop(work)
    for number in range(work.times):
        name = f"x{number}"
        create = lambda own, n: own.mutate("createInstance", {**new(name), "idempotencyKey": f"{name} {n}"})  # noqa: E731
        payloads = at_once(service, 50, create)
        codes = sorted(str([error["code"] for error in payload["userErrors"]]) for payload in payloads)
        if codes != ["['NAME_TAKEN']"] * 49 + ["[]"]:
            work.miss(f"round {number}: {codes}")
        work.add("rounds", 1)
    seen = client.read("{ stack(name: \"shop\") { instances { totalCount } } }", {})
    if seen["stack"]["instances"]["totalCount"] != work.times + 1:
        work.miss(f"there are {seen}")


SHOWN = """ports { containerPort } volumes { source } envVars { key value isSecret } labels { value } domains { domain }
    healthcheck { test } configFiles { content } settings { imageTag } resourceLimits { memory } attributes { value } overrideCount"""


def marked(n):
    """Overrides of every kind, all with the same marker."""
    mark, port = ("one", 1000) if n % 2 == 0 else ("two", 2000)
    return {
        "ports": [{"containerPort": port}, {"containerPort": port + 1}],
        "volumes": [{"volumeType": "VOLUME", "source": mark, "target": "/data"}],
        "envVars": [{"key": "MARK", "value": mark}, {"key": "SECRET", "value": mark, "isSecret": True}],
        "labels": [{"key": "mark", "value": mark}],
        "domains": [{"domain": f"{mark}.localhost"}],
        "healthcheck": {"test": ["CMD", mark]},
        "configFiles": [{"filePath": "/mark", "content": mark}],
        "settings": {"imageTag": mark},
        "resourceLimits": {"memory": "1g" if n % 2 == 0 else "2g"},
        "attributes": [{"name": "x-mark", "value": mark}],
    }


def copies(work):
    service, client = shop(work)
    write = lambda own, n: own.mutate("setInstanceOverrides", {"instance": INSTANCE, "overrides": marked(n)}, f"instance {{ {SHOWN} }}")
    states = [write(client, 0)["instance"], write(client, 1)["instance"]]
    copying = threading.Event()

    def writer():
        own, n = Client(service), 0
        while not copying.is_set():
            write(own, n)
            n += 1
        work.add("changes meanwhile", n)

    thread = threading.Thread(target=writer)
    thread.start()
    copy = lambda own, n: own.mutate("duplicateInstance", {"instance": INSTANCE, "idempotencyKey": f"copy {n}"}, "instance { name }")
    made = at_once(service, work.times, copy)
    copying.set()
    thread.join()
    names = {payload["instance"]["name"] for payload in made if not payload["userErrors"]}
    work.add("copies", len(names))
    if len(names) != work.times:
        work.miss(f"{len(names)} names for {work.times} copies")
    after, there, torn = None, 0, 0
    query = f"query ($a: String) {{ stack(name: \"shop\") {{ instances(first: 100, after: $a) {{ nodes {{ name {SHOWN} }} pageInfo {{ endCursor hasNextPage }} }} }} }}"
    while True:
        page = client.read(query, {"a": after})["stack"]["instances"]
        for node in page["nodes"]:
            there += 1
            name = node.pop("name")
            if node not in states:
                torn += 1
                work.miss(f"{name} is torn: {node}")
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    work.add("torn", torn)
    if there != work.times + 1:
        work.miss(f"there are {there} instances")


def count_up(work):
    service, client = shop(work)
    clients = 20 if work.short else 100
    read = "{ instance(stack: \"shop\", name: \"db\") { description revision } }"

    def add(own, n):
        for _ in range(work.times):
            while True:
                seen = own.read(read, {})["instance"]
                given = {"instance": INSTANCE, "description": str(int(seen["description"] or 0) + 1), "expectedRevision": seen["revision"]}
                # With an idempotency key, because a client without a response may have written.
                payload = own.mutate("updateInstance", {**given, "idempotencyKey": f"{n} {seen['revision']}"})
                if not payload["userErrors"]:
                    break

    at_once(service, clients, add)
    seen = client.read(read, {})["instance"]
    if seen["description"] != str(clients * work.times):
        work.miss(f"the sum is {seen['description']} and not {clients * work.times}")
    work.add("counted", int(seen["description"]))


FAULTS = [
    Fault("one-name", "fifty clients want one name", "exactly one gets it, the others are told NAME_TAKEN", one_name, times=200, short=2),
    Fault("copies", "so many copies of one source at once, beside a writer that changes every kind", "all are made, with names of their own, none is torn", copies, times=1000, short=40),
    Fault("count-up", "a hundred clients add one so often, from the revision they have read", "the sum is exact", count_up, times=100, short=1),
]
