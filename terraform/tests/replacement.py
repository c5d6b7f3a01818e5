"""Checks that a plan replaces one machine and changes nothing else, and that the new one gets a version.

  replacement.py PLAN MACHINE VERSION
"""

import base64
import sys

import plan as plans


def main(path, machine, version):
    """Checks every planned change."""
    faults, replaced = [], False
    for resource in plans.read(path)["resource_changes"]:
        actions = resource["change"]["actions"]
        if resource["type"] == "aws_instance" and resource["index"] == machine:
            replaced = actions == ["delete", "create"]
            text = base64.b64decode(resource["change"]["after"]["user_data_base64"]).decode()
            if f'ATELIEREX_VERSION="{version}"' not in text:
                faults.append(f"{machine}: the new machine would not get version {version}")
        elif actions not in (["no-op"], ["read"]):
            faults.append(f"{resource['address']}: {' and '.join(actions)}, which was not asked for")
    if not replaced:
        faults.append(f"{machine}: is not replaced")
    plans.report(faults, f"  {machine} alone is replaced, and gets {version}")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
