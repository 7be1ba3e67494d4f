"""A package is verified file by file; whatever somebody did to it is named."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from baseline.errors import BaselineError
from baseline.evidence.handlers.evidence.collectors.package import StoreError, digest_of
from baseline.evidence.handlers.evidence.collectors.protocol import Part, Source
from baseline.evidence.handlers.evidence.collectors.records import lines
from baseline.evidence.verification import verify
from baseline.evidence.zip_store import ZipStore
from tests.unit.evidence.support import Aws, Run, source


def package(folder: Path, name: str = "evidence.zip") -> Path:
    file = folder / name
    run = Run()
    rows = {"b": [{"a": 1}], "a": [{"b": 2}]}

    def parts(_: Source) -> Iterator[Part]:
        for part, each in rows.items():
            write = lines(partial(iter, each), source(Aws()))
            yield Part(path=f"some/{part}.jsonl", what="", write=write)

    with ZipStore.at(file) as store:
        run.store = store  # type: ignore[assignment]
        run({"some": parts}, source(Aws()))
    return file


def changed(file: Path, replace: dict[str, bytes | None], **add: bytes) -> Path:
    """Give a copy with other contents, without the files whose content is None, with more files."""
    copy = file.with_name("changed.zip")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(copy, "w") as new:
        for name in old.namelist():
            content = replace.get(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name, content in add.items():
            new.writestr(name, content)
    return copy


def test_a_zip_begins_with_its_manifest_and_is_the_same_each_time(tmp_path: Path) -> None:
    first, second = package(tmp_path), package(tmp_path, "again.zip")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as found:
        assert found.namelist() == ["manifest.json", "some/a.jsonl", "some/b.jsonl"]
    assert first.stat().st_mode & 0o077 == 0


def test_a_package_as_it_was_made_is_whole(tmp_path: Path) -> None:
    verdict = verify(package(tmp_path))
    assert verdict.whole
    assert verdict.verified == 2
    assert verdict.digest == digest_of(verdict.manifest)


def test_changed_missing_and_extra_files_are_named(tmp_path: Path) -> None:
    file = package(tmp_path)
    verdict = verify(changed(file, {"some/a.jsonl": b"x", "some/b.jsonl": None}, more=b"y"))
    assert not verdict.whole
    assert verdict.changed == ("some/a.jsonl",)
    assert verdict.missing == ("some/b.jsonl",)
    assert verdict.extra == ("more",)


def test_a_file_that_is_there_twice_is_extra(tmp_path: Path) -> None:
    file = package(tmp_path)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(file, "a") as found:
        found.writestr("some/a.jsonl", b"another")
    verdict = verify(file)
    assert verdict.extra == ("some/a.jsonl",)
    assert not verdict.whole


def test_broken_bytes_are_a_change(tmp_path: Path) -> None:
    file = package(tmp_path)
    content = bytearray(file.read_bytes())
    with zipfile.ZipFile(file) as found:
        at = found.getinfo("some/a.jsonl").header_offset + 30 + len("some/a.jsonl")
    content[at] ^= 0xFF
    file.write_bytes(content)
    assert verify(file).changed == ("some/a.jsonl",)


def test_a_rewritten_manifest_has_another_hash(tmp_path: Path) -> None:
    file = package(tmp_path)
    before = verify(file)
    other = json.dumps({**before.manifest, "collected_by": "somebody else"}).encode()
    after = verify(changed(file, {"manifest.json": other}))
    assert after.whole
    assert after.digest != before.digest


def test_a_folder_from_a_bucket_is_verified_too(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    with zipfile.ZipFile(package(tmp_path)) as found:
        found.extractall(folder)
    assert verify(folder).whole
    (folder / "some" / "b.jsonl").unlink()
    assert verify(folder).missing == ("some/b.jsonl",)


def zipped(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, content in files.items():
            made.writestr(name.replace("_", "."), content)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not a zip"),
        (b"PK nonsense", "is not a zip"),
        (zipped(x=b""), "has no manifest"),
        (zipped(manifest_json=b"{"), "is not of `baseline evidence`"),
        (zipped(manifest_json=b"[]"), "is not of `baseline evidence`"),
        (zipped(manifest_json=b'{"format": 1, "items": [1]}'), "is not of `baseline evidence`"),
        (zipped(manifest_json=b'{"format": 99, "items": []}'), "format 99 is unknown"),
    ],
    # A zip has the time in it: every worker would name the test by another one.
    ids=["empty", "nonsense", "no manifest", "cut", "a list", "no item", "another format"],
)
def test_what_is_no_package_is_said_in_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "x.zip"
    file.write_bytes(content)
    with pytest.raises(BaselineError, match=said) as caught:
        verify(file)
    assert "\n" not in str(caught.value)


def test_a_zip_that_cannot_be_written_ends_the_run(tmp_path: Path) -> None:
    gone = ZipStore(tmp_path / "gone", tmp_path / "e.zip")
    with pytest.raises(StoreError, match="cannot be kept"):
        gone.keep("a", io.BytesIO(b"x"), "")
    with pytest.raises(StoreError, match="cannot be written"):
        gone.finish(b"{}")
    assert not (tmp_path / "e.zip").exists()


def test_a_zip_is_never_written_over(tmp_path: Path) -> None:
    file = package(tmp_path)
    with pytest.raises(BaselineError, match="is there already"), ZipStore.at(file):
        pass
    with (
        pytest.raises(BaselineError, match="there is no folder"),
        ZipStore.at(tmp_path / "x/y.zip"),
    ):
        pass
    with pytest.raises(BaselineError, match="there is no file"):
        verify(tmp_path / "none.zip")
