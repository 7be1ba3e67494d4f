from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from baseline.config.quotas import SECURITY_HUB_CONFIGURATION_POLICIES
from baseline.config.security_hub import ControlParameter, Standard
from baseline.detection.security_hub import Organization, SecurityHub
from baseline.detection.security_hub_policy import STANDARDS, HubPolicy
from baseline.errors import BaselineError

OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]
POLICY = "AWS::SecurityHub::ConfigurationPolicy"
ASSOCIATION = "AWS::SecurityHub::PolicyAssociation"


def create(
    stack: cdk.Stack,
    *,
    regions: Sequence[str] = ("eu-west-1", "eu-central-1"),
    home_region: str = "eu-west-1",
    disabled: Mapping[str, str] | None = None,
    parameters: Mapping[str, Mapping[str, ControlParameter]] | None = None,
    classes: Mapping[str, HubPolicy] | None = None,
    units: Mapping[str, str] | None = None,
    unit_ids: Mapping[str, str] | None = None,
) -> SecurityHub:
    return SecurityHub(
        stack,
        "SecurityHub",
        name_prefix="secbase",
        organization=Organization(
            id="o-exampleorgid",
            root_id="r-exam",
            management_account="111111111111",
            units=units or {},
            unit_ids=unit_ids or {},
        ),
        regions=regions,
        home_region=home_region,
        policy=HubPolicy(
            standards=["fsbp", "cis-5.0"], disabled=disabled or {}, parameters=parameters or {}
        ),
        classes=classes,
    )


def policy_of(
    stack: cdk.Stack, of_type: OfType, name: str = "secbase-organization"
) -> dict[str, Any]:
    (policy,) = (each for each in of_type(stack, POLICY) if each["Properties"]["Name"] == name)
    settings: dict[str, Any] = policy["Properties"]["ConfigurationPolicy"]["SecurityHub"]
    return settings


def test_securityhub_1_every_account_is_configured_from_the_root(
    stack: cdk.Stack, of_type: OfType
) -> None:
    create(stack)
    settings = policy_of(stack, of_type)
    assert settings["ServiceEnabled"] is True
    assert settings["EnabledStandardIdentifiers"] == [
        "arn:aws:securityhub:eu-west-1::standards/aws-foundational-security-best-practices/v/1.0.0",
        "arn:aws:securityhub:eu-west-1::standards/cis-aws-foundations-benchmark/v/5.0.0",
    ]
    (association,) = of_type(stack, ASSOCIATION)
    assert association["Properties"]["TargetType"] == "ROOT"
    assert association["Properties"]["TargetId"] == "r-exam"


def test_new_controls_arrive_enabled(stack: cdk.Stack, of_type: OfType) -> None:
    create(stack)
    controls = policy_of(stack, of_type)["SecurityControlsConfiguration"]
    # An empty list of what is off: Security Hub wants one of the two lists.
    assert controls["DisabledSecurityControlIdentifiers"] == []
    assert "EnabledSecurityControlIdentifiers" not in controls


def test_a_control_is_off_with_its_reason(stack: cdk.Stack, of_type: OfType) -> None:
    create(stack, disabled={"S3.9": "no access logs here", "EC2.10": "endpoints are central"})
    controls = policy_of(stack, of_type)["SecurityControlsConfiguration"]
    assert controls["DisabledSecurityControlIdentifiers"] == ["EC2.10", "S3.9"]
    (policy,) = of_type(stack, POLICY)
    assert policy["Metadata"]["DisabledControls"] == {
        "EC2.10": "endpoints are central",
        "S3.9": "no access logs here",
    }


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


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (ControlParameter(boolean=False), {"Boolean": False}),
        (ControlParameter(integer=45), {"Integer": 45}),
        (ControlParameter(double=0.5), {"Double": 0.5}),
        (ControlParameter(string="a"), {"String": "a"}),
        (ControlParameter(enum="365"), {"Enum": "365"}),
        (ControlParameter(integers=(1, 2)), {"IntegerList": [1, 2]}),
        (ControlParameter(strings=("a", "b")), {"StringList": ["a", "b"]}),
        (ControlParameter(enums=("a",)), {"EnumList": ["a"]}),
    ],
)
def test_a_parameter_reaches_the_template_under_its_type(
    stack: cdk.Stack, of_type: OfType, value: ControlParameter, written: dict[str, Any]
) -> None:
    create(stack, parameters={"ACM.1": {"daysToExpiration": value}})
    controls = policy_of(stack, of_type)["SecurityControlsConfiguration"]
    given = {
        each["SecurityControlId"]: each for each in controls["SecurityControlCustomParameters"]
    }
    assert given["ACM.1"]["Parameters"] == {
        "daysToExpiration": {"ValueType": "CUSTOM", "Value": written}
    }
    assert set(given) == {"ACM.1", "Config.1"}


@pytest.mark.parametrize(
    "value", [ControlParameter(), ControlParameter(integer=1, string="1")], ids=["none", "two"]
)
def test_a_parameter_without_one_value_is_refused(
    stack: cdk.Stack, value: ControlParameter
) -> None:
    with pytest.raises(BaselineError, match=r"ACM\.1 daysToExpiration has [02] values"):
        create(stack, parameters={"ACM.1": {"daysToExpiration": value}})


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


CLASSES = {"sandbox": HubPolicy(standards=["fsbp"], disabled={"RDS.5": "nothing stays up"})}


def test_a_class_has_a_policy_and_its_units_an_association(
    stack: cdk.Stack, of_type: OfType
) -> None:
    create(stack, classes=CLASSES, units={"Sandbox": "sandbox", "Sandbox/Real": "organization"})
    settings = policy_of(stack, of_type, "secbase-sandbox")
    assert len(settings["EnabledStandardIdentifiers"]) == 1
    controls = settings["SecurityControlsConfiguration"]
    assert controls["DisabledSecurityControlIdentifiers"] == ["RDS.5"]
    assert "EnabledSecurityControlIdentifiers" not in controls
    found = {
        str(each["Properties"]["TargetId"]): each["Properties"]
        for each in of_type(stack, ASSOCIATION)
    }
    assert len(found) == 3
    units = {name: each for name, each in found.items() if name != "r-exam"}
    assert {each["TargetType"] for each in units.values()} == {"ORGANIZATIONAL_UNIT"}
    policies = [each["ConfigurationPolicyId"]["Fn::GetAtt"][0] for each in units.values()]
    assert [name[:24] for name in policies] == [
        "SecurityHubSandboxPolicy",
        "SecurityHubPolicyD58F3A0",
    ]


def test_units_are_looked_up_where_their_ids_are_not_known(
    stack: cdk.Stack, of_type: OfType
) -> None:
    create(
        stack,
        classes=CLASSES,
        units={"Sandbox": "sandbox", "Play": "sandbox"},
        unit_ids={"Play": "ou-exam-12345678"},
    )
    (lookup,) = of_type(stack, "Custom::UnitsLookup")
    assert lookup["Properties"]["Paths"] == ["Sandbox"]
    assert lookup["Properties"]["RootId"] == "r-exam"
    targets = [each["Properties"]["TargetId"] for each in of_type(stack, ASSOCIATION)]
    assert "ou-exam-12345678" in targets


def test_without_classes_nothing_is_looked_up(stack: cdk.Stack, of_type: OfType) -> None:
    create(stack)
    assert of_type(stack, "Custom::UnitsLookup") == []
    assert len(of_type(stack, POLICY)) == 1


def test_more_policies_than_security_hub_takes_are_refused(stack: cdk.Stack) -> None:
    many = {
        f"class{number}": HubPolicy(standards=["fsbp"])
        for number in range(SECURITY_HUB_CONFIGURATION_POLICIES)
    }
    with pytest.raises(BaselineError, match="20 policies beside the root's; Security Hub takes 20"):
        create(stack, classes=many)


def test_a_unit_with_an_unknown_policy_is_refused(stack: cdk.Stack) -> None:
    with pytest.raises(BaselineError, match="unit 'Sandbox' names the policy 'sandbox'"):
        create(stack, units={"Sandbox": "sandbox"})


def test_each_step_waits_for_the_one_before(stack: cdk.Stack) -> None:
    create(stack, classes=CLASSES, units={"Sandbox": "sandbox"})
    resources = assertions.Template.from_stack(stack).to_json()["Resources"]
    waits = {
        (resource["Type"], resource["Properties"].get("Name")): [
            resources[name]["Type"] for name in resource.get("DependsOn", [])
        ]
        for resource in resources.values()
    }
    central = "AWS::SecurityHub::OrganizationConfiguration"
    assert waits["AWS::SecurityHub::FindingAggregator", None] == ["Custom::HubLookup"]
    assert waits[central, None] == ["AWS::SecurityHub::FindingAggregator"]
    assert waits[POLICY, "secbase-organization"] == [central]
    assert waits[POLICY, "secbase-sandbox"] == [central]


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


def test_protection_outlives_the_stack_and_an_exception_does_not(stack: cdk.Stack) -> None:
    create(stack, classes=CLASSES, units={"Sandbox": "sandbox"})
    resources = assertions.Template.from_stack(stack).to_json()["Resources"]
    native = {
        name: each
        for name, each in resources.items()
        if each["Type"].startswith("AWS::SecurityHub::")
    }
    kept = {name for name, each in native.items() if each.get("DeletionPolicy")}
    assert {native[name]["DeletionPolicy"] for name in kept} == {"RetainExceptOnCreate"}
    assert len(kept) == 4
    # Without its own policy a unit has that of the root, which stays.
    gone = {native[name]["Type"] for name in native.keys() - kept}
    assert gone == {POLICY, ASSOCIATION}


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
