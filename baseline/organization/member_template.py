"""Member templates: a stack class rendered for an account that nobody knows yet."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import aws_cdk as cdk
from constructs import Construct, IConstruct

from baseline.errors import BaselineError
from baseline.primitives.protection_tag import mark_protected

# What the CLI asks of the outer app, and what the CDK then writes into templates for the CLI: a
# StackSet has no use for either.
CDK_KEYS = "aws:cdk:"

StackBuilder = Callable[[Construct, str, cdk.IStackSynthesizer], cdk.Stack]
"""Builds a stack from scope, construct ID and synthesizer."""


def render(scope: IConstruct, builders: Mapping[str, StackBuilder]) -> dict[str, dict[str, object]]:
    """Render stacks in a private app and give their templates, without bootstrap or CDK pieces.

    Their resources bear the tag of the baseline, as those of ordinary stacks do.

    Args:
        scope: construct of the outer app; its feature flags hold in the private one too.
        builders: construct ID to builder. The stacks get no environment, so that a template fits
            every account and Region.

    Returns:
        Construct ID to template.

    Raises:
        BaselineError: when a template has a macro or no resources.
        RuntimeError: from the CDK, when a stack has an asset, which member accounts cannot read.
    """
    context = {
        key: value
        for key, value in scope.node.root.node.get_all_context().items()
        if not key.startswith(CDK_KEYS)
    } | {"aws:cdk:disable-creation-stack-traces": True}
    with tempfile.TemporaryDirectory() as directory:
        # The outer app's validation is the one that people see; a second engine would cost seconds.
        app = cdk.App(
            outdir=directory,
            context=context,
            analytics_reporting=False,
            tree_metadata=False,
            builtin_cloud_formation_validation=False,
        )
        for name, build in builders.items():
            build(app, name, cdk.BootstraplessSynthesizer())
        mark_protected(app)
        app.synth()
        return {name: _clean(name, Path(directory, f"{name}.template.json")) for name in builders}


def _clean(id: str, path: Path) -> dict[str, object]:
    template: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    if "Transform" in template:
        raise BaselineError(
            f"member template {id} has a macro, which service-managed StackSets do not run; "
            "write the resources out"
        )
    resources = template.get("Resources")
    if not isinstance(resources, dict):
        raise BaselineError(f"member template {id} has no resources; add one")
    for resource in resources.values():
        metadata = resource.pop("Metadata", {})
        kept = {key: value for key, value in metadata.items() if not key.startswith(CDK_KEYS)}
        if kept:
            resource["Metadata"] = kept
    return template
