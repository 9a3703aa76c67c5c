"""Writers that send so many changes a second, for the fault `live`: each change has a number as its message.

    python3 steady.py FILE    # JSON: ports, key, stacks, rate, threads, out

Stops at a line on its input, and leaves what became of each change in the file `out`: when it was sent, when it was
acknowledged (null if that is unknown), and the code of an error.
"""

import http.client
import json
import random
import sys
import threading
import time

# Of a hundred changes, as many are of an instance.
INSTANCES = 20
# The changes of a template go to every subscriber: one a second.
TEMPLATES_SECONDS = 1.0


class Writer(threading.Thread):
    """One of the threads, with a connection to each server."""

    def __init__(self, config, number, over):
        super().__init__()
        self.config, self.number, self.over, self.connections, self.journal = config, number, over, {}, []
        self.random = random.Random(number)

    def run(self):
        rate, threads = self.config["rate"], self.config["threads"]
        begun, message, next_template = time.monotonic(), self.number, time.monotonic()
        turn = 0
        while not self.over.is_set():
            due = begun + (turn * threads + self.number) / rate
            if (early := due - time.monotonic()) > 0:
                self.over.wait(early)
            else:
                # What could not be sent in time is left out.
                turn += int(-early * rate / threads)
            turn += 1
            is_template = self.number == 0 and time.monotonic() >= next_template
            if is_template:
                next_template = time.monotonic() + TEMPLATES_SECONDS
            self.change(message, is_template)
            message += threads

    def change(self, message, is_template):
        field, given = self.request(message, is_template)
        kind = f"{field[0].upper()}{field[1:]}Input"
        query = f"mutation ($input: {kind}!) {{ {field}(input: $input) {{ userErrors {{ code }} }} }}"
        given |= {"message": str(message), "description": f"change {message}"}
        body = json.dumps({"query": query, "variables": {"input": given}})
        sent = time.time()
        code = self.send(body)
        came = time.time()
        self.journal.append((message, sent, None if code else came, code))

    def request(self, message, is_template):
        if is_template:
            return "updateTemplate", {"template": {"name": "app"}}
        stack = self.random.choice(self.config["stacks"])
        if self.random.randrange(100) < INSTANCES:
            return "updateInstance", {"instance": {"byName": {"stack": stack, "name": "db"}}}
        return "updateStack", {"stack": {"name": stack}}

    def send(self, body):
        """Sends it to one of the servers; `None` when it was acknowledged."""
        ports = self.random.sample(self.config["ports"], len(self.config["ports"]))
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.config['key']}"}
        for port in ports:
            if port not in self.connections:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
                try:
                    connection.connect()
                except OSError:
                    continue  # surely not sent: the next server gets it
                self.connections[port] = connection
            try:
                self.connections[port].request("POST", "/graphql", body, headers)
                text = self.connections[port].getresponse().read()
                told = json.loads(text)
            except (OSError, http.client.HTTPException, ValueError) as cause:
                self.connections.pop(port).close()
                return type(cause).__name__
            errors = told.get("errors") or next(iter(told["data"].values()))["userErrors"]
            if not errors:
                return None
            return errors[0].get("code") or errors[0].get("extensions", {}).get("code") or "error"
        return "refused"


def main():
    with open(sys.argv[1]) as file:
        config = json.load(file)
    over = threading.Event()
    writers = [Writer(config, number, over) for number in range(config["threads"])]
    for writer in writers:
        writer.start()
    sys.stdin.readline()
    over.set()
    for writer in writers:
        writer.join()
    with open(config["out"], "w") as file:
        json.dump([line for writer in writers for line in writer.journal], file)


if __name__ == "__main__":
    main()
