"""The membership in AWS Security Incident Response: bought once, kept as configured, never again."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template
from pydantic import ValidationError

from baseline.config import Configuration, Names, load
from baseline.config.incident_response import SecurityIncidentResponse
from baseline.organization.feature_set import features_of
from baseline.organization.permissions import statements as organization_statements
from baseline.response.membership import IncidentResponseMembership
from tests.handlers import load_handler

index = load_handler("baseline/detection/handlers/service_lookup")
memberships = sys.modules["memberships"]

TEAM = [
    {"name": "Ada Ash", "job_title": "On-call engineer", "email": "ada@example.com"},
    {"name": "Security desk", "job_title": "Operations", "email": "security@example.com"},
]
SETTINGS = SecurityIncidentResponse.model_validate({"team": TEAM})
WANTED = {
    "Name": "Security baseline",
    "Team": [
        {"name": each["name"], "jobTitle": each["job_title"], "email": each["email"]}
        for each in TEAM
    ],
    "Triage": "true",
}


class FakeService:
    """The calls of ``security-ir``, which moto does not know; the parameters are botocore's."""

    def __init__(self, *found: dict[str, Any]) -> None:
        self.found, self.made = {each["membershipId"]: each for each in found}, 0

    def get_paginator(self, name: str) -> FakeService:
        assert name == "list_memberships"
        return self

    def paginate(self) -> list[dict[str, Any]]:
        keys = ("membershipId", "membershipStatus")
        return [{"items": [{key: each[key] for key in keys} for each in self.found.values()]}]

    def get_membership(self, *, membershipId: str) -> dict[str, Any]:  # noqa: N803 - boto3's
        return self.found[membershipId]

    def create_membership(self, **request: Any) -> dict[str, str]:
        self.made += 1
        made = {"membershipId": "m-0123456789", "membershipStatus": "Active", **request}
        self.found[made["membershipId"]] = made
        return {"membershipId": made["membershipId"]}

    def update_membership(self, *, membershipId: str, **changes: Any) -> None:  # noqa: N803
        self.found[membershipId] |= {**changes, "changed": sorted(changes)}


def test_one_membership_is_created_for_the_whole_organization() -> None:
    service = FakeService()
    assert memberships.keep_membership(service, WANTED, token="1") == {
        "MembershipId": "m-0123456789"
    }
    made = service.found["m-0123456789"]
    assert made["coverEntireOrganization"] is True
    assert made["clientToken"] == "1"
    assert made["incidentResponseTeam"] == WANTED["Team"]
    assert made["optInFeatures"] == [{"featureName": "Triage", "isEnabled": True}]


def test_a_second_run_changes_nothing() -> None:
    service = FakeService()
    for token in ("1", "2"):
        memberships.keep_membership(service, WANTED, token=token)
    assert service.made == 1
    assert "changed" not in service.found["m-0123456789"]


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        ({"Name": "Another"}, ["membershipName"]),
        (
            {"Team": [*WANTED["Team"], {"name": "Bea", "jobTitle": "x", "email": "b@x.org"}]},
            ["incidentResponseTeam"],
        ),
        ({"Triage": "false"}, ["optInFeatures"]),
    ],
)
def test_what_is_configured_otherwise_is_changed(
    change: dict[str, Any], changed: list[str]
) -> None:
    service = FakeService()
    memberships.keep_membership(service, WANTED, token="1")
    memberships.keep_membership(service, {**WANTED, **change}, token="2")
    assert service.found["m-0123456789"]["changed"] == changed
    assert service.made == 1


def test_a_cancelled_membership_is_not_bought_again() -> None:
    service = FakeService({"membershipId": "m-old", "membershipStatus": "Cancelled"})
    with pytest.raises(memberships.MembershipError, match="--undo-membership-cancellation"):
        memberships.keep_membership(service, WANTED, token="1")
    assert service.made == 0


def test_one_that_ended_long_ago_does_not_stand_in_the_way() -> None:
    service = FakeService({"membershipId": "m-old", "membershipStatus": "Terminated"})
    memberships.keep_membership(service, WANTED, token="1")
    assert service.made == 1


def test_deleting_the_resource_leaves_the_membership(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(
        index,
        "_respond",
        lambda event, status, *_, **__: told.append((event["RequestType"], status)),
    )
    monkeypatch.setattr(index.boto3, "client", lambda *_, **__: FakeService())
    event = {"RequestType": "Delete", "RequestId": "1", "ResourceProperties": WANTED}
    index.membership(event, None)
    index.membership({**event, "RequestType": "Create"}, None)
    assert told == [("Delete", "SUCCESS"), ("Create", "SUCCESS")]


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    stack = cdk.Stack(
        cdk.App(), "stack", env=cdk.Environment(account="333333333333", region="eu-west-1")
    )
    IncidentResponseMembership(stack, "Membership", settings=SETTINGS)
    return dict(Template.from_stack(stack).to_json())


def test_the_resource_asks_for_what_is_configured(template: dict[str, Any]) -> None:
    [resource] = [
        each
        for each in template["Resources"].values()
        if each["Type"] == "Custom::MembershipLookup"
    ]
    asked = resource["Properties"]
    assert asked["Name"] == "Security baseline"
    assert asked["Team"] == WANTED["Team"]
    assert asked["Triage"] is True


def test_the_function_makes_the_two_roles_of_the_service_and_no_other(
    template: dict[str, Any],
) -> None:
    [policy] = [
        each["Properties"]["PolicyDocument"]["Statement"]
        for each in template["Resources"].values()
        if each["Type"] == "AWS::IAM::ManagedPolicy"
    ]
    rows = {each.get("Sid"): each for each in policy}
    made = rows["CreateServiceLinkedRoles"]
    assert made["Condition"] == {
        "StringEquals": {
            "iam:AWSServiceName": ["security-ir.amazonaws.com", "triage.security-ir.amazonaws.com"]
        }
    }
    kept = rows["KeepMembership"]
    assert "security-ir:CancelMembership" not in json.dumps(policy)
    assert ":membership/*" in json.dumps(kept["Resource"])


def configured(*, on: bool) -> Configuration:
    found = load(Path("baseline.yaml"))
    if not on:
        return found
    response = found.response.model_copy(update={"security_incident_response": SETTINGS})
    return found.model_copy(update={"response": response})


@pytest.mark.parametrize("on", [False, True])
def test_the_security_account_is_its_administrator_where_it_is_on(*, on: bool) -> None:
    configuration = configured(on=on)
    names = Names.of(configuration)
    features = features_of(configuration, names)
    service = "security-ir.amazonaws.com"
    assert (service in features.trusted_access) == on
    administrators = {
        each.service_principal: each.account_id for each in features.delegated_administrators
    }
    assert administrators.get(service) == (names.security if on else None)
    granted = json.dumps(
        [
            each.to_statement_json()
            for each in organization_statements(features, names, (), revert_on_delete=False)
        ]
    )
    assert ("triage.security-ir.amazonaws.com" in granted) == on


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"team": TEAM[:1]},
        {"team": [*TEAM, *TEAM]},
        {"team": TEAM * 6},
        {"team": [TEAM[0], {**TEAM[1], "email": "nobody"}]},
        {"team": [TEAM[0], {**TEAM[1], "name": "xy"}]},
        {"team": TEAM, "name": "x"},
        {"team": TEAM, "triage": "yes"},
    ],
)
def test_what_aws_would_refuse_is_refused_before(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SecurityIncidentResponse.model_validate(wrong)
