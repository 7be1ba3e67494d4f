"""The reference workload is there when it is asked for, is no part of the baseline, and no guardrail stops it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.config import Configuration, Names, load
from baseline.guardrails.composition import compose
from baseline.guardrails.evaluation import Organization
from baseline.guardrails.placement import levels_of
from baseline.guardrails.request import Request
from baseline.local import schemas
from baseline.primitives.protection_tag import TAG_KEY
from stacks.wiring import Wiring
from stacks.workload import workload
from tests.composed import Composed, composed, public_workload
from tests.contract.test_own_roles import documents, listed, spelled, text
from tests.support import CONTEXT

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "examples" / "configurations" / "workload.yaml"
ACCOUNT, HOME, EDGE = "555555555555", "eu-west-1", "us-east-1"
REGIONS = {"workload": HOME, "workload-edge": EDGE, "workload-api": HOME}
DEPLOYER = f"arn:aws:iam::{ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-{HOME}"

ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z0-9]+")
OTHERS = ("iam:PassRole", "iam:CreateServiceLinkedRole")
"""What CloudFormation's handlers are told they may need, and what has tests of its own."""


@pytest.fixture(scope="module")
def reference() -> Configuration:
    return load(EXAMPLE)


@pytest.fixture(scope="module")
def both() -> Composed:
    return composed(public_workload())


@pytest.fixture(scope="module")
def templates(both: Composed) -> dict[str, dict[str, Any]]:
    assembly = both.app.synth()
    return {name: assembly.get_stack_artifact(name_of(both, name)).template for name in REGIONS}


def name_of(made: Composed, stack: str) -> str:
    return made.stacks[stack].artifact_id


def of_form(reference: Configuration, form: str) -> Configuration:
    assert reference.workload is not None
    changes: dict[str, Any] = {"form": form}
    if form == "serverless":
        changes["instances"] = None
    chosen = reference.workload.model_copy(update=changes)
    return reference.model_copy(update={"workload": chosen})


def alone(configuration: Configuration) -> list[cdk.Stack]:
    """Give the stacks of the workload without the organization's."""
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    names = Names.of(configuration)
    return workload(Wiring(app=app, configuration=configuration, names=names))


def test_there_is_none_by_default(configuration: Configuration) -> None:
    assert alone(configuration) == []


@pytest.mark.parametrize(
    ("form", "stacks"),
    [
        ("instances", {"workload", "workload-edge"}),
        ("serverless", {"workload-api"}),
        ("both", {"workload", "workload-edge", "workload-api"}),
    ],
)
def test_a_form_has_its_stacks(reference: Configuration, form: str, stacks: set[str]) -> None:
    assert {stack.node.id for stack in alone(of_form(reference, form))} == stacks


def test_each_stands_in_its_region_of_the_workload_account(both: Composed) -> None:
    for name, region in REGIONS.items():
        stack = both.stacks[name]
        assert (stack.account, stack.region) == (ACCOUNT, region)
        assert stack.termination_protection is True


def test_it_comes_after_the_log_archive_and_the_edge_after_the_load_balancer(
    both: Composed,
) -> None:
    def before(name: str) -> set[str]:
        return {each.node.id for each in both.stacks[name].dependencies}

    assert {"log-archive", "members"} <= before("workload") & before("workload-api")
    assert "workload" in before("workload-edge")


def test_the_account_s_own_bootstrap_deploys_it(both: Composed) -> None:
    assembly = both.app.synth()
    for name in REGIONS:
        artifact = assembly.get_stack_artifact(name_of(both, name))
        role = str(artifact.cloud_formation_execution_role_arn)
        assert f":role/cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-{HOME}" in role.replace(
            "${AWS::Partition}", "aws"
        )
    edge = assembly.get_stack_artifact(name_of(both, "workload-edge"))
    assert not edge.assets, "us-east-1 has no bootstrap"


def test_nothing_of_it_takes_a_name_or_a_tag_that_guardrails_exempt(
    templates: dict[str, dict[str, Any]], both: Composed
) -> None:
    for name, template in templates.items():
        assert both.stacks[name].stack_name.startswith("orders-")
        assert TAG_KEY not in json.dumps(template)
        assert '"secbase-' not in json.dumps(
            [row for row in template["Resources"].values() if row["Type"] == "AWS::IAM::Role"]
        )


def test_the_baseline_keeps_its_tag(both: Composed) -> None:
    assembly = both.app.synth()
    network = assembly.get_stack_artifact(name_of(both, "network")).template
    assert TAG_KEY in json.dumps(network)


def test_load_balancer_logs_go_to_the_archive_without_prefix(
    templates: dict[str, dict[str, Any]],
) -> None:
    (balancer,) = (
        row["Properties"]
        for row in templates["workload"]["Resources"].values()
        if row["Type"] == "AWS::ElasticLoadBalancingV2::LoadBalancer"
    )
    found = {row["Key"]: row["Value"] for row in balancer["LoadBalancerAttributes"]}
    assert found["access_logs.s3.bucket"].endswith("-elb")
    assert not [key for key in found if key.endswith(".prefix")]


def test_without_the_archive_s_bucket_it_has_one_of_its_own(reference: Configuration) -> None:
    archive = reference.log_archive.model_copy(update={"load_balancer_logs": False})
    own = of_form(reference, "instances").model_copy(update={"log_archive": archive})
    stack, _ = alone(own)
    assert stack.node.try_find_child("Logs") is not None
    kinds = {
        child.cfn_resource_type
        for child in stack.node.find_child("Logs").node.find_all()
        if isinstance(child, cdk.CfnResource)
    }
    assert "AWS::S3::Bucket" in kinds


# Guardrails


def guarded(configuration: Configuration, unit: str) -> Organization:
    """Give the organization with the workload account in a unit."""
    levels = levels_of(compose(configuration))
    return Organization(
        id=configuration.organization.id,
        management_account=configuration.core_accounts()["management"].id,
        accounts={ACCOUNT: levels[unit]},
    )


@pytest.fixture(scope="module")
def internet(reference: Configuration) -> Organization:
    return guarded(reference, "Workloads/Internet")


@cache
def handler_actions(kind: str) -> tuple[str, ...]:
    """Give what CloudFormation calls to create a resource of a type, by its own schema."""
    handlers = schemas.schema_of(kind).get("handlers", {})
    return tuple(
        action
        for action in handlers.get("create", {}).get("permissions", ())
        if ACTION.fullmatch(action) and action not in OTHERS
    )


def creations(templates: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Give every call that a deployment makes, with its Region."""
    for stack, template in templates.items():
        kinds = {row["Type"] for row in template["Resources"].values()}
        for kind in sorted(kind for kind in kinds if kind.startswith("AWS::")):
            for action in handler_actions(kind):
                yield action, REGIONS[stack]


def request(principal: str, action: str, region: str, resource: str = "*") -> Request:
    return Request(principal_arn=principal, action=action, resource=resource, region=region)


def test_no_guardrail_stops_the_deployment(
    templates: dict[str, dict[str, Any]], internet: Organization
) -> None:
    calls = sorted(set(creations(templates)))
    stopped = [
        f"{action} in {region}: {decision.reason}"
        for action, region in calls
        if not (decision := internet.evaluate(request(DEPLOYER, action, region))).allowed
    ]
    assert len(calls) > 150
    assert stopped == []


def test_private_network_would_stop_it_which_validate_says(
    templates: dict[str, dict[str, Any]], reference: Configuration
) -> None:
    private = guarded(reference, "Workloads/Private")
    stopped = {
        action
        for action, region in creations(templates)
        if not private.evaluate(request(DEPLOYER, action, region)).allowed
    }
    assert {"ec2:CreateInternetGateway", "ec2:AttachInternetGateway"} <= stopped
    assert not {action for action in stopped if not action.startswith("ec2:")}


def test_an_edge_in_a_region_that_is_not_governed_would_be_stopped(
    templates: dict[str, dict[str, Any]], reference: Configuration
) -> None:
    narrow = of_form(reference, "serverless").model_copy(update={"regions": (HOME,)})
    organization = guarded(narrow, "Workloads/Internet")
    stopped = {
        action
        for action, region in creations(templates)
        if region == EDGE and not organization.evaluate(request(DEPLOYER, action, region)).allowed
    }
    assert {"logs:CreateLogGroup", "cloudwatch:PutMetricAlarm"} <= stopped


def test_no_guardrail_stops_what_a_role_of_the_workload_is_for(
    templates: dict[str, dict[str, Any]], internet: Organization
) -> None:
    asked, stopped = 0, []
    for stack, template in templates.items():
        for logical_id, named, document in documents(template):
            assert named is None, "CloudFormation names the roles of a workload"
            role = f"arn:aws:iam::{ACCOUNT}:role/orders-{logical_id}-1A2B3C"
            for statement in listed(document["Statement"]):
                for action in (
                    one for each in listed(statement["Action"]) for one in spelled(each)
                ):
                    for resource in listed(statement["Resource"]):
                        arn = text(resource, ACCOUNT)
                        own = arn.replace("*", "x") if arn.startswith("arn:") else "*"
                        decision = internet.evaluate(request(role, action, REGIONS[stack], own))
                        asked += 1
                        if not decision.allowed:
                            stopped.append(f"{logical_id}: {action} {own}: {decision.reason}")
    assert asked > 20
    assert stopped == []


def test_a_role_of_the_workload_is_exempt_from_nothing(internet: Organization) -> None:
    forbidden = (
        "guardduty:DeleteDetector",
        "ec2:DisableEbsEncryptionByDefault",
        "config:StopConfigurationRecorder",
        "organizations:LeaveOrganization",
    )
    machine = f"arn:aws:iam::{ACCOUNT}:role/orders-web-ApplicationMachinesRole-1A2B3C"
    for principal in (machine, DEPLOYER):
        for action in forbidden:
            assert not internet.evaluate(request(principal, action, HOME)).allowed, action
    # The same name with the prefix would be.
    prefixed = f"arn:aws:iam::{ACCOUNT}:role/secbase-orders-web"
    assert internet.evaluate(request(prefixed, forbidden[1], HOME)).allowed
