"""Writes the user data of every machine of a plan to a folder, for cloud-init and shellcheck to look at.

  user_data.py PLAN FOLDER        HOST.yaml is the user data; HOST-commands.sh and HOST-PROGRAM.sh are the shell scripts in it
"""

import base64
import re
import sys
from pathlib import Path

import yaml

import plan as plans

# Limit of EC2, before encoding.
LARGEST = 16384
SECRET = re.compile(r"postgres(ql)?://|password|BEGIN [A-Z ]*PRIVATE KEY", re.IGNORECASE)


def write_machine(name, text, folder):
    """Writes one machine's files, and returns their faults."""
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    config = yaml.safe_load(text)
    commands = "#!/bin/sh\n" + "".join(f"{command}\n" for command in config["runcmd"])
    (folder / f"{name}-commands.sh").write_text(commands, encoding="utf-8")
    for file in config["write_files"]:
        if file["content"].startswith("#!"):
            (folder / f"{name}-{Path(file['path']).name}.sh").write_text(file["content"], encoding="utf-8")
    if len(text.encode()) > LARGEST:
        yield f"{name}: user data has {len(text.encode())} bytes; EC2 takes {LARGEST}"
    if SECRET.search(text):
        yield f"{name}: user data seems to hold a secret: {SECRET.search(text).group(0)}"


def main(path, folder):
    """Writes the files of all machines."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    faults, sizes = [], []
    for address, values in plans.planned_values(plans.read(path), "aws_instance"):
        text = base64.b64decode(values["user_data_base64"]).decode()
        faults += write_machine(re.search(r'\["(.+)"\]', address).group(1), text, folder)
        sizes.append(len(text.encode()))
    plans.report(faults, f"user data: {len(sizes)} machines, {min(sizes)} to {max(sizes)} bytes, no secrets")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
