"""A package in a zip: the manifest first, the same bytes for the same content."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from baseline.errors import BaselineError
from baseline.evidence.handlers.evidence.collectors.package import MANIFEST, StoreError

LEVEL = 6
CHUNK = 1024 * 1024
# The first moment that a zip can tell. When it was made stands in the manifest.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100600 << 16
_UNIX = 3


class ZipStore:
    """Keeps parts in a folder of its own until the manifest is known, then writes the zip.

    Args:
        folder: for the parts; gone with the context that made it.
        file: the zip.
    """

    def __init__(self, folder: Path, file: Path) -> None:
        self._folder, self._file = folder, file
        self._parts: dict[str, Path] = {}

    @classmethod
    @contextmanager
    def at(cls, file: Path) -> Iterator[ZipStore]:
        """Open a store that writes a zip, which only its owner reads.

        Raises:
            BaselineError: the folder is not there, or the file is.
        """
        if not file.parent.is_dir():
            raise BaselineError(f"--output {file}: there is no folder {file.parent}; make it first")
        if file.exists():
            raise BaselineError(f"--output {file} is there already; name a new file")
        with tempfile.TemporaryDirectory(prefix="baseline-evidence-") as folder:
            yield cls(Path(folder), file)

    @property
    def place(self) -> str:
        """Where the package is."""
        return str(self._file)

    def keep(self, path: str, content: IO[bytes], sha256: str) -> None:
        """Keep a part until the manifest is known.

        Raises:
            StoreError: there is no room for it.
        """
        del sha256  # the manifest has it
        kept = self._folder / str(len(self._parts))
        try:
            with kept.open("wb") as target:
                shutil.copyfileobj(content, target, CHUNK)
        except OSError as error:
            raise StoreError(f"{path} cannot be kept in {self._folder}: {error}") from error
        self._parts[path] = kept

    def finish(self, manifest: bytes) -> None:
        """Write the zip; it has its name only when it is whole.

        Raises:
            StoreError: it cannot be written.
        """
        unfinished = self._folder / "package.zip"
        try:
            self._write(unfinished, manifest)
            unfinished.chmod(0o600)
            shutil.move(unfinished, self._file)
        except OSError as error:
            raise StoreError(f"{self._file} cannot be written: {error}") from error

    def _write(self, file: Path, manifest: bytes) -> None:
        with zipfile.ZipFile(file, "w") as package:
            package.writestr(_entry(MANIFEST), manifest, zipfile.ZIP_DEFLATED, LEVEL)
            for path, kept in sorted(self._parts.items()):
                entry = _entry(path)
                entry.file_size = kept.stat().st_size
                with kept.open("rb") as content, package.open(entry, "w") as target:
                    shutil.copyfileobj(content, target, CHUNK)


def _entry(path: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, _MOMENT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = _MODE
    entry.create_system = _UNIX
    return entry
