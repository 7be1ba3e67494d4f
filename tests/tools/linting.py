"""cfn-lint over files of templates."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.fast import Clean

# Rule to the reason why it does not hold here.
CFN_LINT_IGNORED: dict[str, str] = {
    "W3005": "the CDK writes DependsOn for what a Ref implies already; order is the same",
}


def cfn_lint(
    *paths: Path, clean: Clean, region: str = "eu-west-1", ignored: tuple[str, ...] = ()
) -> list[dict[str, Any]]:
    """Give what cfn-lint finds: each template is looked at once, wherever it stands.

    Args:
        paths: templates.
        clean: what was looked at already.
        region: of the stacks.
        ignored: rules, besides ``CFN_LINT_IGNORED``.
    """
    rules = sorted({*CFN_LINT_IGNORED, *ignored})
    texts = {_same(path, region, rules): path for path in paths}
    new = {text: path for text, path in texts.items() if text not in clean}
    if not new:
        return []
    command = ["cfn-lint", "--format", "json", "--regions", region]
    command += [f"--ignore-checks={rule}" for rule in rules]
    done = subprocess.run(
        [*command, "--", *map(str, new.values())], check=False, capture_output=True, text=True
    )
    matches: list[dict[str, Any]] = json.loads(done.stdout or "[]")
    assert matches or not done.returncode, done.stderr
    named = {match["Filename"] for match in matches}
    for text, path in new.items():
        if str(path) not in named:
            clean.add(text)
    return matches


def _same(path: Path, region: str, rules: list[str]) -> str:
    """Give what is the same of templates that cfn-lint says the same of."""
    template = json.loads(path.read_text(encoding="utf-8"))
    return json.dumps([region, rules, template], sort_keys=True)
