"""Control Tower in its three modes: what is made, in which order, and what is left off."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.config import Configuration, Names, load
from baseline.errors import BaselineError
from baseline.organization.control_tower import GovernedUnits
from baseline.organization.control_tower_manifest import manifest
from baseline.organization.control_tower_roles import ControlTowerRoles
from baseline.primitives.service_access import is_bound
from stacks.guardrails import GuardrailsStack, known_ids
from stacks.organization import OrganizationStack
from stacks.security import SecurityStack
from stacks.wiring import Wiring
from tests.composed import Composed

EXAMPLES = Path(__file__).parents[3] / "examples" / "configurations"
LANDING_ZONE = "AWS::ControlTower::LandingZone"
CONTROL = "AWS::ControlTower::EnabledControl"
BASELINE = "AWS::ControlTower::EnabledBaseline"
UNIT = "AWS::Organizations::OrganizationalUnit"
ACCESS = "arn:aws:controltower:eu-west-1:111111111111:enabledbaseline/XAHCR4CJTSI4W07MZ"
Resources = dict[str, dict[str, Any]]


def example(mode: str, **landing_zone: object) -> Configuration:
    """The example of a mode, its section ``landing_zone`` changed."""
    found = load(EXAMPLES / f"control-tower-{mode}.yaml")
    if not landing_zone:
        return found
    values = found.model_dump()
    values["landing_zone"] |= landing_zone
    return Configuration.model_validate(values)


def resources_of(app: cdk.App, configuration: Configuration) -> Resources:
    stack = OrganizationStack(
        app,
        "organization",
        configuration=configuration,
        names=Names.of(configuration),
        env=cdk.Environment(account="111111111111", region="eu-west-1"),
    )
    found: Resources = Template.from_stack(stack).to_json()["Resources"]
    return found


def of_type(resources: Resources, *types: str) -> Resources:
    return {name: each for name, each in resources.items() if each["Type"] in types}


def arn_of(unit: str) -> dict[str, Any]:
    return {
        "Fn::Join": [
            "",
            [
                "arn:aws:organizations::111111111111:ou/o-landingzone1/",
                {"Fn::GetAtt": [unit, "Id"]},
            ],
        ]
    }


def test_mode_none_makes_nothing_of_control_tower(
    app: cdk.App, configuration: Configuration
) -> None:
    resources = resources_of(app, configuration)
    assert [each for each in resources.values() if "ControlTower" in each["Type"]] == []
    roles = of_type(resources, "AWS::IAM::Role").values()
    assert [role for role in roles if "AWSControlTower" in str(role["Properties"])] == []


def test_mode_controls_leaves_the_landing_zone_alone(app: cdk.App) -> None:
    resources = resources_of(app, example("controls"))
    assert of_type(resources, LANDING_ZONE) == {}
    controls = of_type(resources, CONTROL)
    assert [each["Properties"]["ControlIdentifier"] for each in controls.values()] == [
        "arn:aws:controltower:eu-west-1::control/AWS-GR_RESTRICT_ROOT_USER_ACCESS_KEYS",
        "arn:aws:controltower:eu-west-1::control/AWS-GR_RESTRICT_ROOT_USER_ACCESS_KEYS",
        "arn:aws:controltower:eu-west-1::control/AWS-GR_RESTRICT_ROOT_USER",
    ]
    root = list(controls.values())[-1]["Properties"]
    assert root["Parameters"] == [{"Key": "ExemptAssumeRoot", "Value": True}]


def test_an_adopted_unit_is_targeted_by_its_id(app: cdk.App) -> None:
    control = {"control": "AWS-GR_RESTRICT_ROOT_USER_ACCESS_KEYS", "units": ["Security"]}
    (found,) = of_type(resources_of(app, example("controls", controls=[control])), CONTROL).values()
    assert found["Properties"]["TargetIdentifier"] == (
        "arn:aws:organizations::111111111111:ou/o-controlsonly/ou-ctrl-0security"
    )


def test_mode_landing_zone_makes_version_4_with_what_the_baseline_does_not_do(
    app: cdk.App,
) -> None:
    (zone,) = of_type(resources_of(app, example("landing-zone")), LANDING_ZONE).values()
    properties = zone["Properties"]
    assert properties["Version"] == "4.0"
    assert properties["RemediationTypes"] == ["INHERITANCE_DRIFT"]
    days = {"retentionDays": 365}
    assert properties["Manifest"] == {
        "governedRegions": ["eu-west-1", "eu-central-1"],
        "config": {
            "enabled": True,
            "accountId": "333333333333",
            "configurations": {"loggingBucket": days, "accessLoggingBucket": days},
        },
        "centralizedLogging": {"enabled": False},
        "securityRoles": {"enabled": True, "accountId": "333333333333"},
        "accessManagement": {"enabled": False},
        "backup": {"enabled": False},
    }


def test_by_default_every_integration_is_off() -> None:
    values = example("controls").model_dump() | {"control_tower": "landing-zone"}
    found = manifest(Configuration.model_validate(values))
    assert {name: value for name, value in found.items() if name != "governedRegions"} == {
        "config": {"enabled": False},
        "centralizedLogging": {"enabled": False},
        "securityRoles": {"enabled": False},
        "accessManagement": {"enabled": False},
        "backup": {"enabled": False},
    }


def test_auto_enroll_can_be_switched_off(app: cdk.App) -> None:
    (zone,) = of_type(
        resources_of(app, example("landing-zone", auto_enroll=False)), LANDING_ZONE
    ).values()
    assert "RemediationTypes" not in zone["Properties"]


def test_the_manifest_holds_every_integration_that_is_named() -> None:
    key = "arn:aws:kms:eu-west-1:111111111111:key/11111111-2222-3333-4444-555555555555"
    values = example("landing-zone").model_dump()
    values["members"]["backup"] = {
        "id": "777777777777",
        "email": "aws-backup@example.com",
        "ou": "Security",
    }
    values["landing_zone"] |= {
        "integrations": {
            "config": True,
            "centralized_logging": True,
            "security_roles": True,
            "access_management": True,
            "backup": {
                "administrator_account": "777777777777",
                "vault_account": "222222222222",
                "kms_key_arn": key,
            },
        },
        "second_trail": True,
        "log_retention_days": 400,
        "kms_key_arn": key,
        "baselines": [{"units": ["Workloads"], "identity_center_baseline": ACCESS}],
    }
    found = manifest(Configuration.model_validate(values))
    stored = {
        "loggingBucket": {"retentionDays": 400},
        "accessLoggingBucket": {"retentionDays": 400},
        "kmsKeyArn": key,
    }
    assert found["centralizedLogging"] == {
        "enabled": True,
        "accountId": "222222222222",
        "configurations": stored,
    }
    assert found["config"] == {
        "enabled": True,
        "accountId": "333333333333",
        "configurations": stored,
    }
    assert found["accessManagement"] == {"enabled": True}
    assert found["backup"] == {
        "enabled": True,
        "configurations": {
            "backupAdmin": {"accountId": "777777777777"},
            "centralBackup": {"accountId": "222222222222"},
            "kmsKeyArn": key,
        },
    }


def test_everything_of_control_tower_is_one_chain(app: cdk.App) -> None:
    resources = resources_of(app, example("landing-zone"))
    (account,) = of_type(resources, "AWS::Organizations::Account")
    (zone,) = of_type(resources, LANDING_ZONE)
    chain = [zone, *of_type(resources, BASELINE), *of_type(resources, CONTROL)]
    assert len(chain) == 1 + 3 + 3
    for earlier, later in pairwise(chain):
        assert resources[later]["DependsOn"] == [earlier]
    assert account in resources[zone]["DependsOn"]
    (features,) = of_type(resources, "Custom::OrganizationFeatures").values()
    assert chain[-1] in features["DependsOn"]


def test_a_chain_of_controls_alone_starts_after_the_units(app: cdk.App) -> None:
    resources = resources_of(app, example("controls"))
    units = list(of_type(resources, UNIT))
    first = next(iter(of_type(resources, CONTROL).values()))
    assert first["DependsOn"] == [units[-1]]


def test_the_landing_zone_waits_for_its_roles(app: cdk.App) -> None:
    resources = resources_of(app, example("landing-zone"))
    (zone,) = of_type(resources, LANDING_ZONE).values()
    roles = [
        name
        for name, role in of_type(resources, "AWS::IAM::Role").items()
        if str(role["Properties"].get("RoleName", "")).startswith("AWSControlTower")
    ]
    assert len(roles) == 4
    assert {*roles} <= {*zone["DependsOn"]}


def test_nothing_of_control_tower_goes_with_the_stack(app: cdk.App) -> None:
    resources = resources_of(app, example("landing-zone"))
    for each in of_type(resources, LANDING_ZONE, BASELINE, CONTROL).values():
        assert each["DeletionPolicy"] == "RetainExceptOnCreate"
        assert each["UpdateReplacePolicy"] == "Retain"


def test_baselines_register_units(app: cdk.App) -> None:
    entry = {"units": ["Workloads"], "identity_center_baseline": ACCESS}
    other = {"baseline": "12GZU8CKZKVMS2AW", "version": "1.0", "units": ["Workloads"]}
    resources = resources_of(app, example("landing-zone", baselines=[entry, other], controls=[]))
    (workloads,) = [
        name
        for name, unit in of_type(resources, UNIT).items()
        if unit["Properties"]["Name"] == "Workloads"
    ]
    assert [each["Properties"] for each in of_type(resources, BASELINE).values()] == [
        {
            "BaselineIdentifier": "arn:aws:controltower:eu-west-1::baseline/17BSJV3IGJ2QSGA2",
            "BaselineVersion": "5.0",
            "TargetIdentifier": arn_of(workloads),
            "Parameters": [{"Key": "IdentityCenterEnabledBaselineArn", "Value": ACCESS}],
        },
        {
            "BaselineIdentifier": "arn:aws:controltower:eu-west-1::baseline/12GZU8CKZKVMS2AW",
            "BaselineVersion": "1.0",
            "TargetIdentifier": arn_of(workloads),
        },
    ]


def test_the_region_control_gets_its_parameters(app: cdk.App) -> None:
    control = {
        "control": "0123456789abcdefghijklmno",
        "units": ["Workloads"],
        "allowed_regions": ["eu-west-1", "eu-central-1"],
        "exempted_actions": ["chime:*"],
        "exempted_principals": ["arn:aws:iam::*:role/Partner"],
        "exempted_resources": ["arn:aws:s3:::public-files"],
        "exempt_baseline_roles": True,
    }
    (found,) = of_type(
        resources_of(app, example("landing-zone", controls=[control])), CONTROL
    ).values()
    properties = found["Properties"]
    assert properties["ControlIdentifier"] == (
        "arn:aws:controlcatalog:::control/0123456789abcdefghijklmno"
    )
    parameters = {each["Key"]: each["Value"] for each in properties["Parameters"]}
    assert parameters["AllowedRegions"] == ["eu-west-1", "eu-central-1"]
    assert parameters["ExemptedActions"] == ["chime:*"]
    assert parameters["ExemptedResourceArns"] == ["arn:aws:s3:::public-files"]
    principals = parameters["ExemptedPrincipalArns"]
    assert principals[0] == "arn:aws:iam::*:role/Partner"
    assert {
        "arn:aws:iam::*:role/OrgBreakGlass",
        "arn:aws:iam::*:role/stacksets-exec-*",
        "arn:aws:iam::*:role/AWSControlTowerExecution",
        "arn:aws:iam::*:role/secbase-*",
    } <= {*principals}


def test_nobody_is_exempt_from_a_control_by_default(app: cdk.App) -> None:
    for each in of_type(resources_of(app, example("landing-zone")), CONTROL).values():
        assert "Parameters" not in each["Properties"]


def test_a_control_for_an_unknown_unit_is_an_error(stack: cdk.Stack) -> None:
    configuration = example("controls")
    with pytest.raises(BaselineError, match=r"'Infrastructure' is not .* known: Workloads"):
        GovernedUnits(
            stack,
            "Governed",
            configuration=configuration,
            names=Names.of(configuration),
            unit_ids={"Workloads": "ou-ctrl-workload"},
        )


@pytest.fixture
def roles(stack: cdk.Stack) -> dict[str, dict[str, Any]]:
    ControlTowerRoles(stack, "Roles", names=Names.of(example("landing-zone")))
    found = Template.from_stack(stack).find_resources("AWS::IAM::Role")
    return {each["Properties"]["RoleName"]: each["Properties"] for each in found.values()}


@pytest.mark.parametrize(
    ("name", "service", "source"),
    [
        (
            "AWSControlTowerAdmin",
            "controltower",
            "arn:aws:controltower:eu-west-1:111111111111:*",
        ),
        (
            "AWSControlTowerCloudTrailRole",
            "cloudtrail",
            "arn:aws:cloudtrail:eu-west-1:111111111111:trail/aws-controltower-BaselineCloudTrail",
        ),
        (
            "AWSControlTowerStackSetRole",
            "cloudformation",
            "arn:aws:cloudformation:*:111111111111:stackset/*",
        ),
        (
            "AWSControlTowerConfigAggregatorRoleForOrganizations",
            "config",
            "arn:aws:config:*:111111111111:*",
        ),
    ],
)
def test_each_service_may_use_its_role_for_this_account_only(
    roles: dict[str, dict[str, Any]], name: str, service: str, source: str
) -> None:
    role = roles[name]
    assert role["Path"] == "/service-role/"
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": f"{service}.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "111111111111"},
        "ArnLike": {"aws:SourceArn": source},
    }
    assert is_bound(statement["Condition"])


def test_the_roles_have_the_policies_that_control_tower_demands(
    roles: dict[str, dict[str, Any]],
) -> None:
    def managed(name: str) -> list[str]:
        return [
            arn["Fn::Join"][1][-1].rpartition("/")[2] for arn in roles[name]["ManagedPolicyArns"]
        ]

    def inline(name: str) -> list[tuple[str, str, str]]:
        return [
            (policy["PolicyName"], statement["Action"], statement["Resource"])
            for policy in roles[name]["Policies"]
            for statement in policy["PolicyDocument"]["Statement"]
        ]

    assert managed("AWSControlTowerAdmin") == ["AWSControlTowerServiceRolePolicy"]
    assert managed("AWSControlTowerCloudTrailRole") == ["AWSControlTowerCloudTrailRolePolicy"]
    assert managed("AWSControlTowerConfigAggregatorRoleForOrganizations") == [
        "AWSConfigRoleForOrganizations"
    ]
    assert inline("AWSControlTowerAdmin") == [
        ("AWSControlTowerAdminPolicy", "ec2:DescribeAvailabilityZones", "*")
    ]
    assert inline("AWSControlTowerStackSetRole") == [
        (
            "AWSControlTowerStackSetRolePolicy",
            "sts:AssumeRole",
            "arn:aws:iam::*:role/AWSControlTowerExecution",
        )
    ]


def drifting(wiring: Wiring) -> None:
    """Create what hears of drift, and the organization that it needs."""
    given: dict[str, Any] = {"configuration": wiring.configuration, "names": wiring.names}
    management = wiring.env(wiring.names.management)
    organization = OrganizationStack(wiring.app, "organization", env=management, **given)
    SecurityStack(wiring.app, "security", env=wiring.env(wiring.names.security), **given)
    GuardrailsStack(
        wiring.app,
        "guardrails",
        unit_ids=organization.unit_ids,
        account_ids=known_ids(wiring.configuration) | organization.account_ids,
        env=management,
        **given,
    )


@pytest.mark.parametrize("mode", ["controls", "landing-zone"])
def test_drift_reaches_people(mode: str) -> None:
    made = Composed(example(mode), drifting)
    rules: dict[str, list[dict[str, Any]]] = {}
    for name in ("guardrails", "security"):
        rules[name] = [
            each["Properties"]
            for each in made.template(name)["Resources"].values()
            if each["Type"] == "AWS::Events::Rule"
            and each["Properties"]["EventPattern"].get("source") == ["aws.controltower"]
        ]
    (forwarded,), (told,) = rules["guardrails"], rules["security"]
    assert forwarded["EventPattern"] == told["EventPattern"]
    assert forwarded["EventPattern"]["detail-type"] == ["Drift Detected"]
    (target,) = forwarded["Targets"]
    assert target["Arn"] == "arn:aws:events:eu-west-1:333333333333:event-bus/secbase-security"
    assert "secbase-event-forwarding" in str(target["RoleArn"])
    assert told["EventBusName"] != "default"
    assert told["State"] == forwarded["State"] == "ENABLED"


@pytest.mark.parametrize("mode", ["controls", "landing-zone"])
def test_the_packs_find_nothing_in_the_organization_stack(
    app: cdk.App, findings: Callable[[cdk.App], list[str]], mode: str
) -> None:
    resources_of(app, example(mode))
    assert findings(app) == []
