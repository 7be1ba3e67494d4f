"""Builds: encrypted, logged, not privileged, with commands of their own, and roles of their step."""

from __future__ import annotations

from typing import Any

import pytest

from tests.synthesized import Synthesized
from tests.unit.delivery.pipeline.conftest import (
    OWN_IMAGE,
    SECRET,
    commands,
    projects,
    rendered,
    spec,
    statements,
)

BUCKET = "<PipelineStoreReleasesBucket"


def role_of(delivery: Synthesized, stack: str, name: str) -> str:
    return str(projects(delivery, stack)[name]["ServiceRole"])


def rights(delivery: Synthesized, stack: str, name: str) -> dict[str, dict[str, Any]]:
    """Give the statements of a project's role."""
    # Both name the role by its logical ID, once by Ref and once by an attribute.
    return statements(delivery, stack, role_of(delivery, stack, name))


def test_every_capability_has_its_controls(delivery: Synthesized) -> None:
    assert delivery.controls["secure-pipeline"] == {
        "CodeBuild.1",
        "CodeBuild.2",
        "CodeBuild.3",
        "CodeBuild.4",
        "CodeBuild.7",
    }
    assert delivery.controls["oidc-delivery"] == {"IAM.21"}


def test_no_finding_is_left(delivery: Synthesized) -> None:
    assert delivery.findings == []


@pytest.mark.parametrize("stack", ["default", "chosen"])
def test_codebuild_1_sources_have_no_url_that_could_hold_credentials(
    delivery: Synthesized, stack: str
) -> None:
    found = projects(delivery, stack)
    assert len(found) >= 14
    for project in found.values():
        assert set(project["Source"]) == {"Type", "BuildSpec"}
        assert project["Source"]["Type"] == "CODEPIPELINE"


@pytest.mark.parametrize("stack", ["default", "chosen"])
def test_codebuild_2_environment_variables_hold_no_credentials(
    delivery: Synthesized, stack: str
) -> None:
    for name, project in projects(delivery, stack).items():
        variables = {
            row["Name"]: row for row in project["Environment"].get("EnvironmentVariables", [])
        }
        if name == "acme-shop-change-comment":
            assert variables == {
                "COMMENT_TOKEN": {
                    "Name": "COMMENT_TOKEN",
                    "Type": "SECRETS_MANAGER",
                    "Value": SECRET,
                }
            }
        else:
            assert set(variables) == {"BASE_BRANCH"}
        assert not any("AWS_" in each for each in variables)


@pytest.mark.parametrize("stack", ["default", "chosen"])
def test_codebuild_3_artifacts_and_logs_are_encrypted(delivery: Synthesized, stack: str) -> None:
    for project in projects(delivery, stack).values():
        assert project["EncryptionKey"].startswith("<PipelineStoreKey")
        assert project["Artifacts"] == {"Type": "CODEPIPELINE", "EncryptionDisabled": False}
        assert project["LogsConfig"]["S3Logs"] == {
            "Status": "DISABLED",
            "EncryptionDisabled": False,
        }
    (group,) = delivery.of(stack, "AWS::Logs::LogGroup")
    assert rendered(group["KmsKeyId"]).startswith("<PipelineStoreKey")
    assert group["RetentionInDays"] == 365


@pytest.mark.parametrize("stack", ["default", "chosen"])
def test_codebuild_4_every_build_is_logged(delivery: Synthesized, stack: str) -> None:
    for name, project in projects(delivery, stack).items():
        written = project["LogsConfig"]["CloudWatchLogs"]
        assert written["Status"] == "ENABLED"
        assert written["GroupName"].startswith("<PipelineStoreLogs")
        assert written["StreamName"] == name


@pytest.mark.parametrize("stack", ["default", "chosen"])
def test_codebuild_7_exported_reports_are_encrypted(delivery: Synthesized, stack: str) -> None:
    (group,) = (rendered(row) for row in delivery.of(stack, "AWS::CodeBuild::ReportGroup"))
    assert group["ExportConfig"]["ExportConfigType"] == "S3"
    target = group["ExportConfig"]["S3Destination"]
    assert target["EncryptionDisabled"] is False
    assert target["EncryptionKey"].startswith("<PipelineStoreKey")
    assert target["Bucket"].startswith(BUCKET)
    assert group["DeleteReports"] is False


def test_nothing_is_privileged_but_what_a_reason_names(delivery: Synthesized) -> None:
    default = projects(delivery, "default").values()
    assert {each["Environment"]["PrivilegedMode"] for each in default} == {False}
    chosen = projects(delivery, "chosen")
    privileged = {name for name, each in chosen.items() if each["Environment"]["PrivilegedMode"]}
    assert privileged == {"acme-shop-release-build", "acme-shop-change-build"}


def test_images_are_managed_by_aws_or_named_by_digest(delivery: Synthesized) -> None:
    for project in projects(delivery, "default").values():
        environment = project["Environment"]
        assert environment["Image"].startswith("aws/codebuild/")
        assert environment["ImagePullCredentialsType"] == "CODEBUILD"
    for name, project in projects(delivery, "chosen").items():
        environment = project["Environment"]
        assert environment["Image"] == OWN_IMAGE
        assert environment["Type"] == "ARM_CONTAINER"
        assert environment["ImagePullCredentialsType"] == "SERVICE_ROLE"
        pull = rights(delivery, "chosen", name)["PullImage"]
        assert pull["Resource"] == "arn:aws:ecr:eu-west-1:999999999999:repository/acme/tools"
    assert "runtime-versions" not in str(projects(delivery, "chosen"))


def test_a_role_works_for_its_own_project_only(delivery: Synthesized) -> None:
    roles = {
        f"<{key}>": rendered(row["Properties"])
        for key, row in delivery.stacks["default"].items()
        if row["Type"] == "AWS::IAM::Role"
    }
    named = projects(delivery, "default")
    assert len({each["ServiceRole"] for each in named.values()}) == len(named)
    for name, project in named.items():
        (trust,) = roles[project["ServiceRole"]]["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "codebuild.amazonaws.com"}
        assert trust["Condition"] == {
            "ArnEquals": {
                "aws:SourceArn": f"arn:aws:codebuild:eu-west-1:999999999999:project/{name}"
            },
            "StringEquals": {"aws:SourceAccount": "999999999999"},
        }


def test_unmerged_changes_may_only_read_write_their_bucket_and_log(delivery: Synthesized) -> None:
    for name in projects(delivery, "default"):
        if "-change-" in name:
            given = rights(delivery, "default", name)
            assert set(given) == {
                "Artifacts",
                "ArtifactBucket",
                "Encrypt",
                "Logs",
                "UseConnection",
            }
            assert given["Artifacts"]["Resource"].startswith("<PipelineStoreChangesBucket")


def test_findings_come_in_as_those_of_the_own_product(delivery: Synthesized) -> None:
    given = rights(delivery, "default", "acme-shop-release-sast")
    assert given["ImportFindings"] == {
        "Sid": "ImportFindings",
        "Effect": "Allow",
        "Action": "securityhub:BatchImportFindings",
        "Resource": "arn:aws:securityhub:eu-west-1:999999999999:product/999999999999/default",
    }
    assert given["CloseFindings"]["Condition"] == {
        "Null": {
            f"securityhub:ASFFSyntaxPath/{name}": "true"
            for name in ("Confidence", "Criticality", "Severity.Label", "VerificationState")
        }
    }
    assert given["KeepReports"]["Action"] == "s3:PutObject"
    assert given["KeepReports"]["Resource"].endswith(">/scans/*")


def test_what_runs_code_of_the_repository_cannot_touch_findings(delivery: Synthesized) -> None:
    for step in ("quality", "build"):
        given = rights(delivery, "default", f"acme-shop-release-{step}")
        assert "ImportFindings" not in given
        assert (
            "post_build"
            not in spec(projects(delivery, "default")[f"acme-shop-release-{step}"])["phases"]
        )


def test_one_role_signs_and_the_key_denies_it_to_all_others(delivery: Synthesized) -> None:
    signers = [
        name
        for name in projects(delivery, "default")
        if "Sign" in rights(delivery, "default", name)
    ]
    assert signers == ["acme-shop-release-sign"]
    key = next(
        rendered(row)
        for row in delivery.of("default", "AWS::KMS::Key")
        if row.get("KeyUsage") == "SIGN_VERIFY"
    )
    assert key["KeySpec"] == "ECC_NIST_P256"
    (deny,) = (row for row in key["KeyPolicy"]["Statement"] if row["Effect"] == "Deny")
    assert deny["Action"] == "kms:Sign"
    assert deny["Principal"] == {"AWS": "*"}
    assert deny["Condition"] == {
        "ArnNotEquals": {"aws:PrincipalArn": role_of(delivery, "default", signers[0])}
    }


def test_who_deploys_verifies_and_assumes_the_roles_of_the_bootstrap(
    delivery: Synthesized,
) -> None:
    for step, account in (("deploytest", "666666666666"), ("deployproduction", "555555555555")):
        given = rights(delivery, "default", f"acme-shop-release-{step}")
        assert set(given) == {
            "Artifacts",
            "ArtifactBucket",
            "AssumeBootstrapRoles",
            "Encrypt",
            "Logs",
            "Verify",
        }
        assert given["AssumeBootstrapRoles"]["Resource"] == [
            f"arn:aws:iam::{account}:role/cdk-hnb659fds-{kind}-role-{account}-*"
            for kind in ("deploy", "file-publishing", "image-publishing", "lookup")
        ]
    assert "Condition" not in given["AssumeBootstrapRoles"]
    chosen = rights(delivery, "chosen", "acme-shop-release-deployproduction")
    assert chosen["AssumeBootstrapRoles"]["Condition"] == {
        "StringEquals": {"aws:ResourceOrgID": "o-exampleorgid"}
    }


def test_the_token_is_read_where_no_code_runs(delivery: Synthesized) -> None:
    name = "acme-shop-change-comment"
    given = rights(delivery, "chosen", name)
    assert given["ReadToken"]["Resource"] == SECRET
    assert given["ReadToken"]["Action"] == "secretsmanager:GetSecretValue"
    assert "UseConnection" not in given
    project = projects(delivery, "chosen")[name]
    assert "install" not in spec(project)["phases"]
    for other in projects(delivery, "chosen"):
        assert other == name or "ReadToken" not in rights(delivery, "chosen", other)


def test_the_connection_is_used_for_one_repository(delivery: Synthesized) -> None:
    given = rights(delivery, "default", "acme-shop-change-sast")["UseConnection"]
    assert given["Action"] == "codeconnections:UseConnection"
    assert given["Condition"] == {
        "StringEqualsIfExists": {"codeconnections:FullRepositoryId": "acme/shop"}
    }


def test_scans_take_threshold_suppressions_and_project(delivery: Synthesized) -> None:
    default = commands(projects(delivery, "default")["acme-shop-change-sast"])
    assert (
        "baseline scan sast . --output reports/scans --threshold high --project acme-shop"
        in default
    )
    chosen = commands(projects(delivery, "chosen")["acme-shop-change-dependencies"])
    for kind in ("dependencies", "licenses"):
        assert (
            f"baseline scan {kind} . --output reports/scans --threshold medium"
            " --suppressions security/accepted.yaml --project shop" in chosen
        )


def test_findings_that_stop_a_release_are_imported(delivery: Synthesized) -> None:
    for step in ("sast", "secrets", "dependencies", "sbom", "dast"):
        phases = spec(projects(delivery, "default")[f"acme-shop-release-{step}"])["phases"]
        (line,) = phases["post_build"]["commands"]
        assert line.startswith("baseline scan import reports/scans --bucket <PipelineStoreFindings")
        assert (
            "post_build"
            not in spec(
                projects(delivery, "default").get(f"acme-shop-change-{step}")
                or projects(delivery, "default")["acme-shop-change-sast"]
            )["phases"]
        )


def test_findings_are_locked_and_changes_lie_apart(delivery: Synthesized) -> None:
    buckets = {
        key: row["Properties"]
        for key, row in delivery.stacks["default"].items()
        if row["Type"] == "AWS::S3::Bucket"
    }
    assert len(buckets) == 4
    locked = [row for row in buckets.values() if row.get("ObjectLockEnabled")]
    (lock,) = (row["ObjectLockConfiguration"]["Rule"]["DefaultRetention"] for row in locked)
    assert lock == {"Mode": "GOVERNANCE", "Days": 365}
    assert all(
        row["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] for row in buckets.values()
    )
