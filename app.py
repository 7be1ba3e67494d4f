"""Synthesize the baseline of an organization, or of one account, from baseline.yaml.

Context (``cdk.json`` or ``-c``): ``baseline:config`` names the configuration file;
``baseline:nag=false`` leaves the cdk-nag packs out of a quick look at the templates, and the
environment variable ``CDK_VALIDATION=false`` the CDK's validator with the Guard rules.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from baseline.synthesis import quicken

# Before the CDK is imported, whose modules take what they call with them.
quicken()

import aws_cdk as cdk

from baseline.config import Standalone
from baseline.config.entry import errors_as_lines, load_or_exit
from baseline.controls.registry import declarations
from baseline.cost import estimate
from baseline.cost.counting import counted
from baseline.cost.estimating import landscape
from baseline.delivery.template_validation.plugin import template_rules_plugin
from baseline.workload.cleartext import NoCleartextSecrets
from stacks.composition import compose
from stacks.standalone import compose_account

ROOT = Path(__file__).resolve().parent
UNRECORDED = {
    "aws:cdk:disable-creation-stack-traces": True,
    "@aws-cdk/core:enableAdditionalMetadataCollection": False,
}
"""What the CDK notes about each construct for itself, a tenth of the synthesis; no template has it."""


def main() -> None:
    """Read the configuration, compose the stacks, add the checks, write the assembly."""
    # The CLI passes the context of the cdk.json where it runs; the feature flags stand in that of the app.
    given = os.environ.get("CDK_CONTEXT_JSON")
    context = _context_of_cdk_json() | (json.loads(given) if given else {}) | UNRECORDED
    configuration = load_or_exit(Path(str(context.get("baseline:config", "baseline.yaml"))))
    app = cdk.App(context=context, analytics_reporting=False)
    with errors_as_lines():
        if isinstance(configuration, Standalone):
            compose_account(app, configuration)
        else:
            compose(app, configuration)
    cdk.Validations.of(app).add_plugins(NoCleartextSecrets())
    # The CDK's own switch for its validator, which takes longer than the synthesis.
    if os.environ.get("CDK_VALIDATION", "true").lower() != "false":
        cdk.Validations.of(app).add_plugins(template_rules_plugin())
    if str(context.get("baseline:nag", "true")).lower() != "false":
        _add_nag_packs(app)
    controls = declarations(app)
    assembly = app.synth()
    folder = Path(assembly.directory)
    _write(folder / "controls.json", controls)
    resources = counted(folder, landscape(configuration), prefix=configuration.prefix)
    _write(folder / "cost.json", estimate(configuration, resources=resources).as_json())


def _write(path: Path, document: object) -> None:
    text = json.dumps(document, indent=2, sort_keys=True)
    path.write_text(f"{text}\n", encoding="utf-8")


def _add_nag_packs(app: cdk.App) -> None:
    # Loading the packs takes as long as loading the CDK: not for a run without them.
    import cdk_nag  # noqa: PLC0415

    packs = (
        cdk_nag.AwsSolutionsChecks,
        cdk_nag.HIPAASecurityChecks,
        cdk_nag.NIST80053R5Checks,
        cdk_nag.PCIDSS321Checks,
        cdk_nag.ServerlessChecks,
    )
    cdk.Validations.of(app).add_plugins(*(pack(app) for pack in packs))


def _context_of_cdk_json() -> dict[str, object]:
    document: dict[str, dict[str, object]] = json.loads(
        (ROOT / "cdk.json").read_text(encoding="utf-8")
    )
    return document["context"]


if __name__ == "__main__":
    main()
