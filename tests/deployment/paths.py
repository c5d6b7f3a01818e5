"""Tries every port of every host from every other host, and compares with the expected paths.

The agreement is written here a second time, not read from the plan: a mistake in a security group has to show.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import filters
import network
from commands import Failure, run

# Hosts beyond the plan: a client in the world, and the fake AWS.
WORLD = "world"

# Expected paths: from kind, to kind, ports.
ALLOWED = {
    (WORLD, "edge"): {80, 443},
    ("edge", "server"): {3000},
    ("server", "database"): {5432},
    ("monitoring", "server"): {3090},
    ("monitoring", "edge"): {9113, 3903},
    ("monitoring", "database"): {9187},
}

# The AWS API and Debian's mirrors, which every host uses.
ALLOWED_TO_WORLD = {80, 443}

# Every port that a service listens on, and SSH.
PORTS = (22, 80, 443, 3000, 3090, 3903, 5432, 8081, 9090, 9113, 9187)

# A packet on this machine takes microseconds: later ones were dropped by a filter.
CONNECT_TIMEOUT = 2

PROBE = os.path.join(os.path.dirname(__file__), "probe.py")


@dataclass(frozen=True)
class End:
    """A host that connects and is connected to."""

    name: str
    kind: str
    address: str


def prove(plan, ends):
    """Tries all pairs without the filters, to check that all ports answer, and then with them."""
    listeners = [_listen(end) for end in ends]
    try:
        for listener in listeners:
            listener.stdout.readline()
        filters.suspend()
        try:
            _compare(_reached(ends), lambda source, target, port: True, "without filters")
        finally:
            filters.apply(plan)
        reached = _reached(ends)
    finally:
        for listener in listeners:
            listener.kill()
    print(_matrix(ends, reached))
    return _compare(reached, _is_allowed, "with the planned filters")


def _is_allowed(source, target, port):
    if target.kind == WORLD:
        return source.kind == WORLD or port in ALLOWED_TO_WORLD
    return port in ALLOWED.get((source.kind, target.kind), ())


def _listen(end):
    command = network.inside(end.name, sys.executable, PROBE, "listen", end.address, *map(str, PORTS))
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)


def _reached(ends):
    """Returns the ports of each host that each other host could reach."""
    with ThreadPoolExecutor() as pool:
        from_each = list(pool.map(lambda source: _reached_from(source, ends), ends))
    return {pair: ports for reached in from_each for pair, ports in reached.items()}


def _reached_from(source, ends):
    others = [end for end in ends if end != source]
    places = [f"{end.address}:{port}" for end in others for port in PORTS]
    output = run(*network.inside(source.name, sys.executable, PROBE, "connect", CONNECT_TIMEOUT, *places)).split()
    return {
        (source, target): {port for port in PORTS if f"{target.address}:{port}" in output} for target in others
    }


def _compare(reached, is_expected, when):
    wrong = []
    for (source, target), ports in reached.items():
        for port in PORTS:
            if (port in ports) != is_expected(source, target, port):
                wrong.append(f"{source.name} → {target.name}:{port} {'passes' if port in ports else 'is refused'}")
    if wrong:
        raise Failure(f"{when}, these paths are not as agreed:\n  " + "\n  ".join(wrong))
    passed = sum(len(ports) for ports in reached.values())
    return f"{passed} paths open, {len(reached) * len(PORTS) - passed} refused, as agreed"


def _matrix(ends, reached):
    width = max(len(end.name) for end in ends) + 1
    cell = {source: {target: _cell(source, target, reached) for target in ends} for source in ends}
    widths = {target: max(len(target.name), *(len(cell[source][target]) for source in ends)) for target in ends}
    lines = ["from \\ to".ljust(width) + "  ".join(target.name.ljust(widths[target]) for target in ends)]
    for source in ends:
        row = "  ".join(cell[source][target].ljust(widths[target]) for target in ends)
        lines.append(f"{source.name.ljust(width)}{row}".rstrip())
    return "\n".join(lines)


def _cell(source, target, reached):
    if source == target:
        return ""
    ports = reached[source, target]
    if ports == set(PORTS):
        return "all"
    return ",".join(map(str, sorted(ports))) or "-"
