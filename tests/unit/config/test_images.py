"""What a configuration may say of golden images, and what is refused before anything is deployed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from baseline.config.configuration import Configuration
from baseline.config.images import OWNERS, PlatformName
from baseline.images.platforms import PLATFORMS

Found = Callable[[dict[str, object]], list[str]]

PLACE: dict[str, object] = {
    "vpc": "vpc-0123456789abcdef0",
    "subnet": "subnet-0123456789abcdef0",
}
SCANNED: dict[str, object] = {"capabilities.inspector": {"enabled": True}}
AGENT = {"source": "s3://packages/agent-7.1.rpm", "sha256": "ab" * 32, "service": "agentd"}
KEY = "arn:aws:kms:eu-central-1:999999999999:key/mrk-0123456789abcdef0123456789abcdef"


def images(**changes: object) -> dict[str, object]:
    return {"images": {**PLACE, "machines": {"al2023": {}}, **changes}, **SCANNED}


def machine(**settings: object) -> dict[str, object]:
    return images(machines={"web": settings})


def allowed(*providers: str, **settings: object) -> dict[str, object]:
    attributes = {"allowed_images": "enabled", "image_providers": list(providers)}
    return {**machine(**settings), "capabilities.ec2_attributes": attributes}


def test_there_are_none_by_default() -> None:
    assert Configuration.model_fields["images"].default is None


def test_the_configuration_knows_the_platforms_that_the_library_builds() -> None:
    assert set(PlatformName.__args__) == set(PLATFORMS)  # type: ignore[attr-defined]
    owned = {name: platform.owner for name, platform in PLATFORMS.items() if platform.owner}
    assert dict(OWNERS) == owned


ACCEPTED: list[dict[str, object]] = [
    images(),
    images(machines={}, containers={"base": {}}),
    images(units=["ou-exam-11111111"], copies={"eu-central-1": KEY}),
    images(blocked_severities=["CRITICAL", "HIGH"], accepted={"CVE-2026-12345": "x" * 20}),
    {"images": {**PLACE, "machines": {"al2023": {}}, "unscanned": "the vendor's scanner does it"}},
    machine(platform="ubuntu-24.04", architecture="arm64", stig="none", endpoint_agent=AGENT),
    machine(platform="windows-2025", stig="high"),
    allowed("amazon"),
    allowed("amazon", OWNERS["rhel-9"], platform="rhel-9"),
    {**images(), "capabilities.inspector": {"enabled": True, "images": False}},
]


@pytest.mark.parametrize("changes", ACCEPTED, ids=str)
def test_a_complete_section_is_accepted(found: Found, changes: dict[str, object]) -> None:
    assert found(changes) == []


REFUSED: list[tuple[str, dict[str, object], str]] = [
    ("nothing to build", images(machines={}), "images: builds nothing; name an image"),
    (
        "one name for two",
        images(containers={"al2023": {}}),
        "images.containers.al2023: 'al2023' is a machine image too",
    ),
    (
        "nobody scans",
        {"images": images()["images"]},
        "images: no release without a scan: switch on capabilities.inspector.enabled and instances",
    ),
    (
        "nobody scans machines",
        {**images(), "capabilities.inspector": {"enabled": True, "instances": False}},
        "images: no release without a scan",
    ),
    (
        "nobody scans containers",
        {
            **images(containers={"base": {}}),
            "capabilities.inspector": {"enabled": True, "images": False},
        },
        "images: no release without a scan: switch on capabilities.inspector.enabled and images",
    ),
    ("no word about the scan", images(unscanned="no"), "images.unscanned: "),
    (
        "an architecture that is not built",
        machine(platform="rhel-9", architecture="arm64"),
        "images.machines.web.architecture: rhel-9 is built for x86_64 only; remove it",
    ),
    (
        "an agent on Windows",
        machine(platform="windows-2022", endpoint_agent=AGENT),
        "images.machines.web.endpoint_agent: is for Linux; remove it",
    ),
    (
        "an agent from anywhere",
        machine(endpoint_agent={**AGENT, "source": "https://example.com/agent.rpm"}),
        "images.machines.web.endpoint_agent.source: 'https://example.com/agent.rpm' is not the S3 URI",
    ),
    (
        "an agent without a hash",
        machine(endpoint_agent={**AGENT, "sha256": "abc"}),
        "images.machines.web.endpoint_agent.sha256: 'abc' is not a SHA-256",
    ),
    (
        "a base image that EC2 refuses",
        allowed("amazon", platform="ubuntu-24.04"),
        "images.machines.web.platform: the base image of ubuntu-24.04 belongs to 099720109477",
    ),
    (
        "Amazon's base image that EC2 refuses",
        allowed("999999999999"),
        "images.machines.web.platform: the base image of al2023 is Amazon's",
    ),
    (
        "a copy at home",
        images(copies={"eu-west-1": KEY}),
        "images.copies.eu-west-1: images are built in the home Region; remove it",
    ),
    (
        "a copy where nobody governs",
        images(copies={"eu-north-1": KEY}),
        "images.copies.eu-north-1: 'eu-north-1' is not governed",
    ),
    (
        "a key of another Region",
        images(copies={"eu-central-1": KEY.replace("eu-central-1", "eu-west-1")}),
        "images.copies.eu-central-1: the key is in eu-west-1",
    ),
    (
        "deletion before deprecation",
        images(retention={"deprecate_after_days": 90, "delete_after_days": 30}),
        "images.retention.delete_after_days: is 30, deprecate_after_days 90",
    ),
    ("no subnet", images(subnet="private-1a"), "images.subnet: 'private-1a' is not the ID"),
    ("no unit", images(units=["Workloads"]), "images.units[0]: 'Workloads' is not the ID"),
    (
        "a pipeline's name",
        images(machines={"AL 2023": {}}),
        "'AL 2023' is not a short name",
    ),
    (
        "no vulnerability",
        images(accepted={"log4shell": "x" * 20}),
        "'log4shell' is not the ID of a vulnerability",
    ),
    (
        "an unknown system",
        machine(platform="al2"),
        "images.machines.web.platform: 'al2' is not one of al2023",
    ),
    (
        "a container of anybody",
        images(containers={"base": {"parent": "ubuntu:latest"}}),
        "images.containers.base.parent: 'ubuntu:latest' is not an image of Amazon ECR Public",
    ),
    ("no schedule", machine(schedule="weekly"), "'weekly' is not a schedule such as cron("),
]


@pytest.mark.parametrize(
    ("changes", "message"),
    [(changes, message) for _, changes, message in REFUSED],
    ids=[name for name, *_ in REFUSED],
)
def test_bad_input_is_one_clear_problem(
    found: Found, changes: dict[str, object], message: str
) -> None:
    problems = found(changes)
    assert len(problems) == 1, problems
    assert message in problems[0]
