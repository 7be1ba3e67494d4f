"""Which files a scan of source reads."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from baseline.delivery.scans.running import ScanError

# Folders that hold nothing of one's own, for sources without git.
LEFT_OUT = {
    ".git", ".hg", ".svn", ".venv", "venv", "node_modules", "cdk.out", "__pycache__", "dist",
    ".tox", ".nox", ".mypy_cache", ".pytest_cache", ".ruff_cache", "site-packages",
}  # fmt: skip
AT_ONCE = 500
"""Files by call of a tool; the system limits the length of a command line."""


def sources(target: str) -> tuple[Path, list[Path]]:
    """Give the folder that paths are relative to, and the files of a path.

    In a git work tree these are the files that are tracked or new, not those that are ignored, and
    paths are relative to its top; elsewhere all but the folders of tools.

    Raises:
        ScanError: the path does not exist, or holds no files.
    """
    path = Path(target).absolute()
    if not path.exists():
        raise ScanError(f"{target} does not exist; name a file or a folder")
    folder = path if path.is_dir() else path.parent
    top = _git(folder, "rev-parse", "--show-toplevel")
    if path.is_file():
        found = [path]
    elif top is None:
        found = list(_walk(path))
    else:
        listed = _git(path, "ls-files", "-z", "--cached", "--others", "--exclude-standard") or ""
        found = [path / name for name in listed.split("\0") if name]
    found = sorted(each for each in found if each.is_file() and not each.is_symlink())
    if not found:
        raise ScanError(f"{target} holds no files; nothing was scanned")
    return (Path(top.strip()) if top else folder), found


def in_parts(found: Sequence[Path]) -> Iterator[list[str]]:
    """Give the files in parts that a command line can hold."""
    for start in range(0, len(found), AT_ONCE):
        yield [str(each) for each in found[start : start + AT_ONCE]]


def relative_to(folder: Path, named: str) -> str:
    """Give a path relative to a folder, with slashes; as it is where it lies elsewhere."""
    path = Path(os.path.normpath(folder / named))
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()


def counted(number: int, noun: str) -> str:
    """Give ``1 file`` or ``2 files``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if name not in LEFT_OUT and not name.startswith(".venv")
        )
        yield from (Path(place, name) for name in names)


def _git(folder: Path, *arguments: str) -> str | None:
    """Give what git says, or nothing where there is no git or no work tree."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - a list of arguments, no text of others
            command, capture_output=True, text=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
