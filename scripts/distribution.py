"""Build what a release consists of, twice, and compare: ``make dist``.

Writes into ``dist``: the wheel, the source distribution, the wheel's bill of materials and
``SHA256SUMS``. Builds what is committed, in two folders with different times and permissions, and
the wheel once more from the source distribution; other bytes are an error. ``--tag v1.2.3`` refuses
a tag that is not the version of ``pyproject.toml``, or one that ``CHANGELOG.md`` does not describe.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from bill import SUFFIX, bill  # noqa: E402

SUMS = "SHA256SUMS"
WRITTEN = (".whl", ".tar.gz", ".attestation", SUFFIX)
_LATER = 1_900_000_000  # a time of files that no commit has


class ReleaseError(Exception):
    """Why there is nothing to release."""


def check_tag(tag: str, root: Path = ROOT) -> None:
    """Refuse a tag that says something else than the files.

    Raises:
        ReleaseError: the version differs, is one of development, or has no section in CHANGELOG.md.
    """
    version = str(tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"])
    if tag != f"v{version}":
        raise ReleaseError(
            f"the tag is {tag}, and pyproject.toml has version {version}; the tag has to be v{version}"
        )
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise ReleaseError(
            f"version {version} in pyproject.toml is not X.Y.Z; set the version to release"
        )
    if f"\n## [{version}]" not in (root / "CHANGELOG.md").read_text("utf-8"):
        raise ReleaseError(
            f"CHANGELOG.md has no section [{version}]; rename Unreleased and begin a new one"
        )


def exported(folder: Path, *, mask: int, time: int | None = None) -> Path:
    """Write what is committed into a folder, with the permissions that a mask leaves."""
    archive = folder / "tree.tar"
    command = ["git", "archive", "--format=tar", f"--output={archive}", "HEAD"]
    subprocess.run(command, cwd=ROOT, check=True)
    tree = folder / "tree"
    _extract(archive, tree)
    for path in sorted(tree.rglob("*")):
        runs = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod((0o777 if runs else 0o666) & ~mask)
        if time is not None:
            os.utime(path, (time, time))
    return tree


def built(tree: Path, target: Path, *kinds: str) -> dict[str, bytes]:
    """Build distributions of a tree and give them by name.

    Args:
        tree: the sources.
        target: folder to write to.
        kinds: ``wheel``, ``sdist``.
    """
    for kind in kinds:
        command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(target)]
        subprocess.run(command, cwd=tree, check=True, capture_output=True)
    return {path.name: path.read_bytes() for path in sorted(target.iterdir())}


def from_source(distributions: dict[str, bytes], folder: Path) -> dict[str, bytes]:
    """Build the wheel as somebody does who has the source distribution only."""
    name = next(each for each in distributions if each.endswith(".tar.gz"))
    archive = folder / name
    archive.write_bytes(distributions[name])
    _extract(archive, folder)
    return built(folder / name.removesuffix(".tar.gz"), folder / "wheel", "wheel")


def _extract(archive: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    command = ["tar", "--extract", "--file", str(archive), "--directory", str(folder)]
    subprocess.run(command, check=True)


def reproduced(folder: Path) -> dict[str, bytes]:
    """Give the distributions, when every way to build them gives the same bytes.

    Raises:
        ReleaseError: two builds differ.
    """
    ways = {}
    for name, mask, time in (("one", 0o022, None), ("other", 0o077, _LATER)):
        made = folder / name
        made.mkdir()
        tree = exported(made, mask=mask, time=time)
        ways[name] = built(tree, made / "dist", "sdist", "wheel")
    first = ways["one"]
    if first != ways["other"]:
        different = sorted(key for key in first if first[key] != ways["other"].get(key))
        raise ReleaseError(f"two builds differ in {', '.join(different)}; nothing was written")
    source = folder / "source"
    source.mkdir()
    again = from_source(first, source)
    if any(first[name] != content for name, content in again.items()):
        raise ReleaseError(f"{', '.join(again)} from the sources differs; nothing was written")
    return first


def check_target(target: Path) -> None:
    """Refuse a folder with anything but what a release consists of: it is emptied.

    Raises:
        ReleaseError: it is a file, or holds something else.
    """
    names = [each.name for each in target.iterdir()] if target.is_dir() else []
    others = sorted(name for name in names if name != SUMS and not name.endswith(WRITTEN))
    if others or (target.exists() and not target.is_dir()):
        raise ReleaseError(
            f"{target} is no folder of distributions ({', '.join(others[:3]) or 'a file'}); name another"
        )


def write(target: Path) -> list[Path]:
    """Write the distributions, the bill of materials and the sums; give their paths."""
    check_target(target)
    with tempfile.TemporaryDirectory() as temporary:
        distributions = reproduced(Path(temporary))
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name, content in distributions.items():
        (target / name).write_bytes(content)
    (wheel,) = target.glob("*.whl")
    text = json.dumps(bill(wheel=wheel), indent=1, sort_keys=True)
    stem = "-".join(wheel.name.split("-")[:2])
    (target / f"{stem}{SUFFIX}").write_text(f"{text}\n", encoding="utf-8")
    paths = sorted(target.iterdir())
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in paths]
    (target / SUMS).write_text("".join(sums), encoding="utf-8")
    return [*paths, target / SUMS]


def main() -> None:
    """Check the tag, build, write, list."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tag", help="tag of the release, which has to fit the files")
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="folder, emptied first")
    options = parser.parse_args()
    try:
        if options.tag:
            check_tag(options.tag)
        paths = write(options.output)
    except ReleaseError as error:
        sys.exit(str(error))
    for path in paths:
        print(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path}")


if __name__ == "__main__":
    main()
