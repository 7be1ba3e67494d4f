"""All files or none: whatever happens in between, nothing is half-written."""

from __future__ import annotations

from pathlib import Path

import pytest

from baseline.errors import BaselineError
from baseline.init import files
from baseline.init.files import NewFile, write


def made(folder: Path, *names: str) -> list[NewFile]:
    return [NewFile(path=folder / name, text=f"new {name}\n", purpose="") for name in names]


@pytest.mark.parametrize("stop", [0, 1, 2])
@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_interrupt_leaves_everything_as_it_was(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stop: int,
    error: type[BaseException] | BaseException,
) -> None:
    (tmp_path / "b").write_text("old", encoding="utf-8")
    done: list[Path] = []
    place = files._replace

    def fails(path: Path, content: bytes) -> None:
        if len(done) == stop:
            done.append(path)
            raise error
        done.append(path)
        place(path, content)

    monkeypatch.setattr(files, "_replace", fails)
    expected = BaselineError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        write(made(tmp_path, "a", "b", "deep/er/c"), force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["b"]
    assert (tmp_path / "b").read_text(encoding="utf-8") == "old"


def test_an_interrupt_while_a_file_is_written_leaves_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(self: Path, target: Path) -> Path:
        assert self.exists(), target
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(made(tmp_path, "a"), force=False)
    assert list(tmp_path.iterdir()) == []


def test_a_broken_link_is_a_file_too(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "nowhere")
    with pytest.raises(BaselineError, match="a is there already"):
        write(made(tmp_path, "a"), force=False)
    assert not (tmp_path / "nowhere").exists()


def test_a_directory_in_the_way_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(BaselineError, match="a is a directory; move it away"):
        write(made(tmp_path, "a"), force=True)


def test_all_are_written(tmp_path: Path) -> None:
    write(made(tmp_path, "a", "deep/er/c"), force=False)
    assert (tmp_path / "deep/er/c").read_text(encoding="utf-8") == "new deep/er/c\n"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "c", "deep", "er"]
