"""Packages for Distributor: one ZIP file per platform, with the same bytes from the same input."""

from __future__ import annotations

import hashlib
import json
import stat
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from baseline.config.endpoint import SUFFIXES
from baseline.endpoint.manifest import ANY, MAXIMUM_FILE_BYTES, check_manifest, make_manifest
from baseline.endpoint.preset import Preset, Windows
from baseline.endpoint.script import linux_script, windows_script
from baseline.errors import BaselineError

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a ZIP file knows: the same in every build."""

EXECUTABLE = (stat.S_IFREG | 0o700) << 16
VERSION_HASH_LENGTH = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """A package, ready to be attached to a document.

    Attributes:
        preset: what it installs.
        version: version given, and a hash of the content.
        manifest: the content of the document.
        files: name to bytes of each ZIP file.
    """

    preset: Preset
    version: str
    manifest: dict[str, Any]
    files: Mapping[str, bytes]

    def hashes(self) -> dict[str, str]:
        """Give the SHA-256 of each file."""
        return {name: hashlib.sha256(content).hexdigest() for name, content in self.files.items()}


def build_package(preset: Preset, *, version: str, installers: Mapping[str, str]) -> Package:
    """Build the package of an agent.

    Args:
        preset: what is installed.
        version: version of the agent; a hash of all content is appended, so that another content
            is another version.
        installers: ``platform/architecture`` to the path of the vendor's installer; none for an
            agent that comes from the repositories of the operating system.

    Raises:
        BaselineError: installers are missing, superfluous, unreadable or of a platform that the
            preset does not know.
    """
    contents = _contents(preset, installers)
    files: dict[tuple[str, str], tuple[str, str]] = {}
    made: dict[str, bytes] = {}
    for (platform, architecture), members in sorted(contents.items()):
        content = _zipped(members)
        if len(content) > MAXIMUM_FILE_BYTES:
            raise BaselineError(
                f"the package for {platform}/{architecture} has {len(content)} bytes, Distributor "
                f"takes {MAXIMUM_FILE_BYTES}; use a smaller installer"
            )
        digest = hashlib.sha256(content).hexdigest()
        # Equal content is one file: Distributor takes 20.
        name = f"{preset.id}-{digest[:VERSION_HASH_LENGTH]}.zip"
        files[platform, architecture] = (name, digest)
        made[name] = content
    whole = hashlib.sha256(json.dumps(sorted(files.items())).encode()).hexdigest()
    full = f"{version}-{whole[:VERSION_HASH_LENGTH]}"
    package = Package(
        preset=preset,
        version=full,
        manifest=make_manifest(version=full, publisher="aws-security-baseline", files=files),
        files=made,
    )
    check_manifest(package.manifest, package.hashes())
    return package


Members = dict[str, bytes]


def _contents(preset: Preset, installers: Mapping[str, str]) -> dict[tuple[str, str], Members]:
    if preset.linux.platforms:
        if installers:
            raise BaselineError(
                f"{preset.id} comes from the repositories of the operating system; remove installers"
            )
        return {(name, ANY): _linux(preset) for name in preset.linux.platforms}
    if not installers:
        raise BaselineError(
            f"{preset.id} has no installers; download them from the vendor's console"
        )
    found: dict[tuple[str, str], Members] = {}
    for place, file in installers.items():
        platform, _, architecture = place.partition("/")
        scripts = _windows(preset) if platform == "windows" else _linux(preset)
        found[platform, architecture] = {**scripts, **_installer(place, platform, Path(file))}
    return found


def _linux(preset: Preset) -> Members:
    install = linux_script(preset, "install").encode()
    return {
        "install.sh": install,
        "uninstall.sh": linux_script(preset, "uninstall").encode(),
        # Without it Distributor would remove the agent before it installs the next version.
        "update.sh": install,
    }


def _windows(preset: Preset) -> Members:
    windows: Windows | None = preset.windows
    if windows is None:
        raise BaselineError(
            f"{preset.id} has no Windows part; remove windows from installers, or use a preset of "
            "your own"
        )
    install = windows_script(preset, windows, "install").encode()
    return {
        "install.ps1": install,
        "uninstall.ps1": windows_script(preset, windows, "uninstall").encode(),
        "update.ps1": install,
    }


def _installer(place: str, platform: str, file: Path) -> Members:
    suffixes = SUFFIXES.get(platform, ())
    if file.suffix not in suffixes:
        raise BaselineError(
            f"the installer of {place} is {file.name}; {platform} takes {' or '.join(suffixes)}"
        )
    try:
        return {f"installer{file.suffix}": file.read_bytes()}
    except OSError as error:
        raise BaselineError(
            f"the installer of {place}, {file}, cannot be read: {error.strerror}"
        ) from error


def _zipped(members: Members) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(members.items()):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 3  # Unix, on every system that builds it
            entry.external_attr = EXECUTABLE
            archive.writestr(entry, content)
    return buffer.getvalue()
