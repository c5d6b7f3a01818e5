"""Report of the rehearsal: steps, times and results."""

import time
from contextlib import contextmanager


class Report:
    """The steps of a rehearsal."""

    def __init__(self):
        self._rows = []
        self._started = time.monotonic()

    @contextmanager
    def step(self, name):
        """Times a step. Yields a list of results to print beside it."""
        print(f"rehearsal: {name} …", flush=True)
        results = []
        started = time.monotonic()
        yield results
        seconds = time.monotonic() - started
        self._rows.append((name, seconds, "; ".join(results)))
        print(f"rehearsal: {name}: {seconds:.1f} s" + "".join(f"; {result}" for result in results), flush=True)

    def print_table(self):
        """Prints all steps and the total time."""
        print("\n| step | seconds | seen |\n| --- | --- | --- |")
        for name, seconds, results in self._rows:
            print(f"| {name} | {seconds:.1f} | {results} |")
        print(f"| start to end | {time.monotonic() - self._started:.0f} | |", flush=True)
