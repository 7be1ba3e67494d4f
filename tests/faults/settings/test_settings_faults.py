"""The account settings while AWS throttles, denies, is silent, lags, or ends the function."""

from __future__ import annotations

from collections import Counter
from typing import Any

import boto3
import pytest

from tests.faults import sweep
from tests.faults.injector import (
    DENIED,
    EVERY,
    FOREVER,
    KILLED_AFTER,
    LIMITED,
    THROTTLED,
    UNREACHED,
    Call,
    Fault,
    Killed,
)
from tests.faults.settings.conftest import HOME, MORE, Visits
from tests.faults.sweep import Case
from tests.unit.settings.handlers import account_access, settings

SETTINGS = [*settings.ONCE, *settings.IN_EACH_REGION]
OPEN = {"failed", "in_progress"}


def prepare(visits: Visits, setting: str, wanted: dict[str, Any]) -> None:
    """Go to a new account in which one setting is wanted, and not so."""
    visits.anew()
    visits.want(**{setting: MORE.get(setting, wanted.get(setting))})
    if setting == "ebs_encryption":
        kms = entered(visits, "kms")
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName="alias/volumes", TargetKeyId=key)
    if setting == "default_vpc":
        ec2 = entered(visits, "ec2")
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    if setting == "session_preferences":
        entered(visits, "ssm").create_document(
            Name="SSM-SessionManagerRunShell",
            DocumentType="Session",
            DocumentFormat="JSON",
            Content='{"schemaVersion": "1.0", "sessionType": "Standard_Stream", "inputs": {}}',
        )
    visits.injector.clear()


def entered(visits: Visits, service: str) -> Any:
    account = account_access.enter(
        visits.account, role="secbase-settings", partition="aws", home_region=HOME
    )
    return account.client(service, HOME)


def written(calls: list[Call]) -> Counter[str]:
    return Counter(f"{call.name} {_named(call)}" for call in calls if not call.is_read)


def _named(call: Call) -> dict[str, Any]:
    # botocore makes a new one for each call.
    return {key: value for key, value in call.parameters.items() if key != "ClientToken"}


def settled(visits: Visits) -> str | None:
    """Visit until nothing is left, and say what is wrong about that."""
    visits.injector.heal()
    visits.visit()
    visits.answers.regions |= {"me-south-1": "ENABLED", "ap-east-1": "DISABLED"}
    before = len(visits.injector.writes())
    last = visits.visit()
    if last["state"] != "ok":
        return f"never settled: {last['rows']}"
    if len(visits.injector.writes()) != before:
        return "wrote in a finished account"
    return None


def good_calls(visits: Visits, setting: str, wanted: dict[str, Any]) -> list[Call]:
    prepare(visits, setting, wanted)
    result = visits.visit()
    assert not {row["state"] for row in result["rows"]} & {"failed", "skipped"}
    assert max(written(visits.injector.calls).values()) == 1, "something is to be done here"
    calls = list(visits.injector.calls)
    assert settled(visits) is None
    return calls


def attempt(visits: Visits, setting: str, wanted: dict[str, Any], case: Case) -> str | None:
    prepare(visits, setting, wanted)
    visits.injector.fail(case.call.number, case.fault)
    try:
        result = visits.visit()
    except Killed:
        pass
    except Exception as error:  # noqa: BLE001 - each is a finding
        return f"failed with {type(error).__name__}: {error}"
    else:
        if not {row["state"] for row in result["rows"]} & OPEN:
            return f"nobody was told: {result['rows']}"
        if case.fault.code and case.fault.code not in str(result["rows"]):
            waited = [row for row in result["rows"] if row["state"] == "in_progress"]
            if not waited:
                return f"nobody was told why: {result['rows']}"
    unsettled = settled(visits)
    if unsettled:
        return unsettled
    twice = [name for name, times in written(visits.injector.carried_out).items() if times > 1]
    return f"did twice {twice}" if twice else None


@pytest.mark.parametrize("setting", SETTINGS)
def test_one_call_of_each_operation_fails(
    visits: Visits, wanted: dict[str, Any], setting: str
) -> None:
    calls = good_calls(visits, setting, wanted)
    cases = sweep.sample(calls, EVERY, begin=SETTINGS.index(setting))
    assert sweep.survivors(cases, lambda case: attempt(visits, setting, wanted, case)) == []


@pytest.mark.nightly
@pytest.mark.parametrize("setting", SETTINGS)
def test_each_call_fails_in_each_way(visits: Visits, wanted: dict[str, Any], setting: str) -> None:
    calls = good_calls(visits, setting, wanted)
    cases = sweep.exhaustive(calls, EVERY)
    assert sweep.survivors(cases, lambda case: attempt(visits, setting, wanted, case)) == []


def test_a_gateway_that_a_killed_run_detached_is_named(
    visits: Visits, wanted: dict[str, Any]
) -> None:
    prepare(visits, "default_vpc", wanted)
    visits.injector.fail("DetachInternetGateway", KILLED_AFTER)
    with pytest.raises(Killed):
        visits.visit()
    visits.injector.heal()
    (gateway,) = entered(visits, "ec2").describe_internet_gateways()["InternetGateways"]
    (row,) = visits.visit()["rows"]
    assert row["state"] == "changed"
    assert row["note"].endswith(f"attached to nothing: {gateway['InternetGatewayId']}")


def test_a_removal_that_somebody_else_was_faster_with_goes_on(
    visits: Visits, wanted: dict[str, Any]
) -> None:
    """A repeated request whose first answer was lost finds nothing to remove any more."""
    prepare(visits, "default_vpc", wanted)
    gone = {
        "DetachInternetGateway": "Gateway.NotAttached",
        "DeleteInternetGateway": "InvalidInternetGatewayID.NotFound",
        "DeleteSubnet": "InvalidSubnetID.NotFound",
        "DeleteVpc": "InvalidVpcID.NotFound",
    }
    for operation, code in gone.items():
        visits.injector.fail(operation, Fault(code, code), times=FOREVER)
    assert visits.visit()["state"] == "changed"
    called = {call.operation for call in visits.injector.calls}
    assert called >= {*gone}


@pytest.mark.parametrize("setting", ["password_policy", "session_preferences", "image_scanning"])
def test_reads_that_lag_behind_end_in_the_same(
    visits: Visits, wanted: dict[str, Any], setting: str
) -> None:
    prepare(visits, setting, wanted)
    visits.injector.lag(1)
    visits.visit()
    visits.visit()
    assert settled(visits) is None


def test_one_setting_that_fails_stops_no_other(visits: Visits, wanted: dict[str, Any]) -> None:
    visits.want(**{**wanted, **MORE, "ebs_encryption": {"key": None}})
    visits.visit()
    whole = {(call.service, call.operation) for call in visits.injector.writes()}
    denied = {"GetAccountPasswordPolicy", "GetAlternateContact", "GetEbsEncryptionByDefault"}
    visits.anew()
    visits.injector.fail(lambda call: call.operation in denied, DENIED, times=FOREVER)
    result = visits.visit()
    failed = {row["setting"] for row in result["rows"] if row["state"] == "failed"}
    assert failed == {"password_policy", "contacts", "ebs_encryption"}
    left = whole - {(call.service, call.operation) for call in visits.injector.writes()}
    assert {operation for _, operation in left} == {
        "UpdateAccountPasswordPolicy",
        "PutAlternateContact",
        "EnableEbsEncryptionByDefault",
    }


def test_a_storm_ends_in_time_and_asks_for_another_attempt(
    visits: Visits, wanted: dict[str, Any]
) -> None:
    """A call that takes minutes because of its repetitions does not take the function's answer."""
    visits.want(**{**wanted, **MORE, "ebs_encryption": {"key": None}})
    visits.injector.seconds_per_call = 90
    with pytest.raises(account_access.ThrottledError, match="in eu-west-1"):
        visits.visit(attempt=0)
    assert visits.injector.remaining() > 0
    visits.anew()
    result = visits.visit()
    assert visits.injector.remaining() > 0
    late = [row for row in result["rows"] if row.get("note") == settings.NO_TIME]
    assert late
    assert {row["state"] for row in late} == {"failed"}
    # Nothing is left out of the report: each setting has its row.
    told = {row["setting"].split(".")[0] for row in result["rows"]}
    assert told >= {*wanted} - {"default_security_group"}


def test_botocore_repeats_a_throttled_request_before_anybody_hears_of_it(
    visits: Visits, wanted: dict[str, Any]
) -> None:
    prepare(visits, "password_policy", wanted)
    visits.injector.storm("UpdateAccountPasswordPolicy", 4, code="Throttling", retry_after=1)
    assert visits.visit()["state"] == "changed"
    assert visits.injector.attempts.count("iam:UpdateAccountPasswordPolicy") == 5
    assert len(visits.injector.writes()) == 1


def test_an_account_that_cannot_be_entered_is_reported(visits: Visits) -> None:
    visits.want(password_policy={})
    for fault, said in ((DENIED, "AccessDenied"), (UNREACHED, "Connect timeout")):
        visits.injector.fail("AssumeRole", fault)
        (row,) = visits.visit()["rows"]
        assert (row["setting"], row["state"]) == ("role", "failed")
        assert said in row["note"]
    for fault in (THROTTLED, LIMITED):
        visits.injector.fail("AssumeRole", fault)
        with pytest.raises(account_access.ThrottledError):
            visits.visit(attempt=0)


def test_the_sweep_reports_an_account_whose_function_dies(
    visits: Visits,
    organization: list[str],
    run_sweep: Any,
    wanted: dict[str, Any],
) -> None:
    """What a run could not do is in its report, with the reason, and the others are done."""
    visits.want(password_policy=wanted["password_policy"])
    unlucky = sorted(organization)[1]

    def handler(event: dict[str, Any]) -> Any:
        if event["account"]["id"] == unlucky:
            raise TimeoutError("Task timed out after 900.00 seconds")
        return settings.handler(event, visits.injector)

    output = run_sweep(handler)
    assert (output["summary"]["changed"], output["summary"]["failed"]) == (3, 1)
    place = output["report"]
    body = boto3.client("s3").get_object(Bucket=place["bucket"], Key=place["key"])["Body"].read()
    assert b"Task timed out after 900.00 seconds" in body
