"""Sweeps and exports that report: what got no answer hides nothing else, and is told in the end."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ConnectTimeoutError

from tests.handlers import load_handler
from tests.unit.detection import test_inspector_sbom as sbom
from tests.unit.detection import test_trusted_advisor as advisor
from tests.unit.patching import test_report as patches

support, run, aws = advisor.support, advisor.run, patches.aws


def test_people_hear_of_the_missing_plan_though_the_first_message_failed(
    run: Any, support: Any
) -> None:
    support.fail("DescribeTrustedAdvisorChecks", "SubscriptionRequiredException")
    support.fail("Publish", "AuthorizationError")
    rows = {row["setting"]: row for row in run()["rows"]}
    assert rows["message"]["state"] == "failed"
    assert "support-plan" in rows
    support.heal()
    support.fail("DescribeTrustedAdvisorChecks", "SubscriptionRequiredException")
    support.calls.clear()
    # Another account leaves it to the one that began.
    run(account="666666666666")
    assert support.of("Publish") == []
    run()
    run()
    assert len(support.of("Publish")) == 1


def test_a_check_that_gets_no_answer_hides_no_other(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = BaseClient._make_api_call

    def silent(client: Any, operation: str, given: Any) -> Any:
        if given.get("checkId") == "HCP4007jGY":
            raise ConnectTimeoutError(endpoint_url="https://support")
        return real(client, operation, given)

    monkeypatch.setattr(BaseClient, "_make_api_call", silent)
    states = [row["state"] for row in run()["rows"]]
    assert states == ["failed", "unchanged", "unchanged"]


def test_an_export_is_no_failure_because_nobody_could_look_at_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter(["ThrottlingException", "InternalServerException", "AccessDeniedException"])

    class Inspector:
        def get_sbom_export(self, **_: Any) -> Any:
            raise ClientError({"Error": {"Code": next(answers), "Message": "no"}}, "GetSbomExport")

    monkeypatch.setattr(sbom.index.boto3, "client", lambda *_, **__: Inspector())
    event = {
        "exports": [{"region": "eu-west-1", "report": "r", "state": "running", "note": ""}],
        "checks": 0,
    }
    for wanted in ("running", "running", "failed"):
        event = sbom.index.handler(event, None)
        assert event["exports"][0]["state"] == wanted


def test_a_region_that_gets_no_answer_hides_no_other(
    aws: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.machines["eu-central-1"] = [patches.machine("i-1")]
    real = BaseClient._make_api_call

    def silent(client: Any, operation: str, given: Any) -> Any:
        if client.meta.region_name == "eu-west-1" and operation == "DescribeInstanceInformation":
            raise ConnectTimeoutError(endpoint_url="https://ssm")
        return real(client, operation, given)

    monkeypatch.setattr(BaseClient, "_make_api_call", silent)
    result = patches.index.handler({"account": {"id": "5" * 12}, "dry_run": False}, None)
    rows = {row["setting"]: row["state"] for row in result["rows"]}
    assert result["state"] == "failed"
    assert rows["eu-west-1"] == "failed"
    assert rows["eu-central-1"] != "failed"


def test_an_assignment_that_fails_leaves_the_others_in_the_report() -> None:
    """The ledger refuses one row; what was made before it is no less made."""
    assignments = load_handler("baseline/identity/handlers/unit_assignments")
    one = assignments.Assignment("arn:aws:sso:::permissionSet/i/p", "g")

    def refused(_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "PutItem")

    def silent(_: Any) -> None:
        raise ConnectTimeoutError(endpoint_url="https://dynamodb")

    def throttled(_: Any) -> None:
        raise assignments.ThrottledError("put_item")

    for change in (refused, silent):
        row = assignments._row({}, one, "assign", change, dry_run=False)
        assert row["state"] == "failed"
        assert row["detail"].startswith("assign: ")
    with pytest.raises(assignments.ThrottledError):
        assignments._row({}, one, "assign", throttled, dry_run=False)
