"""Git refs: synthesized in a worktree of their own, which goes away again."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from baseline.errors import BaselineError

TIMEOUT_SECONDS = 900
DEFAULT_APP = "python app.py"
SHOWN_LINES = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One side of a review.

    Attributes:
        name: as it was named.
        assembly: folder of the cloud assembly.
        source: folder of the source code; None where a folder was named.
    """

    name: str
    assembly: Path
    source: Path | None = None


@contextmanager
def side(name: str, *, repository: Path) -> Iterator[Side]:
    """Give the assembly of a folder, or of a git ref of a repository.

    A ref is synthesized by its own code, in a worktree in the folder for temporary files: neither the
    working tree nor the index of the repository is touched.

    Raises:
        BaselineError: it is neither, or the synthesis failed.
    """
    if Path(name).is_dir():
        yield Side(name=name, assembly=Path(name))
        return
    commit = _commit(name, repository)
    with tempfile.TemporaryDirectory(prefix="baseline-review-") as folder:
        tree = Path(folder, "source")
        _git(repository, "worktree", "add", "--detach", "--quiet", str(tree), commit)
        try:
            assembly = Path(folder, "assembly")
            _synthesize(name, tree, assembly)
            yield Side(name=name, assembly=assembly, source=tree)
        finally:
            _git(repository, "worktree", "remove", "--force", str(tree))


def _commit(name: str, repository: Path) -> str:
    wrong = BaselineError(
        f"{name!r} is neither a cloud assembly nor a git ref here; name a folder such as cdk.out, or a branch, "
        "tag or commit that is fetched"
    )
    # A ref never begins with a hyphen; git would take it for an option.
    if name.startswith("-"):
        raise wrong
    try:
        return _git(repository, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").strip()
    except BaselineError:
        raise wrong from None


def _git(repository: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - git, with a ref that was checked
            ["git", "-C", str(repository), *arguments],  # noqa: S607 - the git that is installed
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise BaselineError("git is not installed; name folders that `cdk synth` wrote") from None
    if done.returncode:
        raise BaselineError(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout


def _synthesize(name: str, tree: Path, assembly: Path) -> None:
    command, context = _app(name, tree)
    environment = {
        **os.environ,
        "CDK_OUTDIR": str(assembly),
        # What checks find is for the build of each side; here it would only cost time.
        "CDK_CONTEXT_JSON": json.dumps({**context, "baseline:nag": "false"}),
        "CDK_VALIDATION": "false",
        "PYTHONPATH": os.pathsep.join(filter(None, (str(tree), os.environ.get("PYTHONPATH")))),
    }
    try:
        done = subprocess.run(  # noqa: S603 - the app of the repository, as `cdk synth` would run it
            command,
            cwd=tree,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
        )
    except (FileNotFoundError, subprocess.TimeoutExpired) as error:
        raise BaselineError(f"{name} cannot be synthesized: {error}") from None
    if done.returncode:
        raise BaselineError(f"{name} cannot be synthesized: {_told(done.stderr)}")


def _told(written: str) -> str:
    """Give the last lines of what an app wrote, without the code lines of a traceback."""
    lines = written.strip().splitlines()
    told = [line for line in lines if line and not line[0].isspace()] or lines
    return " / ".join(told[-SHOWN_LINES:])


def _app(name: str, tree: Path) -> tuple[Sequence[str], dict[str, object]]:
    """Give the command of an app and its context, as cdk.json has them."""
    path = tree / "cdk.json"
    if not path.is_file():
        raise BaselineError(f"{name} has no cdk.json; run this where the app is")
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        command = shlex.split(document.get("app", DEFAULT_APP))
        context = dict(document.get("context") or {})
    except (OSError, ValueError, AttributeError, TypeError, RecursionError):
        raise BaselineError(f"cdk.json of {name} is not the file of an app") from None
    if command and Path(command[0]).name in {"python", "python3"}:
        # The interpreter that has the CDK.
        command[0] = sys.executable
    return command, context
