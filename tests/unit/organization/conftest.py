"""Fixtures of the organization's tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from baseline.config import Configuration
from tests.unit.organization.fake_aws import (
    ORGANIZATION_ID,
    ROOT_ID,
    SECURITY,
    STACK_ID,
    Clock,
    FakeAws,
)
from tests.unit.organization.handler import apicalls, index

PROPERTIES: dict[str, Any] = {
    "ServiceToken": "arn:aws:lambda:eu-west-1:111111111111:function:framework",
    "OrganizationId": ORGANIZATION_ID,
    "RootId": ROOT_ID,
    "TrustedAccess": [
        "config.amazonaws.com",
        "guardduty.amazonaws.com",
        "iam.amazonaws.com",
        "securityhub.amazonaws.com",
    ],
    "PolicyTypes": ["SERVICE_CONTROL_POLICY", "GUARDDUTY_POLICY"],
    "DelegatedAdministrators": [
        {"ServicePrincipal": "config.amazonaws.com", "AccountId": SECURITY}
    ],
    "RegionalAdministrators": [
        {
            "Service": "guardduty",
            "AccountId": SECURITY,
            "Regions": ["eu-west-1", "eu-central-1"],
        },
        {"Service": "securityhub", "AccountId": SECURITY, "Regions": ["eu-west-1"]},
    ],
    "RootFeatures": ["RootCredentialsManagement", "RootSessions"],
    "RamSharing": "true",
    "StackSetsAccess": "true",
    "Placements": [{"AccountId": SECURITY, "UnitId": "ou-exam-security"}],
}

CONTACT = {"name": "Team", "title": "Team", "email": "team@example.com", "phone": "+4930123456"}
# Without guardrails: their catalog is tested elsewhere.
CONFIGURATION: dict[str, Any] = {
    "organization": {"id": ORGANIZATION_ID, "root_id": ROOT_ID, "email_domains": ["example.com"]},
    "home_region": "eu-west-1",
    "regions": ["eu-west-1", "eu-central-1"],
    "accounts": {
        "management": {"id": "111111111111", "email": "aws-management@example.com"},
        "log_archive": {
            "id": "222222222222",
            "email": "aws-log-archive@example.com",
            "ou": "Security",
        },
        "security": {"id": SECURITY, "email": "aws-security@example.com", "ou": "Security"},
        "network": {
            "id": "444444444444",
            "email": "aws-network@example.com",
            "ou": "Infrastructure",
        },
        "shared_services": {
            "id": "999999999999",
            "email": "aws-shared@example.com",
            "ou": "Infrastructure",
        },
    },
    "organizational_units": {
        "Security": {},
        "Infrastructure": {},
        "Workloads": {"units": {"Production": {}}},
        "Sandbox": {},
    },
    "contacts": {"security": CONTACT, "operations": CONTACT, "billing": CONTACT},
    "notifications": {"critical": ["team@example.com"], "high": ["team@example.com"]},
}

Invoke = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def configuration() -> Configuration:
    """Four units, one of them with a unit below it, and no members."""
    return Configuration.model_validate(CONFIGURATION)


@pytest.fixture
def aws() -> FakeAws:
    """An organization where nothing is switched on and the security account stands in the root."""
    return FakeAws(parents={SECURITY: ROOT_ID})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def invoke(aws: FakeAws, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Invoke an entry point: ``invoke("on_event", "Create", RamSharing="false")``."""

    def make_api(_: object) -> object:
        return apicalls.Api(
            remaining=clock.remaining,
            client=aws.client,
            region="eu-west-1",
            sleep=clock.sleep,
            jitter=lambda _, high: high,
        )

    def invoke(
        entry: str,
        request: str = "Create",
        old: dict[str, Any] | None = None,
        data: dict[str, str] | None = None,
        **properties: object,
    ) -> dict[str, Any]:
        event: dict[str, Any] = {
            "RequestType": request,
            "StackId": STACK_ID,
            "ResourceProperties": {**PROPERTIES, **properties},
            "Data": data or {},
        }
        if request != "Create":
            event["PhysicalResourceId"] = "organization-features-o-exampleorgid"
            event["OldResourceProperties"] = {**PROPERTIES, **(old or {})}
        answer: dict[str, Any] = getattr(index, entry)(event, None)
        return answer

    monkeypatch.setattr(index, "_api", make_api)
    return invoke
