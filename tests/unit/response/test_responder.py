from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.response.responder import ResponderRole


@pytest.fixture(scope="module")
def template() -> Template:
    stack = cdk.Stack(cdk.App(), "member")
    ResponderRole(
        stack,
        "Responder",
        role_name="secbase-responder",
        trusted_account="333333333333",
        trusted_role="secbase-open-port-closer",
        organization_id="o-exampleorgid",
    )
    return Template.from_stack(stack)


def only(template: Template, kind: str) -> dict[str, Any]:
    [resource] = template.find_resources(kind).values()
    properties: dict[str, Any] = resource["Properties"]
    return properties


def test_one_role_of_the_security_account_may_assume_it(template: Template) -> None:
    [trust] = only(template, "AWS::IAM::Role")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"]["StringEquals"] == {"aws:PrincipalOrgID": "o-exampleorgid"}
    assert "role/secbase-open-port-closer" in str(trust["Condition"]["ArnEquals"])
    assert "333333333333" in str(trust["Principal"])


def test_it_changes_ingress_rules_and_nothing_else(template: Template) -> None:
    statements = only(template, "AWS::IAM::ManagedPolicy")["PolicyDocument"]["Statement"]
    actions = {
        action
        for statement in statements
        for action in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
    }
    changing = {action for action in actions if not action.startswith(("ec2:Describe", "ec2:Get"))}
    assert changing == {"ec2:RevokeSecurityGroupIngress"}
