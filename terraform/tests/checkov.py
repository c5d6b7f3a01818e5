"""Reads checkov's result: there must be no fault, and every skipped check needs a reason.

  checkov.py RESULT
"""

import json
import sys

import plan as plans


def main(path):
    """Lists faults and counts reasons."""
    with open(path, encoding="utf-8") as file:
        result = json.load(file)
    checks = result["results"]
    faults = [
        f"{check['check_id']} {check['resource']} ({check['file_path']}): {check['check_name']}" for check in checks["failed_checks"]
    ]
    faults += [f"checkov cannot read {file}" for file in checks["parsing_errors"]]
    skipped = {(check["check_id"], check["check_result"].get("suppress_comment", "")) for check in checks["skipped_checks"]}
    faults += [f"{check} is skipped without a reason" for check, reason in skipped if len(reason) < 5]
    passed = result["summary"]["passed"]
    if not passed:
        faults.append("checkov looked at nothing")
    plans.report(faults, f"checkov: {passed} checks passed, 0 faults, {len({check for check, _ in skipped})} kinds skipped with reasons")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
