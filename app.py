"""Synthesize the baseline of an organization, or of one account, from baseline.yaml.

Context (``cdk.json`` or ``-c``): ``baseline:config`` names the configuration file;
``baseline:nag=false`` leaves the cdk-nag packs out of a quick look at the templates.
"""

from __future__ import annotations

import functools
import gc
import json
import os
from pathlib import Path

# Nobody here asks where a construct was created, and recording it costs a fifth of the time. The
# variable is read when `aws_cdk` is imported.
os.environ.setdefault("CDK_DISABLE_STACK_TRACE", "1")
# A process of a few seconds that keeps nearly all it makes: looking for garbage is a tenth of them.
gc.disable()

import jsii

# Constants of the CDK, such as `Aws.PARTITION`: each is fetched from its process once.
jsii.sget = functools.cache(jsii.sget)

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


def main() -> None:
    """Read the configuration, compose the stacks, add the checks, write the assembly."""
    # The CLI passes cdk.json's context; `python app.py` alone would lose its feature flags.
    given = os.environ.get("CDK_CONTEXT_JSON")
    context: dict[str, object] = json.loads(given) if given else _context_of_cdk_json()
    configuration = load_or_exit(Path(str(context.get("baseline:config", "baseline.yaml"))))
    app = cdk.App(context=context, analytics_reporting=False)
    with errors_as_lines():
        if isinstance(configuration, Standalone):
            compose_account(app, configuration)
        else:
            compose(app, configuration)
    cdk.Validations.of(app).add_plugins(NoCleartextSecrets(), template_rules_plugin())
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
