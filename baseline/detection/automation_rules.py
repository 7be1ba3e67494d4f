"""AutomationRules: Security Hub changes findings as they come in, before anybody hears of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_cdk import aws_securityhub as securityhub
from constructs import Construct

from baseline.controls.registry import implements
from baseline.detection.finding_rules import AUTHOR, FindingRule, Pair, Period, Text
from baseline.errors import BaselineError

MOST_RULES = 100

Rule = securityhub.CfnAutomationRule


class AutomationRules(Construct):
    """The rules of Security Hub CSPM in one Region, for the findings of all accounts there.

    A rule works in the Region that it is created in, so every governed Region has the same ones. A
    finding is changed before Security Hub tells EventBridge of it, so what is suppressed is not
    told, and what is raised is told at its new severity.

    Args:
        scope: parent construct, in a stack of the delegated administrator.
        id: construct ID.
        prefix: start of the names of the rules.
        rules: the rules, at least one.

    Attributes:
        rules: the ``CfnAutomationRule`` by the name of the rule.

    Raises:
        BaselineError: when there is no rule, or more than Security Hub takes.

    Source: AWS Security Hub User Guide, "Understanding automation rules in Security Hub CSPM",
    "Creating automation rules" (Regions).
    """

    def __init__(
        self, scope: Construct, id: str, *, prefix: str, rules: Sequence[FindingRule]
    ) -> None:
        super().__init__(scope, id)
        if not 0 < len(rules) <= MOST_RULES:
            raise BaselineError(
                f"rules has {len(rules)} entries; Security Hub takes 1 to {MOST_RULES}: join "
                "acceptances that are alike"
            )
        self.rules = {rule.name: self._create(prefix, rule) for rule in rules}
        implements(self, capability="finding-rules", controls=[])

    def _create(self, prefix: str, rule: FindingRule) -> Rule:
        # Each field takes filters of one kind, which the rules know and its type cannot say.
        criteria: dict[str, Any] = {
            name: [_filter(each) for each in given] for name, given in rule.criteria.items()
        }
        return Rule(
            self,
            rule.name,
            rule_name=f"{prefix}-{rule.name}",
            rule_order=rule.order,
            rule_status="ENABLED",
            description=rule.description,
            is_terminal=rule.terminal,
            criteria=Rule.AutomationRulesFindingFiltersProperty(**criteria),
            actions=[
                Rule.AutomationRulesActionProperty(
                    type="FINDING_FIELDS_UPDATE", finding_fields_update=_update(rule)
                )
            ],
        )


def _update(rule: FindingRule) -> Rule.AutomationRulesFindingFieldsUpdateProperty:
    return Rule.AutomationRulesFindingFieldsUpdateProperty(
        note=None
        if rule.note is None
        else Rule.NoteUpdateProperty(text=rule.note, updated_by=AUTHOR),
        severity=None
        if rule.severity is None
        else Rule.SeverityUpdateProperty(label=rule.severity),
        workflow=None if rule.status is None else Rule.WorkflowUpdateProperty(status=rule.status),
        user_defined_fields=dict(rule.fields) or None,
    )


def _filter(
    given: Text | Pair | Period,
) -> Rule.StringFilterProperty | Rule.MapFilterProperty | Rule.DateFilterProperty:
    match given:
        case Text():
            return Rule.StringFilterProperty(comparison=given.comparison, value=given.value)
        case Pair():
            return Rule.MapFilterProperty(
                comparison=given.comparison, key=given.key, value=given.value
            )
        case Period(days=None):
            return Rule.DateFilterProperty(start=given.start, end=given.end)
        case Period(days=days):
            return Rule.DateFilterProperty(
                date_range=Rule.DateRangeProperty(unit="DAYS", value=float(days or 0))
            )
