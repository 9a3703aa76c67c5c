"""Two services on a cluster with their clients, and the comparison of what they saw with what was promised."""

import time

import clients

# Seconds of quiet work before the event.
BEFORE = 3.0
# Writes must work again this long after the cluster takes them, and so must reads where there was no primary.
LATER = 2.0
# The longest time without reads while there is a primary.
READS = 3.0
# Errors that an event may cause. Each of the others is a miss.
EXPECTED = {"UNAVAILABLE", "TIMEOUT"}


class Trial:
    """Two services on a cluster with their clients, and what the clients have seen."""

    def __init__(self, work, cluster, urls=None, read_attributes=None):
        self.cluster, self.books, self.services = cluster, clients.Books(), []
        for number, url in enumerate(urls or self.urls(new_database(work, cluster), "read-write")):
            more = {}
            if read_attributes:
                database = url.rpartition("/")[2].partition("?")[0]
                more["DEVARCH_READ_DATABASE_URL"] = self.urls(database, read_attributes)[number]
            self.services.append(work.service(url, environment=more, catalog=False))

    def urls(self, database, attributes):
        """For the first service the leader is the first host of the URL, for the second one the last."""
        nodes_ = self.cluster.nodes
        return [self.cluster.url(database, attributes, hosts) for hosts in (nodes_, [*nodes_[1:], nodes_[0]])]

    def begin(self):
        """Starts the clients."""
        one, other = self.services
        self.writers = [
            clients.Writer(number, self.books, *((one, other) if number % 2 == 0 else (other, one)))
            for number in range(clients.WRITERS)
        ]
        self.readers = [clients.Reader(number, self.books, service) for number, service in enumerate(self.services)]
        self.probes = [clients.Probe(node) for node in self.cluster.nodes]
        for thread in self.threads():
            thread.start()
        time.sleep(BEFORE)
        self.began = time.time()

    def threads(self):
        return [*self.writers, *self.readers, *self.probes]

    def end(self):
        """Stops the clients; the figures of this event."""
        self.ended = time.time()
        for thread in self.threads():
            thread.over.set()
        for thread in self.threads():
            thread.join(clients.REQUEST_TIMEOUT + 5)
            # A probe may wait for a commit that no standby confirms.
            if thread.is_alive() and thread not in self.probes:
                raise RuntimeError("a client does not end")

    def away(self, threads):
        """The longest time without a success of any of these."""
        moments = [moment for thread in threads for moment in thread.succeeded()]
        return clients.gap(moments, self.began - 1, self.ended)

    def figures(self):
        """The longest times without writes and reads of a service, and without commits of the cluster."""
        writes = max(self.away(self.writers[0::2]), self.away(self.writers[1::2]))
        return {"writes": writes, "reads": [self.away([reader]) for reader in self.readers], "cluster": self.away(self.probes)}

    def judge(self, work, limit, has_primary):
        """Compares the figures with what was promised."""
        seen = self.figures()
        work.most("cluster away", seen["cluster"])
        work.most("writes away", seen["writes"], min(limit, seen["cluster"]) + LATER)
        for number, reads in enumerate(seen["reads"], 1):
            work.most(f"reads away from service {number}", reads, READS if has_primary else seen["cluster"] + LATER)
        self.judge_answers(work)
        self.judge_books(work)

    def judge_answers(self, work):
        answers = [answer for thread in (*self.writers, *self.readers) for answer in thread.answers]
        answers += [answer for writer in self.writers for answer in writer.reads]
        errors = [(end - begun, error) for begun, end, error in answers if error]
        for kind in sorted({error for _, error in errors}):
            count = sum(error == kind for _, error in errors)
            work.add(kind, count)
            if kind not in EXPECTED:
                work.miss(f"{count} answers with {kind}")
        work.most("slowest error", max((took for took, _ in errors), default=0.0))
        work.most("slowest answer", max((end - begun for begun, end, _ in answers), default=0.0))
        for number, service in enumerate(self.services, 1):
            if not service.is_ready():
                work.miss(f"/readyz of service {number} is not 200 in the end")

    def judge_books(self, work):
        books = self.books
        work.add("acknowledged", sum(len(writer.succeeded()) for writer in self.writers))
        work.add("reads", sum(len(one.succeeded()) for one in self.readers) + sum(len(writer.reads) for writer in self.writers))
        lost, odd = set(), set()
        for service in self.services:
            for writer in self.writers:
                try:
                    found = writer.compare(clients.everything(service, writer.stack))
                except RuntimeError as cause:
                    work.miss(str(cause))
                    continue
                lost.update(found[0])
                odd.update(found[1])
        work.add("lost", len(lost))
        work.add("stale", len(books.stale))
        for what, lines in ("lost", sorted(lost)), ("stale", books.stale), ("wrong", [*books.wrong, *sorted(odd)]):
            for line in lines[:10]:
                work.miss(f"{what}: {line}")


def new_database(work, cluster):
    work.made += 1
    name = f"devarch_{work.made}"
    cluster.sql(f"CREATE DATABASE {name} OWNER devarch")
    return name
