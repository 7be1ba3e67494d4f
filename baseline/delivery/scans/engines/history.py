"""Former versions of files, from git: a secret that was removed is still in the history."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from baseline.delivery.scans.running import ScanError, run

LARGEST_BYTES = 1_000_000
MOST_FILES = 20_000
SECONDS = 300


def past_files(path: Path, folder: Path) -> dict[Path, str]:
    """Write every former version of the files under a path into a folder.

    Args:
        path: a folder of a git work tree.
        folder: where they are written.

    Returns:
        The written files, and for each the path and the commit's content ID: ``app.py@1a2b3c4d``.

    Raises:
        ScanError: this is no git work tree, a shallow one, or holds more than 20,000 versions.
    """
    git = ["git", "-C", str(path)]
    shallow = run("git", [*git, "rev-parse", "--is-shallow-repository"], fine=[0], seconds=SECONDS)
    if shallow.strip() == "true":
        raise ScanError(
            f"{path} has a part of its history only; fetch it all (git fetch --unshallow)"
        )
    now = run(
        "git", [*git, "ls-tree", "-r", "--format=%(objectname)", "HEAD"], fine=[0], seconds=60
    )
    present = set(now.split())
    versions = [row for row in _versions(git) if row[0] not in present]
    if len(versions) > MOST_FILES:
        raise ScanError(
            f"{path} has {len(versions)} former versions; {MOST_FILES} at most are read"
        )
    written = {}
    for number, (blob, name) in enumerate(versions):
        # The suffix decides how the detectors read a file.
        target = folder / f"{number}{Path(name).suffix}"
        target.write_bytes(_content(git, blob))
        written[target] = f"{name}@{blob[:8]}"
    return written


def _versions(git: list[str]) -> Iterator[tuple[str, str]]:
    listed = run(
        "git", [*git, "rev-list", "--objects", "--all", "--", "."], fine=[0], seconds=SECONDS
    )
    names = {
        blob: name
        for blob, _, name in (line.partition(" ") for line in listed.splitlines())
        if name
    }
    done = subprocess.run(  # noqa: S603 - object IDs that git itself listed
        [*git, "cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)"],
        input="\n".join(names),
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS,
    )
    for line in done.stdout.splitlines():
        blob, kind, size = line.split()
        if kind == "blob" and int(size) <= LARGEST_BYTES:
            yield blob, names[blob]


def _content(git: list[str], blob: str) -> bytes:
    done = subprocess.run(  # noqa: S603 - an object ID that git itself listed
        [*git, "cat-file", "blob", blob], capture_output=True, check=True, timeout=SECONDS
    )
    return done.stdout
