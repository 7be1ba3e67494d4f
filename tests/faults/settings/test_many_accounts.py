"""Ten thousand accounts: nothing that Step Functions limits grows with them, and memory stays flat."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from baseline.settings.sweep_definition import definition
from tests.faults import deliveries
from tests.faults.injector import DENIED, KILLED_AFTER, KILLS, Injector, Killed
from tests.unit.settings.conftest import BUCKET, REGION
from tests.unit.settings.handlers import CONTEXT, sweep, sweep_accounts, sweep_report

ACCOUNTS = 10_000
# Of the input or output of a state, an execution, and a Lambda invocation from it
# (Source: AWS Step Functions Developer Guide, "Step Functions service quotas").
PAYLOAD_BYTES = 262_144
FLAT = 524_288


def identifiers() -> list[str]:
    return [f"{number:012}" for number in range(100_000_000_000, 100_000_000_000 + ACCOUNTS)]


def pages(_: object = None) -> Iterator[dict[str, Any]]:
    for number, identifier in enumerate(identifiers()):
        state = "SUSPENDED" if number % 10 == 9 else "ACTIVE"
        yield {"Id": identifier, "Name": f"{'a' * 46}{number:04}", "State": state}


@pytest.fixture
def bucket(aws: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The bucket of the sweep, and an organization of ten thousand accounts."""
    del aws
    monkeypatch.setattr(sweep, "_organization", pages)
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    return s3


def event(**given: Any) -> dict[str, Any]:
    return {"input": given, "run": "run-1", "started": "2026-11-23T03:00:00Z"}


def read(bucket: Any, key: str) -> Any:
    return json.loads(bucket.get_object(Bucket=BUCKET, Key=key)["Body"].read())


def test_the_list_goes_through_s3_and_not_through_the_state(bucket: Any) -> None:
    answer = sweep.list_accounts(event(), CONTEXT)
    assert len(json.dumps(answer)) < PAYLOAD_BYTES / 100
    visited = read(bucket, answer["accounts_key"])
    left_out = read(bucket, answer["left_out_key"])
    assert (len(visited), len(left_out)) == (9 * ACCOUNTS / 10, ACCOUNTS / 10)
    assert sorted(row["id"] for row in visited + left_out) == identifiers()


def test_each_child_gets_one_account_and_never_the_list() -> None:
    each = json.loads(definition(max_concurrency=8, timeout_seconds=900))["States"]["EachAccount"]
    assert each["ItemReader"]["Resource"] == "arn:aws:states:::s3:getObject"
    assert each["ItemSelector"]["account.$"] == "$$.Map.Item.Value"
    # What a child gets besides is small and the same for all.
    assert {*each["ItemSelector"].values()} == {
        "$$.Map.Item.Value",
        "$.dry_run",
        "$.run",
        "$.options",
    }
    assert each["ResultPath"] == "$.results"
    assert each["ResultWriter"]["Resource"] == "arn:aws:states:::s3:putObject"


def test_all_accounts_named_by_hand_fit_into_the_input(bucket: Any) -> None:
    asked = event(accounts=identifiers())
    assert len(json.dumps(asked)) < PAYLOAD_BYTES
    answer = sweep.list_accounts(asked, CONTEXT)
    assert len(json.dumps(answer)) < PAYLOAD_BYTES / 100
    assert len(read(bucket, answer["accounts_key"])) == 9 * ACCOUNTS / 10


@pytest.mark.parametrize("fault", KILLS, ids=lambda fault: fault.name)
def test_a_list_that_broke_off_is_written_again_the_same(
    bucket: Any, injector: Injector, fault: Any
) -> None:
    expected = sweep.list_accounts(event(), CONTEXT)
    lists = {key: read(bucket, key) for key in (expected["accounts_key"], expected["left_out_key"])}
    for number in range(2):
        injector.clear()
        injector.fail(number, fault)
        with pytest.raises(Killed):
            sweep.list_accounts(event(), CONTEXT)
        injector.heal()
        assert sweep.list_accounts(event(), CONTEXT) == expected
        assert {key: read(bucket, key) for key in lists} == lists


def lines(count: int) -> Iterator[bytes]:
    """Give result lines of more than two kilobytes each."""
    rows = [{"setting": f"setting {number}", "state": "unchanged"} for number in range(45)]
    for number in range(count):
        account = {"id": f"{number:012}", "name": "n"}
        yield json.dumps({"account": account, "state": "ok", "rows": rows}).encode()


class _Nowhere(io.StringIO):
    """A file that keeps nothing, so that only the report's own memory is measured."""

    def write(self, text: str) -> int:
        return len(text)


@pytest.mark.parametrize(
    "accounts", [500, pytest.param(ACCOUNTS, marks=pytest.mark.nightly)], ids=str
)
def test_a_report_takes_the_memory_of_one_account(accounts: int) -> None:
    """All results together are more than twice what the report may take of memory."""
    assert accounts * len(next(lines(1))) > 2 * FLAT
    tracemalloc.start()
    try:
        summary = sweep_report.write(_Nowhere(), sweep_report.results(lines(accounts)), {}, [])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (summary["accounts"], summary["ok"]) == (accounts, accounts)
    assert peak < FLAT


def test_choosing_the_accounts_takes_a_few_hundred_bytes_for_each() -> None:
    request = sweep_accounts.parse({}, dry_run=False)
    tracemalloc.start()
    try:
        sweep_accounts.select(pages(), request, management="0", excluded=frozenset())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < ACCOUNTS * 1024


def test_a_result_that_cannot_be_read_costs_no_other_account_its_place() -> None:
    good = next(lines(1))
    broken = [b"", b"{", b"[]", b"7", b"\xff\xfe", b'"text"', b"null"]
    lost = [
        {"Input": "{", "Status": "TIMED_OUT"},
        {"Input": "[]", "Error": "States.Timeout"},
        {"Input": {"account": "x"}},
        {"Input": json.dumps({"account": {"id": "111122223333"}}), "Status": "PENDING"},
        {"account": "x", "state": "ok"},
    ]
    given = [*broken, *(json.dumps(each).encode() for each in lost), good]
    found = list(sweep_report.results(given))
    assert [each["state"] for each in found] == ["failed"] * 11 + ["ok"]
    assert found[9]["account"] == {"id": "111122223333"}
    assert found[9]["error"] == "PENDING"
    assert found[1]["cause"] == "[]"
    assert all(isinstance(each["account"], dict) for each in found)


CLOUDTRAIL = {
    "source": "aws.organizations",
    "detail": {"serviceEventDetails": {"createAccountStatus": {"accountId": "111122223333"}}},
}


def test_an_input_of_another_shape_is_named_or_means_everybody() -> None:
    """Every event ends in a run or in a sentence; a poisoned one never in a run of other accounts."""
    good = {
        "dry_run": True,
        "options": {"approved": ["a"]},
        "accounts": ["111122223333"],
        "event": CLOUDTRAIL,
    }
    found = set()
    for only in ([*good], ["event"]):
        given = {name: good[name] for name in only}
        for _, poisoned in deliveries.poisoned(given):
            try:
                found.add(sweep_accounts.parse(poisoned, dry_run=True).accounts)
            except sweep_accounts.InputError as error:
                found.add(f"told: {bool(str(error))}")
    assert found == {None, frozenset({"111122223333"}), "told: True"}


def test_a_report_that_broke_off_is_written_again(bucket: Any, injector: Injector) -> None:
    listed = sweep.list_accounts(event(), CONTEXT)
    manifest = {"ResultFiles": {"SUCCEEDED": [{"Key": "results/1"}], "FAILED": [], "PENDING": []}}
    bucket.put_object(Bucket=BUCKET, Key="results/manifest.json", Body=json.dumps(manifest))
    bucket.put_object(Bucket=BUCKET, Key="results/1", Body=b"\n".join(lines(50)))
    place = {"Bucket": BUCKET, "Key": "results/manifest.json"}
    asked = {"sweep": {**listed, "results": {"ResultWriterDetails": place}}}
    expected = sweep.write_report(asked, CONTEXT)
    report = read(bucket, expected["report"]["key"])
    assert len(report["accounts"]) == 50
    calls = len(injector.calls)
    first = calls - 5  # left out, manifest, results, report, metrics
    for number in range(first, calls):
        injector.clear()
        injector.fail(number - first, KILLED_AFTER)
        with pytest.raises(Killed):
            sweep.write_report(asked, CONTEXT)
        injector.heal()
        assert sweep.write_report(asked, CONTEXT) == expected
        assert read(bucket, expected["report"]["key"]) == report
    injector.clear()
    injector.fail("GetObject", DENIED)
    with pytest.raises(boto3.client("s3").exceptions.ClientError, match="AccessDenied"):
        sweep.write_report(asked, CONTEXT)
