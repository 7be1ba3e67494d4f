from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, get_args

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from baseline.config.security_hub import Standard
from baseline.detection.security_hub import STANDARDS, SecurityHub
from baseline.errors import BaselineError

OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]


def create(
    stack: cdk.Stack,
    *,
    regions: Sequence[str] = ("eu-west-1", "eu-central-1"),
    home_region: str = "eu-west-1",
    disabled: Sequence[str] = (),
) -> SecurityHub:
    return SecurityHub(
        stack,
        "SecurityHub",
        name="secbase-organization",
        root_id="r-exam",
        regions=regions,
        home_region=home_region,
        standards=["fsbp", "cis-5.0"],
        disabled_controls=disabled,
    )


def policy_of(stack: cdk.Stack, of_type: OfType) -> dict[str, Any]:
    (policy,) = of_type(stack, "AWS::SecurityHub::ConfigurationPolicy")
    settings: dict[str, Any] = policy["Properties"]["ConfigurationPolicy"]["SecurityHub"]
    return settings


def test_the_policy_turns_service_and_standards_on_for_the_whole_root(
    stack: cdk.Stack, of_type: OfType
) -> None:
    create(stack)
    settings = policy_of(stack, of_type)
    assert settings["ServiceEnabled"] is True
    assert settings["EnabledStandardIdentifiers"] == [
        "arn:aws:securityhub:eu-west-1::standards/aws-foundational-security-best-practices/v/1.0.0",
        "arn:aws:securityhub:eu-west-1::standards/cis-aws-foundations-benchmark/v/5.0.0",
    ]
    (association,) = of_type(stack, "AWS::SecurityHub::PolicyAssociation")
    assert association["Properties"]["TargetId"] == "r-exam"
    assert association["Properties"]["TargetType"] == "ROOT"


@pytest.mark.parametrize("disabled", [[], ["S3.20", "IAM.6"]])
def test_controls_that_come_later_arrive_enabled(
    stack: cdk.Stack, of_type: OfType, disabled: list[str]
) -> None:
    create(stack, disabled=disabled)
    controls = policy_of(stack, of_type)["SecurityControlsConfiguration"]
    assert controls["DisabledSecurityControlIdentifiers"] == sorted(disabled)
    assert "EnabledSecurityControlIdentifiers" not in controls


def test_config_1_does_not_ask_for_the_service_linked_role(
    stack: cdk.Stack, of_type: OfType
) -> None:
    create(stack)
    controls = policy_of(stack, of_type)["SecurityControlsConfiguration"]
    assert controls["SecurityControlCustomParameters"] == [
        {
            "SecurityControlId": "Config.1",
            "Parameters": {
                "includeConfigServiceLinkedRoleCheck": {
                    "ValueType": "CUSTOM",
                    "Value": {"Boolean": False},
                }
            },
        }
    ]


def test_configuration_is_central_and_nothing_is_enabled_besides(
    stack: cdk.Stack, of_type: OfType
) -> None:
    create(stack)
    (organization,) = of_type(stack, "AWS::SecurityHub::OrganizationConfiguration")
    assert organization["Properties"] == {
        "ConfigurationType": "CENTRAL",
        "AutoEnable": False,
        "AutoEnableStandards": "NONE",
    }


def test_each_step_waits_for_the_one_before(stack: cdk.Stack) -> None:
    create(stack)
    resources = assertions.Template.from_stack(stack).to_json()["Resources"]
    waits = {
        resource["Type"]: [resources[name]["Type"] for name in resource.get("DependsOn", [])]
        for resource in resources.values()
    }
    assert waits["AWS::SecurityHub::FindingAggregator"] == ["Custom::HubLookup"]
    assert waits["AWS::SecurityHub::OrganizationConfiguration"] == [
        "AWS::SecurityHub::FindingAggregator"
    ]
    assert waits["AWS::SecurityHub::ConfigurationPolicy"] == [
        "AWS::SecurityHub::OrganizationConfiguration"
    ]


def test_the_hub_that_the_delegation_enabled_is_not_created_again(
    stack: cdk.Stack, of_type: OfType
) -> None:
    create(stack)
    assert of_type(stack, "AWS::SecurityHub::Hub") == []


@pytest.mark.parametrize(
    "regions",
    [["eu-west-1", "eu-central-1"], ["eu-central-1", "us-east-1", "eu-west-1"]],
)
def test_the_governed_regions_are_linked(
    stack: cdk.Stack, of_type: OfType, regions: list[str]
) -> None:
    create(stack, regions=regions)
    (aggregator,) = of_type(stack, "AWS::SecurityHub::FindingAggregator")
    assert aggregator["Properties"] == {
        "RegionLinkingMode": "SPECIFIED_REGIONS",
        "Regions": sorted(set(regions) - {"eu-west-1"}),
    }


def test_a_single_region_links_no_other(stack: cdk.Stack, of_type: OfType) -> None:
    create(stack, regions=["eu-west-1"])
    (aggregator,) = of_type(stack, "AWS::SecurityHub::FindingAggregator")
    assert aggregator["Properties"]["RegionLinkingMode"] == "ALL_REGIONS_EXCEPT_SPECIFIED"
    excluded = aggregator["Properties"]["Regions"]
    assert {"us-east-1", "eu-central-1"} <= set(excluded)
    assert "eu-west-1" not in excluded
    assert "eu-south-1" not in excluded
    assert len(excluded) <= 50


def test_protection_outlives_the_stack(stack: cdk.Stack) -> None:
    create(stack)
    resources = assertions.Template.from_stack(stack).to_json()["Resources"]
    native = [r for r in resources.values() if r["Type"].startswith("AWS::SecurityHub::")]
    assert len(native) == 4
    assert {resource["DeletionPolicy"] for resource in native} == {"RetainExceptOnCreate"}


@pytest.mark.parametrize(
    ("home", "regions", "message"),
    [
        ("eu-south-1", ["eu-south-1"], "eu-south-1 is an opt-in Region"),
        ("us-east-1", ["eu-west-1"], "us-east-1 is not one of the governed regions"),
    ],
)
def test_a_home_region_that_cannot_be_is_refused(
    stack: cdk.Stack, home: str, regions: list[str], message: str
) -> None:
    with pytest.raises(BaselineError, match=message):
        create(stack, home_region=home, regions=regions)


def test_every_standard_of_the_configuration_has_an_arn() -> None:
    assert set(STANDARDS) == set(get_args(Standard))
