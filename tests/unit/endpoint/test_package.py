"""A package is the same bytes from the same input, and its manifest names the hash of each file."""

from __future__ import annotations

import hashlib
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from baseline.endpoint.manifest import check_manifest, make_manifest
from baseline.endpoint.package import build_package
from baseline.endpoint.preset import presets
from baseline.errors import BaselineError

FALCON, CLAMAV, DEFENDER = (
    presets()[name] for name in ("crowdstrike-falcon", "clamav", "microsoft-defender")
)


def installers(folder: Path, *places: str) -> dict[str, str]:
    suffixes = {"amazon": ".rpm", "ubuntu": ".deb", "windows": ".exe"}
    made = {}
    for place in places:
        path = folder / f"{place.replace('/', '-')}{suffixes[place.split('/')[0]]}"
        path.write_bytes(place.encode())
        made[place] = str(path)
    return made


def test_each_platform_has_its_installer_and_scripts(tmp_path: Path) -> None:
    places = ("amazon/x86_64", "amazon/arm64", "ubuntu/x86_64", "windows/x86_64")
    package = build_package(FALCON, version="7.18", installers=installers(tmp_path, *places))
    packages = package.manifest["packages"]
    assert {name: sorted(row["_any"]) for name, row in packages.items()} == {
        "amazon": ["arm64", "x86_64"],
        "ubuntu": ["x86_64"],
        "windows": ["x86_64"],
    }
    for place in places:
        platform, architecture = place.split("/")
        file = packages[platform]["_any"][architecture]["file"]
        archive = zipfile.ZipFile(BytesIO(package.files[file]))
        kind = "ps1" if platform == "windows" else "sh"
        members = {name for name in archive.namelist() if not name.startswith("installer.")}
        assert members == {f"install.{kind}", f"uninstall.{kind}", f"update.{kind}"}
        (installer,) = set(archive.namelist()) - members
        assert archive.read(installer) == place.encode()
        # Distributor runs update instead of removing the agent for a moment.
        assert archive.read(f"update.{kind}") == archive.read(f"install.{kind}")


def test_the_manifest_names_the_hash_of_every_file(tmp_path: Path) -> None:
    package = build_package(FALCON, version="1", installers=installers(tmp_path, "amazon/x86_64"))
    assert package.manifest["files"] == {
        name: {"checksums": {"sha256": hashlib.sha256(content).hexdigest()}}
        for name, content in package.files.items()
    }
    assert package.manifest["schemaVersion"] == "2.0"
    assert package.manifest["version"] == package.version


def test_the_same_input_gives_the_same_bytes_and_another_another_version(tmp_path: Path) -> None:
    given = installers(tmp_path, "amazon/x86_64")
    first = build_package(FALCON, version="1", installers=given)
    assert build_package(FALCON, version="1", installers=given) == first
    Path(given["amazon/x86_64"]).write_bytes(b"changed")
    second = build_package(FALCON, version="1", installers=given)
    assert first.version != second.version
    assert first.version.startswith("1-")
    assert second.version.startswith("1-")


def test_equal_content_is_one_file() -> None:
    package = build_package(CLAMAV, version="1", installers={})
    assert sorted(package.manifest["packages"]) == ["amazon", "debian", "ubuntu"]
    assert len(package.files) == 1


@pytest.mark.parametrize(
    ("preset", "given", "message"),
    [
        (FALCON, {}, "crowdstrike-falcon has no installers"),
        (CLAMAV, {"amazon/x86_64": "a.rpm"}, "comes from the repositories of the operating system"),
        (FALCON, {"amazon/x86_64": "a.deb"}, "is a.deb; amazon takes .rpm"),
        (FALCON, {"windows/x86_64": "a.rpm"}, "is a.rpm; windows takes .exe or .msi"),
        (FALCON, {"amazon/x86_64": "absent.rpm"}, "cannot be read: No such file"),
        (DEFENDER, {"windows/x86_64": "a.msi"}, "microsoft-defender has no Windows part"),
    ],
)
def test_what_cannot_be_packaged_is_refused(
    preset: Any, given: dict[str, str], message: str
) -> None:
    with pytest.raises(BaselineError) as error:
        build_package(preset, version="1", installers=given)
    assert message in str(error.value)


FILES = {("amazon", "x86_64"): ("agent.zip", "a" * 64)}


def wrong(**changes: Any) -> dict[str, Any]:
    return {**make_manifest(version="1", publisher="x", files=FILES), **changes}


def test_a_file_that_was_changed_is_noticed() -> None:
    manifest = wrong()
    check_manifest(manifest, {"agent.zip": "a" * 64})
    with pytest.raises(BaselineError, match=r"agent\.zip is not the one that the manifest names"):
        check_manifest(manifest, {"agent.zip": "b" * 64})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schemaVersion": "1.0"}, "schemaVersion is '1.0', not '2.0'"),
        ({"version": "a b"}, "version 'a b' is not made of"),
        ({"files": {}}, "there are 0 files, Distributor takes 1 to 20"),
        ({"files": {"agent.zip": {"checksums": {"md5": "x"}}}}, "agent.zip has no SHA-256 hash"),
        ({"packages": {}}, "file agent.zip belongs to no platform"),
        (
            {"packages": {"beos": {"_any": {"sparc": {"file": "other.zip"}}}}},
            "platform 'beos' is not one of amazon",
        ),
        (
            {"packages": {"amazon": {"_any": {"sparc": {"file": "other.zip"}}}}},
            "architecture 'sparc' is not one of _any, x86_64, arm64; file 'other.zip' of amazon",
        ),
        (
            {"files": {f"{n}.zip": {"checksums": {"sha256": "a" * 64}} for n in range(21)}},
            "there are 21 files",
        ),
    ],
)
def test_a_wrong_manifest_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BaselineError) as error:
        check_manifest(wrong(**changes))
    assert message in str(error.value)
