"""AWS Config rules of one account."""

import json
from typing import Any

from baseline.local.provisioners.registry import Physical, register
from baseline.local.provisioners.resource import Resource


def _put(resource: Resource) -> Physical:
    name = resource.name("ConfigRuleName")
    parameters = resource.get("InputParameters")
    rule: dict[str, Any] = {
        "ConfigRuleName": name,
        "InputParameters": None if parameters is None else json.dumps(parameters),
        **resource.only("Description", "MaximumExecutionFrequency", "Scope", "Source"),
    }
    resource.call(
        "config",
        "put_config_rule",
        ConfigRule={member: value for member, value in rule.items() if value is not None},
    )
    found = resource.call("config", "describe_config_rules", ConfigRuleNames=[name])
    made = found["ConfigRules"][0]
    return Physical(
        id=name, attributes={"Arn": made["ConfigRuleArn"], "ConfigRuleId": made["ConfigRuleId"]}
    )


def _update(_: str, __: Resource, new: Resource) -> Physical:
    return _put(new)


def _delete(name: str, resource: Resource) -> None:
    resource.call("config", "delete_config_rule", ConfigRuleName=name)


register(
    "AWS::Config::ConfigRule",
    create=_put,
    update=_update,
    delete=_delete,
    applies=(
        "ConfigRuleName",
        "Description",
        "InputParameters",
        "MaximumExecutionFrequency",
        "Scope",
        "Source",
    ),
)
