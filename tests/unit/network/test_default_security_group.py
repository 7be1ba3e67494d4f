"""The default security group is emptied by a function that may change that group alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Resources = Callable[..., dict[str, Any]]


def the(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    (found,) = (resource for resource in resources.values() if resource["Type"] == kind)
    properties: dict[str, Any] = found["Properties"]
    return properties


@pytest.mark.parametrize("control", ["EC2.2"])
def test_the_vpc_s_own_default_group_is_emptied(resources: Resources, control: str) -> None:
    found = resources()
    (vpc,) = (name for name in found if found[name]["Type"] == "AWS::EC2::VPC")
    resource = the(found, "Custom::DefaultSecurityGroup")
    assert resource["SecurityGroupId"] == {"Fn::GetAtt": [vpc, "DefaultSecurityGroup"]}, control


def test_the_function_may_change_that_group_only(resources: Resources) -> None:
    found = resources(dns_protection=None, detection_logs=None)
    statements = {
        statement["Sid"]: statement
        for statement in the(found, "AWS::IAM::ManagedPolicy")["PolicyDocument"]["Statement"]
    }
    (vpc,) = (name for name in found if found[name]["Type"] == "AWS::EC2::VPC")
    change = statements["EmptyDefaultSecurityGroup"]
    assert change["Action"] == [
        "ec2:RevokeSecurityGroupEgress",
        "ec2:RevokeSecurityGroupIngress",
    ]
    assert change["Resource"] == {
        "Fn::Join": [
            "",
            [
                "arn:aws:ec2:eu-west-1:333333333333:security-group/",
                {"Fn::GetAtt": [vpc, "DefaultSecurityGroup"]},
            ],
        ]
    }
    ec2_actions = {
        action
        for statement in statements.values()
        for action in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
        if action.startswith("ec2:")
    }
    assert ec2_actions == {*change["Action"], "ec2:DescribeSecurityGroups"}
