"""Synthesize the baseline of an organization from baseline.yaml.

Context (``cdk.json`` or ``-c``): ``baseline:config`` names the configuration file;
``baseline:nag=false`` leaves the cdk-nag packs out of a quick look at the templates.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import Validations
from baseline.config.entry import errors_as_lines, load_or_exit
from cdk_nag import (
    AwsSolutionsChecks,
    HIPAASecurityChecks,
    NIST80053R5Checks,
    PCIDSS321Checks,
    ServerlessChecks,
)

from baseline.controls.registry import declarations
from stacks.composition import compose

ROOT = Path(__file__).resolve().parent
PACKS = (
    AwsSolutionsChecks,
    HIPAASecurityChecks,
    NIST80053R5Checks,
    PCIDSS321Checks,
    ServerlessChecks,
)


def main() -> None:
    """Read the configuration, compose the stacks, add the checks, write the assembly."""
    # The CLI passes cdk.json's context; `python app.py` alone would lose its feature flags.
    given = os.environ.get("CDK_CONTEXT_JSON")
    context = json.loads(given) if given else _context_of_cdk_json()
    configuration = load_or_exit(Path(context.get("baseline:config", "baseline.yaml")))
    app = cdk.App(context=context, analytics_reporting=False)
    with errors_as_lines():
        compose(app, configuration)
    if str(context.get("baseline:nag", "true")).lower() != "false":
        Validations.of(app).add_plugins(*(pack(app) for pack in PACKS))
    controls = declarations(app)
    assembly = app.synth()
    text = json.dumps(controls, indent=2, sort_keys=True)
    Path(assembly.directory, "controls.json").write_text(f"{text}\n", encoding="utf-8")


def _context_of_cdk_json() -> dict[str, object]:
    document: dict[str, dict[str, object]] = json.loads(
        (ROOT / "cdk.json").read_text(encoding="utf-8")
    )
    return document["context"]


if __name__ == "__main__":
    main()
