"""Verify a package: every hash again, and what is missing, changed or more than the manifest says."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from baseline.errors import BaselineError
from baseline.evidence.handlers.evidence.collectors.package import FORMAT, MANIFEST

LARGEST_MANIFEST = 64 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What came of a verification.

    Attributes:
        manifest: the manifest.
        digest: its SHA-256.
        verified: number of files whose hash is right.
        changed: files that are not what the manifest says.
        missing: files that the manifest has and the package has not.
        extra: files that the manifest does not know, or that are there twice.
    """

    manifest: dict[str, Any]
    digest: str
    verified: int
    changed: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether the package is what its manifest says."""
        return not (self.changed or self.missing or self.extra)


class Package:
    """The files of a zip, or of a folder that came from a bucket.

    Args:
        file: the zip or the folder.

    Raises:
        BaselineError: it is neither.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._zip = None
        if file.is_dir():
            self.names = sorted(
                each.relative_to(file).as_posix() for each in file.rglob("*") if not each.is_dir()
            )
            return
        try:
            self._zip = zipfile.ZipFile(file)
        except FileNotFoundError:
            raise BaselineError(f"there is no file {file}") from None
        except (zipfile.BadZipFile, OSError) as error:
            raise BaselineError(f"{file} is not a zip: {error}") from None
        self.names = self._zip.namelist()

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open one of the names."""
        if self._zip is not None:
            with self._zip.open(name) as content:
                yield content
        else:
            with (self._file / name).open("rb") as content:
                yield content

    def close(self) -> None:
        """Close the zip."""
        if self._zip is not None:
            self._zip.close()


def verify(file: Path) -> Verdict:
    """Compare a package with its manifest.

    Args:
        file: a zip, or a folder with a manifest.

    Raises:
        BaselineError: it is no package.
    """
    package = Package(file)
    try:
        text = _manifest_of(package, file)
        manifest, wanted = _read(text, file)
        present = Counter(package.names)
        sound = {
            name
            for name, sha256 in wanted.items()
            if present[name] == 1 and _digest(package, name) == sha256
        }
        known = {*wanted, MANIFEST}
        return Verdict(
            manifest=manifest,
            digest=hashlib.sha256(text).hexdigest(),
            verified=len(sound),
            changed=tuple(n for n in sorted(wanted) if present[n] == 1 and n not in sound),
            missing=tuple(name for name in sorted(wanted) if not present[name]),
            extra=tuple(sorted(n for n, count in present.items() if n not in known or count > 1)),
        )
    finally:
        package.close()


def _manifest_of(package: Package, file: Path) -> bytes:
    if MANIFEST not in package.names:
        raise BaselineError(f"{file} has no {MANIFEST}; it is no package of `baseline evidence`")
    try:
        with package.open(MANIFEST) as content:
            text = content.read(LARGEST_MANIFEST + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError) as error:
        raise BaselineError(f"{file}: {MANIFEST} cannot be read: {error}") from None
    if len(text) > LARGEST_MANIFEST:
        raise BaselineError(f"{file}: {MANIFEST} is larger than {LARGEST_MANIFEST} bytes")
    return text


def _read(text: bytes, file: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Give the manifest, and the hash of each file that it names."""
    try:
        manifest = json.loads(text)
        known = manifest["format"]
        wanted = {
            str(each["path"]): str(each["sha256"]) for each in manifest["items"] if each["sha256"]
        }
    except (ValueError, KeyError, TypeError):
        raise BaselineError(f"{file}: {MANIFEST} is not of `baseline evidence`") from None
    if known != FORMAT:
        raise BaselineError(f"{file}: format {known!r} is unknown; this version reads {FORMAT}")
    return manifest, wanted


def _digest(package: Package, name: str) -> str:
    """Give the hash of a file; of one that cannot be read, nothing that a manifest could say."""
    digest = hashlib.sha256()
    try:
        with package.open(name) as content:
            while chunk := content.read(1024 * 1024):
                digest.update(chunk)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError):
        return "unreadable"
    return digest.hexdigest()
