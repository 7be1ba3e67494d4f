"""Opt-in Regions, EBS encryption and results of maps, as the embedded AWS answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from baseline.local import emulators, organization
from baseline.local.backends import account, ebs_encryption, map_results, state, sts
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

ACCOUNT, OTHER = "555555555555", "666666666666"


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "_STATE", defaultdict(dict))


def call(operation: str, account_id: str = ACCOUNT, region: str = "eu-west-1", **given: Any) -> Any:
    service = "account" if "Region" in operation else "ec2"
    return ApiRequest(
        account=account_id,
        region=region,
        service=service,
        operation=operation,
        parameters=given,
        principal_arn=f"arn:aws:iam::{account_id}:role/x",
        caller_arn=f"arn:aws:sts::{account_id}:assumed-role/x/y",
    )


def regions(account_id: str = ACCOUNT) -> dict[str, str]:
    rows = account.list_regions(call("ListRegions", account_id))["Regions"]
    return {row["RegionName"]: row["RegionOptStatus"] for row in rows}


def test_opt_in_regions_begin_disabled() -> None:
    found = regions()
    assert (found["ap-east-1"], found["eu-west-1"]) == ("DISABLED", "ENABLED_BY_DEFAULT")


def test_a_region_takes_its_time_and_is_enabled_in_its_account_only() -> None:
    account.change_region(call("EnableRegion", RegionName="ap-east-1"))
    with pytest.raises(ServiceError, match="ENABLING already"):
        account.change_region(call("DisableRegion", RegionName="ap-east-1"))
    assert [regions()["ap-east-1"] for _ in range(2)] == ["ENABLING", "ENABLED"]
    one = account.get_region(call("GetRegionOptStatus", RegionName="ap-east-1"))
    assert one["RegionOptStatus"] == "ENABLED"
    assert regions(OTHER)["ap-east-1"] == "DISABLED"


@pytest.mark.parametrize(
    ("region", "said"), [("eu-west-1", "no opt-in Region"), ("eu-west-9", "no Region")]
)
def test_what_is_no_opt_in_region_cannot_change(region: str, said: str) -> None:
    with pytest.raises(ServiceError, match=said):
        account.change_region(call("DisableRegion", RegionName=region))


def test_nobody_asks_for_regions_of_another_account() -> None:
    with pytest.raises(ServiceError, match="own account only"):
        account.list_regions(call("ListRegions", AccountId=OTHER))


def test_ebs_encryption_is_kept_by_account_and_region() -> None:
    assert not ebs_encryption.get(call("Get"))["EbsEncryptionByDefault"]
    ebs_encryption.switch(call("EnableEbsEncryptionByDefault"))
    assert ebs_encryption.get(call("Get"))["EbsEncryptionByDefault"]
    for elsewhere in (call("Get", OTHER), call("Get", ACCOUNT, "eu-central-1")):
        assert not ebs_encryption.get(elsewhere)["EbsEncryptionByDefault"]
    ebs_encryption.switch(call("DisableEbsEncryptionByDefault"))
    assert not ebs_encryption.get(call("Get"))["EbsEncryptionByDefault"]


def test_the_key_of_volumes_comes_back_after_a_reset() -> None:
    assert ebs_encryption.get_key(call("GetEbsDefaultKmsKeyId"))["KmsKeyId"] == "alias/aws/ebs"
    ebs_encryption.set_key(call("ModifyEbsDefaultKmsKeyId", KmsKeyId="key"))
    assert ebs_encryption.get_key(call("GetEbsDefaultKmsKeyId"))["KmsKeyId"] == "key"
    reset = ebs_encryption.get_key(call("ResetEbsDefaultKmsKeyId"))
    assert reset["KmsKeyId"] == "alias/aws/ebs"


@pytest.fixture
def step_functions() -> Iterator[Any]:
    service = emulators.ministack("stepfunctions")
    original = service._run_distributed_map
    yield service
    service._run_distributed_map = original


def test_another_way_to_write_results_is_refused_and_none_is_left_alone(
    step_functions: Any,
) -> None:
    step_functions._run_distributed_map = lambda *_: "as before"
    map_results.write_to_s3(lambda *_: None)
    run = step_functions._run_distributed_map
    assert run({}, {}, {}, {}, {}, {}) == "as before"
    writer = {"ResultWriter": {"WriterConfig": {"Transformation": "FLATTEN"}}}
    with pytest.raises(NotImplementedError, match="COMPACT"):
        run(writer, {}, {}, {}, {}, {})


def role(**condition: str) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::333333333333:root"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": condition},
    }
    return {
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/secbase-settings",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }


@pytest.mark.parametrize(
    ("condition", "trusted"),
    [
        ({"aws:PrincipalArn": "arn:aws:iam::333333333333:role/reconciler"}, True),
        ({"aws:PrincipalArn": "arn:aws:iam::333333333333:role/other"}, False),
        ({"aws:PrincipalOrgID": "o-exampleorgid"}, True),
        ({"aws:PrincipalOrgID": "o-anotherorgid"}, False),
    ],
)
def test_a_trust_policy_may_name_a_role_and_the_organization(
    monkeypatch: pytest.MonkeyPatch, condition: dict[str, str], trusted: bool
) -> None:
    monkeypatch.setattr(organization, "management_of", lambda _: "111111111111")
    known = SimpleNamespace(org=SimpleNamespace(id="o-exampleorgid"))
    monkeypatch.setattr(organization, "backend", lambda _: known)
    evaluator = emulators.module("ministack.core.iam_evaluator")
    monkeypatch.setattr(evaluator, "_principal_org_id", evaluator._principal_org_id)
    sts.know_the_organization()
    caller = ApiRequest(
        account="333333333333",
        region="eu-west-1",
        service="sts",
        operation="AssumeRole",
        parameters={"RoleSessionName": "settings"},
        principal_arn="arn:aws:iam::333333333333:role/reconciler",
        caller_arn="arn:aws:sts::333333333333:assumed-role/reconciler/function",
    )
    assert sts._trusts(role(**condition), caller) is trusted
