"""Follows the pages of `docs/operations`: runs their commands from top to bottom, on the hosts that they name.

A block that begins with ```sh HOST is run on that host. `server` blocks that follow each other are run on the first
server, then on the next. `aws` blocks need AWS itself: they are shown, and were never run.
"""

import itertools
import os
import re
import time

from commands import Failure

PAGES = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "operations")

BLOCK = re.compile(r"^```sh (\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# Marks of blocks that run on AWS only.
ONLY_ON_AWS = "aws"


def read(page):
    """Returns the blocks of a page: host and commands."""
    with open(os.path.join(PAGES, f"{page}.md"), encoding="utf-8") as file:
        text = file.read()
    unmarked = re.search(r"^```sh *$", text, re.MULTILINE)
    if unmarked:
        raise Failure(f"docs/operations/{page}.md has a block of commands that does not say where they are run")
    return BLOCK.findall(text)


def follow(page, system, **settings):
    """Runs a page's commands with these variables; returns the numbers of run and of skipped blocks."""
    done, left = 0, 0
    for host, blocks in itertools.groupby(read(page), key=lambda block: block[0]):
        scripts = [script for _, script in blocks]
        if host == ONLY_ON_AWS:
            left += len(scripts)
            continue
        for machine in system.of_kind(host):
            for script in scripts:
                started = time.monotonic()
                said = machine.run(script, timeout=180, **settings).strip().splitlines()[-1:]
                command = script.strip().splitlines()[-1]
                print(f"  {machine.name}: {command[:80]} ({time.monotonic() - started:.1f} s)", *said, flush=True)
        done += len(scripts)
    return f"{done} blocks of {page}.md run" + (f", {left} for AWS alone not run" if left else "")
