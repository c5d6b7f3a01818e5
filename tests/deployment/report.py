"""Says what is being proved, how long it took, and what came out."""

import time
from contextlib import contextmanager


class Report:
    """The steps of a rehearsal."""

    def __init__(self):
        self._rows = []
        self._started = time.monotonic()

    @contextmanager
    def step(self, name):
        """Times a step. What the caller appends to the list that it gets is shown beside it."""
        print(f"rehearsal: {name} …", flush=True)
        results = []
        started = time.monotonic()
        yield results
        seconds = time.monotonic() - started
        self._rows.append((name, seconds, "; ".join(results)))
        print(f"rehearsal: {name}: {seconds:.1f} s" + "".join(f"; {result}" for result in results), flush=True)

    def print_table(self):
        """Prints all steps with the whole time."""
        print("\n| step | seconds | seen |\n| --- | --- | --- |")
        for name, seconds, results in self._rows:
            print(f"| {name} | {seconds:.1f} | {results} |")
        print(f"| start to end | {time.monotonic() - self._started:.0f} | |", flush=True)
