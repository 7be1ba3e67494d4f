"""The findings of the blueprint in the CDK's validation report, and blueprint.json beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import aws_cdk as cdk
import jsii

from baseline.blueprint.record import Record, Weaker

NAME = "blueprint"
FILE = "blueprint.json"
FIX = (
    "leave the argument out, and the blueprint gives it; or accept it beside the construct, with "
    'the compensating control: cdk.Validations.of(construct).acknowledge(cdk.Acknowledgment(id="'
    'blueprint::{rule}", reason="..."))'
)


@jsii.implements(cdk.IPolicyValidationPlugin)
class BlueprintFindings:
    """Reports what was chosen weaker than the blueprint and what is switched off.

    Args:
        record: what the blueprint did.
        strict: whether warnings end the synthesis like errors.
        root: construct that the switched-off names belong to.
    """

    def __init__(self, record: Record, *, strict: bool, root: str) -> None:
        self._record = record
        self._strict = strict
        self._root = root

    @property
    def name(self) -> str:
        """Name in the validation report."""
        return NAME

    @property
    def version(self) -> str | None:
        """No version: it comes with the library."""
        return None

    @property
    def rule_ids(self) -> list[str] | None:
        """Rules that found something; the list of all is the table in docs/blueprint.md."""
        return sorted({each.rule for each in self._record.weaker})

    def validate(self, context: cdk.IPolicyValidationContext) -> cdk.PolicyValidationPluginReport:
        """Report, and write what the blueprint did beside the templates."""
        violations = [*map(self._violation, sorted(set(self._record.weaker))), *self._off()]
        if context.template_paths:
            folder = Path(context.template_paths[0]).parent
            text = json.dumps(self._record.as_json(), indent=2)
            (folder / FILE).write_text(f"{text}\n", encoding="utf-8")
        success = all(each.severity != "error" for each in violations)
        return cdk.PolicyValidationPluginReport(success=success, violations=violations)

    def _violation(self, weaker: Weaker) -> cdk.PolicyViolation:
        why = f"; {weaker.why}" if weaker.why else ""
        return cdk.PolicyViolation(
            rule_name=weaker.rule,
            description=f"{weaker.problem}{why}",
            fix=FIX.format(rule=weaker.rule),
            severity="error" if self._strict else weaker.severity,
            violating_resources=[
                cdk.PolicyViolatingResource(construct_path=weaker.path, locations=[])
            ],
        )

    def _off(self) -> Iterator[cdk.PolicyViolation]:
        for name, reason in sorted(self._record.without.items()):
            yield cdk.PolicyViolation(
                rule_name=f"without.{name}",
                description=f"{name} is switched off for everything: {reason}",
                severity="info",
                violating_resources=[
                    cdk.PolicyViolatingResource(construct_path=self._root, locations=[])
                ],
            )
