from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from baseline.errors import BaselineError
from baseline.organization.stack_set import ServiceManagedStackSet

TEMPLATE: Mapping[str, object] = {
    "Resources": {"B": {"Type": "AWS::SNS::Topic"}, "A": {"Type": "AWS::SNS::Topic"}}
}


def create(stack: cdk.Stack, id: str = "Set", **changes: Any) -> ServiceManagedStackSet:
    settings: dict[str, Any] = {
        "name": f"secbase-{id.lower()}",
        "description": "Two topics",
        "template": TEMPLATE,
        "target_ids": ["r-exam"],
        "regions": ["eu-west-1", "eu-central-1"],
    }
    return ServiceManagedStackSet(stack, id, **{**settings, **changes})


def properties(stack: cdk.Stack, name: str = "secbase-set") -> dict[str, Any]:
    found = assertions.Template.from_stack(stack).find_resources(
        "AWS::CloudFormation::StackSet", {"Properties": {"StackSetName": name}}
    )
    (resource,) = found.values()
    inner: dict[str, Any] = resource["Properties"]
    return inner


def test_new_accounts_get_it_and_leaving_accounts_keep_it(stack: cdk.Stack) -> None:
    create(stack)
    assert properties(stack)["PermissionModel"] == "SERVICE_MANAGED"
    assert properties(stack)["CallAs"] == "SELF"
    assert properties(stack)["AutoDeployment"] == {
        "Enabled": True,
        "RetainStacksOnAccountRemoval": True,
    }


def test_all_accounts_and_regions_at_once_and_one_failure_stops_nobody(stack: cdk.Stack) -> None:
    create(stack)
    assert properties(stack)["ManagedExecution"] == {"Active": True}
    assert properties(stack)["OperationPreferences"] == {
        "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE",
        "FailureTolerancePercentage": 20,
        "MaxConcurrentPercentage": 100,
        "RegionConcurrencyType": "PARALLEL",
    }


def test_regions_and_targets_are_lists_of_one_instance_group(stack: cdk.Stack) -> None:
    create(stack)
    assert properties(stack)["StackInstancesGroup"] == [
        {
            "DeploymentTargets": {"OrganizationalUnitIds": ["r-exam"]},
            "Regions": ["eu-west-1", "eu-central-1"],
        }
    ]


def test_named_accounts_get_it_alone_and_those_that_join_do_not(stack: cdk.Stack) -> None:
    create(stack, accounts=["555555555555"])
    (group,) = properties(stack)["StackInstancesGroup"]
    assert group["DeploymentTargets"] == {
        "AccountFilterType": "INTERSECTION",
        "Accounts": ["555555555555"],
        "OrganizationalUnitIds": ["r-exam"],
    }
    assert properties(stack)["AutoDeployment"] == {"Enabled": False}


def test_the_template_is_minified_and_sorted(stack: cdk.Stack) -> None:
    create(stack)
    body = properties(stack)["TemplateBody"]
    assert body == ('{"Resources":{"A":{"Type":"AWS::SNS::Topic"},"B":{"Type":"AWS::SNS::Topic"}}}')


@pytest.mark.parametrize("given", [[], ["CAPABILITY_NAMED_IAM"]])
def test_capabilities_are_given_only_where_needed(stack: cdk.Stack, given: list[str]) -> None:
    create(stack, capabilities=given)
    assert properties(stack).get("Capabilities", []) == given


def test_one_set_waits_for_another_now_and_in_accounts_that_come_later(stack: cdk.Stack) -> None:
    create(stack, "Second", after=[create(stack, "First")])
    resources = assertions.Template.from_stack(stack).to_json()["Resources"]
    first_id, second_id = resources
    assert resources[first_id]["Properties"]["StackSetName"] == "secbase-first"
    # The reference makes CloudFormation wait too.
    (arn,) = resources[second_id]["Properties"]["AutoDeployment"]["DependsOn"]
    assert arn["Fn::Join"][1][0].endswith(":stackset/")
    assert arn["Fn::Join"][1][1] == {"Ref": first_id}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"regions": []}, "has no Regions"),
        ({"target_ids": []}, "has no targets"),
        (
            {"template": {"Description": "x" * 51_200}},
            r"has 512\d\d bytes, over the inline limit of 51200",
        ),
    ],
)
def test_what_cloudformation_would_refuse_is_refused_here(
    stack: cdk.Stack, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(BaselineError, match=message):
        create(stack, **changes)


def test_a_template_of_exactly_the_limit_passes(stack: cdk.Stack) -> None:
    overhead = len(json.dumps({"Description": ""}, separators=(",", ":")))
    create(stack, template={"Description": "x" * (51_200 - overhead)})
