"""The control: rows are deleted and changed directly in the database, and the comparison must find each of them."""

import sqlite3

from support.work import Fault

# The change to the database, and how the comparison must report it.
HARM = [
    ("UPDATE service_instances SET description = 'x' WHERE id = {id}", "description is x"),
    ("UPDATE service_instances SET revision = revision - 1 WHERE id = {id}", "revision is"),
    ("DELETE FROM instance_env_vars WHERE instance_id = {id} AND id = (SELECT MIN(id) FROM instance_env_vars WHERE instance_id = {id})", "absent"),
    ("UPDATE service_instances SET instance_id = 'ghost' WHERE id = {id}", "GHOST"),
    ("DELETE FROM service_instances WHERE id = {id}", "LOST"),
]


def run(work):
    for _ in range(work.times):
        url = work.database()
        service = work.service(url)
        ledger = work.books(service)
        work.settle(ledger.run(3), slowest=10)
        work.compare(ledger, service)
        service.stop()
        for harm, word in HARM:
            do(work, url, harm)
            service.child.stdout.close()
            service.start()
            found = ledger.verify(service.url)
            service.stop()
            if not any(word in line for line in found):
                work.miss(f"{harm}: {found[:3]}")
            else:
                work.add("harms seen", 1)


def do(work, url, harm):
    victims = "SELECT MAX(i.id) FROM service_instances i WHERE i.revision > 1 AND i.deleted_at IS NULL AND i.instance_id <> 'ghost' AND EXISTS (SELECT 1 FROM instance_env_vars e WHERE e.instance_id = i.id)"
    if work.engine == "postgres":
        database = url.rpartition("/")[2]
        found = work.server.sql(database, victims)
        work.server.sql(database, harm.format(id=found))
        return
    with sqlite3.connect(url.removeprefix("sqlite://")) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        found = connection.execute(victims).fetchone()[0]
        connection.execute(harm.format(id=found))


FAULTS = [Fault("control", "the comparison sees what was lost or torn on purpose", "every harm is seen", run, times=1)]
