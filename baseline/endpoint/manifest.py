"""The manifest of a Distributor package: which file belongs to which machine, with its hash."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from baseline.errors import BaselineError

SCHEMA = "2.0"
ANY = "_any"
MAXIMUM_FILES = 20
MAXIMUM_FILE_BYTES = 1_000_000_000
"""Source: AWS Systems Manager User Guide, "Create a package in Distributor" (20 files of 1 GB)."""

PLATFORMS = (
    "amazon",
    "centos",
    "debian",
    "oracle",
    "redhat",
    "suse",
    "ubuntu",
    "windows",
)
ARCHITECTURES = (ANY, "x86_64", "arm64")
SHA_256 = re.compile(r"[0-9a-f]{64}")
VERSION = re.compile(r"[A-Za-z0-9_.-]{1,128}")
FILE = re.compile(r"[A-Za-z0-9_.-]{1,120}\.zip")


def make_manifest(
    *, version: str, publisher: str, files: Mapping[tuple[str, str], tuple[str, str]]
) -> dict[str, Any]:
    """Make the manifest of a package.

    Args:
        version: version of the package, as the document's ``VersionName``.
        publisher: who made the package.
        files: (platform, architecture) to (name of the ZIP file, its SHA-256).

    Raises:
        BaselineError: it would be refused by Distributor or could not be verified by machines.

    Source: AWS Systems Manager User Guide, "Create a package in Distributor" (JSON manifest).
    """
    packages: dict[str, Any] = {}
    for (platform, architecture), (name, _) in sorted(files.items()):
        packages.setdefault(platform, {}).setdefault(ANY, {})[architecture] = {"file": name}
    manifest = {
        "schemaVersion": SCHEMA,
        "version": version,
        "publisher": publisher,
        "packages": packages,
        "files": {
            name: {"checksums": {"sha256": digest}} for name, digest in sorted(set(files.values()))
        },
    }
    check_manifest(manifest)
    return manifest


def check_manifest(manifest: Mapping[str, Any], hashes: Mapping[str, str] | None = None) -> None:
    """Refuse a manifest that does not say for every file what machines have to find.

    Args:
        manifest: the manifest.
        hashes: name to SHA-256 of the files that there are; not compared by default.

    Raises:
        BaselineError: names everything that is wrong.
    """
    wrong = list(_problems(manifest, hashes))
    if wrong:
        raise BaselineError(f"the manifest of the package is wrong: {'; '.join(wrong)}")


def _problems(manifest: Mapping[str, Any], hashes: Mapping[str, str] | None) -> Iterator[str]:
    if manifest.get("schemaVersion") != SCHEMA:
        yield f"schemaVersion is {manifest.get('schemaVersion')!r}, not {SCHEMA!r}"
    if not VERSION.fullmatch(str(manifest.get("version", ""))):
        yield f"version {manifest.get('version')!r} is not made of letters, digits and . _ -"
    files = manifest.get("files", {})
    if not 1 <= len(files) <= MAXIMUM_FILES:
        yield f"there are {len(files)} files, Distributor takes 1 to {MAXIMUM_FILES}"
    for name, row in files.items():
        if not FILE.fullmatch(name):
            yield f"file {name!r} is not the name of a ZIP file"
        digest = row.get("checksums", {}).get("sha256", "")
        if not SHA_256.fullmatch(digest):
            yield f"file {name} has no SHA-256 hash"
        elif hashes is not None and hashes.get(name) != digest:
            yield f"file {name} is not the one that the manifest names; build the package again"
    yield from _places(manifest.get("packages", {}), set(files))


def _places(packages: Mapping[str, Any], files: set[str]) -> Iterator[str]:
    used = set()
    for platform, versions in packages.items():
        if platform not in PLATFORMS:
            yield f"platform {platform!r} is not one of {', '.join(PLATFORMS)}"
        for architectures in versions.values():
            for architecture, row in architectures.items():
                if architecture not in ARCHITECTURES:
                    yield f"architecture {architecture!r} is not one of {', '.join(ARCHITECTURES)}"
                if row.get("file") not in files:
                    yield f"file {row.get('file')!r} of {platform} has no entry in files"
                used.add(row.get("file"))
    for name in sorted(files - used):
        yield f"file {name} belongs to no platform"
