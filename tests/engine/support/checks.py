"""Counts what is checked, and prints one line for each mismatch."""


class Checks:
    """`expected_differences` maps (field, expected value) to what this engine is known to make of it."""

    def __init__(self, differences=(), quiet=False):
        self.differences, self.quiet = differences, quiet
        self.number, self.mismatches, self.containers, self.seen = 0, [], 0, set()

    def same(self, where, field, expected, seen):
        """Whether they are equal, or differ as this engine is known to."""
        self.number += 1
        if expected == seen and type(expected) is type(seen):
            return True
        for difference in self.differences:
            if difference.explains(field, expected, seen):
                self.seen.add(difference)
                return True
        self.miss(f"{where}: {field}: expected {short(expected)}, seen {short(seen)}")
        return False

    def true(self, what, is_true, seen=""):
        self.number += 1
        if not is_true:
            self.miss(what + (f": {short(seen)}" if seen != "" else ""))
        return bool(is_true)

    def miss(self, line):
        self.mismatches.append(line)
        if not self.quiet:
            print("MISMATCH " + line, flush=True)


def short(value):
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:200]} … {text[-80:]}"
