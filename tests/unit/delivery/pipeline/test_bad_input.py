"""What a delivery refuses, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.delivery.build_image import BuildImage
from baseline.delivery.change_comment import ChangeComment
from baseline.delivery.commands import Gate, Target
from baseline.delivery.oidc_delivery import OidcDelivery
from baseline.delivery.source import Source
from baseline.errors import BaselineError
from baseline.identity.oidc import GITHUB, OidcDeployRole, OidcProvider, Subject
from tests.unit.delivery.pipeline.conftest import (
    CONNECTION,
    ORGANIZATION,
    PRODUCTION,
    SECRET,
    TEST,
    pipeline,
)

PLACE = {"accounts": ("555555555555",), "stacks": ("Production/*",)}


def source(**changes: Any) -> Source:
    return Source(**{"connection": CONNECTION, "repository": "acme/shop", **changes})


VALUES: list[tuple[str, Callable[[], object], str]] = [
    ("a tag", lambda: BuildImage(uri="acme/tools:latest"), "a tag can be moved"),
    (
        "a tag in one's own registry",
        lambda: BuildImage(uri="999999999999.dkr.ecr.eu-west-1.amazonaws.com/tools:1"),
        "by its digest",
    ),
    (
        "the AWS image of somebody else",
        lambda: BuildImage(uri="mirror/aws/codebuild/standard:7.0"),
        "neither managed by AWS",
    ),
    ("no connection", lambda: source(connection="github"), "no ARN of a connection"),
    ("a repository with a star", lambda: source(repository="acme/*"), "is not written as"),
    ("a branch with a star", lambda: source(branch="*"), "is not one branch"),
    ("every branch", lambda: source(branches=("*",)), "is every branch or none"),
    ("every branch again", lambda: source(branches=("**/*",)), "is every branch or none"),
    ("no stack", lambda: Target(**{**PLACE, "stacks": ()}), "a target has no stacks"),
    ("a short account", lambda: Target(**{**PLACE, "accounts": ("5",)}), "is no account ID"),
    (
        "a selector that is a command",
        lambda: Target(**{**PLACE, "stacks": ("a'; curl x",)}),
        "letters, digits and",
    ),
    (
        "a selector that is an option",
        lambda: Target(**{**PLACE, "stacks": ("--force",)}),
        "letters, digits and",
    ),
    (
        "an endpoint without TLS",
        lambda: Target(**PLACE, endpoint="http://test.example.com"),
        "a URL with https",
    ),
    (
        "an endpoint with a password",
        lambda: Target(**PLACE, endpoint="https://a:b@test.example.com"),
        "without credentials",
    ),
    (
        "an endpoint that is a command",
        lambda: Target(**PLACE, endpoint="https://test.example.com/$(id)"),
        "a URL with https",
    ),
    (
        "suppressions outside of the repository",
        lambda: Gate(suppressions="../accepted.yaml"),
        "suppressions is",
    ),
    ("suppressions that are a command", lambda: Gate(suppressions="a b"), "suppressions is"),
    ("a project that is a command", lambda: Gate(project="a;b"), "project is"),
    (
        "a secret by its name",
        lambda: ChangeComment(provider="github", secret="comments"),
        "no complete ARN",
    ),
    (
        "a host with a path",
        lambda: ChangeComment(provider="github", secret=SECRET, host="https://a.example.com"),
        "leave out https",
    ),
]


@pytest.mark.parametrize(
    ("made", "message"), [row[1:] for row in VALUES], ids=[r[0] for r in VALUES]
)
def test_a_value_is_refused(made: Callable[[], object], message: str) -> None:
    with pytest.raises(BaselineError, match=message):
        made()


PIPELINES: list[tuple[dict[str, Any], str]] = [
    ({"name": "Acme Shop"}, "name is 'Acme Shop'"),
    ({"test": None}, "no test environment and untested is None"),
    ({"test": None, "untested": "later"}, "untested is 'later'"),
    ({"untested": "somebody else tests what is deployed"}, "remove one of them"),
    ({"production": Target(**PLACE, endpoint="https://shop.example.com")}, "attacks what it tests"),
    ({"production": Target(stacks=("Production/*",))}, "Production/\\* has no accounts"),
    ({"addresses": []}, "addresses is empty"),
    ({"privileged": {"Bild": "Docker images are built here"}}, "privileged names Bild"),
    ({"privileged": {"Build": "Docker"}}, "privileged of Build is 'Docker'"),
]


@pytest.mark.parametrize(("changes", "message"), PIPELINES, ids=str)
def test_a_pipeline_is_refused(stack: cdk.Stack, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BaselineError, match=message):
        pipeline(stack, **changes)


def oidc(stack: cdk.Stack, **changes: Any) -> OidcDelivery:
    settings: dict[str, Any] = {
        "name": "acme-shop",
        "provider": OidcProvider(stack, "GitHub", host=GITHUB),
        "release": Subject.github("acme/shop", branch="main"),
        "environments": {"test": (Subject.github("acme/shop", environment="test"), TEST)},
        "organization_id": ORGANIZATION,
        **changes,
    }
    return OidcDelivery(stack, "Delivery", **settings)


PULL_REQUESTS = Subject.github_changes("acme/shop")
ROLES: list[tuple[dict[str, Any], str]] = [
    ({"name": "Shop!"}, "name is 'Shop!'"),
    ({"release": PULL_REQUESTS}, "must not sign"),
    ({"environments": {}}, "environments is empty"),
    ({"environments": {"Test": (PULL_REQUESTS, TEST)}}, "not written in lower case"),
    ({"environments": {"test": (PULL_REQUESTS, TEST)}}, "must not deploy"),
    (
        {
            "environments": {
                "test": (Subject.github("acme/shop", environment="test"), Target(stacks=("A",)))
            }
        },
        "deploys nowhere",
    ),
    ({"release": Subject.gitlab("acme/shop", branch="main")}, "use the same"),
]


@pytest.mark.parametrize(("changes", "message"), ROLES, ids=str)
def test_roles_are_refused(stack: cdk.Stack, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BaselineError, match=message):
        oidc(stack, **changes)


def test_pull_requests_never_get_a_deploy_role(stack: cdk.Stack) -> None:
    with pytest.raises(BaselineError, match="nobody approved must not deploy"):
        OidcDeployRole(
            stack,
            "Deploy",
            role_name="acme-deploy",
            provider=OidcProvider(stack, "GitHub", host=GITHUB),
            subject=PULL_REQUESTS,
            accounts=PRODUCTION.accounts,
            organization_id=ORGANIZATION,
        )


def test_pull_requests_of_every_repository_are_no_subject() -> None:
    with pytest.raises(BaselineError, match="wildcards let strangers deploy"):
        Subject.github_changes("acme/*")
