"""What a configuration may say of the baseline's own delivery, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from baseline.config import Names, load
from baseline.config.configuration import Configuration
from tests.support import ROOT

Found = Callable[[dict[str, object]], list[str]]

SHARED = "999999999999"
UUID = "12345678-1234-1234-1234-123456789012"
CONNECTION = f"arn:aws:codeconnections:eu-west-1:{SHARED}:connection/{UUID}"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{SHARED}:secret:secbase/comments-AbCdEf"
COMMENT = {"provider": "github", "secret": SECRET}
IMAGE = f"{SHARED}.dkr.ecr.eu-west-1.amazonaws.com/tools@sha256:{'ab' * 32}"


def delivery(**changes: object) -> dict[str, object]:
    return {"delivery": {"connection": CONNECTION, "repository": "example/baseline", **changes}}


def test_there_is_none_by_default() -> None:
    assert Configuration.model_fields["delivery"].default is None


ACCEPTED: list[dict[str, object]] = [
    delivery(),
    delivery(connection=CONNECTION.replace("codeconnections", "codestar-connections")),
    delivery(branch="trunk", branches=["trunk", "release/*"], threshold="critical"),
    delivery(image=IMAGE, suppressions="security/accepted.yaml", every_commit=True),
    delivery(comment=COMMENT),
    delivery(
        comment={
            **COMMENT,
            "provider": "gitlab",
            "host": "git.example.com",
            "key": f"arn:aws:kms:eu-west-1:{SHARED}:key/{UUID}",
        }
    ),
]


@pytest.mark.parametrize("changes", ACCEPTED, ids=str)
def test_a_complete_section_is_accepted(found: Found, changes: dict[str, object]) -> None:
    assert found(changes) == []


REFUSED: list[tuple[str, dict[str, object], str]] = [
    ("a name", delivery(connection="github"), "delivery.connection: 'github' is not the ARN of a"),
    (
        "another account's connection",
        delivery(connection=CONNECTION.replace(SHARED, "555555555555")),
        "delivery.connection: belongs to 555555555555; the pipeline stands in the shared services",
    ),
    (
        "another Region's connection",
        delivery(connection=CONNECTION.replace("eu-west-1", "us-east-1")),
        "delivery.connection: is in us-east-1; the pipeline stands in the home Region eu-west-1",
    ),
    (
        "another account's token",
        delivery(comment={**COMMENT, "secret": SECRET.replace(SHARED, "555555555555")}),
        "delivery.comment.secret: belongs to 555555555555",
    ),
    (
        "a secret by its name",
        delivery(comment={**COMMENT, "secret": "comments"}),
        "delivery.comment.secret: 'comments' is not the full ARN of a secret",
    ),
    ("every branch", delivery(branches=["*"]), "delivery.branches[0]: '*' is not the name of a"),
    ("a branch with a star", delivery(branch="rel*"), "delivery.branch: "),
    ("a repository with a star", delivery(repository="example/*"), "delivery.repository: "),
    (
        "an image by its tag",
        delivery(image=f"{SHARED}.dkr.ecr.eu-west-1.amazonaws.com/tools:1"),
        "is not an image in Amazon ECR by its digest",
    ),
    (
        "suppressions outside of the repository",
        delivery(suppressions="../accepted.yaml"),
        "delivery.suppressions: '../accepted.yaml' is not the path of a YAML file",
    ),
    ("no severity", delivery(threshold="none"), "delivery.threshold: "),
    (
        "a Region without connections",
        {
            **delivery(
                connection=CONNECTION.replace("eu-west-1", "eu-south-2"),
            ),
            "home_region": "eu-south-2",
            "regions": ["eu-south-2", "eu-central-1"],
        },
        "delivery: CloudFormation has no AWS::CodeConnections::Connection in 'eu-south-2'",
    ),
]


@pytest.mark.parametrize(
    ("changes", "message"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_cannot_work_is_refused(
    found: Found, changes: dict[str, object], message: str
) -> None:
    assert [line for line in found(changes) if message in line], found(changes)


def test_names_start_with_the_prefix_and_fit() -> None:
    example = load(ROOT / "baseline.yaml")
    names = Names.of(example.model_copy(update={"prefix": "abcdefghijklmnop"}))
    assert names.delivery == "abcdefghijklmnop-delivery"
    assert len(names.delivery) <= 30
