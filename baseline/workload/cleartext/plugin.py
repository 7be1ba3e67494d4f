"""NoCleartextSecrets: stops a synthesis whose templates hold a secret."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii

from baseline.workload.cleartext.findings import RULE, Cleartext, find_cleartext

FIX = (
    "keep the value in Secrets Manager (RotatedSecret), give the reader its ARN and read it at run "
    "time, or use a dynamic reference {{resolve:secretsmanager:...}} where a property demands it"
)


@jsii.implements(cdk.IPolicyValidationPlugin)
class NoCleartextSecrets:
    """Reads every template of an app, StackSet bodies included, for secrets in cleartext.

    A finding fails the synthesis and names the resource and the path, never the value::

        cdk.Validations.of(app).add_plugins(NoCleartextSecrets())

    A false one is accepted like any other, next to the resource, with a reason::

        cdk.Validations.of(resource).acknowledge(cdk.Acknowledgment(id="security-baseline::no-cleartext-secrets", reason="..."))
    """

    @property
    def name(self) -> str:
        """Name in the validation report."""
        return "security-baseline"

    @property
    def version(self) -> str | None:
        """No version: the rules come with the library."""
        return None

    @property
    def rule_ids(self) -> list[str] | None:
        """The one rule."""
        return [RULE]

    def validate(self, context: cdk.IPolicyValidationContext) -> cdk.PolicyValidationPluginReport:
        """Judge the templates of an app."""
        violations = [
            _violation(found, path)
            for path in context.template_paths
            for found in sorted(_read(Path(path)))
        ]
        return cdk.PolicyValidationPluginReport(success=not violations, violations=violations)


def _read(path: Path) -> Iterator[Cleartext]:
    template: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    yield from find_cleartext(template)
    for name, resource in template.get("Resources", {}).items():
        body = resource.get("Properties", {}).get("TemplateBody")
        if resource["Type"] == "AWS::CloudFormation::StackSet" and isinstance(body, str):
            for found in find_cleartext(json.loads(body)):
                yield Cleartext(
                    place=name,
                    path=f"TemplateBody/{found.place}/{found.path}",
                    problem=found.problem,
                )


def _violation(found: Cleartext, template: str) -> cdk.PolicyViolation:
    return cdk.PolicyViolation(
        rule_name=RULE,
        description=f"{found.path}: {found.problem}",
        fix=FIX,
        severity="error",
        violating_resources=[
            cdk.PolicyViolatingResource(
                resource_logical_id=found.place, template_path=template, locations=[found.path]
            )
        ],
    )
