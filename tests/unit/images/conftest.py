"""Every pipeline once, in one app: synthesized once, judged by the nag packs once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from cdk_nag import (
    AwsSolutionsChecks,
    HIPAASecurityChecks,
    NIST80053R5Checks,
    PCIDSS321Checks,
    ServerlessChecks,
)
from constructs import Construct

from baseline.controls.registry import declarations
from baseline.images.build_environment import ImageBuildEnvironment
from baseline.images.container_pipeline import HardenedContainerImagePipeline
from baseline.images.distribution import Sharing
from baseline.images.endpoint_agent import EndpointAgentPackage
from baseline.images.machine_pipeline import HardenedImagePipeline
from baseline.images.platforms import PLATFORMS
from tests.support import CONTEXT
from tests.synthesized import Synthesized

ORGANIZATION = "o-exampleorgid"
ORGANIZATION_ARN = f"arn:aws:organizations::111111111111:organization/{ORGANIZATION}"
UNIT_ARN = f"arn:aws:organizations::111111111111:ou/{ORGANIZATION}/ou-exam-11111111"
SHARED = Sharing(organization_arn=ORGANIZATION_ARN)
AGENT = EndpointAgentPackage(
    source="s3://acme-packages/edr/agent-7.1.0.rpm",
    sha256="ab" * 32,
    service="agentd",
    key_arn="arn:aws:kms:eu-west-1:999999999999:key/12345678-1234-1234-1234-123456789012",
)
COPY_KEY = "arn:aws:kms:eu-central-1:999999999999:key/mrk-0123456789abcdef0123456789abcdef"
ENV = cdk.Environment(account="999999999999", region="eu-west-1")


Resources = dict[str, Any]
Images = Synthesized


def vpc(scope: Construct) -> ec2.IVpc:
    """Give a VPC with a public and a private subnet."""
    return ec2.Vpc.from_vpc_attributes(
        scope,
        "Vpc",
        vpc_id="vpc-11111111",
        vpc_cidr_block="10.0.0.0/20",
        availability_zones=["eu-west-1a"],
        public_subnet_ids=["subnet-10111111"],
        public_subnet_route_table_ids=["rtb-10111111"],
        private_subnet_ids=["subnet-20111111"],
        private_subnet_route_table_ids=["rtb-20111111"],
    )


def stack_of(app: cdk.App, name: str) -> cdk.Stack:
    return cdk.Stack(app, name, env=ENV)


def environment(scope: Construct, **changes: Any) -> ImageBuildEnvironment:
    """Give an environment with defaults."""
    network = vpc(scope)
    settings: dict[str, Any] = {
        "name": "acme-images",
        "vpc": network,
        "subnet": network.private_subnets[0],
        "organization_id": ORGANIZATION,
        "addresses": ["cloud@example.com"],
        **changes,
    }
    return ImageBuildEnvironment(scope, "Environment", **settings)


def _default(app: cdk.App) -> None:
    stack = stack_of(app, "default")
    HardenedImagePipeline(
        stack, "Linux", environment=environment(stack), name="al2023", sharing=SHARED
    )


def _systems(app: cdk.App) -> None:
    stack = stack_of(app, "systems")
    place = environment(stack, execution_role_name="acme-image-build")
    for platform in PLATFORMS:
        HardenedImagePipeline(
            stack,
            platform.title().replace("-", "").replace(".", ""),
            environment=place,
            name=platform.replace(".", "-"),
            sharing=Sharing(unit_arns=(UNIT_ARN,)),
            platform=platform,
        )


def _chosen(app: cdk.App) -> None:
    stack = stack_of(app, "chosen")
    place = environment(
        stack,
        blocked=("CRITICAL", "HIGH"),
        accepted={"CVE-2026-12345": "the module is on the list of modules that are not loaded"},
    )
    HardenedImagePipeline(
        stack,
        "Agent",
        environment=place,
        name="agent",
        sharing=Sharing(
            organization_arn=ORGANIZATION_ARN,
            copies={"eu-central-1": COPY_KEY},
        ),
        architecture="arm64",
        stig=None,
        cloudwatch_agent=False,
        endpoint_agent=AGENT,
    )


def _containers(app: cdk.App) -> None:
    stack = stack_of(app, "containers")
    HardenedContainerImagePipeline(stack, "Base", environment=environment(stack), name="base")


def _unscanned(app: cdk.App) -> None:
    stack = stack_of(app, "unscanned")
    place = environment(stack, unscanned="the vendor's scanner looks at each released image")
    HardenedImagePipeline(stack, "Linux", environment=place, name="al2023", sharing=SHARED)
    HardenedContainerImagePipeline(stack, "Base", environment=place, name="base")


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Images:
    """Every pipeline, synthesized and judged once."""
    app = cdk.App(
        context=CONTEXT, analytics_reporting=False, outdir=str(tmp_path_factory.mktemp("images"))
    )
    for fill in (_default, _systems, _chosen, _containers, _unscanned):
        fill(app)
    directory = Path(app.synth().directory)
    files = sorted(directory.glob("*.template.json"))
    templates = {path.name.split(".")[0]: json.loads(path.read_text()) for path in files}
    controls: dict[str, set[str]] = {}
    for entry in declarations(app):
        declared = entry["controls"]
        assert isinstance(declared, list)
        controls.setdefault(str(entry["capability"]), set()).update(declared)
    return Images(
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
