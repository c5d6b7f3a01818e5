"""Lists the paths that a plan's security groups allow, and rejects unexpected ones.

  access.py PLAN
"""

import ipaddress
import re
import sys

import plan as plans

# The expected paths: who may connect to whom, and to which port. `world` is everything outside.
WORLD = "world"
KINDS = ("database", "edge", "monitoring", "server")
AGREED = {
    (WORLD, "edge", 80),
    (WORLD, "edge", 443),
    ("edge", "server", 3000),
    ("server", "database", 5432),
    ("monitoring", "server", 3090),
    ("monitoring", "edge", 9113),
    ("monitoring", "edge", 3903),
    ("monitoring", "database", 9187),
} | {(kind, WORLD, port) for kind in KINDS for port in (80, 443)}

GROUP = "module.access.aws_security_group."


def group(expressions, name):
    """Returns the kind of machine whose group an argument names, or None."""
    for reference in expressions.get(name, {}).get("references", []):
        match = re.fullmatch(r"aws_security_group\.(\w+)", reference)
        if match:
            return match.group(1)
    return None


def rules(plan):
    """Yields direction, from, to and port of every rule."""
    for address, resource in plans.configured_resources(plan):
        if resource["type"] != "aws_security_group_rule":
            continue
        expressions = resource["expressions"]
        own, other = group(expressions, "security_group_id"), group(expressions, "source_security_group_id") or WORLD
        planned = dict(plans.planned_values(plan, "aws_security_group_rule"))[address]
        if planned["protocol"] != "tcp" or planned["from_port"] != planned["to_port"]:
            sys.exit(f"{address}: a rule is of one TCP port")
        ends = (other, own) if planned["type"] == "ingress" else (own, other)
        yield planned["type"], *ends, planned["from_port"]


def faults(plan):
    """Yields unexpected paths, missing paths, and rules in places that are not read here."""
    opened = set(rules(plan))
    for start, end, port in sorted(AGREED):
        for direction, machine in (("egress", start), ("ingress", end)):
            if machine != WORLD and (direction, start, end, port) not in opened:
                yield f"{start} → {end}:{port}: there is no {direction} rule"
    for direction, start, end, port in sorted(opened):
        if (start, end, port) not in AGREED:
            yield f"{start} → {end}:{port}: nobody agreed on this {direction} rule"
    own = ipaddress.ip_network(plan["variables"]["cidr"]["value"])
    for address, planned in plans.planned_values(plan, "aws_security_group_rule"):
        if planned["type"] == "egress" and any(own.overlaps(ipaddress.ip_network(network)) for network in planned["cidr_blocks"] or []):
            yield f"{address}: the world is not our own network, where the edge's ports are open to everybody"
    for address, resource in plans.configured_resources(plan):
        if resource["type"] in ("aws_security_group", "aws_default_security_group"):
            for block in {"ingress", "egress"} & resource["expressions"].keys():
                yield f"{address}: rules are resources of their own, not {block} blocks"
    known = {address for address, _ in plans.planned_values(plan, "aws_security_group")}
    for address in known - {GROUP + kind for kind in KINDS}:
        yield f"{address}: there is a group for each kind of machine, and no other"


def main(path):
    """Checks a plan."""
    plan = plans.read(path)
    plans.report(list(faults(plan)), f"access: {len(AGREED)} paths are open, as agreed, and no other")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
