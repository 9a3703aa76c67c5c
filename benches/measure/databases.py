"""Where the data is: a PostgreSQL cluster of one's own, a PostgreSQL server of somebody else, or SQLite files.

All three make, copy and drop databases by name, run SQL in them, and tell how much CPU the database has had.
"""

import contextlib
import glob
import os
import random
import re
import shutil
import sqlite3
import subprocess
import urllib.parse

from . import clocks

# As for a small server of its own; nothing works in the background while others are measured.
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 2GB
effective_cache_size = 8GB
work_mem = 16MB
maintenance_work_mem = 512MB
max_wal_size = 8GB
random_page_cost = 1.1
jit = off
autovacuum = off
"""


def programs():
    """The folder of PostgreSQL's programs."""
    folders = glob.glob("/usr/lib/postgresql/*/bin") + glob.glob("/usr/pgsql-*/bin")
    folders.sort(key=lambda folder: int(re.search(r"(\d+)/bin$", folder)[1]))
    if found := shutil.which("initdb"):
        folders.insert(0, os.path.dirname(found))
    for folder in reversed(folders):
        if os.path.exists(os.path.join(folder, "pg_ctl")):
            return folder
    install = "install one (Debian: apt-get install postgresql), or use --database sqlite"
    raise SystemExit(f"no PostgreSQL server here: {install}")


class Postgres:
    """An existing server, which is not started or stopped here."""

    engine = "PostgreSQL"

    def __init__(self, url):
        self.url_ = urllib.parse.urlsplit(url)
        self.psql = shutil.which("psql") or os.path.join(programs(), "psql")
        self.postmaster = self.find_postmaster()

    def find_postmaster(self):
        """The parent of the process that serves us, if it is on this machine."""
        command = [self.psql, "-XAtq", self.url_.geturl()]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as psql:
            psql.stdin.write("select pg_backend_pid();\n")
            psql.stdin.flush()
            answer = psql.stdout.readline().strip()
            if not answer:
                raise SystemExit("the database does not answer, see above")
            is_here = clocks.name(int(answer)) in ("postgres", "postmaster")
            return clocks.parent(int(answer)) if is_here else None

    def url(self, database):
        return self.url_._replace(path=f"/{database}").geturl()

    def sql(self, database, statement):
        url = self.url(database) if database else self.url_.geturl()
        command = [self.psql, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement, url]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{statement}: {done.stderr.strip()}")
        return done.stdout.strip()

    def exists(self, database):
        return self.sql(None, f"select 1 from pg_database where datname = '{database}'") == "1"

    def create(self, database):
        self.sql(None, f'create database "{database}"')

    def rename(self, database, name):
        self.sql(None, f'alter database "{database}" rename to "{name}"')

    def copy(self, database, name):
        self.sql(None, f'create database "{name}" template "{database}"')

    def drop(self, database):
        self.sql(None, f'drop database if exists "{database}"')

    def remove_made(self, database, prefix):
        """Deletes the objects whose names have this prefix, and returns the number of instances."""
        made = self.sql(database, f"select count(*) from service_instances where instance_id like '{prefix}%'")
        self.sql(database, f"delete from service_instances where instance_id like '{prefix}%'")
        self.sql(database, "vacuum")
        return int(made)

    def settle(self):
        """Flushes what was written, where that is allowed."""
        with contextlib.suppress(SystemExit):
            self.sql(None, "checkpoint")

    def cpu(self):
        return clocks.family_cpu(self.postmaster) if self.postmaster else 0

    def stop(self):
        pass


class Cluster(Postgres):
    """A server of one's own in a folder: made, started and stopped here, unless it runs already."""

    settings, environment = SETTINGS, {}

    def __init__(self, folder):
        self.programs, self.data = programs(), os.path.join(folder, "data")
        is_new = not os.path.exists(os.path.join(self.data, "PG_VERSION"))
        self.identity = self.server_user(is_new)
        if is_new:
            self.make(folder)
        port = self.port_of_running()
        self.is_ours = port is None
        if self.is_ours:
            port = self.start(folder)
        try:
            super().__init__(f"postgres://postgres@127.0.0.1:{port}/postgres")
        except BaseException:
            self.stop()
            raise

    def server_user(self, is_new):
        """The server refuses to run as root: then it runs as an ordinary user."""
        if os.geteuid() != 0:
            return {}
        import pwd

        if not is_new:
            owner = pwd.getpwuid(os.stat(self.data).st_uid)
        else:
            names = {entry.pw_name: entry for entry in pwd.getpwall()}
            owner = names.get("postgres") or names["nobody"]
        return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}

    def run(self, program, *arguments):
        command = [os.path.join(self.programs, program), "-D", self.data, *arguments]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        environment |= {"LC_ALL": "C", **self.environment}
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
            env=environment,
            **self.identity,
        )

    def make(self, folder):
        if self.identity:
            os.chown(folder, self.identity["user"], self.identity["group"])
        made = self.run("initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        if made.returncode:
            raise SystemExit(f"initdb failed: {made.stdout}")
        with open(os.path.join(self.data, "postgresql.conf"), "a") as file:
            file.write(self.settings)

    def port_of_running(self):
        if self.run("pg_ctl", "status").returncode:
            return None
        with open(os.path.join(self.data, "postmaster.pid")) as file:
            return int(file.read().splitlines()[3])

    def start(self, folder):
        log = os.path.join(folder, "server.log")
        # Taking a port is the only sure way to know that it is free.
        for _ in range(10):
            port = random.randrange(20_000, 60_000)
            # The output goes to the log: the server would hold a pipe open.
            started = self.run("pg_ctl", "start", "-w", "-t", "60", "-o", f"-p {port}", "-l", log)
            if started.returncode == 0:
                return port
        raise SystemExit(f"the PostgreSQL server did not start, see {log}")

    def stop(self):
        if self.is_ours:
            self.run("pg_ctl", "stop", "-m", "fast", "-w")


class Sqlite:
    """Files in a folder. The server does the database's work, so its CPU is in the server's."""

    engine = "SQLite"

    def __init__(self, folder):
        self.folder = folder

    def file(self, database):
        return os.path.join(self.folder, f"{database}.db")

    def url(self, database):
        return f"sqlite://{self.file(database)}"

    def exists(self, database):
        return os.path.exists(self.file(database))

    def create(self, database):
        self.drop(database)

    def rename(self, database, name):
        os.rename(self.file(database), self.file(name))

    def copy(self, database, name):
        shutil.copy(self.file(database), self.file(name))

    def drop(self, database):
        for rest in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.remove(self.file(database) + rest)

    def remove_made(self, database, prefix):
        with contextlib.closing(sqlite3.connect(self.file(database), timeout=10)) as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            deleted = connection.execute(f"DELETE FROM service_instances WHERE instance_id LIKE '{prefix}%'")
            connection.commit()
            return deleted.rowcount

    def settle(self):
        pass

    def cpu(self):
        return 0

    def stop(self):
        pass
