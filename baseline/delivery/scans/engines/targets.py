"""What of a path names dependencies, and the environment that they would make."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

from baseline.delivery.scans.engines.request import Request
from baseline.delivery.scans.engines.sources import relative_to, sources
from baseline.delivery.scans.running import ScanError, run

PACKAGE_LOCK = "package-lock.json"
_REQUIREMENTS = re.compile(r"requirements.*\.(txt|lock)$")
_PINNED = re.compile(r"^\s*[A-Za-z0-9][\w.-]*(\[[\w,\s-]+\])?\s*==", re.MULTILINE)


class Kind(StrEnum):
    """What a target is."""

    ENVIRONMENT = "environment"
    REQUIREMENTS = "requirements"
    NPM = "npm"
    BILL = "bill"


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Something that names dependencies.

    Attributes:
        kind: what it is.
        path: where it is.
        name: its path in findings.
    """

    kind: Kind
    path: Path
    name: str


def targets(target: str) -> tuple[Path, list[Target]]:
    """Give the folder that names are relative to, and what names dependencies under a path.

    A path is a virtual environment, a requirements or lock file of pip, a ``package-lock.json``, a
    CycloneDX file, or a folder of these.

    Raises:
        ScanError: the path does not exist, or names no dependencies.
    """
    path = Path(target).absolute()
    if (path / "pyvenv.cfg").is_file():
        return path.parent, [Target(kind=Kind.ENVIRONMENT, path=path, name=path.name)]
    folder, found = sources(target)
    if path.is_file():
        kind = _kind(path) or (
            Kind.BILL if path.suffix == ".json" else Kind.REQUIREMENTS if _pins(path) else None
        )
        kinds = [(path, kind)]
    else:
        kinds = [(each, _kind(each)) for each in found]
    result = [
        Target(kind=kind, path=each, name=relative_to(folder, str(each)))
        for each, kind in kinds
        if kind is not None
    ]
    if not result:
        raise ScanError(
            f"{target} names no dependencies; name a requirements file, a {PACKAGE_LOCK}, a virtual "
            "environment, or export the lock of poetry or uv as requirements"
        )
    return folder, result


def _kind(path: Path) -> Kind | None:
    if path.name == PACKAGE_LOCK:
        return Kind.NPM
    if path.name.endswith(".cdx.json"):
        return Kind.BILL
    named = _REQUIREMENTS.fullmatch(path.name) or (
        path.parent.name == "requirements" and path.suffix in {".txt", ".lock"}
    )
    return Kind.REQUIREMENTS if named else None


def _pins(path: Path) -> bool:
    return bool(_PINNED.search(path.read_text("utf-8", errors="replace")))


@contextmanager
def environment(request: Request, target: Target) -> Iterator[Path]:
    """Give an environment with the packages of a target, for as long as it is needed.

    Requirements are installed into an empty environment, wheels only, so that no code of a package
    runs. Hashes in the file are enforced.

    Raises:
        ScanError: pip found no solution, or a package has no wheel.
    """
    if target.kind is Kind.ENVIRONMENT:
        yield target.path
        return
    python = request.toolbox.python("cyclonedx")
    with TemporaryDirectory() as temporary:
        home = Path(temporary, "environment")
        run("venv", [python, "-m", "venv", "--without-pip", str(home)], fine=[0], seconds=60)
        command = [python, "-m", "pip", "--python", str(home / "bin" / "python"), "install"]
        command += ["--quiet", "--no-input", "--no-compile", "--only-binary", ":all:"]
        command += ["--requirement", str(target.path)]
        try:
            run("pip", command, fine=[0], seconds=request.seconds, folder=target.path.parent)
        except ScanError as error:
            raise ScanError(
                f"the packages of {target.name} cannot be installed as wheels: {error}; scan a "
                "virtual environment that has them"
            ) from None
        yield home


def site_packages(home: Path) -> Path:
    """Give the folder of an environment in which packages are.

    Raises:
        ScanError: it is no environment of Python.
    """
    for found in sorted(home.glob("lib/python3*/site-packages")):
        return found
    raise ScanError(f"{home} is no virtual environment; make one with python -m venv")
