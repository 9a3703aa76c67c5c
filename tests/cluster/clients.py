"""The clients of the services: writers with books, readers, and a probe that asks the cluster itself."""

import json
import threading
import time

import service
import wire

WRITERS = 8
# Seconds between two writes of one writer, after an answer and after an error.
PAUSE = 0.1
# Seconds between two reads of one reader, and between two commits of the probe.
READ_PAUSE, PROBE_PAUSE = 0.05, 0.1
# How many instances of a writer are changed again and again; beside these, every fifth write makes a new one.
KEPT, NEW = 10, 5
REQUEST_TIMEOUT = 60.0
TEMPLATE = "cluster"

CREATE = "mutation ($input: CreateInstanceInput!) { did: createInstance(input: $input) { userErrors { code } } }"
UPDATE = "mutation ($input: UpdateInstanceInput!) { did: updateInstance(input: $input) { userErrors { code } } }"
READ = "query ($stack: String!, $name: String!) { instance(stack: $stack, name: $name) { description } }"
PAGE = """query ($stack: String!, $after: String) { stack(name: $stack) { instances(first: 100, after: $after) {
    nodes { name description } pageInfo { hasNextPage endCursor } } } }"""


class Client:
    """A connection to one service, opened when it is needed. Each request is sent in one piece."""

    def __init__(self, service_):
        self.service, self.stream, self.reader = service_, None, None

    def ask(self, query, variables=None):
        """The data and None, or None and the kind of the error."""
        try:
            if self.stream is None:
                self.stream = self.service.connect(REQUEST_TIMEOUT)
                self.reader = service.Reader(self.stream)
            self.stream.sendall(service.graphql(query, variables))
            answer = self.reader.answer()
            told = json.loads(answer.body)
        except (OSError, ValueError, service.Cut) as cause:
            self.close()
            return None, type(cause).__name__
        if (answer.header("connection") or "").lower() == "close":
            self.close()
        if errors := told.get("errors"):
            return None, errors[0].get("extensions", {}).get("code") or f"status {answer.status}"
        if answer.status != 200 or not told.get("data"):
            return None, f"status {answer.status}"
        return told["data"], None

    def close(self):
        if self.stream:
            self.stream.close()
        self.stream = None


class Books:
    """What was acknowledged. Values of one instance only grow, and none is written after one whose outcome is unknown."""

    def __init__(self):
        self.lock, self.latest, self.stale, self.wrong = threading.Lock(), None, [], []

    def must_have(self, stack, name, value, data, where):
        """Checks an answer that has to show this value or a later one."""
        found = data["instance"] and int(data["instance"]["description"])
        if found is None or found < value:
            with self.lock:
                self.stale.append(f"{where}: {stack}/{name} has {found}, not {value}, at {time.time():.3f}")


class Instance:
    """One instance in the books."""

    def __init__(self, name):
        self.name, self.acknowledged, self.unknown = name, None, None


class Thread(threading.Thread):
    """A client that asks until it is stopped. `answers`: begin, end, and the kind of the error (None: none) of each request."""

    pause = PAUSE

    def __init__(self):
        super().__init__(daemon=True)
        self.over, self.answers = threading.Event(), []

    def run(self):
        while not self.over.is_set():
            self.turn()
            self.over.wait(self.pause)

    def timed(self, client, query, variables):
        begun = time.time()
        data, error = client.ask(query, variables)
        self.answers.append((begun, time.time(), error))
        return data, error

    def succeeded(self):
        """When requests succeeded."""
        return [end for _, end, error in self.answers if error is None]


class Writer(Thread):
    """Writes through one service, and reads what was acknowledged at once through the other one."""

    def __init__(self, number, books, own, other):
        super().__init__()
        self.books, self.stack, self.where = books, f"writer-{number}", f"writer {number}"
        self.own, self.other = Client(own), Client(other)
        self.instances, self.unread, self.value, self.reads = [], [], 0, []

    def turn(self):
        self.unread = [one for one in self.unread if not self.is_read(one)]
        self.value += 1
        free = [one for one in self.instances if one.unknown is None and one not in self.unread]
        if len(free) < KEPT or self.value % NEW == 0:
            one = Instance(f"i{self.value}")
            self.instances.append(one)
            given = {"stack": {"name": self.stack}, "template": {"name": TEMPLATE}, "name": one.name}
            query = CREATE
        else:
            one = free[self.value % len(free)]
            given, query = {"instance": {"byName": {"stack": self.stack, "name": one.name}}}, UPDATE
        data, error = self.timed(self.own, query, {"input": given | {"description": str(self.value)}})
        if error:
            one.unknown = self.value
        elif refused := data["did"]["userErrors"]:
            one.unknown = self.value
            self.books.wrong.append(f"{self.where}: {one.name} was refused: {refused[0]['code']}")
        else:
            one.acknowledged = self.value
            self.books.latest = (self.stack, one.name, self.value)
            if not self.is_read(one):
                # The other service does not answer: the instance rests until it does.
                self.unread.append(one)

    def is_read(self, one):
        begun = time.time()
        data, error = self.other.ask(READ, {"stack": self.stack, "name": one.name})
        self.reads.append((begun, time.time(), error))
        if error is None:
            self.books.must_have(self.stack, one.name, one.acknowledged, data, self.where)
        return error is None

    def compare(self, there):
        """What is not as the books say: acknowledged changes that are lost, and values that nobody can have written."""
        lost, odd = [], []
        for one in self.instances:
            found = there.pop(one.name, None)
            if one.acknowledged is not None and (found is None or found < one.acknowledged):
                lost.append(f"{self.stack}/{one.name} has {found}, not {one.acknowledged}")
            elif found not in (None, one.acknowledged, one.unknown):
                odd.append(f"{self.stack}/{one.name} has {found}")
        return lost, odd + [f"{self.stack}/{name} was never written" for name in there]


class Reader(Thread):
    """Reads what was acknowledged last, through one service."""

    pause = READ_PAUSE

    def __init__(self, number, books, service_):
        super().__init__()
        self.books, self.client, self.where = books, Client(service_), f"reader {number}"

    def turn(self):
        latest = self.books.latest
        if latest is None:
            return
        stack, name, value = latest
        data, error = self.timed(self.client, READ, {"stack": stack, "name": name})
        if error is None:
            self.books.must_have(stack, name, value, data, self.where)


class Probe(Thread):
    """Commits on one node whenever that node takes changes: shows how long the cluster itself took none."""

    pause = PROBE_PAUSE

    def __init__(self, node):
        super().__init__()
        self.node, self.connection = node, None

    def turn(self):
        begun, error = time.time(), None
        try:
            if self.connection is None:
                self.connection = wire.Connection(self.node.port)
            self.connection.sql("INSERT INTO probe VALUES (now())")
        except (OSError, wire.Failed) as cause:
            error = str(cause)
            # A standby says that it is one, and may be the leader a moment later.
            if not error.startswith("25006") and self.connection:
                self.connection.close()
                self.connection = None
        self.answers.append((begun, time.time(), error))


def prepare(service_):
    """The template, and a stack for each writer."""
    client = Client(service_)
    template, stack = f'createTemplate(input: {{ name: "{TEMPLATE}", imageName: "x" }})', 'createStack(input: {{ name: "writer-{}" }})'
    for field in [template, *(stack.format(number) for number in range(WRITERS))]:
        data, error = client.ask(f"mutation {{ did: {field} {{ userErrors {{ code }} }} }}")
        if error or data["did"]["userErrors"]:
            raise RuntimeError(f"{field}: {error or data}")
    client.close()


def everything(service_, stack):
    """All instances of a stack, by name."""
    client, found, after = Client(service_), {}, None
    while True:
        data, error = client.ask(PAGE, {"stack": stack, "after": after})
        if error:
            raise RuntimeError(f"{stack} cannot be read: {error}")
        page = data["stack"]["instances"]
        found |= {node["name"]: int(node["description"]) for node in page["nodes"]}
        if not page["pageInfo"]["hasNextPage"]:
            client.close()
            return found
        after = page["pageInfo"]["endCursor"]


def gap(moments, since, until):
    """The longest time without any of the moments, between two times."""
    inside = [since, *sorted(moment for moment in moments if since < moment < until), until]
    return max(after - before for before, after in zip(inside, inside[1:]))
