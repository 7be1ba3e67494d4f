"""Roles for GitHub and GitLab: who gets which, by equality, and what for."""

from __future__ import annotations

from typing import Any

from tests.synthesized import Synthesized
from tests.unit.delivery.pipeline.conftest import rendered, statements

GITHUB = "token.actions.githubusercontent.com"


def roles(delivery: Synthesized) -> dict[str, tuple[str, dict[str, Any]]]:
    """Give logical ID and properties of the roles by name."""
    return {
        row["Properties"]["RoleName"]: (f"<{key}>", rendered(row["Properties"]))
        for key, row in delivery.stacks["platform"].items()
        if row["Type"] == "AWS::IAM::Role"
    }


def test_each_role_takes_one_subject_by_equality(delivery: Synthesized) -> None:
    subjects = {}
    for name, (_, role) in roles(delivery).items():
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Action"] == "sts:AssumeRoleWithWebIdentity"
        assert set(trust["Condition"]) == {"StringEquals"}
        claims = trust["Condition"]["StringEquals"]
        assert claims[f"{GITHUB}:aud"] == "sts.amazonaws.com"
        subjects[name] = claims[f"{GITHUB}:sub"]
        assert role["MaxSessionDuration"] == 3600
    assert subjects == {
        "acme-shop-release": "repo:acme/shop:ref:refs/heads/main",
        "acme-shop-deploy-test": "repo:acme/shop:environment:test",
        "acme-shop-deploy-production": "repo:acme/shop:environment:production",
        "acme-shop-plan": "repo:acme/shop:pull_request",
    }


def test_iam_21_each_role_may_do_its_part_only(delivery: Synthesized) -> None:
    given = {
        name: set(statements(delivery, "platform", ref))
        for name, (ref, _) in roles(delivery).items()
    }
    assert given == {
        "acme-shop-release": {
            "CloseFindings",
            "Encrypt",
            "ImportFindings",
            "KeepReports",
            "KnowFindings",
            "Sign",
        },
        "acme-shop-deploy-test": {"AssumeBootstrapRoles", "Verify"},
        "acme-shop-deploy-production": {"AssumeBootstrapRoles", "Verify"},
        "acme-shop-plan": {"Read0", "Read1"},
    }
    for ref, _ in roles(delivery).values():
        for row in statements(delivery, "platform", ref).values():
            assert "*" not in str(row["Action"])


def test_a_plan_reads_and_an_environment_deploys_to_its_accounts(delivery: Synthesized) -> None:
    found = roles(delivery)
    plan = statements(delivery, "platform", found["acme-shop-plan"][0])
    for row, account in ((plan["Read0"], "666666666666"), (plan["Read1"], "555555555555")):
        assert row["Resource"] == (
            f"arn:aws:iam::{account}:role/cdk-hnb659fds-lookup-role-{account}-*"
        )
        assert row["Condition"] == {"StringEquals": {"aws:ResourceOrgID": "o-exampleorgid"}}
    production = statements(delivery, "platform", found["acme-shop-deploy-production"][0])
    assert "666666666666" not in str(production)


def test_the_release_role_is_the_only_one_that_signs(delivery: Synthesized) -> None:
    key = next(
        rendered(row)
        for row in delivery.of("platform", "AWS::KMS::Key")
        if row.get("KeyUsage") == "SIGN_VERIFY"
    )
    (deny,) = (row for row in key["KeyPolicy"]["Statement"] if row["Effect"] == "Deny")
    assert deny["Condition"] == {
        "ArnNotEquals": {"aws:PrincipalArn": roles(delivery)["acme-shop-release"][0]}
    }
