"""Executes a block, by the language behind its fence."""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from ruamel.yaml import YAML

from baseline import config
from baseline.delivery.scans.suppressions import read_suppressions
from tests.docs.blocks import Block
from tests.docs.programs import is_run, problems
from tests.docs.shell import commands_of, script_of
from tests.support import ROOT

HIDDEN = re.compile(
    r"^(\$ |aws |baseline |cdk |npx |make |from \S+ import |import |def |\w+\.\w+\()", re.MULTILINE
)
"""What a block of text must not hold: it would be a command or a program that nobody executes."""

_load = getattr(config, "read", config.load)
"""Takes the file of an organization; ``read`` takes that of a single account, too."""

READERS = {"cdk.out", "controls", "report"}
"""Words of commands that read an assembly."""

NOT_RUN = "not run"
YAML_1_2 = YAML(typ="safe", pure=True)  # in which `off` is text, as in the loader of baseline.yaml


def execute(block: Block, folder: Path) -> None:
    """Execute a block, or fail with what is wrong with it.

    Args:
        block: from a page.
        folder: copy of the example, and the working directory; files of the block are written there.
    """
    assert block.closed, "the fence is not closed"
    assert block.language in EXECUTED, (
        f"nobody executes {block.language or 'a block of no language'}"
    )
    EXECUTED[block.language](block, folder)
    if name := block.notes.get("file"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(block.text, encoding="utf-8")


def reads_assembly(block: Block) -> bool:
    """Whether a command of the block is run that reads what the example synthesizes to."""
    if NOT_RUN in block.notes or block.language not in {"bash", "console", "sh"}:
        return False
    commands = commands_of(script_of(block.text, prompted=block.language == "console"))
    return any(is_run(words) and READERS & set(words) for words in commands)


def _text(block: Block, _: Path) -> None:
    assert NOT_RUN in block.notes or not HIDDEN.search(block.text), (
        "a program or a command is no text"
    )


def _json(block: Block, _: Path) -> None:
    json.loads(block.text)


def _yaml(block: Block, folder: Path) -> None:
    fragment = YAML_1_2.load(block.text)
    assert isinstance(fragment, dict)
    if NOT_RUN in block.notes:
        return
    kind = block.notes.get("file of", "baseline.yaml")
    YAML_FILES[kind](block, fragment, folder)


def _configuration(block: Block, fragment: dict[str, Any], folder: Path) -> None:
    """Validate a whole file, or a fragment merged over the example or the file that it names."""
    file = folder / "block.yaml"
    if {"accounts", "account"} & fragment.keys() and "home_region" in fragment:
        file.write_text(block.text, encoding="utf-8")
    else:
        base = ROOT / block.notes.get("over", "baseline.yaml")
        with file.open("w", encoding="utf-8") as stream:
            YAML_1_2.dump(_merged(_read(base), fragment), stream)
    _load(file)


@functools.cache
def _read(base: Path) -> Any:
    return YAML_1_2.load(base.read_text(encoding="utf-8"))


def _suppressions(block: Block, _: dict[str, Any], folder: Path) -> None:
    file = folder / "suppressions.yaml"
    file.write_text(block.text, encoding="utf-8")
    assert read_suppressions(file, dt.date(2026, 11, 22))


def _merged(below: Any, above: Any) -> Any:
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return below | {key: _merged(below.get(key), value) for key, value in above.items()}


def _python(block: Block, folder: Path) -> None:
    """Run a program; the CDK applications it leaves are synthesized."""
    code = compile(block.text, str(block), "exec")
    if NOT_RUN in block.notes:
        return
    names: dict[str, Any] = {"__name__": "__main__", "__file__": str(folder / "app.py")}
    exec(code, names)  # noqa: S102 - the programs are ours
    for value in list(names.values()):
        if isinstance(value, cdk.App):
            value.synth()


def _console(block: Block, folder: Path) -> None:
    script = script_of(block.text, prompted=True)
    assert script.strip(), "a console has commands behind '$ '"
    _shell(script, block, folder)


def _script(block: Block, folder: Path) -> None:
    _shell(block.text, block, folder)


def _shell(script: str, block: Block, folder: Path) -> None:
    done = subprocess.run(["bash", "-n"], input=script, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    run_in = None if NOT_RUN in block.notes else folder
    exit_code = int(block.notes.get("exit", "0"))
    found = {
        " ".join(words): wrong
        for words in commands_of(script)
        if (wrong := problems(words, run_in=run_in, exit_code=exit_code))
    }
    assert found == {}, found


EXECUTED: dict[str, Callable[[Block, Path], None]] = {
    "bash": _script,
    "console": _console,
    "json": _json,
    "python": _python,
    "sh": _script,
    "text": _text,
    "yaml": _yaml,
}

YAML_FILES: dict[str, Callable[[Block, dict[str, Any], Path], None]] = {
    "baseline.yaml": _configuration,
    "suppressions": _suppressions,
}
