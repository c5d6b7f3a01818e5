"""Rehearses the plan; started by scripts/rehearse in namespaces of its own, as their first process."""

import argparse
import os
import signal
import sys

import losses
import paths
import steps
from commands import Failure
from report import Report
from system import CLIENT, AWS, System

STEPS = {
    "deploy": steps.deploy,
    "upgrade under traffic": steps.upgrade,
    "the database's host cut off and back, under traffic": losses.cut_off_database,
    "roll back under traffic": steps.roll_back,
    "rotate secrets under traffic": steps.rotate_secrets,
    "restore after the loss of the database's host and volume": losses.restore,
}


def main():
    """Runs all steps; the first failure ends the rehearsal."""
    signal.signal(signal.SIGINT, end_now)
    signal.signal(signal.SIGTERM, end_now)
    options = read_options()
    report = Report()
    try:
        rehearse(System(options), report)
    except Failure as failure:
        print(f"rehearsal: FAILED: {failure}", file=sys.stderr)
        sys.stdout.flush()
        os._exit(1)
    report.print_table()
    sys.stdout.flush()
    os._exit(0)


def end_now(signal_number, _):
    """Ends at once: this is the first process of its namespaces, so everything in them ends with it."""
    os._exit(128 + signal_number)


def rehearse(system, report):
    """The steps, in order: each needs the result of the one before."""
    with report.step("network and filters as planned"):
        system.connect()
    with report.step("bucket and packages as planned"):
        system.start_cloud()
    with report.step("all hosts boot and run their user data"):
        system.boot()
    with report.step("who may reach whom") as seen:
        seen.append(paths.prove(system.plan, ends(system)))
    for name, step in STEPS.items():
        with report.step(name) as seen:
            seen.extend(step(system))


def ends(system):
    """All planned hosts, a client in the world, and the fake AWS."""
    planned = [paths.End(instance.name, instance.group, instance.address) for instance in system.plan.instances]
    return [paths.End("client", paths.WORLD, CLIENT), *planned, paths.End("aws", paths.WORLD, AWS)]


def read_options():
    """Arguments from scripts/rehearse."""
    parser = argparse.ArgumentParser(prog="rehearsal")
    parser.add_argument("--plan", required=True, help="terraform show -json of the plan")
    parser.add_argument("--root", required=True, help="a Debian root with everything but our packages")
    parser.add_argument("--place", required=True, help="an empty folder in memory")
    parser.add_argument("--exports", required=True, help="folder with exports to upload")
    parser.add_argument("--products", type=int, required=True, help="how many products the first export has")
    parser.add_argument("--next-version", required=True, help="the version of the packages to upgrade to")
    parser.add_argument("--moto", required=True, help="moto_server, which stands in for AWS")
    parser.add_argument("--k6", required=True, help="path of the program k6")
    return parser.parse_args()


main()
