"""The project's files as the lint checks see them, and how a check ends.

A check is called with the project's folder (by default the one it is in), prints FILE:LINE: what is wrong, and exits
non-zero when it printed anything.
"""
import os
import sys

SKIPPED = {"build", ".git", "node_modules", "__pycache__"}


def root():
    if len(sys.argv) > 1:
        return os.path.abspath(sys.argv[1])
    return os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def files(base, *endings):
    """Paths below base, sorted, relative to it; with endings only those that end so."""
    found = []
    for directory, folders, names in os.walk(base):
        folders[:] = [name for name in folders
                      if name not in SKIPPED and not (directory == base and name.startswith("build"))]
        for name in names:
            if not endings or name.endswith(endings):
                found.append(os.path.relpath(os.path.join(directory, name), base))
    return sorted(found)


def lines(base, path):
    """(number, text) of every line; nothing for files that are no text."""
    with open(os.path.join(base, path), "rb") as stream:
        data = stream.read()
    if b"\0" in data:
        return []
    return list(enumerate(data.decode("utf-8", "replace").split("\n"), 1))


def finish(problems):
    for path, number, text in problems:
        print(f"{path}:{number}: {text}")
    sys.exit(1 if problems else 0)
