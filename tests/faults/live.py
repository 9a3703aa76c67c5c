"""Subscribers that come back with the cursor of their last event, while listeners are cut, a server and a primary killed."""

import json
import os
import pickle
import random
import sqlite3
import subprocess
import sys
import time
import urllib.request

import standby
from support.work import Fault, say

HERE = os.path.dirname(os.path.abspath(__file__))
# Changes of a part of the log are in the order of their positions; part 0 has those of templates.
LOG = "SELECT message, part, seq, COALESCE(stack_id, 0) FROM change_log WHERE message IS NOT NULL ORDER BY part, seq"
LISTENERS = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'devarch-listen'"
# Seconds between two cuts: a server listens again after one.
PAUSE = 1.1
P99 = 500.0


class Child:
    """A script of `support` in a process of its own, which gets its orders as a file and leaves its results in one."""

    def __init__(self, work, name, config):
        self.name, self.out, file = name, os.path.join(work.folder, f"{name}.out"), os.path.join(work.folder, f"{name}.json")
        with open(file, "w") as orders:
            json.dump({**config, "out": self.out}, orders)
        command = [sys.executable, os.path.join(HERE, "support", f"{name}.py"), file]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        work.stack.callback(self.process.kill)

    def wait_until_ready(self):
        if self.process.stdout.readline().strip() != "ready":
            raise RuntimeError(f"{self.name} is not ready")

    def finish(self):
        self.process.communicate("finish\n", timeout=120)
        if self.process.returncode:
            raise RuntimeError(f"{self.name} has failed")
        return self.out


def ask(server, query, key=None):
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    request = urllib.request.Request(f"{server.url}/graphql", json.dumps({"query": query}).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        told = json.loads(answer.read())
    if "errors" in told:
        raise RuntimeError(f"{query}: {told['errors']}")
    return told["data"]


def change(server, field, given, key=None, selection=""):
    data = ask(server, f"mutation {{ {field}(input: {{ {given} }}) {{ {selection} userErrors {{ code }} }} }}", key)[field]
    if data["userErrors"]:
        raise RuntimeError(f"{field}: {data['userErrors']}")
    return data


def fill(server, stacks):
    """Stacks with an instance each, and a key for the writers, for readers of everything, and for three of the stacks."""
    change(server, "createTemplate", 'name: "app", imageName: "app"')
    for stack in stacks:
        change(server, "createStack", f'name: "{stack}"')
        change(server, "createInstance", f'stack: {{ name: "{stack}" }}, template: {{ name: "app" }}, name: "db"')
    keys, admin = {}, None
    some = ", ".join(f'{{ name: "{stack}" }}' for stack in stacks[:3])
    for name, given in ("admin", "role: ADMIN"), ("all", "role: READER"), ("some", f"role: READER, stacks: [{some}]"):
        keys[name] = change(server, "createApiKey", f'name: "{name}", {given}', admin, "token")["token"]
        admin = admin or keys[name]
    return keys


def subscribers(server, stacks, keys, number):
    """Most follow one stack; one of fifty follows everything, and another one what a limited key reaches."""
    cursors = {stack: ask(server, f'{{ stack(name: "{stack}") {{ changeCursor }} }}', keys["all"]) for stack in stacks}
    everything = {key: ask(server, "{ changeCursor }", keys[key])["changeCursor"] for key in ("all", "some")}
    for n in range(number):
        what = {0: "all", 1: "some"}.get(n % 50)
        stack = None if what else stacks[n % len(stacks)]
        after = everything[what] if what else cursors[stack]["stack"]["changeCursor"]
        yield {"stack": stack, "sse": n % 10 == 3, "key": keys[what or "all"], "after": after, "reach": what or stack}


def log(work, server, url):
    """The numbered changes of the log, by part, in their order; and the ids of the stacks by their names."""
    names = "SELECT name, id FROM stacks"
    if work.engine == "postgres":
        database = url.rpartition("/")[2]
        rows, stacks = ([line.split("|") for line in server.sql(database, text).splitlines()] for text in (LOG, names))
    else:
        connection = sqlite3.connect(url.removeprefix("sqlite://"))
        rows, stacks = connection.execute(LOG).fetchall(), connection.execute(names).fetchall()
        connection.close()
    parts = {}
    for message, part, seq, stack in rows:
        parts.setdefault(int(part), []).append((int(message), int(seq), int(stack)))
    return parts, {name: int(id_) for name, id_ in stacks}


class Book:
    """What the log has, and so what each subscriber has to see."""

    def __init__(self, parts):
        self.parts, self.known = parts, {}
        self.where = {message: (part, seq) for part, rows in parts.items() for message, seq, _ in rows}

    def entitled(self, stacks):
        """The changes of these stacks (of all, if it is none) and of templates."""
        if stacks not in self.known:
            self.known[stacks] = {
                message
                for part, rows in self.parts.items()
                for message, _, stack in rows
                if part == 0 or stacks is None or stack in stacks
            }
        return self.known[stacks]

    def is_read(self, message, messages, resyncs):
        """Whether a change lies where the subscriber was told to begin anew: then it has read what the change did."""
        part, seq = self.where[message]
        of_part = [(at, self.where[seen][1]) for at, seen in enumerate(messages) if self.where.get(seen, (None,))[0] == part]
        return any(all((other < seq) == (at < begun) for at, other in of_part) for begun, _, _ in resyncs)

    def compare(self, stacks, told):
        """What one subscriber has missed, what came twice, out of order, and was not for it."""
        messages, ids, _, resyncs, _ = told
        entitled = self.entitled(stacks)
        missed = [one for one in entitled.difference(messages) if not self.is_read(one, messages, resyncs)]
        last, disordered = {}, []
        for message in messages:
            part, seq = self.where.get(message, (None, 0))
            if seq < last.get(part, 0):
                disordered.append(message)
            last[part] = seq
        return {
            "missed": missed,
            "repeated": list(range(len(ids) - len(set(ids)))),
            "out of order": disordered,
            "for others": [message for message in messages if message not in entitled],
        }


def run(work):
    number, rate, stacks = (60, 30, 6) if work.short else (1000, 200, 30)
    stacks = [f"live-{n}" for n in range(stacks)]
    url = work.database()
    primary = work.server
    servers = [work.service(url, catalog=False) for _ in range(3 if work.engine == "postgres" else 2)]
    keys = fill(servers[0], stacks)
    wanted = list(subscribers(servers[0], stacks, keys, number))
    follower = standby.follow(work, primary) if work.engine == "postgres" else None
    ports = [server.port for server in servers]
    watching = Child(work, "subscribers", {"ports": ports, "subscribers": wanted, "hang_ups": 0.01})
    watching.wait_until_ready()
    threads = 8 if work.short else 24
    writing = Child(work, "steady", {"ports": ports, "key": keys["admin"], "stacks": stacks, "rate": rate, "threads": threads})
    time.sleep(1.0)
    killed, down, cut = 0, None, 0
    for turn in range(work.times):
        if work.engine == "postgres":
            cut += int(primary.sql(None, LISTENERS))
        if down and (work.short or turn > down[1] + 3):
            down[0].start()
            down = None
        if turn == work.times // 3:
            down = (random.choice(servers), turn)
            down[0].kill()
            killed += 1
        if follower and turn == work.times * 2 // 3:
            primary.kill()
            # It comes up at the address of the one that is gone, and then takes its place.
            follower.halt()
            follower.port, follower.url_ = primary.port, primary.url_
            follower.begin()
            follower.promote()
            primary, follower = follower, None
            work.add("primaries killed", 1)
        time.sleep(PAUSE * random.uniform(0.7, 1.3))
    if down:
        down[0].start()
    time.sleep(1.0)
    with open(writing.finish()) as file:
        journal = json.load(file)
    with open(watching.finish(), "rb") as file:
        told, wrong = pickle.load(file)
    work.add("LISTEN connections cut", cut)
    work.add("servers killed", killed)
    judge(work, journal, wanted, told, wrong, *log(work, primary, url))


def judge(work, journal, wanted, told, wrong, parts, stacks):
    for line in wrong[:10]:
        work.miss(f"a subscriber was sent what it does not understand: {line}")
    logged = [message for rows in parts.values() for message, _, _ in rows]
    acknowledged = {message: came for message, _, came, _ in journal if came}
    lost, twice = acknowledged.keys() - set(logged), len(logged) - len(set(logged))
    work.add("acknowledged", len(acknowledged))
    work.add("unknown", len(journal) - len(acknowledged))
    if lost or twice:
        work.miss(f"{len(lost)} acknowledged changes are not in the log, {twice} are there twice")
    book, some = Book(parts), frozenset(stacks[f"live-{n}"] for n in range(3))
    sums, events, drops, resyncs, lags = {}, 0, {}, [], []
    for number, (one, seen) in enumerate(zip(wanted, told)):
        reach = {"all": None, "some": some}.get(one["reach"], frozenset([stacks.get(one["reach"])]))
        for what, found in book.compare(reach, seen).items():
            sums[what] = sums.get(what, 0) + len(found)
            if found:
                work.miss(f"subscriber {number} ({one['reach']}): {len(found)} {what}, such as {found[:5]}")
        messages, _, times, again, gone = seen
        events += len(messages)
        resyncs += again
        for reason, count in gone.items():
            drops[reason] = drops.get(reason, 0) + count
        lags += [max(0.0, at - acknowledged[message]) for message, at in zip(messages, times) if message in acknowledged]
    work.add("subscribers", len(wanted))
    work.add("events", events)
    for what, count in sums.items():
        work.add(what, count)
    work.add("interruptions", sum(drops.values()))
    work.add("resyncs", len(resyncs))
    for reason in sorted(drops):
        say(f"live on {work.engine}: {drops[reason]} interruptions: {reason}")
    for _, reason, at in resyncs[:10]:
        say(f"live on {work.engine}: a resync, {reason}, at {at:.3f}")
    lags.sort()
    if not lags:
        return work.miss("no event has come")
    # A short run, of a debug build beside others, looks for losses and not for times.
    limits = {"lag p50": None, "lag p99": None if work.short else P99, "lag max": None}
    for (what, limit), part in zip(limits.items(), (0.5, 0.99, 1.0)):
        work.most(what, lags[min(len(lags) - 1, int(len(lags) * part))] * 1000, limit, "ms")


FAULTS = [
    Fault(
        "live",
        "subscribers come back, while listeners are cut, a server and the primary are killed",
        "each change once and in order: 0 missed, 0 repeated; lag p99 < 500 ms",
        run,
        times=100,
        short=6,
        weight=1,
    )
]
