"""UnifiedSecurityHub: the new Security Hub collects in the home Region, by the same rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from aws_cdk import aws_securityhub as securityhub
from constructs import Construct

from baseline.controls.registry import implements
from baseline.detection.automation_rules import MOST_RULES
from baseline.detection.finding_rules import FindingRule, Pair, Period, Text
from baseline.detection.hub_lookups import UnifiedHubLookup
from baseline.errors import BaselineError

DESCRIPTION_LENGTH = 256

# OCSF's identifiers. Source: Open Cybersecurity Schema Framework, "Finding" (status_id, severity_id).
SUPPRESSED = 3
SEVERITIES: Mapping[str, int] = MappingProxyType({"MEDIUM": 3, "HIGH": 4, "CRITICAL": 5})

# Fields of Security Hub CSPM to those of OCSF that say the same.
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "aws_account_id": "cloud.account.uid",
        "compliance_security_control_id": "compliance.control",
        "resource_id": "resources.uid",
        "resource_tags": "resources.tags",
        # The product's own severity, which a rule leaves as it is: nothing is raised twice.
        "severity_label": "vendor_attributes.severity",
        "title": "finding_info.title",
        "type": "finding_info.types",
        "updated_at": "finding_info.modified_time_dt",
    }
)
# What the new Security Hub has no criterion for and what its rules do not need: they change no
# workflow status, and what they raised still has its old severity of the product.
NEEDLESS = frozenset({"record_state", "user_defined_fields", "workflow_status"})

Rule = securityhub.CfnAutomationRuleV2


class UnifiedSecurityHub(Construct):
    """The new Security Hub of the security account: one home Region, and rules for its findings.

    The organization policy enables it in every account. Here findings of the linked Regions meet in
    the home Region, whose rules hold for all of them. They are those of Security Hub CSPM that the
    new one can express: what is accepted is suppressed until its day, what is raised is raised. A
    rule with a criterion that it has not (a type of resource) is left out, since without it the rule
    would hold for more.

    Args:
        scope: parent construct, in a stack of the delegated administrator and home Region.
        id: construct ID.
        prefix: start of the names of the rules.
        linked: governed Regions besides the home Region; without one there is no aggregator.
        rules: rules of Security Hub CSPM; none by default.

    Attributes:
        hub: the :class:`UnifiedHubLookup`.
        aggregator: the ``CfnAggregatorV2``, or None.
        rules: the ``CfnAutomationRuleV2`` by the name of the rule.

    Raises:
        BaselineError: when there are more rules than Security Hub takes.

    Source: AWS Security Hub User Guide, "Automation rules in Security Hub" (home Region), "Enabling
    cross-Region aggregation".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        prefix: str,
        linked: Sequence[str],
        rules: Sequence[FindingRule] = (),
    ) -> None:
        super().__init__(scope, id)
        wanted = [rule for rule in rules if is_expressible(rule)]
        if len(wanted) > MOST_RULES:
            raise BaselineError(
                f"rules has {len(wanted)} entries; Security Hub takes {MOST_RULES}: join "
                "acceptances that are alike"
            )
        self.hub = UnifiedHubLookup(self, "Hub")
        self.aggregator = self._collect(linked)
        self.rules = {rule.name: self._create(prefix, rule) for rule in wanted}
        implements(self, capability="unified-security-hub", controls=[])

    def _collect(self, linked: Sequence[str]) -> securityhub.CfnAggregatorV2 | None:
        if not linked:
            return None
        aggregator = securityhub.CfnAggregatorV2(
            self,
            "Aggregator",
            region_linking_mode="SPECIFIED_REGIONS",
            linked_regions=sorted(linked),
        )
        aggregator.node.add_dependency(self.hub.resource)
        return aggregator

    def _create(self, prefix: str, rule: FindingRule) -> Rule:
        resource = Rule(
            self,
            rule.name,
            rule_name=f"{prefix}-{rule.name}",
            rule_order=rule.order,
            rule_status="ENABLED",
            description=rule.description[:DESCRIPTION_LENGTH],
            criteria=Rule.CriteriaProperty(
                ocsf_finding_criteria=Rule.OcsfFindingFiltersProperty(
                    composite_operator="AND",
                    composite_filters=[
                        _filters(FIELDS[name], given)
                        for name, given in rule.criteria.items()
                        if name in FIELDS
                    ],
                )
            ),
            actions=[
                Rule.AutomationRulesActionV2Property(
                    type="FINDING_FIELDS_UPDATE",
                    finding_fields_update=Rule.AutomationRulesFindingFieldsUpdateV2Property(
                        comment=rule.note or rule.description,
                        severity_id=None if rule.severity is None else SEVERITIES[rule.severity],
                        status_id=SUPPRESSED if rule.kind == "suppress" else None,
                    ),
                )
            ],
        )
        # The rules of the home Region are those of all only where it collects.
        resource.node.add_dependency(self.aggregator or self.hub.resource)
        return resource


def is_expressible(rule: FindingRule) -> bool:
    """Tell whether the new Security Hub can have a rule, with all that makes it narrow."""
    return rule.kind in ("suppress", "raise") and set(rule.criteria) <= {*FIELDS, *NEEDLESS}


def _filters(field: str, given: Sequence[Text | Pair | Period]) -> Rule.CompositeFilterProperty:
    severity = field == FIELDS["severity_label"]
    texts = [
        Rule.OcsfStringFilterProperty(
            field_name=field,
            filter=Rule.StringFilterProperty(
                comparison=each.comparison,
                value=each.value.title() if severity else each.value,
            ),
        )
        for each in given
        if isinstance(each, Text)
    ]
    pairs = [
        Rule.OcsfMapFilterProperty(
            field_name=field,
            filter=Rule.MapFilterProperty(
                comparison=each.comparison, key=each.key, value=each.value
            ),
        )
        for each in given
        if isinstance(each, Pair)
    ]
    times = [
        Rule.OcsfDateFilterProperty(
            field_name=field, filter=Rule.DateFilterProperty(start=each.start, end=each.end)
        )
        for each in given
        if isinstance(each, Period)
    ]
    return Rule.CompositeFilterProperty(
        operator="OR",
        string_filters=texts or None,
        map_filters=pairs or None,
        date_filters=times or None,
    )
