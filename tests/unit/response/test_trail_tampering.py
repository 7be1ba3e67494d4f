"""Tampering with logs and detection: what was stopped runs again, what is gone is not called contained."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from baseline.guardrails.roles import QUALIFIER
from baseline.response.playbooks.trail_tampering import PLAYBOOK, TAMPERING
from tests.fast import sampled
from tests.unit.detection.matching import matches
from tests.unit.response import machine
from tests.unit.response.incident_aws import Missing, aws, by_hand, event, repeat, said, settled
from tests.unit.response.machine import ALWAYS, MEMBER, REGION, Faults, member, run

__all__ = ["aws"]

CALLS: dict[str, dict[str, Any]] = event("tampering-calls")
TRAIL = "secbase-org-trail"
OTHER = "666666666666"
ABSENT = {
    "DescribeHub": "InvalidAccessException",
    "DescribeFlowLogs": "ResourceNotFoundException",
    "GetBucketPolicy": "NoSuchBucketPolicy",
}


@pytest.fixture
def protected(aws: Missing) -> Missing:
    """Give a member whose trail, detector and recorder run."""
    return protect(aws)


def protect(aws: Missing) -> Missing:
    """Make a trail, a detector and a recorder in the member, all of them running."""
    trails = member("cloudtrail")
    member("s3").create_bucket(
        Bucket="trail-archive", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    trails.create_trail(
        Name=TRAIL,
        S3BucketName="trail-archive",
        IsMultiRegionTrail=True,
        IncludeGlobalServiceEvents=True,
        EnableLogFileValidation=True,
        KmsKeyId=f"arn:aws:kms:{REGION}:{MEMBER}:key/1",
    )
    trails.put_event_selectors(
        TrailName=TRAIL,
        EventSelectors=[{"ReadWriteType": "All", "IncludeManagementEvents": True}],
    )
    trails.start_logging(Name=TRAIL)
    member("guardduty").create_detector(Enable=True)
    config = member("config")
    config.put_configuration_recorder(
        ConfigurationRecorder={
            "name": "default",
            "roleARN": f"arn:aws:iam::{MEMBER}:role/x",
            "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True},
        }
    )
    config.put_delivery_channel(
        DeliveryChannel={"name": "default", "s3BucketName": "trail-archive"}
    )
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    aws.members[OTHER] = "Enabled"
    return aws


def detector() -> str:
    return str(member("guardduty").list_detectors()["DetectorIds"][0])


def tampered(name: str, *, detector_id: str | None = None, **detail: Any) -> dict[str, Any]:
    """Give the recorded call."""
    known = CALLS[name]
    found = event("tampering")
    found["source"] = f"aws.{known['service']}"
    found["detail"] |= {
        "eventSource": f"{known['service']}.amazonaws.com",
        "eventName": name,
        "requestParameters": known["requestParameters"],
        **detail,
    }
    text = json.dumps(found).replace("12abc34d567e8fa901bc2d34e56789f0", detector_id or detector())
    given: dict[str, Any] = json.loads(text)
    return given


def stop_trail(_: Missing) -> None:
    member("cloudtrail").stop_logging(Name=TRAIL)


def stop_detector(_: Missing) -> None:
    member("guardduty").update_detector(DetectorId=detector(), Enable=False)


def stop_members(found: Missing) -> None:
    found.members[OTHER] = "Disabled"


def stop_recorder(_: Missing) -> None:
    member("config").stop_configuration_recorder(ConfigurationRecorderName="default")


STOPPED: dict[str, tuple[Callable[[Missing], None], str]] = {
    "StopLogging": (stop_trail, "cloudtrail.StartLogging"),
    "UpdateDetector": (stop_detector, "guardduty.UpdateDetector"),
    "StopMonitoringMembers": (stop_members, "guardduty.StartMonitoringMembers"),
    "StopConfigurationRecorder": (stop_recorder, "config.StartConfigurationRecorder"),
}


def running(found: Missing) -> dict[str, bool]:
    """Tell what runs."""
    recorders = member("config").describe_configuration_recorder_status()
    return {
        "StopLogging": member("cloudtrail").get_trail_status(Name=TRAIL)["IsLogging"],
        "UpdateDetector": (
            member("guardduty").get_detector(DetectorId=detector())["Status"] == "ENABLED"
        ),
        "StopMonitoringMembers": found.members[OTHER] == "Enabled",
        "StopConfigurationRecorder": recorders["ConfigurationRecordersStatus"][0]["recording"],
    }


@pytest.mark.parametrize("name", CALLS)
def test_every_call_starts_the_playbook(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFIX", "secbase")
    found = tampered(name, detector_id="12abc34d")
    assert sum(matches(trigger.pattern, found) for trigger in PLAYBOOK.triggers) == 1
    target = targets(monkeypatch).trail_tampering(found)
    assert target["call"] == name
    assert target["id"]
    refused = tampered(name, detector_id="12abc34d", errorCode="AccessDenied")
    assert not any(matches(trigger.pattern, refused) for trigger in PLAYBOOK.triggers)


def targets(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Give the family's targets, as the function imports them."""
    monkeypatch.syspath_prepend(str(machine.HANDLER))
    return importlib.import_module("protection_targets")


def test_no_named_call_is_without_a_record() -> None:
    assert {name for names in TAMPERING.values() for name in names} <= set(CALLS)


@pytest.mark.parametrize("name", STOPPED)
def test_what_was_stopped_runs_again_and_a_second_run_changes_nothing(
    protected: Missing, name: str
) -> None:
    STOPPED[name][0](protected)
    assert not running(protected)[name]
    done = run(PLAYBOOK, tampered(name))
    assert all(running(protected).values())
    assert (done.status, done.summary["outcome"]) == ("SUCCEEDED", "contained")
    assert done.statuses["start_again"] == "changed"
    kept = {key.rpartition("/")[2] for key in machine.evidence()}
    assert {"actor.json", "call.json", "state.json", "calls.json"} <= kept
    assert settled(repeat(PLAYBOOK, tampered(name), 2))


@pytest.mark.parametrize("name", sampled(STOPPED))
def test_a_dry_run_starts_nothing(protected: Missing, name: str) -> None:
    STOPPED[name][0](protected)
    done = run(PLAYBOOK, tampered(name), mode="dry_run")
    assert done.statuses["start_again"] == "planned"
    assert not running(protected)[name]
    assert machine.evidence() == {}


@pytest.mark.parametrize("name", sampled(STOPPED))
def test_a_start_that_fails_is_told_and_the_next_run_completes(
    protected: Missing, name: str
) -> None:
    STOPPED[name][0](protected)
    with Faults({STOPPED[name][1]: ALWAYS}).injected() as faults:
        done = run(PLAYBOOK, tampered(name))
    assert faults.failed
    assert (done.status, done.summary["outcome"]) == ("FAILED", "not contained")
    assert done.status_of("start_again") == "failed"
    assert done.status_of("trace_actor") == "unchanged"
    assert repeat(PLAYBOOK, tampered(name), 2).status == "SUCCEEDED"
    assert all(running(protected).values())
    assert settled(repeat(PLAYBOOK, tampered(name), 3))


@pytest.mark.parametrize(
    "operation",
    sampled(["cloudtrail.GetEventSelectors", "s3.PutObject", "cloudtrail.LookupEvents"]),
)
def test_reading_that_fails_does_not_hold_up_the_start(protected: Missing, operation: str) -> None:
    stop_trail(protected)
    with Faults({operation: ALWAYS}).injected():
        done = run(PLAYBOOK, tampered("StopLogging"))
    assert all(running(protected).values())
    assert "injected into" in said(done)


def delete_trail(_: Missing) -> None:
    member("cloudtrail").delete_trail(Name=TRAIL)


def weaken_trail(_: Missing) -> None:
    member("cloudtrail").update_trail(Name=TRAIL, IsMultiRegionTrail=False)


def weaken_selectors(_: Missing) -> None:
    member("cloudtrail").put_event_selectors(
        TrailName=TRAIL,
        EventSelectors=[{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": True}],
    )


def delete_detector(_: Missing) -> None:
    member("guardduty").delete_detector(DetectorId=detector())


def lose_member(found: Missing) -> None:
    del found.members[OTHER]


def delete_recorder(_: Missing) -> None:
    member("config").delete_configuration_recorder(ConfigurationRecorderName="default")


def delete_channel(_: Missing) -> None:
    config = member("config")
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    config.delete_delivery_channel(DeliveryChannelName="default")


def nothing(_: Missing) -> None:
    """Moto has no Security Hub, flow log or bucket by these names from the start."""


LOST: dict[str, tuple[Callable[[Missing], None], str]] = {
    "DeleteTrail": (delete_trail, "is deleted"),
    "UpdateTrail": (weaken_trail, "records one Region only"),
    "PutEventSelectors": (weaken_selectors, "does not record all management calls"),
    "DeleteDetector": (delete_detector, "is deleted"),
    "DeleteMembers": (lose_member, f"account {OTHER} is no member"),
    "DisassociateMembers": (nothing, f"account {OTHER} is no member"),
    "DeleteConfigurationRecorder": (delete_recorder, "no recorder of AWS Config"),
    "DeleteDeliveryChannel": (delete_channel, "no delivery channel"),
    "DisableSecurityHub": (nothing, "Security Hub is off"),
    "DeleteFlowLogs": (nothing, "flow log fl-0123456789abcdef0 is deleted"),
    "DeleteBucketPolicy": (nothing, "has no policy any more"),
}


@pytest.mark.parametrize("name", LOST)
def test_what_a_stack_has_to_put_back_is_not_called_contained(
    protected: Missing, name: str
) -> None:
    found = tampered(name)
    LOST[name][0](protected)
    if name == "DeleteBucketPolicy":
        make_log_bucket(found)
    done = run(PLAYBOOK, found)
    assert (done.status, done.summary["outcome"]) == ("FAILED", "not contained")
    assert done.status_of("report_drift") == "failed"
    assert LOST[name][1] in said(done)
    assert "Put it back by deploying" in machine.messages()[-1]["Message"]


def make_log_bucket(found: dict[str, Any]) -> str:
    name = str(found["detail"]["requestParameters"]["bucketName"])
    member("s3").create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    return name


@pytest.mark.parametrize("name", ["PutBucketPolicy", "PutBucketLifecycle", "PutBucketVersioning"])
def test_a_changed_log_bucket_is_kept_as_it_is_and_told(protected: Missing, name: str) -> None:
    assert protected.started == {}
    found = tampered(name)
    bucket = make_log_bucket(found)
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "s3:GetObject",
                "Resource": f"arn:aws:s3:::{bucket}/*",
            }
        ],
    }
    member("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    done = run(PLAYBOOK, found)
    assert done.summary["outcome"] == "not contained"
    [kept] = [body for key, body in machine.evidence().items() if key.endswith("state.json")]
    assert json.loads(kept)["policy"] == policy
    assert f"{name} changed log bucket {bucket}" in said(done)


def test_a_feature_that_was_switched_off_is_named(protected: Missing) -> None:
    assert protected.started == {}
    asked = {
        "detectorId": detector(),
        "features": [{"name": "S3_DATA_EVENTS", "status": "DISABLED"}],
    }
    member("guardduty").update_detector(
        DetectorId=detector(), Features=[{"Name": "S3_DATA_EVENTS", "Status": "DISABLED"}]
    )
    done = run(PLAYBOOK, tampered("UpdateDetector", requestParameters=asked))
    assert done.summary["outcome"] == "not contained"
    assert "has S3_DATA_EVENTS off" in said(done)


def test_a_call_that_left_everything_as_it_was_is_quickly_done(protected: Missing) -> None:
    assert all(running(protected).values())
    done = run(PLAYBOOK, tampered("UpdateTrail"))
    assert (done.status, done.summary["outcome"]) == ("SUCCEEDED", "nothing to do")
    assert "is as the baseline makes it" in said(done)


def test_the_actor_is_named_with_the_playbook_that_contains_it(protected: Missing) -> None:
    protected.history["ASIAIOSFODNN7EXAMPLE"] = [
        {
            "eventName": "DeleteObject",
            "awsRegion": REGION,
            "eventTime": "2026-11-22T09:01:00Z",
            "readOnly": False,
            "names": ["logs"],
        }
    ]
    told = said(run(PLAYBOOK, tampered("StopLogging")))
    assert f"start compromised-role-session for role Administrator of account {MEMBER}" in told
    assert "DeleteObject logs" in told
    user = {"type": "IAMUser", "userName": "bob", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"}
    told = said(repeat(PLAYBOOK, tampered("StopLogging", userIdentity=user), 2))
    assert "start compromised-access-key for key AKIAIOSFODNN7EXAMPLE of user bob" in told


@pytest.mark.parametrize(
    "role",
    [
        "secbase-settings",
        f"cdk-{QUALIFIER}-cfn-exec-role-{MEMBER}-eu-west-1",
        "stacksets-exec-0123456789abcdef",
        "AWSControlTowerExecution",
        "AWSServiceRoleForConfig",
    ],
)
def test_a_deployment_is_not_fought(protected: Missing, role: str) -> None:
    stop_trail(protected)
    found = tampered("StopLogging")
    found["detail"]["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] = role
    assert run(PLAYBOOK, found).state["proceed"] is False
    assert not running(protected)["StopLogging"]


@pytest.mark.parametrize("role", ["my-secbase-settings", "cdk-hnb659fds-cfn-exec-role-1", "secbas"])
def test_a_role_that_only_looks_like_ours_is_answered(protected: Missing, role: str) -> None:
    stop_trail(protected)
    found = tampered("StopLogging")
    found["detail"]["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] = role
    run(PLAYBOOK, found)
    assert running(protected)["StopLogging"]


def test_a_bucket_that_is_not_ours_is_nobodys_business(protected: Missing) -> None:
    assert protected.started == {}
    found = tampered("PutBucketPolicy", requestParameters={"bucketName": "shop-org-logs-1"})
    assert run(PLAYBOOK, found).state["proceed"] is False


def test_a_person_starts_it_for_a_trail(protected: Missing) -> None:
    stop_trail(protected)
    done = by_hand(PLAYBOOK, id=TRAIL)
    assert done.summary["outcome"] == "contained"
    assert all(running(protected).values())
