"""Security Hub CSPM: automation rules and insights."""

from typing import Any

from baseline.local.provisioners.registry import Physical, register
from baseline.local.provisioners.resource import Resource

_RULE = (
    *("Actions", "Criteria", "Description", "IsTerminal", "RuleName", "RuleOrder", "RuleStatus"),
)
_INSIGHT = ("Filters", "GroupByAttribute", "Name")


def _rule(arn: str, resource: Resource) -> Physical:
    answer = resource.call("securityhub", "batch_get_automation_rules", AutomationRulesArns=[arn])
    found = answer["Rules"][0]
    times = {name: str(found[name]) for name in ("CreatedAt", "UpdatedAt")}
    attributes: dict[str, Any] = {"RuleArn": arn, "CreatedBy": found["CreatedBy"], **times}
    return Physical(id=arn, attributes=attributes)


def _create_rule(resource: Resource) -> Physical:
    answer = resource.call(
        "securityhub",
        "create_automation_rule",
        Tags=resource.tags() or None,
        **resource.only(*_RULE),
    )
    return _rule(answer["RuleArn"], resource)


def _update_rule(arn: str, _: Resource, new: Resource) -> Physical:
    item = {"RuleArn": arn, **new.only(*_RULE)}
    new.call(
        "securityhub", "batch_update_automation_rules", UpdateAutomationRulesRequestItems=[item]
    )
    return _rule(arn, new)


def _delete_rule(arn: str, resource: Resource) -> None:
    resource.call("securityhub", "batch_delete_automation_rules", AutomationRulesArns=[arn])


register(
    "AWS::SecurityHub::AutomationRule",
    create=_create_rule,
    update=_update_rule,
    delete=_delete_rule,
    applies=(*_RULE, "Tags"),
)


def _create_insight(resource: Resource) -> Physical:
    answer = resource.call("securityhub", "create_insight", **resource.only(*_INSIGHT))
    return Physical(id=answer["InsightArn"], attributes={"InsightArn": answer["InsightArn"]})


def _update_insight(arn: str, _: Resource, new: Resource) -> Physical:
    new.call("securityhub", "update_insight", InsightArn=arn, **new.only(*_INSIGHT))
    return Physical(id=arn, attributes={"InsightArn": arn})


def _delete_insight(arn: str, resource: Resource) -> None:
    resource.call("securityhub", "delete_insight", InsightArn=arn)


register(
    "AWS::SecurityHub::Insight",
    create=_create_insight,
    update=_update_insight,
    delete=_delete_insight,
    applies=_INSIGHT,
)
