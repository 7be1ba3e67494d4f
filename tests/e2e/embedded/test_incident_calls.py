"""The calls of the identity and protection playbooks, as the embedded AWS answers them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

MEMBER = "222222222222"
DENIAL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}],
}


def test_a_user_is_contained(local: Any) -> None:
    iam = local.client("iam", MEMBER)
    iam.create_user(UserName="mallory")
    key = iam.create_access_key(UserName="mallory")["AccessKey"]["AccessKeyId"]
    quarantine = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"
    iam.attach_user_policy(UserName="mallory", PolicyArn=quarantine)
    iam.update_access_key(UserName="mallory", AccessKeyId=key, Status="Inactive")
    [found] = iam.list_access_keys(UserName="mallory")["AccessKeyMetadata"]
    assert found["Status"] == "Inactive"
    [attached] = iam.list_attached_user_policies(UserName="mallory")["AttachedPolicies"]
    assert attached["PolicyArn"] == quarantine
    assert iam.list_mfa_devices(UserName="mallory")["MFADevices"] == []
    assert iam.list_groups_for_user(UserName="mallory")["Groups"] == []
    assert iam.get_access_key_last_used(AccessKeyId=key)["UserName"] == "mallory"
    iam.put_user_policy(UserName="mallory", PolicyName="p", PolicyDocument=json.dumps(DENIAL))
    found = iam.get_user_policy(UserName="mallory", PolicyName="p")["PolicyDocument"]
    assert found == DENIAL


def test_the_event_history_answers_and_has_nothing(local: Any) -> None:
    found = local.client("cloudtrail", MEMBER).lookup_events(
        LookupAttributes=[{"AttributeKey": "AccessKeyId", "AttributeValue": "AKIA"}],
        StartTime=datetime.now(UTC) - timedelta(hours=1),
    )
    assert found["Events"] == []


def test_the_summary_of_an_account_tells_of_root(local: Any) -> None:
    summary = local.client("iam", MEMBER).get_account_summary()["SummaryMap"]
    assert "AccountAccessKeysPresent" in summary


def test_a_trail_and_a_detector_are_started_again(local: Any) -> None:
    trails = local.client("cloudtrail", MEMBER)
    trails.create_trail(Name="own", S3BucketName="own-trail")
    trails.start_logging(Name="own")
    trails.stop_logging(Name="own")
    assert trails.get_trail_status(Name="own")["IsLogging"] is False
    trails.start_logging(Name="own")
    assert trails.get_trail_status(Name="own")["IsLogging"] is True
    assert trails.get_trail(Name="own")["Trail"]["Name"] == "own"
    assert trails.get_event_selectors(TrailName="own")["TrailARN"]
    detectors = local.client("guardduty", MEMBER)
    made = detectors.create_detector(Enable=False)["DetectorId"]
    detectors.update_detector(DetectorId=made, Enable=True)
    assert detectors.get_detector(DetectorId=made)["Status"] == "ENABLED"
