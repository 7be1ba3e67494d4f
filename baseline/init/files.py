"""Writes all files or none, and none over another unless it is told to."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from baseline.errors import BaselineError


@dataclass(frozen=True, kw_only=True, slots=True)
class NewFile:
    """A file to write: where, its text, and what it is for."""

    path: Path
    text: str
    purpose: str

    @property
    def shown(self) -> str:
        """The path as somebody who works here would write it."""
        return shown(self.path)


def refuse_existing(paths: Sequence[Path], *, force: bool) -> None:
    """Refuse to write over files.

    Raises:
        BaselineError: some exist and may not be replaced, or something else stands in their place.
    """
    for path in paths:
        if path.is_dir():
            raise BaselineError(f"{shown(path)} is a directory; move it away")
    existing = [shown(path) for path in paths if path.exists() or path.is_symlink()]
    if existing and not force:
        verb = "is" if len(existing) == 1 else "are"
        raise BaselineError(
            f"{', '.join(existing)} {verb} there already; --force replaces, or name another "
            "directory: baseline init DIRECTORY"
        )


def write(files: Sequence[NewFile], *, force: bool) -> None:
    """Write all files, or leave everything as it was.

    Raises:
        BaselineError: a file exists and may not be replaced, or cannot be written.
    """
    refuse_existing([file.path for file in files], force=force)
    undo = _Undo()
    try:
        for file in files:
            undo.make(file.path.parent)
            undo.place(file)
    except OSError as error:
        undo.run()
        where = shown(Path(error.filename)) if error.filename else "the files"
        raise BaselineError(
            f"{where} cannot be written: {error.strerror}; nothing was written"
        ) from None
    except BaseException:
        # An interrupt, too, leaves nothing behind.
        undo.run()
        raise


def shown(path: Path) -> str:
    """Give a path as somebody who works here would write it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


class _Undo:
    """What has been done so far, and how to take it back."""

    def __init__(self) -> None:
        self._before: list[tuple[Path, bytes | None]] = []
        self._folders: list[Path] = []

    def make(self, folder: Path) -> None:
        """Make a folder and those above it."""
        lacking = [each for each in (folder, *folder.parents) if not each.exists()]
        for each in reversed(lacking):
            self._folders.append(each)
            each.mkdir()

    def place(self, file: NewFile) -> None:
        """Put a file in its place, whole."""
        before = file.path.read_bytes() if file.path.exists() else None
        self._before.append((file.path, before))
        _replace(file.path, file.text.encode("utf-8"))

    def run(self) -> None:
        """Take everything back, the last first."""
        for path, before in reversed(self._before):
            with suppress(OSError):
                if before is None:
                    path.unlink(missing_ok=True)
                else:
                    _replace(path, before)
        for folder in reversed(self._folders):
            with suppress(OSError):
                folder.rmdir()


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
