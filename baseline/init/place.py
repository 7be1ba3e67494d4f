"""Where the files go, and where the stacks come from that they need."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

from baseline.errors import BaselineError

# What a clone of the repository has and an installed wheel has not.
MARKS = ("app.py", "cdk.json", "stacks/composition.py", "baseline/config/configuration.py")
VENDORED = "security-baseline"
"""Folder of a copy of the repository in a repository of one's own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A directory, the Git repository around it, and the copy of the baseline's repository.

    Attributes:
        directory: where baseline.yaml goes.
        root: top of the Git repository, where platforms look for their file; the directory where
            there is none yet.
        source: the copy of the baseline's repository, whether it is there already or not.
    """

    directory: Path
    root: Path
    source: Path

    @classmethod
    def of(cls, directory: Path, source: Path | None) -> Place:
        """Find out about a directory.

        Args:
            directory: where the files go; it may not exist yet.
            source: copy of the baseline's repository; by default the one around the directory, or
                its folder ``security-baseline``.

        Raises:
            BaselineError: the directory is a file, or the source is no copy of the repository.
        """
        folder = directory.resolve()
        if folder.exists() and not folder.is_dir():
            raise BaselineError(f"{directory} is a file; name a directory")
        if source is not None and not is_source(source):
            raise BaselineError(
                f"--source {source} is no clone of the baseline's repository: it has no app.py with stacks/"
            )
        around = next((each for each in (folder, *folder.parents) if is_source(each)), None)
        root = next(
            (each for each in (folder, *folder.parents) if (each / ".git").exists()),
            around or folder,
        )
        found = source.resolve() if source else around or folder / VENDORED
        return cls(directory=folder, root=root, source=found)

    @property
    def complete(self) -> bool:
        """Whether the copy of the repository is there."""
        return is_source(self.source)

    @property
    def is_source(self) -> bool:
        """Whether the directory is the clone itself, which has an app already."""
        return self.directory == self.source

    @property
    def checkable(self) -> bool:
        """Whether a platform that checks out the repository gets the stacks with it."""
        return self.source.is_relative_to(self.root)

    def from_directory(self, path: Path) -> str:
        """Give a path as it is seen from the directory."""
        return _relative(path, self.directory)

    def from_root(self, path: Path) -> str:
        """Give a path as it is seen from the top of the repository, quoted for a shell."""
        return shlex.quote(_relative(path, self.root))


def is_source(folder: Path) -> bool:
    """Tell whether a folder is a copy of the baseline's repository."""
    return all((folder / mark).is_file() for mark in MARKS)


def _relative(path: Path, start: Path) -> str:
    return Path(os.path.relpath(path, start)).as_posix()
