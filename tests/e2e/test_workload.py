"""The reference workload on an embedded AWS of its own: it deploys, reads back, and keeps an order."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from rich.console import Console

from baseline.local.bootstrap import bootstrap, workload_targets
from baseline.local.driver import Deployment
from baseline.local.session import Session
from baseline.local.verify import Report, verify
from tests.support import ROOT

EXAMPLE = ROOT / "examples" / "configurations" / "workload.yaml"
PAGE = ROOT / "docs" / "reference-workload.md"
ACCOUNT, REGION, EDGE = "555555555555", "eu-west-1", "us-east-1"
STACKS = ("workload", "workload-edge", "workload-api")
NAMES = {"orders-web", "orders-edge", "orders-api"}
IMAGE = "/images/orders/arm64"


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """The example's organization, and its workload account as its team prepares it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        console = Console(file=io.StringIO(), width=100)
        opened = Session.open(EXAMPLE, state=tmp_path_factory.mktemp("workload"), console=console)
        try:
            opened.up(port=0)
            wanted = workload_targets(opened.configuration)
            done = bootstrap(
                opened.configuration, opened.access(), opened.tools, opened.state, only=wanted
            )
            assert [changed for _, changed in done] == [True]
            # What the image pipeline leaves behind.
            opened.access().client("ssm", ACCOUNT, REGION).put_parameter(
                Name=IMAGE,
                Value="ami-0123456789abcdef0",
                Type="String",
                DataType="aws:ec2:image",
            )
            opened.synthesize(checks=False)
            yield opened
        finally:
            opened.down(purge=False)


@pytest.fixture(scope="module")
def deployment(session: Session) -> Deployment:
    """The three stacks, deployed with the real cdk command."""
    return session.driver().deploy(session.console, *STACKS, alone=True)


@pytest.fixture(scope="module")
def resources(session: Session, deployment: Deployment) -> dict[str, list[dict[str, Any]]]:
    """What is deployed, by type."""
    assert deployment.ok, deployment.problems
    found: dict[str, list[dict[str, Any]]] = {}
    for stack in session.access().page("/_baseline/resources"):
        if stack["stack"] in NAMES:
            for resource in stack["resources"]:
                found.setdefault(resource["type"], []).append(resource)
    return found


@pytest.fixture(scope="module")
def report(session: Session, deployment: Deployment) -> Report:
    """Everything read back."""
    assert deployment.ok, deployment.problems
    expected = [stack for stack in session.driver().stacks() if stack.id in STACKS]
    return verify(session.access(), expected_stacks=expected)


@pytest.fixture(scope="module")
def outputs(session: Session, deployment: Deployment) -> dict[str, str]:
    """What the stack of the API tells."""
    assert deployment.ok, deployment.problems
    client = session.access().client("cloudformation", ACCOUNT, REGION)
    (stack,) = client.describe_stacks(StackName="orders-api")["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


def test_all_of_it_deploys(deployment: Deployment) -> None:
    assert deployment.ok, deployment.problems
    assert {name: deployment.states[name] for name in NAMES} == dict.fromkeys(NAMES, "done")


def test_the_edge_knows_the_load_balancer_of_the_other_region(
    resources: dict[str, list[dict[str, Any]]],
) -> None:
    (balancer,) = resources["AWS::ElasticLoadBalancingV2::LoadBalancer"]
    (origin,) = resources["AWS::CloudFront::VpcOrigin"]
    arn = balancer["physical_id"]
    assert arn.startswith(f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/")
    assert origin["properties"]["VpcOriginEndpointConfig"]["Arn"] == arn


def test_every_setting_reads_back(report: Report) -> None:
    assert [f"{each.resource}: {each.check}" for each in report.mismatches] == []
    assert len(report.findings) > 500
    assert {
        "APIs",
        "Backups",
        "CloudFront",
        "Databases",
        "Load balancers",
        "Machines",
        "Tables",
        "Web ACLs",
    } <= {each.capability for each in report.findings}


def test_what_is_only_recorded_is_printed_and_listed_on_the_page(report: Report) -> None:
    listed = {
        (kind, name)
        for kind, names in re.findall(
            r"^\| `(AWS::\S+)` \| (.+?) \|$", PAGE.read_text(), re.MULTILINE
        )
        for name in (["*"] if names == "all" else re.findall(r"`(\w+)`", names))
    }
    assert {(gap.type, gap.property) for gap in report.not_applied} == listed


@pytest.mark.usefixtures("deployment")
def test_the_load_balancer_is_internal_and_admits_cloudfront_only(session: Session) -> None:
    access = session.access()
    balancers = access.client("elbv2", ACCOUNT, REGION).describe_load_balancers()["LoadBalancers"]
    (balancer,) = balancers
    assert balancer["Scheme"] == "internal"
    (group,) = access.client("ec2", ACCOUNT, REGION).describe_security_groups(
        GroupIds=balancer["SecurityGroups"]
    )["SecurityGroups"]
    (rule,) = group["IpPermissions"]
    assert (rule["FromPort"], rule["ToPort"], rule["IpRanges"]) == (443, 443, [])
    assert [each["PrefixListId"] for each in rule["PrefixListIds"]] == ["pl-0123456789abcdef0"]


def call(
    session: Session, function: str, method: str, order: str, body: object = None
) -> tuple[int, dict[str, Any]]:
    """Call the function as API Gateway does."""
    event = {
        "httpMethod": method,
        "pathParameters": {"id": order},
        "body": None if body is None else json.dumps(body),
        "requestContext": {"authorizer": {"claims": {"sub": "user-1"}}},
    }
    answer = (
        session.access()
        .client("lambda", ACCOUNT, REGION)
        .invoke(FunctionName=function, Payload=json.dumps(event))
    )
    assert "FunctionError" not in answer, answer["Payload"].read()
    found = json.loads(answer["Payload"].read())
    return found["statusCode"], json.loads(found["body"])


def test_the_function_keeps_an_order_in_the_table(
    session: Session, outputs: dict[str, str]
) -> None:
    function, order = outputs["Function"], {"item": "book", "quantity": 2}
    assert call(session, function, "GET", "a-1")[0] == 404
    assert call(session, function, "PUT", "a-1", order) == (201, {"id": "a-1", **order})
    assert call(session, function, "PUT", "a-1", {**order, "quantity": 9})[0] == 409
    assert call(session, function, "GET", "a-1") == (200, {"id": "a-1", **order})
    assert call(session, function, "PUT", "a-2", {"item": "book", "quantity": -1})[0] == 400

    table = session.access().client("dynamodb", ACCOUNT, REGION)
    items = table.scan(TableName=outputs["Table"])["Items"]
    assert [(each["id"]["S"], each["owner"]["S"], each["quantity"]["N"]) for each in items] == [
        ("a-1", "user-1", "2")
    ]
