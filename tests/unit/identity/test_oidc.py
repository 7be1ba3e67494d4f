from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from baseline.errors import BaselineError
from baseline.identity.oidc import OidcDeployRole, OidcProvider
from baseline.identity.oidc_subject import GITHUB, Subject
from tests.unit.identity.policies import ACCOUNT, allows, managed, request, resources

PRODUCTION = Subject.github("example/baseline", environment="production")
DEPLOYER = f"arn:aws:iam::{ACCOUNT}:role/secbase-deploy-baseline"
TARGETS = ("111111111111", "222222222222")


def create(stack: cdk.Stack, subject: Subject = PRODUCTION, **changes: Any) -> dict[str, Any]:
    """Give the only statement of the trust."""
    OidcDeployRole(
        stack,
        "Deploy",
        **{
            "role_name": "secbase-deploy-baseline",
            "provider": OidcProvider(stack, "Provider", host=subject.host),
            "subject": subject,
            "accounts": TARGETS,
            "organization_id": "o-exampleorgid",
            **changes,
        },
    )
    (role,) = resources(stack, "AWS::IAM::Role")
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    return dict(statement)


@pytest.mark.parametrize(
    ("subject", "claim"),
    [
        (PRODUCTION, "repo:example/baseline:environment:production"),
        (
            Subject.github("example/baseline", branch="release/1.x"),
            "repo:example/baseline:ref:refs/heads/release/1.x",
        ),
        (
            Subject.gitlab("group/sub/app", branch="main"),
            "project_path:group/sub/app:ref_type:branch:ref:main",
        ),
        (
            Subject.gitlab("group/app", tag="v1.0", host="git.example.com"),
            "project_path:group/app:ref_type:tag:ref:v1.0",
        ),
    ],
)
def test_one_subject_and_one_audience_are_compared_for_equality(
    stack: cdk.Stack, subject: Subject, claim: str
) -> None:
    statement = create(stack, subject)
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"] == {
        "StringEquals": {
            f"{subject.host}:aud": "sts.amazonaws.com",
            f"{subject.host}:sub": claim,
        }
    }
    assert list(statement["Principal"]) == ["Federated"]


@pytest.mark.parametrize(
    "wide", ["*", "example/*", "*/baseline", "example", "exam?le/baseline", ""]
)
def test_a_repository_that_is_not_one_repository_is_refused(wide: str) -> None:
    with pytest.raises(BaselineError, match="wildcards let strangers deploy"):
        Subject.github(wide, branch="main")
    with pytest.raises(BaselineError, match="wildcards let strangers deploy"):
        Subject.gitlab(wide, branch="main")


def test_a_group_of_gitlab_is_no_repository_of_github() -> None:
    with pytest.raises(BaselineError, match="is not one repository with its owner"):
        Subject.github("group/sub/app", branch="main")


@pytest.mark.parametrize(
    "given",
    [{}, {"environment": "production", "branch": "main"}],
    ids=["nothing", "both"],
)
def test_a_subject_without_one_environment_or_branch_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(BaselineError, match="name exactly one of environment and branch"):
        Subject.github("example/baseline", **given)


@pytest.mark.parametrize("wide", ["*", "release/*", "v?", "a b", "$x", "main:x"])
def test_a_branch_that_is_not_one_branch_is_refused(wide: str) -> None:
    with pytest.raises(BaselineError, match="is not one branch"):
        Subject.github("example/baseline", branch=wide)
    with pytest.raises(BaselineError, match="is not one tag"):
        Subject.gitlab("example/baseline", tag=wide)


@pytest.mark.parametrize(
    "claim",
    ["*", "repo:example/*", "repo:example/baseline:*", "repo:example/baseline:pull_request"],
)
def test_a_claim_of_ones_own_making_cannot_be_wide_either(claim: str) -> None:
    with pytest.raises(BaselineError, match="does not name one environment, branch or tag"):
        Subject(host=GITHUB, claim=claim)


def test_the_provider_takes_the_audience_of_aws_only_and_keeps_no_thumbprint(
    stack: cdk.Stack,
) -> None:
    create(stack)
    (provider,) = resources(stack, "AWS::IAM::OIDCProvider")
    assert provider == {
        "Url": "https://token.actions.githubusercontent.com",
        "ClientIdList": ["sts.amazonaws.com"],
    }
    kinds = {
        row["Type"] for row in assertions.Template.from_stack(stack).to_json()["Resources"].values()
    }
    assert not any(kind.startswith(("Custom::", "AWS::Lambda::")) for kind in kinds)


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("111111111111:role/cdk-secbase-deploy-role-111111111111-eu-west-1", True),
        ("222222222222:role/cdk-secbase-lookup-role-222222222222-us-east-1", True),
        ("222222222222:role/cdk-secbase-cfn-exec-role-222222222222-eu-west-1", False),
        ("222222222222:role/cdk-hnb659fds-deploy-role-222222222222-eu-west-1", False),
        ("555555555555:role/cdk-secbase-deploy-role-555555555555-eu-west-1", False),
        ("222222222222:role/cdk-secbase-deploy-role-111111111111-eu-west-1", False),
        ("222222222222:role/OrgBreakGlass", False),
    ],
)
def test_iam_21_it_assumes_the_bootstraps_roles_and_nothing_else(
    stack: cdk.Stack, role: str, allowed: bool
) -> None:
    create(stack)
    asked = request(
        DEPLOYER, "sts:AssumeRole", f"arn:aws:iam::{role}", aws__ResourceOrgID="o-exampleorgid"
    )
    documents = managed(stack)
    assert allows(documents, asked) is allowed
    assert {row["Action"] for document in documents for row in document["Statement"]} == {
        "sts:AssumeRole"
    }


def test_a_provider_of_another_platform_is_refused(stack: cdk.Stack) -> None:
    other = OidcProvider(stack, "GitLab", host="gitlab.com")
    with pytest.raises(BaselineError, match=r"the provider is gitlab\.com"):
        create(stack, provider=other)


def test_a_role_that_deploys_nowhere_is_refused(stack: cdk.Stack) -> None:
    with pytest.raises(BaselineError, match="deploys nowhere"):
        create(stack, accounts=())
