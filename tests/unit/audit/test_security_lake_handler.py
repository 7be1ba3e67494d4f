"""The functions of Security Lake read first, write what is missing, and answer whatever happens."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Self

import boto3
import pytest
from botocore.stub import Stubber

from tests.handlers import attempts_of, load_handler

index = load_handler("baseline/audit/handlers/security_lake")
REGIONS = ["eu-west-1", "eu-central-1"]
SOURCES = ["CLOUD_TRAIL_MGMT", "SH_FINDINGS"]
PROPERTIES: dict[str, Any] = {"Regions": REGIONS, "Sources": SOURCES, "Version": "2.0"}
ROLES = {"securitylake.amazonaws.com": "AWSServiceRoleForSecurityLake"}
NAME = {"RoleName": "AWSServiceRoleForSecurityLake"}
ROLE = {
    "Role": {
        "Path": "/aws-service-role/securitylake.amazonaws.com/",
        "RoleName": NAME["RoleName"],
        "RoleId": "AROA1234567890123456",
        "Arn": "arn:aws:iam::222222222222:role/aws-service-role/x",
        "CreateDate": "2026-11-22T00:00:00Z",
    },
    # What the waiter looks at.
    "ResponseMetadata": {"HTTPStatusCode": 200},
}
READ, WRITE = (
    "get_data_lake_organization_configuration",
    "create_data_lake_organization_configuration",
)

Stubs = Callable[..., Stubber]


@pytest.fixture
def stubs(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a stub for (service, Region); the handler gets the same client."""
    made: dict[tuple[str, str | None], tuple[Any, Stubber]] = {}

    def stub(service: str, region: str | None = None) -> Stubber:
        if (service, region) not in made:
            client = boto3.client(
                service,
                region_name=region or "eu-west-1",
                aws_access_key_id="x",
                aws_secret_access_key="x",
            )
            stubber = Stubber(client)
            stubber.activate()
            made[service, region] = (client, stubber)
        return made[service, region][1]

    def client(service: str, region: str | None = None) -> Any:
        stub(service, region)
        return made[service, region][0]

    monkeypatch.setattr(index, "_client", client)
    yield stub
    for _, stubber in made.values():
        stubber.assert_no_pending_responses()


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Collect what CloudFormation is told."""
    told: list[dict[str, Any]] = []

    class Response:
        status = 200

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            return

    def put(request: Any, timeout: int) -> Response:
        assert timeout > 0
        told.append(json.loads(request.data))
        return Response()

    monkeypatch.setattr("urllib.request.urlopen", put)
    return told


def event(request: str = "Create", **properties: object) -> dict[str, Any]:
    return {
        "RequestType": request,
        "StackId": "stack",
        "RequestId": "1",
        "LogicalResourceId": "Lake",
        "ResponseURL": "https://cloudformation.example/answer",
        "ResourceProperties": properties,
        **({} if request == "Create" else {"PhysicalResourceId": "kept"}),
    }


def configured(region: str, *names: str) -> dict[str, Any]:
    sources = [{"sourceName": name, "sourceVersion": "2.0"} for name in names]
    return {"autoEnableNewAccount": [{"region": region, "sources": sources}]}


def test_every_region_takes_in_new_accounts(stubs: Stubs, answers: list[dict[str, Any]]) -> None:
    for region in REGIONS:
        lake = stubs("securitylake", region)
        lake.add_client_error(READ, "ResourceNotFoundException")
        lake.add_response(WRITE, {}, configured(region, *SOURCES))
    index.organization(event(**PROPERTIES), None)
    assert [(row["Status"], row["PhysicalResourceId"]) for row in answers] == [
        ("SUCCESS", "security-lake-organization")
    ]


def test_only_what_is_missing_is_written(stubs: Stubs, answers: list[dict[str, Any]]) -> None:
    home = stubs("securitylake", "eu-west-1")
    home.add_response(READ, configured("eu-west-1", *SOURCES, "WAF"))
    other = stubs("securitylake", "eu-central-1")
    # The row of another Region says nothing about this one.
    other.add_response(READ, configured("eu-west-1", *SOURCES))
    other.add_response(WRITE, {}, configured("eu-central-1", *SOURCES))
    index.organization(event("Update", **PROPERTIES), None)
    assert answers[0]["Status"] == "SUCCESS"


@pytest.mark.parametrize(("then", "status"), [(SOURCES, "SUCCESS"), (["WAF"], "FAILED")])
def test_a_conflict_is_success_where_it_is_so_already(
    stubs: Stubs, answers: list[dict[str, Any]], then: list[str], status: str
) -> None:
    lake = stubs("securitylake", "eu-west-1")
    lake.add_response(READ, {})
    lake.add_client_error(WRITE, "ConflictException")
    lake.add_response(READ, configured("eu-west-1", *then))
    index.organization(event(**{**PROPERTIES, "Regions": ["eu-west-1"]}), None)
    assert answers[0]["Status"] == status


def test_a_denied_call_says_what_to_look_at(stubs: Stubs, answers: list[dict[str, Any]]) -> None:
    stubs("securitylake", "eu-west-1").add_client_error(READ, "AccessDeniedException", "no")
    index.organization(event(**PROPERTIES), None)
    assert answers[0]["Status"] == "FAILED"
    assert "delegated administrator" in answers[0]["Reason"]


def test_throttled_calls_are_repeated_by_the_client() -> None:
    assert (index.RETRIES.retries["mode"], attempts_of(index.RETRIES)) == ("standard", 6)


def test_throttling_without_end_is_answered(stubs: Stubs, answers: list[dict[str, Any]]) -> None:
    stubs("securitylake", "eu-west-1").add_client_error(READ, "ThrottlingException", "slow down")
    index.organization(event(**PROPERTIES), None)
    assert (answers[0]["Status"], "slow down" in answers[0]["Reason"]) == ("FAILED", True)


@pytest.mark.parametrize("entry", ["organization", "roles"])
def test_delete_calls_nothing(stubs: Stubs, answers: list[dict[str, Any]], entry: str) -> None:
    # A stub without responses would fail any call.
    stubs("securitylake", "eu-west-1")
    stubs("iam")
    getattr(index, entry)(event("Delete", **PROPERTIES, Roles=ROLES), None)
    assert (answers[0]["Status"], answers[0]["PhysicalResourceId"]) == ("SUCCESS", "kept")


def test_a_role_that_exists_is_left_alone(stubs: Stubs, answers: list[dict[str, Any]]) -> None:
    stubs("iam").add_response("get_role", ROLE, NAME)
    index.roles(event(Roles=ROLES), None)
    assert answers[0]["Status"] == "SUCCESS"


@pytest.mark.parametrize("meanwhile", [False, True])
def test_a_missing_role_is_made_and_waited_for(
    stubs: Stubs, answers: list[dict[str, Any]], meanwhile: bool
) -> None:
    iam = stubs("iam")
    iam.add_client_error("get_role", "NoSuchEntity")
    service = {"AWSServiceName": "securitylake.amazonaws.com"}
    if meanwhile:
        iam.add_client_error("create_service_linked_role", "InvalidInput", expected_params=service)
    else:
        iam.add_response("create_service_linked_role", ROLE, service)
    iam.add_response("get_role", ROLE, NAME)
    index.roles(event(Roles=ROLES), None)
    assert answers[0]["Status"] == "SUCCESS"


def test_a_role_that_may_not_be_made_fails(stubs: Stubs, answers: list[dict[str, Any]]) -> None:
    iam = stubs("iam")
    iam.add_client_error("get_role", "NoSuchEntity")
    iam.add_client_error("create_service_linked_role", "AccessDenied", "no")
    index.roles(event(Roles=ROLES), None)
    assert (answers[0]["Status"], "AccessDenied" in answers[0]["Reason"]) == ("FAILED", True)
