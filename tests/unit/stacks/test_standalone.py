"""One account without an organization: its stacks, and what it keeps when it joins one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.config import Configuration, Standalone, read
from stacks.composition import compose
from stacks.standalone import compose_account
from tests.support import CONTEXT, ROOT

FOLDER = ROOT / "examples" / "configurations"
ACCOUNT = "121212121212"
HOME, SECOND = "eu-west-1", "eu-central-1"

# What cannot be made again: data, keys to data, and what stands between a workload and the world.
STATEFUL = (
    "AWS::CloudTrail::Trail",
    "AWS::EC2::Subnet",
    "AWS::EC2::VPC",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
)
# Protections of the account itself, which the organization takes over as they are.
TAKEN_OVER = (
    "AWS::Config::ConfigurationRecorder",
    "AWS::Config::DeliveryChannel",
    "AWS::EC2::SnapshotBlockPublicAccess",
    "AWS::GuardDuty::Detector",
    "AWS::SecurityHub::Hub",
    "AWS::SecurityHub::Standard",
)

Template = dict[str, Any]
Place = tuple[str, str, str]
"""Account, Region and name of a stack."""


def _synthesized(app: cdk.App) -> dict[Place, Template]:
    assembly = app.synth()
    return {
        (stack.environment.account, stack.environment.region, stack.stack_name): stack.template
        for stack in assembly.stacks
    }


@pytest.fixture(scope="module")
def alone() -> dict[Place, Template]:
    configuration = read(FOLDER / "standalone.yaml")
    assert isinstance(configuration, Standalone)
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    compose_account(app, configuration)
    return _synthesized(app)


@pytest.fixture(scope="module")
def joined() -> dict[Place, Template]:
    configuration = read(FOLDER / "standalone-joined.yaml")
    assert isinstance(configuration, Configuration)
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    compose(app, configuration)
    return _synthesized(app)


def resources(templates: dict[Place, Template], *kinds: str) -> Iterator[tuple[Place, str, Any]]:
    for place, template in templates.items():
        for logical_id, resource in template["Resources"].items():
            if resource["Type"] in kinds:
                yield place, logical_id, resource


def of_type(templates: dict[Place, Template], kind: str) -> list[dict[str, Any]]:
    return [resource["Properties"] for _, _, resource in resources(templates, kind)]


# Alone


def test_every_stack_stands_in_the_account_and_belongs_to_the_profile(
    alone: dict[Place, Template],
) -> None:
    assert {account for account, _, _ in alone} == {ACCOUNT}
    assert all(name.startswith("secbase-standalone-") for _, _, name in alone)
    assert {region for _, region, _ in alone} >= {HOME, SECOND, "us-east-1"}


def test_nothing_asks_for_an_organization(alone: dict[Place, Template]) -> None:
    text = json.dumps(list(alone.values()))
    assert "OrgID" not in text
    assert "o-exampleorgid" not in text
    kinds = {each["Type"] for template in alone.values() for each in template["Resources"].values()}
    assert not {kind for kind in kinds if "Organization" in kind or kind.endswith("StackSet")}


def test_what_admits_an_organization_admits_the_account_alone(
    alone: dict[Place, Template],
) -> None:
    (policy,) = of_type(alone, "AWS::Events::EventBusPolicy")
    assert f"iam::{ACCOUNT}:root" in str(policy["Statement"]["Principal"])
    condition = policy["Statement"]["Condition"]
    assert condition["StringEquals"] == {"aws:PrincipalAccount": ACCOUNT}
    deliveries = [
        statement
        for bucket in of_type(alone, "AWS::S3::BucketPolicy")
        for statement in bucket["PolicyDocument"]["Statement"]
        if statement.get("Principal") == {"Service": "delivery.logs.amazonaws.com"}
    ]
    assert deliveries
    for statement in deliveries:
        assert statement["Condition"]["StringEquals"]["aws:SourceAccount"] == ACCOUNT


def test_the_trail_records_the_account_in_all_regions(alone: dict[Place, Template]) -> None:
    (trail,) = of_type(alone, "AWS::CloudTrail::Trail")
    assert trail["IsOrganizationTrail"] is False
    assert trail["IsMultiRegionTrail"] is True
    assert trail["EnableLogFileValidation"] is True
    assert trail["TrailName"] == "secbase-trail"
    # CIS 4.1 to 4.15.
    assert len(of_type(alone, "AWS::Logs::MetricFilter")) >= 15


def test_guardduty_1_every_governed_region_has_a_detector(alone: dict[Place, Template]) -> None:
    places = {place[1] for place, _, _ in resources(alone, "AWS::GuardDuty::Detector")}
    assert places == {HOME, SECOND}
    for detector in of_type(alone, "AWS::GuardDuty::Detector"):
        assert detector["Enable"] is True
        assert {each["Status"] for each in detector["Features"]} == {"ENABLED"}


def test_security_hub_and_config_stand_in_every_governed_region(
    alone: dict[Place, Template],
) -> None:
    for kind in ("AWS::SecurityHub::Hub", "AWS::Config::ConfigurationRecorder"):
        assert {place[1] for place, _, _ in resources(alone, kind)} == {HOME, SECOND}
    (aggregator,) = resources(alone, "AWS::SecurityHub::FindingAggregator")
    assert aggregator[0][1] == HOME
    assert aggregator[2]["Properties"]["Regions"] == [SECOND]


def test_iam_28_analyzers_watch_the_account(alone: dict[Place, Template]) -> None:
    kinds = [
        (place[1], resource["Properties"]["Type"])
        for place, _, resource in resources(alone, "AWS::AccessAnalyzer::Analyzer")
    ]
    assert sorted(kinds) == [
        (SECOND, "ACCOUNT"),
        (HOME, "ACCOUNT"),
        (HOME, "ACCOUNT_UNUSED_ACCESS"),
    ]


def test_ec2_182_snapshots_are_not_shared_with_everybody(alone: dict[Place, Template]) -> None:
    states = [each["State"] for each in of_type(alone, "AWS::EC2::SnapshotBlockPublicAccess")]
    assert states == ["block-all-sharing"] * 2


def test_settings_come_daily_without_a_distributed_map(alone: dict[Place, Template]) -> None:
    template = alone[ACCOUNT, HOME, "secbase-standalone-settings"]
    rules = [
        each["Properties"]
        for each in template["Resources"].values()
        if each["Type"] == "AWS::Events::Rule"
    ]
    schedules = [rule["ScheduleExpression"] for rule in rules if "ScheduleExpression" in rule]
    assert schedules == ["cron(0 3 * * ? *)"]
    asked = json.loads(rules[0]["Targets"][0]["Input"])
    assert asked["account"]["id"] == ACCOUNT
    assert asked["dry_run"] is False
    assert not [
        each for each in of_type(alone, "AWS::StepFunctions::StateMachine") if "Map" in str(each)
    ]


def test_the_settings_function_assumes_one_role_of_one_account(
    alone: dict[Place, Template],
) -> None:
    template = alone[ACCOUNT, HOME, "secbase-standalone-settings"]
    (statement,) = (
        statement
        for each in template["Resources"].values()
        if each["Type"] == "AWS::IAM::ManagedPolicy"
        for statement in each["Properties"]["PolicyDocument"]["Statement"]
        if statement["Action"] == "sts:AssumeRole"
    )
    assert statement["Resource"] == f"arn:aws:iam::{ACCOUNT}:role/secbase-settings"


def test_s3_1_and_imdsv2_are_settings_where_no_organization_declares_them(
    alone: dict[Place, Template],
) -> None:
    template = alone[ACCOUNT, HOME, "secbase-standalone-settings"]
    (wanted,) = (
        json.loads(each["Properties"]["Environment"]["Variables"]["WANTED"])
        for each in template["Resources"].values()
        if each["Type"] == "AWS::Lambda::Function"
    )
    assert {"public_access_block", "ec2_attributes", "password_policy"} <= set(wanted)
    assert wanted["ec2_attributes"] == {"hop_limit": 2}
    assert wanted["resource_explorer"]["administrator"] == ""


def test_no_physical_name_is_taken_twice(alone: dict[Place, Template]) -> None:
    names = [
        (resource["Type"], "" if resource["Type"].startswith("AWS::IAM") else place[1], value)
        for place, template in alone.items()
        for resource in template["Resources"].values()
        for key, value in resource.get("Properties", {}).items()
        if re.fullmatch(r"(Role|Bucket|Alarm|Topic|LogGroup|Group|User|ManagedPolicy)?Name", key)
        and isinstance(value, str)
        and resource["Type"] != "AWS::EC2::LaunchTemplate"
    ]
    assert sorted(names) == sorted(set(names))


def test_other_regions_need_no_bootstrap(alone: dict[Place, Template]) -> None:
    for (_, region, name), template in alone.items():
        if region != HOME:
            assert "BootstrapVersion" not in template.get("Parameters", {}), name
            assert len(json.dumps(template)) < 51_200, name


@pytest.fixture(scope="module")
def bare() -> dict[Place, Template]:
    """Without what can be left out."""
    document = read(FOLDER / "standalone.yaml").model_dump()
    capabilities = {
        "guardduty": {"enabled": False},
        "security_hub": {"enabled": False},
        "access_analyzer": {"enabled": False, "unused_access": {"enabled": False}},
        "activity_alarms": {"enabled": False},
    }
    changed = {**document, "capabilities": capabilities, "network": None}
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    compose_account(app, Standalone.model_validate(changed))
    return _synthesized(app)


def test_what_is_off_is_not_there(bare: dict[Place, Template]) -> None:
    for kind in (
        "AWS::GuardDuty::Detector",
        "AWS::SecurityHub::Hub",
        "AWS::AccessAnalyzer::Analyzer",
        "AWS::GuardDuty::PublishingDestination",
    ):
        assert of_type(bare, kind) == []


def test_without_the_section_there_is_no_vpc(
    alone: dict[Place, Template], bare: dict[Place, Template]
) -> None:
    assert of_type(alone, "AWS::EC2::VPC")
    assert of_type(bare, "AWS::EC2::VPC") == []


def test_the_boundary_does_not_bear_the_name_of_an_organization_s(
    alone: dict[Place, Template],
) -> None:
    names = [each.get("ManagedPolicyName") for each in of_type(alone, "AWS::IAM::ManagedPolicy")]
    assert "secbase-account-boundary" in names
    assert "secbase-boundary" not in names


# Joined


def test_what_holds_data_keeps_stack_and_logical_id(
    alone: dict[Place, Template], joined: dict[Place, Template]
) -> None:
    before = {(place, name): each for place, name, each in resources(alone, *STATEFUL)}
    kept = {key: each for key, each in before.items() if key[0] in joined}
    assert {each["Type"] for each in kept.values()} == set(STATEFUL)
    for (place, logical_id), resource in kept.items():
        assert joined[place]["Resources"][logical_id] == resource


def test_the_kept_stacks_do_not_change_at_all(
    alone: dict[Place, Template], joined: dict[Place, Template]
) -> None:
    kept = [place for place in alone if place in joined]
    assert {name for _, _, name in kept} == {
        f"secbase-standalone-{name}"
        for name in (
            "audit",
            "billing",
            f"log-archive-{SECOND}",
            "log-archive",
            "network",
            "response",
            f"security-{SECOND}",
            "security",
        )
    }
    for place in kept:
        assert joined[place] == alone[place], place


def test_what_is_taken_down_before_leaves_every_protection(
    alone: dict[Place, Template], joined: dict[Place, Template]
) -> None:
    gone = {place: template for place, template in alone.items() if place not in joined}
    assert {resource["Type"] for _, _, resource in resources(gone, *TAKEN_OVER)} == set(TAKEN_OVER)
    for place, logical_id, resource in resources(gone, *STATEFUL, *TAKEN_OVER):
        assert resource.get("DeletionPolicy", "Delete").startswith("Retain"), (place, logical_id)


def test_nothing_that_holds_objects_or_a_network_is_taken_down(
    alone: dict[Place, Template], joined: dict[Place, Template]
) -> None:
    gone = {place: template for place, template in alone.items() if place not in joined}
    kinds = ("AWS::S3::Bucket", "AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::CloudTrail::Trail")
    assert list(resources(gone, *kinds)) == []


def test_no_stack_of_the_organization_has_the_name_of_a_kept_one(
    joined: dict[Place, Template],
) -> None:
    names = [name for account, _, name in joined if account == ACCOUNT]
    assert names
    assert all(name.startswith("secbase-standalone-") for name in names)


def test_without_the_line_the_organization_knows_nothing_of_it(
    joined: dict[Place, Template],
) -> None:
    configuration = read(FOLDER / "standalone-joined.yaml")
    document = configuration.model_dump() | {"standalone": None}
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    compose(app, Configuration.model_validate(document))
    # Where stacks stand is known without their templates.
    places = {
        (each.account, each.region, each.stack_name)
        for each in app.node.children
        if isinstance(each, cdk.Stack)
    }
    assert set(joined) - places == {place for place in joined if place[0] == ACCOUNT}
