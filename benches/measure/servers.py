"""Servers to measure: builds of this repository, and rivals. Each is a process on 127.0.0.1 that answers questions."""

import http.client
import importlib.util
import json
import os
import re
import socket
import subprocess
import time

from . import clocks, questions


class Server:
    """A process that answers over HTTP. `size` is (stacks, instances of a stack) of its database."""

    is_rival = False

    def __init__(self, name, size, work, is_repeated=False):
        self.name, self.size, self.work, self.is_repeated = name, size, work, is_repeated
        self.process = None
        # Changes go to this many stacks.
        self.changed_stacks = size[0]

    def launch(self, command, environment, cwd):
        self.log = os.path.join(self.work, f"{self.name.replace(' ', '-')}.log")
        self.launched = time.perf_counter()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, cwd=cwd, env=environment)

    def fail(self, why):
        with open(self.log, errors="replace") as log:
            raise SystemExit(f"{self.name}: {why}\n{log.read()[-2000:]}")

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.process = None

    def path(self, question):
        return "/graphql"

    def post(self, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            headers = {"Content-Type": "application/json", "Accept": "application/json"}
            connection.request("POST", path, body.encode(), headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def ask(self, question, choice, new="n-x", first=100):
        """Sends one request and checks the response; returns its bytes."""
        status, answer = self.post(self.path(question), self.body(question, choice, first).replace(questions.NEW, new))
        try:
            if status != 200:
                raise questions.Wrong(f"status {status}: {answer[:300]!r}")
            self.check(question, json.loads(answer), min(first, self.size[1]), new)
        except questions.Wrong as wrong:
            self.fail(f"{question}: {wrong}")
        return answer

    def bodies(self, question):
        """The file with the requests of a load: always the same, or with changing variables."""
        file = os.path.join(self.work, f"{self.name.replace(' ', '-')}-{question}.bodies")
        count = 1 if self.is_repeated else questions.BODIES
        stacks = self.changed_stacks if question in questions.WRITES else self.size[0]
        with open(file, "w") as out:
            for choice in questions.choices(stacks, self.size[1], count):
                out.write(self.body(question, choice) + "\n")
        return file

    def cpu(self):
        return clocks.cpu(self.process.pid)

    def memory(self):
        return clocks.memory(self.process.pid)

    def first_answer(self):
        """Starts the server, sends requests until one succeeds, and returns the milliseconds that took."""
        self.start()
        while True:
            try:
                self.ask("q3", (1, 1, 0))
                return (time.perf_counter() - self.launched) * 1000
            except OSError as cause:
                if self.process.poll() is not None or time.perf_counter() - self.launched > 30:
                    self.fail(f"no answer: {cause}")
                time.sleep(0.001)


class Ours(Server):
    """A build of this repository."""

    def __init__(self, name, size, work, binary, arguments=(), environment=None, is_repeated=False):
        super().__init__(name, size, work, is_repeated)
        self.binary, self.arguments, self.environment = binary, arguments, environment or {}

    def answers(self, question):
        return True

    def start(self):
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("DEVARCH_", "OTEL_"))}
        for key in ("DATABASE_URL", "RUST_LOG"):
            kept.pop(key, None)
        command = [self.binary, "--listen", "127.0.0.1:0", "--database-url", self.url, *self.arguments]
        kept["DEVARCH_SECRETS_KEY_FILE"] = self.key_file()
        self.launch(command, {**kept, **self.environment}, self.work)
        for line in self.process.stdout:
            if told := re.search(rb"http://127\.0\.0\.1:(\d+)/", line):
                self.port = int(told[1])
                return
        self.fail("it did not start")

    def key_file(self):
        """One key for all databases: the catalogue brings secrets, and copies are opened by others."""
        file = os.path.join(self.work, "secrets.key")
        if not os.path.exists(file):
            line = subprocess.run([self.binary, "secrets", "new-key"], check=True, capture_output=True).stdout
            with open(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as out:
                out.write(line)
        return file

    def body(self, question, choice, first=100):
        return questions.body(question, choice, first)

    def check(self, question, answer, instances, new):
        questions.check(question, answer, instances, new)

    def statements(self):
        """Statements and requests so far, of queries and mutations."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        found = re.findall(r"^devarch_graphql_request_statements_(sum|count)\{.*\} ([0-9.]+)$", text, re.M)
        return [sum(float(value) for part, value in found if part == wanted) for wanted in ("sum", "count")]


class Rival(Server):
    """A server of the peers' folder, as its measuring program describes it."""

    is_rival = True

    def __init__(self, name, size, work, peers):
        super().__init__(name, size, work)
        self.spec, self.folder = peers.module.PEERS[name], peers.folder
        self.shape = peers.module.shape

    def answers(self, question):
        file = os.path.join(self.folder, "queries", self.spec["dialect"], f"{question}.json")
        return os.path.exists(file) and (not self.spec["only"] or question in self.spec["only"])

    def start(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        environment = {**os.environ, "PORT": str(self.port), "DATABASE_URL": self.url, **self.spec["env"]}
        self.launch(self.spec["cmd"], environment, self.spec["cwd"])

    def path(self, question):
        return self.spec["path"].format(q=question)

    def body(self, question, choice, first=100):
        file = os.path.join(self.folder, "queries", self.spec["dialect"], f"{question}.json")
        with open(file) as text:
            body = text.read().strip()
        term = ["web", "worker", "cache", "inst-00", "role"][choice[2]]
        values = {
            "$STACKID": str(choice[0]),
            "$STACK": f"stack-{choice[0]:05}",
            "$INST": f"inst-{choice[1]:04}",
            "$TERM": term,
            "$NEW": questions.NEW,
        }
        for key, value in values.items():
            body = body.replace(key, value)
        return body

    def check(self, question, answer, instances, new):
        questions.expect(f"no errors ({str(answer.get('errors'))[:300]})", not answer.get("errors"))
        shape = self.shape(answer)
        if question in ("q1", "q2"):
            questions.expect("the number of instances", shape["inst"] == instances)
        if question in ("q2", "q3"):
            wanted = questions.OVERRIDES * (instances if question == "q2" else 1)
            questions.expect("the number of overrides", shape["kids"] >= wanted)
        if question == "q4":
            questions.expect("a page of what matches", 0 < shape["inst"] <= 20)
        if question in questions.WRITES:
            questions.expect("an instance", shape["inst"] == 1)


class Peers:
    """The folder of the peers, and what its set-up made."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        file = os.path.join(self.folder, "bench.py")
        if not os.path.exists(file):
            raise SystemExit(f"no peers in {self.folder}: name their folder with --peers, or leave --rivals away")
        spec = importlib.util.spec_from_file_location("peers_bench", file)
        self.module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.module)
        self.cluster = os.path.join(self.module.W, "pg")
        if not os.path.exists(self.cluster):
            setup = os.path.join(self.folder, "bench.sh")
            raise SystemExit(f"the peers are not set up: run `{setup} setup`, or set PERF_DIR to where that was done")

    def is_built(self, name):
        spec = self.module.PEERS.get(name)
        if spec is None:
            raise SystemExit(f"no rival {name}: there are {', '.join(self.module.PEERS)}")
        return os.path.exists(spec["cmd"][0])
