"""Reads a plan from `terraform show -json`: the configuration's resources, and their values."""

import json
import sys


def read(path):
    """Returns the plan in a file."""
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def configured_resources(plan):
    """Yields every resource and data source of the configuration, with its address (without keys)."""

    def of_module(module, prefix):
        for resource in module.get("resources", []):
            yield prefix + resource["address"], resource
        for name, call in module.get("module_calls", {}).items():
            yield from of_module(call["module"], f"{prefix}module.{name}.")

    yield from of_module(plan["configuration"]["root_module"], "")


def planned_values(plan, kind):
    """Yields address and planned values of every resource of a type."""
    for change in plan["resource_changes"]:
        if change["type"] == kind and change["change"]["after"] is not None:
            yield change["address"], change["change"]["after"]


def report(faults, passed):
    """Ends the program: with all faults, or with a message of success."""
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        sys.exit(1)
    print(passed)
