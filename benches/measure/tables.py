"""Tables for people."""

import statistics

from . import questions
from .runs import median


def show(head, rows, words=2):
    """A table; the first columns are words, the others figures."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        left = [cell.ljust(width) for cell, width in zip(line[:words], widths)]
        right = [cell.rjust(width) for cell, width in zip(line[words:], widths[words:])]
        print("  ".join(left + right).rstrip())
    if any(lines[-1]):
        print()


def grouped(rows):
    """Rows by question, queries first, then by server."""
    groups = {}
    for row in rows:
        groups.setdefault(row["question"], {}).setdefault(row["server"], []).append(row)
    return [(question, groups[question]) for question in questions.TITLES if question in groups]


def costs(rows, has_database_figures, baseline):
    """CPU of a request, and how it compares with the baseline's of the same round."""
    head = ["question", "server", "server", "database", "sum ms", "least", "spread", f"of {baseline}"]
    head += ["req/s", "p50 ms", "p99 ms", "KiB", "errors", "other"]
    out, groups = [], grouped(rows)
    for question, servers in groups:
        base = {row["round"]: row["sum_ms"] for row in servers.get(baseline, [])}
        for server, found in servers.items():
            sums = sorted(row["sum_ms"] for row in found)
            sum_ms = median(found, "sum_ms")
            shares = [row["sum_ms"] / base[row["round"]] for row in found if row["round"] in base]
            share = statistics.median(shares) if shares else None
            out.append(
                [
                    question.upper(),
                    server,
                    f"{median(found, 'server_ms'):.3f}",
                    f"{median(found, 'database_ms'):.3f}" if has_database_figures else "–",
                    f"{sum_ms:.3f}",
                    f"{sums[0]:.3f}",
                    f"±{(sums[-1] - sums[0]) / 2 / sum_ms:.0%}",
                    "–" if share is None else f"1/{1 / share:.2f}" if share < 1 else f"{share:.2f}",
                    f"{median(found, 'per_second'):.0f}",
                    f"{median(found, 'p50_ms'):.2f}",
                    f"{median(found, 'p99_ms'):.2f}",
                    f"{median(found, 'kib'):.1f}",
                    str(sum(row["errors"] for row in found)),
                    f"{median(found, 'other_cpus'):.2f}",
                ]
            )
        if any(len(servers) > 1 for _, servers in groups):
            out.append([""] * len(head))
    print("CPU milliseconds of a request: server, database, and their sum (medians over rounds)")
    show(head, out)


def growth(rows, small, large):
    """The same question on a small and on a large database."""
    by_size = {stacks: dict(grouped(row for row in rows if row["stacks"] == stacks)) for stacks in (small, large)}
    out = []
    for question, servers in by_size[large].items():
        for server, found in servers.items():
            name = server.removesuffix(f" {large}")
            before, after = median(by_size[small][question][name], "sum_ms"), median(found, "sum_ms")
            out.append([question.upper(), name, f"{before:.3f}", f"{after:.3f}", f"{after / before:.2f}"])
    print("Growth: CPU milliseconds of a request, by the number of stacks")
    show(["question", "server", f"{small} stacks", f"{large} stacks", "ratio"], out)


def statements(found):
    """What `found` says: {(question, server): {instances: statements}}."""
    out = []
    for (question, server), counts in found.items():
        text = ", ".join(f"{count:g} for {first}" if first else f"{count:g}" for first, count in counts.items())
        out.append([question.upper(), server, questions.TITLES[question], text])
    print("Statements of a request, by the number of instances in the answer")
    show(["question", "server", "", "statements"], out, words=4)


def memory(found):
    """What `found` says: {server: (ms to the first answer, MiB idle, MiB after load)}."""
    out = [[server, *(f"{figure:.1f}" for figure in figures)] for server, figures in found.items()]
    print("From the start to the first answer (migrations applied), and resident memory")
    show(["server", "start ms", "idle MiB", "loaded MiB"], out, words=1)
