"""What cannot be built is refused with one clear error, before anything is deployed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.errors import BaselineError
from baseline.images.build_environment import ImageBuildEnvironment
from baseline.images.container_pipeline import HardenedContainerImagePipeline
from baseline.images.distribution import Sharing
from baseline.images.machine_pipeline import HardenedImagePipeline
from baseline.images.repository import HardenedRepository
from baseline.images.retention import Retention
from tests.unit.images.conftest import (
    AGENT,
    COPY_KEY,
    ORGANIZATION,
    ORGANIZATION_ARN,
    SHARED,
    UNIT_ARN,
    environment,
    stack_of,
    vpc,
)

STRANGER = ORGANIZATION_ARN.replace(ORGANIZATION, "o-strangersid")


@pytest.fixture(scope="module")
def stack() -> cdk.Stack:
    return stack_of(cdk.App(analytics_reporting=False), "images")


@pytest.fixture(scope="module")
def place(stack: cdk.Stack) -> ImageBuildEnvironment:
    return environment(stack)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "Acme"}, "name is 'Acme'; write 3 to 32 lower-case letters"),
        ({"addresses": []}, "addresses is empty; name at least one"),
        ({"unscanned": "no"}, "unscanned is 'no'; write at least 20 characters"),
        ({"organization_id": "acme"}, "organization_id is 'acme'; write it as in"),
        ({"blocked": ()}, "blocked is []; name at least one of CRITICAL, HIGH, MEDIUM"),
        ({"blocked": ("SEVERE",)}, "blocked is ['SEVERE']; name at least one of"),
        ({"accepted": {"log4shell": "x" * 30}}, "accepted names 'log4shell'; write the ID"),
        ({"accepted": {"CVE-2026-1": "fine"}}, "the reason for accepting CVE-2026-1 is 'fine'"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_an_environment(changes: dict[str, Any], message: str) -> None:
    own = stack_of(cdk.App(analytics_reporting=False), "own")
    with pytest.raises(BaselineError) as caught:
        environment(own, **changes)
    assert message in str(caught.value)


def test_a_public_subnet() -> None:
    own = stack_of(cdk.App(analytics_reporting=False), "own")
    network = vpc(own)
    with pytest.raises(BaselineError, match="a machine has no public address, but subnets holds"):
        ImageBuildEnvironment(
            own,
            "Environment",
            name="acme-images",
            vpc=network,
            subnet=network.public_subnets[0],
            organization_id=ORGANIZATION,
            addresses=["cloud@example.com"],
        )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "AL2023"}, "name is 'AL2023'; write 2 to 40 lower-case letters"),
        ({"platform": "debian"}, "platform is 'debian'; choose one of al2023, ubuntu-24.04"),
        (
            {"platform": "rhel-9", "architecture": "arm64"},
            "architecture is 'arm64'; rhel-9 is built for x86_64",
        ),
        ({"stig": "extreme"}, "stig is 'extreme'; choose one of low, medium, high, or None"),
        ({"root_gib": 8}, "root_gib is 8; Amazon Linux 2023 needs 20 to 16384 GiB"),
        ({"schedule": "weekly"}, "schedule is 'weekly'; write it as in 'cron(0 4 ? * sun *)'"),
        (
            {"platform": "windows-2025", "endpoint_agent": AGENT},
            "endpoint_agent is for Linux, the platform is Windows Server 2025",
        ),
        (
            {"endpoint_agent": replace(AGENT, source="https://example.com/agent.rpm")},
            "source is 'https://example.com/agent.rpm'; give the S3 URI",
        ),
        ({"endpoint_agent": replace(AGENT, sha256="abc")}, "sha256 is 'abc'; give the 64"),
        (
            {"endpoint_agent": replace(AGENT, service="agentd; rm -rf /")},
            "service is 'agentd; rm -rf /'; give the name of a unit",
        ),
        ({"sharing": Sharing()}, "sharing names organization_arn or unit_arns, and not both"),
        (
            {"sharing": Sharing(organization_arn=ORGANIZATION_ARN, unit_arns=(UNIT_ARN,))},
            "sharing names organization_arn or unit_arns, and not both",
        ),
        ({"sharing": Sharing(organization_arn=STRANGER)}, "others must not get the image"),
        ({"sharing": Sharing(organization_arn=f"{ORGANIZATION_ARN}x")}, "others must not get"),
        ({"sharing": Sharing(unit_arns=("all",))}, "sharing names 'all', which is no ARN"),
        (
            {"sharing": replace(SHARED, copies={"eu-west-1": COPY_KEY})},
            "give the ARN of a key in eu-west-1",
        ),
        (
            {"sharing": replace(SHARED, copies={"eu-west-1": COPY_KEY.replace("central", "west")})},
            "copies names eu-west-1, where the image is built; remove it",
        ),
        (
            {"retention": Retention(deprecate_after_days=200)},
            "deprecate_after_days is 200, delete_after_days 180",
        ),
        ({"retention": Retention(keep=0)}, "keep is 0; keep 1 to 10 images"),
        ({"retention": Retention(unused_days=400)}, "unused_days is 400; write 1 to 365 days"),
    ],
)
def test_a_machine_pipeline(
    stack: cdk.Stack, place: ImageBuildEnvironment, changes: dict[str, Any], message: str
) -> None:
    settings: dict[str, Any] = {"name": "al2023", "sharing": SHARED, **changes}
    with pytest.raises(BaselineError) as caught:
        HardenedImagePipeline(
            stack, f"Pipeline{len(stack.node.children)}", environment=place, **settings
        )
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"parent": "ubuntu:latest"}, "parent is 'ubuntu:latest'; name an image of Amazon ECR"),
        ({"keep_images": 0}, "keep_images is 0; keep 1 to 1000 images"),
    ],
)
def test_a_container_pipeline(
    stack: cdk.Stack, place: ImageBuildEnvironment, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(BaselineError) as caught:
        HardenedContainerImagePipeline(
            stack,
            f"Container{len(stack.node.children)}",
            environment=place,
            name="base",
            **changes,
        )
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "Base"}, "name is 'Base'; write 2 to 256 lower-case letters"),
        ({"organization_id": "*"}, "organization_id is '*'; write it as in 'o-exampleorgid'"),
    ],
)
def test_a_repository(stack: cdk.Stack, changes: dict[str, Any], message: str) -> None:
    settings: dict[str, Any] = {"name": "base", "organization_id": ORGANIZATION, **changes}
    with pytest.raises(BaselineError) as caught:
        HardenedRepository(stack, f"Repository{len(stack.node.children)}", **settings)
    assert message in str(caught.value)
