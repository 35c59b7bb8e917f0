#!/usr/bin/python3
"""Counts what a run of `meson test` did: one line `passed NAME` or `failed NAME` for each case.

A test that speaks TAP counts by its cases, any other as one. A test that was skipped, timed out or ended badly has
failed, whatever its cases said; so has a run without tests. Only a case that names "needs root" as its reason may be
skipped: it counts as nothing.
"""
import json
import re
import sys

CASE = re.compile(r"^(ok|not ok)\b[ \d]*-? *([^\n#]*)(# *(?:SKIP|T[O]DO).*)?", re.M)
MAY_BE_SKIPPED = "# SKIP needs root"


def results(part, record):
    """(passed, name) for every case of one test."""
    name = f"{part}/{record['name'].rpartition(' / ')[2]}"
    good = record["result"] == "OK"
    cases = CASE.findall(record.get("stdout", ""))
    found = [(word == "ok" and not directive, f"{name}/{case.strip()}")
             for word, case, directive in cases if directive != MAY_BE_SKIPPED]
    if not cases or (not good and all(passed for passed, _ in found)):
        found.append((good, f"{name} ({record['result'].lower()})"))
    return found


def main():
    part, path = sys.argv[1:]
    try:
        with open(path, encoding="utf-8") as stream:
            records = [json.loads(line) for line in stream]
    except FileNotFoundError:
        records = []
    found = [result for record in records for result in results(part, record)]
    for passed, name in found or [(False, f"{part} (no test was run)")]:
        print("passed" if passed else "failed", name)


main()
