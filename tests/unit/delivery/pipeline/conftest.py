"""Every way to deliver once, in one app: synthesized once, judged by the nag packs once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from cdk_nag import (
    AwsSolutionsChecks,
    HIPAASecurityChecks,
    NIST80053R5Checks,
    PCIDSS321Checks,
    ServerlessChecks,
)

from baseline.controls.registry import declarations
from baseline.delivery.build_image import BuildImage
from baseline.delivery.change_comment import ChangeComment
from baseline.delivery.commands import Gate, Target
from baseline.delivery.oidc_delivery import OidcDelivery
from baseline.delivery.secure_pipeline import SecurePipeline
from baseline.delivery.source import Source
from baseline.identity.oidc import GITHUB, OidcProvider, Subject
from tests.support import CONTEXT
from tests.synthesized import Synthesized

ACCOUNT, REGION = "999999999999", "eu-west-1"
ORGANIZATION = "o-exampleorgid"
CONNECTION = (
    "arn:aws:codeconnections:eu-west-1:999999999999:connection/12345678-1234-1234-1234-123456789012"
)
SECRET = "arn:aws:secretsmanager:eu-west-1:999999999999:secret:acme/comments-AbCdEf"
KEY = "arn:aws:kms:eu-west-1:999999999999:key/12345678-1234-1234-1234-123456789012"
OWN_IMAGE = f"999999999999.dkr.ecr.eu-west-1.amazonaws.com/acme/tools@sha256:{'ab' * 32}"
SOURCE = Source(connection=CONNECTION, repository="acme/shop")
TEST = Target(accounts=("666666666666",), stacks=("Test/*",), endpoint="https://test.example.com")
PRODUCTION = Target(accounts=("555555555555",), stacks=("Production/*",))
DOCKER = "the image of the shop is built here and nowhere else"


def pipeline(scope: cdk.Stack, **changes: Any) -> SecurePipeline:
    """Give a pipeline with the least that it takes."""
    settings: dict[str, Any] = {
        "name": "acme-shop",
        "source": SOURCE,
        "test": TEST,
        "production": PRODUCTION,
        "addresses": ["shop@example.com"],
        **changes,
    }
    return SecurePipeline(scope, "Pipeline", **settings)


def _stack(app: cdk.App, name: str) -> cdk.Stack:
    return cdk.Stack(app, name, env=cdk.Environment(account=ACCOUNT, region=REGION))


def _chosen(stack: cdk.Stack) -> None:
    pipeline(
        stack,
        source=Source(
            connection=CONNECTION, repository="acme/shop", branches=("main", "release/*")
        ),
        test=None,
        untested="the test environment is another team's pipeline",
        gate=Gate(threshold="medium", suppressions="security/accepted.yaml", project="shop"),
        image=BuildImage(uri=OWN_IMAGE, arm=True),
        organization_id=ORGANIZATION,
        comment=ChangeComment(provider="github", secret=SECRET, key=KEY),
        privileged={"Build": DOCKER},
        mode="QUEUED",
    )


def _platform(stack: cdk.Stack) -> None:
    OidcDelivery(
        stack,
        "Delivery",
        name="acme-shop",
        provider=OidcProvider(stack, "GitHub", host=GITHUB),
        release=Subject.github("acme/shop", branch="main"),
        environments={
            "test": (Subject.github("acme/shop", environment="test"), TEST),
            "production": (Subject.github("acme/shop", environment="production"), PRODUCTION),
        },
        organization_id=ORGANIZATION,
        plan=Subject.github_changes("acme/shop"),
    )


@pytest.fixture(scope="session")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """The stacks default, chosen and platform."""
    folder = tmp_path_factory.mktemp("delivery")
    app = cdk.App(context=CONTEXT, analytics_reporting=False, outdir=str(folder))
    pipeline(_stack(app, "default"))
    _chosen(_stack(app, "chosen"))
    _platform(_stack(app, "platform"))
    files = sorted(Path(app.synth().directory).glob("*.template.json"))
    templates = {path.name.split(".")[0]: json.loads(path.read_text()) for path in files}
    controls: dict[str, set[str]] = {}
    for entry in declarations(app):
        declared = entry["controls"]
        assert isinstance(declared, list)
        controls.setdefault(str(entry["capability"]), set()).update(declared)
    return Synthesized(
        stacks={name: template["Resources"] for name, template in templates.items()},
        findings=sorted(_findings(app)),
        controls=controls,
        files=files,
    )


def _findings(app: cdk.App) -> Iterator[str]:
    for pack in (
        AwsSolutionsChecks(app),
        HIPAASecurityChecks(app),
        NIST80053R5Checks(app),
        PCIDSS321Checks(app),
        ServerlessChecks(app),
    ):
        for violation in pack.validate_scope(app).violations:
            for resource in violation.violating_resources:
                yield f"{violation.rule_name} {resource.construct_path}"


def rendered(value: Any) -> Any:
    """Write joins and pseudo parameters out; other resources become ``<LogicalId>``."""
    if isinstance(value, list):
        return [rendered(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "Fn::Join" in value:
        return "".join(rendered(part) for part in value["Fn::Join"][1])
    if "Fn::GetAtt" in value:
        return f"<{value['Fn::GetAtt'][0]}>"
    if set(value) == {"Ref"}:
        known = {"AWS::Partition": "aws", "AWS::AccountId": ACCOUNT, "AWS::Region": REGION}
        return known.get(value["Ref"], f"<{value['Ref']}>")
    return {key: rendered(item) for key, item in value.items()}


def projects(delivery: Synthesized, stack: str) -> dict[str, dict[str, Any]]:
    """Give the projects of a stack by name, rendered."""
    return {row["Name"]: rendered(row) for row in delivery.of(stack, "AWS::CodeBuild::Project")}


def spec(project: dict[str, Any]) -> dict[str, Any]:
    """Give the build specification of a project."""
    return dict(json.loads(project["Source"]["BuildSpec"]))


def commands(project: dict[str, Any]) -> str:
    """Give the script of a project."""
    return str(spec(project)["phases"]["build"]["commands"][0])


def statements(delivery: Synthesized, stack: str, role: str) -> dict[str, dict[str, Any]]:
    """Give the statements of the managed policies of a role (``<LogicalId>``) by Sid."""
    found = {}
    for policy in delivery.of(stack, "AWS::IAM::ManagedPolicy"):
        if role in rendered(policy["Roles"]):
            for row in rendered(policy["PolicyDocument"]["Statement"]):
                found[row["Sid"]] = row
    return found


def pipelines(delivery: Synthesized, stack: str) -> dict[str, dict[str, Any]]:
    """Give the pipelines of a stack by name, rendered."""
    return {row["Name"]: rendered(row) for row in delivery.of(stack, "AWS::CodePipeline::Pipeline")}


def stages(pipeline: dict[str, Any]) -> dict[str, list[str]]:
    """Give the names of the actions of each stage."""
    return {row["Name"]: [each["Name"] for each in row["Actions"]] for row in pipeline["Stages"]}
