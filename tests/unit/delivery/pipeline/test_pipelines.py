"""The two pipelines: what starts them, in which order they run, and who is told."""

from __future__ import annotations

import json
from typing import Any

from tests.synthesized import Synthesized
from tests.unit.delivery.pipeline.conftest import (
    CONNECTION,
    pipelines,
    projects,
    rendered,
    stages,
    statements,
)

RELEASES, CHANGES = "acme-shop-releases", "acme-shop-changes"
CHECKS = ["Quality", "Sast", "Secrets", "Dependencies", "Sbom"]


def actions(pipeline: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["Name"]: each for stage in pipeline["Stages"] for each in stage["Actions"]}


def test_a_release_is_checked_signed_tested_and_approved_before_production(
    delivery: Synthesized,
) -> None:
    assert stages(pipelines(delivery, "default")[RELEASES]) == {
        "Source": ["Repository"],
        "Checks": CHECKS,
        "Build": ["Build"],
        "Sign": ["Sign"],
        "Test": ["DeployTest", "Dast"],
        "Approval": ["Approve"],
        "Production": ["DeployProduction"],
    }


def test_without_a_test_environment_there_is_still_an_approval(delivery: Synthesized) -> None:
    assert list(stages(pipelines(delivery, "chosen")[RELEASES])) == [
        "Source",
        "Checks",
        "Build",
        "Sign",
        "Approval",
        "Production",
    ]


def test_a_change_is_checked_and_nothing_else(delivery: Synthesized) -> None:
    assert stages(pipelines(delivery, "default")[CHANGES]) == {
        "Source": ["Repository"],
        "Checks": CHECKS,
        "Build": ["Build"],
    }
    assert list(stages(pipelines(delivery, "chosen")[CHANGES]))[-1] == "Comment"


def test_the_dynamic_scan_waits_for_the_deployment(delivery: Synthesized) -> None:
    found = actions(pipelines(delivery, "default")[RELEASES])
    assert found["DeployTest"]["RunOrder"] == 1
    assert found["Dast"]["RunOrder"] == 2


def test_what_is_deployed_is_what_was_signed(delivery: Synthesized) -> None:
    found = actions(pipelines(delivery, "default")[RELEASES])
    assert found["Build"]["OutputArtifacts"] == [{"Name": "Build"}]
    assert found["Sign"]["InputArtifacts"] == [{"Name": "Build"}]
    assert found["Sign"]["OutputArtifacts"] == [{"Name": "Release"}]
    for name in ("DeployTest", "DeployProduction"):
        assert found[name]["InputArtifacts"] == [{"Name": "Release"}]
        given = {
            row["name"]: row["value"]
            for row in json.loads(found[name]["Configuration"]["EnvironmentVariables"])
        }
        assert given["RELEASE_COMMIT"] == "#{Source.CommitId}"
        assert given["SIGNING_KEY"].startswith("<PipelineSigningKey")


def test_pushes_start_releases_and_pull_requests_start_checks(delivery: Synthesized) -> None:
    default, chosen = pipelines(delivery, "default"), pipelines(delivery, "chosen")
    (push,) = default[RELEASES]["Triggers"]
    assert push["ProviderType"] == "CodeStarSourceConnection"
    assert push["GitConfiguration"] == {
        "SourceActionName": "Repository",
        "Push": [{"Branches": {"Includes": ["main"]}}],
    }
    (change,) = chosen[CHANGES]["Triggers"]
    assert change["GitConfiguration"] == {
        "SourceActionName": "Repository",
        "PullRequest": [
            {"Branches": {"Includes": ["main", "release/*"]}, "Events": ["OPEN", "UPDATED"]}
        ],
    }


def test_the_source_is_the_connection_and_triggers_alone_start(delivery: Synthesized) -> None:
    for pipeline in pipelines(delivery, "default").values():
        assert actions(pipeline)["Repository"]["Configuration"] == {
            "ConnectionArn": CONNECTION,
            "FullRepositoryId": "acme/shop",
            "BranchName": "main",
            "OutputArtifactFormat": "CODEBUILD_CLONE_REF",
            "DetectChanges": "false",
        }


def test_changes_do_not_wait_and_releases_do(delivery: Synthesized) -> None:
    default, chosen = pipelines(delivery, "default"), pipelines(delivery, "chosen")
    assert {each["PipelineType"] for each in default.values()} == {"V2"}
    assert default[CHANGES]["ExecutionMode"] == "PARALLEL"
    assert default[RELEASES]["ExecutionMode"] == "SUPERSEDED"
    assert chosen[RELEASES]["ExecutionMode"] == "QUEUED"


def test_artifacts_are_encrypted_with_a_key_of_ones_own_and_lie_apart(
    delivery: Synthesized,
) -> None:
    found = pipelines(delivery, "default")
    places = {name: row["ArtifactStore"]["Location"] for name, row in found.items()}
    assert places[RELEASES].startswith("<PipelineStoreReleasesBucket")
    assert places[CHANGES].startswith("<PipelineStoreChangesBucket")
    for pipeline in found.values():
        key = pipeline["ArtifactStore"]["EncryptionKey"]
        assert key["Type"] == "KMS"
        assert key["Id"].startswith("<PipelineStoreKey")


def test_a_pipeline_starts_its_own_builds_and_deploys_nothing(delivery: Synthesized) -> None:
    for name, pipeline in pipelines(delivery, "default").items():
        given = statements(delivery, "default", pipeline["RoleArn"])
        assert set(given) - {"AskForApproval", "EncryptMessages"} == {
            "Artifacts",
            "ArtifactBucket",
            "Build",
            "Encrypt",
            "UseConnection",
        }
        assert ("AskForApproval" in given) is (name == RELEASES)
        started = given["Build"]["Resource"]
        part = "Release" if name == RELEASES else "Change"
        assert started
        assert all(each.startswith(f"<Pipeline{part}") for each in started)
        assert set(given["Build"]["Action"]) == {
            "codebuild:BatchGetBuilds",
            "codebuild:StartBuild",
        }


def test_a_pipelines_role_works_for_this_pipeline_only(delivery: Synthesized) -> None:
    roles = {
        f"<{key}>": rendered(row["Properties"])
        for key, row in delivery.stacks["default"].items()
        if row["Type"] == "AWS::IAM::Role"
    }
    for name, pipeline in pipelines(delivery, "default").items():
        (trust,) = roles[pipeline["RoleArn"]]["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "codepipeline.amazonaws.com"}
        assert trust["Condition"] == {
            "ArnEquals": {"aws:SourceArn": f"arn:aws:codepipeline:eu-west-1:999999999999:{name}"},
            "StringEquals": {"aws:SourceAccount": "999999999999"},
        }


def test_every_action_has_a_project_and_every_project_an_action(delivery: Synthesized) -> None:
    for stack in ("default", "chosen"):
        used = {
            each["Configuration"]["ProjectName"]
            for pipeline in pipelines(delivery, stack).values()
            for each in actions(pipeline).values()
            if each["ActionTypeId"]["Provider"] == "CodeBuild"
        }
        assert used == set(projects(delivery, stack))


def test_people_hear_of_failures_and_of_what_waits(delivery: Synthesized) -> None:
    (rule,) = (rendered(row) for row in delivery.of("default", "AWS::Events::Rule"))
    assert rule["EventPattern"] == {
        "source": ["aws.codepipeline"],
        "detail-type": ["CodePipeline Pipeline Execution State Change"],
        "resources": [f"arn:aws:codepipeline:eu-west-1:999999999999:{RELEASES}"],
        "detail": {"state": ["FAILED"]},
    }
    (topic,) = (
        f"<{key}>"
        for key, row in delivery.stacks["default"].items()
        if row["Type"] == "AWS::SNS::Topic"
    )
    assert rule["Targets"][0]["Arn"] == topic
    approval = actions(pipelines(delivery, "default")[RELEASES])["Approve"]
    assert approval["Configuration"]["NotificationArn"] == topic
    assert "#{Source.CommitId}" in approval["Configuration"]["CustomData"]
    assert approval["ActionTypeId"]["Provider"] == "Manual"
    (subscription,) = delivery.of("default", "AWS::SNS::Subscription")
    assert subscription["Endpoint"] == "shop@example.com"


def test_the_comment_knows_the_change_it_is_about(delivery: Synthesized) -> None:
    comment = actions(pipelines(delivery, "chosen")[CHANGES])["Comment"]
    assert comment["InputArtifacts"] == [{"Name": "Build"}]
    assert json.loads(comment["Configuration"]["EnvironmentVariables"]) == [
        {"name": "CHANGE", "value": "#{Source.PullRequestId}", "type": "PLAINTEXT"}
    ]
