"""A release is the same bytes from the same commit, and holds what it should."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from baseline.delivery.scans.tools.toolbox import Toolbox
from tests.support import ROOT

sys.path.append(str(ROOT / "scripts"))

import distribution
from bill import bill

HIDDEN = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}|\b(AKIA|ASIA)(?!IOSFODNN7EXAMPLE)[A-Z2-7]{16}\b"
)


def changed(tree: Path, *, mask: int) -> Path:
    for path in tree.rglob("*"):
        path.chmod((0o777 if path.is_dir() else 0o666) & ~mask)
    return tree


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of this working tree that a distribution is made of."""
    folder = tmp_path_factory.mktemp("tree")
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if name.startswith("baseline/") or "/" not in name:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)
    return folder


@pytest.fixture(scope="module")
def built(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return distribution.built(tree, tmp_path_factory.mktemp("one"), "sdist", "wheel")


@pytest.fixture(scope="module")
def wheel(built: dict[str, bytes]) -> zipfile.ZipFile:
    (name,) = (name for name in built if name.endswith(".whl"))
    return zipfile.ZipFile(io.BytesIO(built[name]))


def test_builds_in_other_folders_at_other_times_with_other_permissions_are_the_same(
    tree: Path, built: dict[str, bytes], tmp_path: Path
) -> None:
    other = changed(Path(shutil.copytree(tree, tmp_path / "elsewhere")), mask=0o077)
    assert distribution.built(other, tmp_path / "dist", "sdist", "wheel") == built


def test_the_wheel_from_the_sources_is_the_wheel(built: dict[str, bytes], tmp_path: Path) -> None:
    again = distribution.from_source(built, tmp_path)
    assert len(again) == 1
    assert again.items() <= built.items()


def test_builds_of_other_sources_differ(
    tree: Path, built: dict[str, bytes], tmp_path: Path
) -> None:
    other = Path(shutil.copytree(tree, tmp_path / "elsewhere"))
    with (other / "baseline" / "errors.py").open("a", encoding="utf-8") as file:
        file.write("# one line more\n")
    assert distribution.built(other, tmp_path / "dist", "wheel").items() - built.items()


def test_two_builds_that_differ_end_the_release(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    results = iter([{"a.whl": b"1", "a.tar.gz": b"1"}, {"a.whl": b"2", "a.tar.gz": b"1"}])
    monkeypatch.setattr(distribution, "exported", lambda folder, **_: folder)
    monkeypatch.setattr(distribution, "built", lambda *_: next(results))
    with pytest.raises(distribution.ReleaseError, match=r"two builds differ in a\.whl"):
        distribution.reproduced(tmp_path)


def test_every_file_of_the_wheel_is_in_its_record(wheel: zipfile.ZipFile) -> None:
    (record,) = (name for name in wheel.namelist() if name.endswith(".dist-info/RECORD"))
    rows = {
        name: digest for name, digest, _ in csv.reader(wheel.read(record).decode().splitlines())
    }
    assert set(rows) == set(wheel.namelist())
    for name in set(rows) - {record}:
        digest = base64.urlsafe_b64encode(hashlib.sha256(wheel.read(name)).digest())
        assert rows[name] == f"sha256={digest.decode().rstrip('=')}", name


def test_the_wheel_holds_the_licence_the_command_and_no_secret(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    (metadata,) = (name for name in names if name.endswith("/METADATA"))
    said = Parser().parsestr(wheel.read(metadata).decode())
    assert said["License-Expression"] == "Apache-2.0"
    (licence,) = (name for name in names if name.endswith("/licenses/LICENSE"))
    assert wheel.read(licence) == (ROOT / "LICENSE").read_bytes()
    (entry,) = (name for name in names if name.endswith("/entry_points.txt"))
    assert "baseline = baseline.cli:main" in wheel.read(entry).decode()
    for name in names:
        assert not HIDDEN.search(wheel.read(name).decode("utf-8", "replace")), name
        assert str(ROOT).encode() not in wheel.read(name), name


def test_the_wheel_stays_small(built: dict[str, bytes]) -> None:
    assert all(len(content) < 4_000_000 for content in built.values())


def test_all_in_the_wheel_is_under_version_control(wheel: zipfile.ZipFile) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "baseline"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    library = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert library == set(tracked.stdout.splitlines())


@pytest.mark.parametrize(
    ("version", "tag", "log", "message"),
    [
        ("1.2.3", "v1.2.4", "\n## [1.2.3]\n", "the tag has to be v1.2.3"),
        ("1.2.3", "1.2.3", "\n## [1.2.3]\n", "the tag has to be v1.2.3"),
        ("1.2.3.dev0", "v1.2.3.dev0", "\n## [1.2.3.dev0]\n", r"is not X\.Y\.Z"),
        ("1.2.3", "v1.2.3", "\n## [Unreleased]\n", r"no section \[1\.2\.3\]"),
    ],
)
def test_a_tag_that_does_not_fit_the_files_is_refused(
    tmp_path: Path, version: str, tag: str, log: str, message: str
) -> None:
    (tmp_path / "pyproject.toml").write_text(f'[project]\nversion = "{version}"\n', "utf-8")
    (tmp_path / "CHANGELOG.md").write_text(log, encoding="utf-8")
    with pytest.raises(distribution.ReleaseError, match=message):
        distribution.check_tag(tag, tmp_path)


def test_only_a_folder_of_distributions_is_emptied(tmp_path: Path) -> None:
    folder = tmp_path / "dist"
    distribution.check_target(folder)
    folder.mkdir()
    for name in ("a-1.whl", "a-1.tar.gz", "a-1.cdx.json", "SHA256SUMS"):
        (folder / name).touch()
    distribution.check_target(folder)
    (folder / "thesis.odt").touch()
    for target, named in ((folder, "thesis.odt"), (folder / "a-1.whl", "a file"), (ROOT, ".")):
        with pytest.raises(distribution.ReleaseError, match=re.escape(named)):
            distribution.check_target(target)


def test_a_tag_that_fits_is_taken(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n', encoding="utf-8")
    (tmp_path / "CHANGELOG.md").write_text("# Log\n\n## [1.2.3] - 2026-12-01\n", encoding="utf-8")
    distribution.check_tag("v1.2.3", tmp_path)


@pytest.mark.tools
def test_the_bill_names_the_wheel_and_all_that_comes_with_it(
    built: dict[str, bytes], tmp_path: Path
) -> None:
    (name,) = (name for name in built if name.endswith(".whl"))
    path = tmp_path / name
    path.write_bytes(built[name])
    found = bill(wheel=path)
    assert found["specVersion"] == "1.6"
    subject = found["metadata"]["component"]
    assert subject["name"] == "aws-security-baseline"
    assert subject["purl"] == f"pkg:pypi/aws-security-baseline@{subject['version']}"
    assert subject["hashes"] == [
        {"alg": "SHA-256", "content": hashlib.sha256(built[name]).hexdigest()}
    ]
    names = {each["name"] for each in found["components"]}
    assert {"aws-cdk-lib", "cdk-nag", "constructs", "jsii", "pydantic"} <= names
    assert not {"pytest", "moto", "rich"} & names
    assert all(each["version"] and each["purl"] for each in found["components"])
    assert found == bill(wheel=path)


@pytest.mark.tools
@pytest.mark.nightly
def test_the_bill_follows_the_schema_of_cyclonedx(tmp_path: Path) -> None:
    path = tmp_path / "bill.cdx.json"
    path.write_text(json.dumps(bill("local", wheel=ROOT / "LICENSE")), encoding="utf-8")
    validator = (
        "import sys\n"
        "from cyclonedx.schema import SchemaVersion\n"
        "from cyclonedx.validation.json import JsonStrictValidator\n"
        "error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read())\n"
        "sys.exit(str(error) if error else 0)\n"
    )
    python = Toolbox.named(ROOT / ".venv-scan").python("cyclonedx")
    command = [python, "-c", validator, str(path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
