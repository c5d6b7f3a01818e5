"""Runs programs, and shows their output when they fail."""

import subprocess
import time


class Failure(Exception):
    """A check of the rehearsal failed; the text has the expectation and the observation."""


def run(*command, timeout=120, **options):
    """Runs a program to its end and returns its output; a failure shows both."""
    shown = " ".join(str(part) for part in command)
    try:
        ended = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL if "input" not in options else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            **options,
        )
    except subprocess.TimeoutExpired as expired:
        output = expired.stdout.decode(errors="replace") if expired.stdout else ""
        raise Failure(f"{shown}\nhad not ended after {timeout} s; it said:\n{output}") from None
    if ended.returncode != 0:
        raise Failure(f"{shown}\nended with {ended.returncode}; it said:\n{ended.stdout}")
    return ended.stdout


def wait_until(what, holds, timeout):
    """Polls a condition; returns the seconds that it took, and its value."""
    started = time.monotonic()
    while True:
        result = holds()
        if result:
            return time.monotonic() - started
        if time.monotonic() - started > timeout:
            raise Failure(f"after {timeout} s still not so: {what}")
        time.sleep(0.05)
