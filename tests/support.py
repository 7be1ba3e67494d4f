"""What several test folders need: the app as a user runs it, and templates made comparable."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CONTEXT: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
ASSET = re.compile(r"\b[0-9a-f]{64}\b")


def started(
    *context: str, directory: Path | None = None, validation: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run app.py as a user does; ``cdk.out`` where no directory is given."""
    settings = {**CONTEXT, **dict(item.split("=", 1) for item in context)}
    environment = {
        **os.environ,
        **({"CDK_OUTDIR": str(directory)} if directory else {}),
        "CDK_CONTEXT_JSON": json.dumps(settings),
        "CDK_VALIDATION": str(validation).lower(),
    }
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )


def synthesize(directory: Path, *context: str, validation: bool = False) -> Path:
    """Run app.py and give the directory of the cloud assembly."""
    done = started(*context, directory=directory, validation=validation)
    assert done.returncode == 0, done.stderr
    return directory


def normalised(value: Any) -> Any:
    """Replace the content hashes of assets, which change with every edit of a handler."""
    if isinstance(value, dict):
        return {ASSET.sub("<asset>", key): normalised(item) for key, item in value.items()}
    if isinstance(value, list):
        return [normalised(item) for item in value]
    return ASSET.sub("<asset>", value) if isinstance(value, str) else value


def all_templates(assembly: Path) -> dict[str, dict[str, Any]]:
    """Give every template of an assembly by stack, the bodies of StackSets among them."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(assembly.glob("*.template.json")):
        template = json.loads(path.read_text(encoding="utf-8"))
        name = path.name.removesuffix(".template.json")
        found[name] = template
        for logical_id, resource in template["Resources"].items():
            if resource["Type"] == "AWS::CloudFormation::StackSet":
                found[f"{name}/{logical_id}"] = json.loads(resource["Properties"]["TemplateBody"])
    return found
