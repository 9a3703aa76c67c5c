"""The ledger: its runs in the background, its comparison, and what can be read from its journal."""

import json
import os
import subprocess
import time


class Run:
    """A run of the ledger in the background."""

    def __init__(self, process):
        self.process = process

    def wait(self):
        out, err = self.process.communicate()
        if self.process.returncode not in (0, 1):
            raise RuntimeError(f"the ledger failed: {err.strip()[-500:]}")
        return json.loads(out)

    def stop(self):
        self.process.terminate()


class Books:
    """One journal of the ledger."""

    def __init__(self, program, file, urls, writers, pause=0, seed=None):
        self.program, self.file, self.urls, self.writers, self.pause = os.path.abspath(program), file, urls, writers, pause
        self.seed = seed

    def run(self, seconds):
        """Starts to write; the journal is carried on when it is there. When this returns, writing has begun."""
        before = self.size()
        command = [self.program, "run", "--journal", self.file, "--seconds", str(seconds), "--writers", str(self.writers)]
        command += ["--pause", str(self.pause)]
        if self.seed is not None:
            command += ["--seed", str(self.seed)]
        for url in self.urls:
            command += ["--url", url]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while self.size() <= before + 100 and process.poll() is None:
            time.sleep(0.005)
        return Run(process)

    def size(self):
        try:
            return os.path.getsize(self.file)
        except FileNotFoundError:
            return 0

    def verify(self, url):
        """The changes that are lost, torn or unexpected."""
        done = subprocess.run([self.program, "verify", "--url", url, "--journal", self.file], capture_output=True, text=True)
        if done.returncode == 0:
            return []
        return [line.strip() for line in done.stdout.splitlines()[1:]] or [done.stderr.strip() or "the comparison failed"]

    def lines(self):
        with open(self.file) as journal:
            for line in journal:
                try:
                    yield json.loads(line)
                except ValueError:
                    pass  # half a line, at the end

    def until(self, file, sure, possible):
        """New books with what was answered until a moment and sent until another (seconds since 1970)."""
        with open(self.file) as journal, open(file, "w") as cut:
            for line in journal:
                try:
                    told = json.loads(line)
                except ValueError:
                    continue  # half a line, at the end
                moment = told.get("t", 0) / 1000
                if moment <= (sure if "came" in told else possible):
                    cut.write(line)
        return Books(self.program, file, self.urls, self.writers)

    def first_success(self, since):
        """When the first change was acknowledged that was sent after `since` (seconds since 1970)."""
        sent = {}
        for line in self.lines():
            if "sent" in line:
                sent[line["w"]] = line["t"] / 1000 >= since and line["sent"]["do"] != "look"
            elif "came" in line and "done" in line["came"] and sent.get(line["w"]):
                return line["t"] / 1000
        return None

    def changes_sent_and_done(self, since, until):
        """How many changes were sent and acknowledged between two moments; without those that may change nothing."""
        sent, count = {}, 0
        for line in self.lines():
            moment = line.get("t", 0) / 1000
            if "sent" in line:
                sent[line["w"]] = moment >= since and line["sent"]["do"] not in ("look", "set", "patch")
            elif "came" in line and "done" in line["came"] and sent.get(line["w"]) and moment <= until:
                count += 1
        return count

    def outcomes(self, since, until):
        """The number of each outcome between two moments."""
        counts = {}
        for line in self.lines():
            if "came" in line and since <= line["t"] / 1000 <= until:
                what, told = next(iter(line["came"].items()))
                key = what if what in ("done", "refused") else f"{what}: {told}"
                counts[key] = counts.get(key, 0) + 1
        return counts
