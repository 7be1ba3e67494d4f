from __future__ import annotations

import json
from typing import Any

import botocore.session
import pytest

from baseline.config.quotas import EVENT_PATTERN_SIZE
from baseline.detection import event_patterns
from baseline.detection.event_patterns import SEVERITIES, TAMPERING, Emergency
from tests.unit.detection import sample_events
from tests.unit.detection.matching import matches

CRITICAL, HIGH, MEDIUM = (SEVERITIES[name] for name in ("critical", "high", "medium"))


def heard_by(pattern_of: Any, event: dict[str, Any]) -> list[str]:
    return [name for name, severity in SEVERITIES.items() if matches(pattern_of(severity), event)]


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("CRITICAL", ["critical"]),
        ("HIGH", ["high"]),
        ("MEDIUM", ["medium"]),
        ("LOW", []),
        ("INFORMATIONAL", []),
    ],
)
def test_a_finding_in_security_hub_is_heard_at_its_label(label: str, expected: list[str]) -> None:
    event = sample_events.security_hub(Severity={"Label": label})
    assert heard_by(event_patterns.security_hub_findings, event) == expected


@pytest.mark.parametrize(
    "quiet",
    [
        {"Workflow": {"Status": "SUPPRESSED"}},
        {"Workflow": {"Status": "RESOLVED"}},
        {"Workflow": {"Status": "NOTIFIED"}},
        {"RecordState": "ARCHIVED"},
    ],
)
def test_a_finding_that_someone_dealt_with_is_not_heard(quiet: dict[str, Any]) -> None:
    event = sample_events.security_hub(**quiet)
    assert heard_by(event_patterns.security_hub_findings, event) == []


def test_a_guardduty_finding_is_not_heard_a_second_time_through_security_hub() -> None:
    product = "arn:aws:securityhub:eu-central-1::product/aws/guardduty"
    imported = sample_events.security_hub(ProductArn=product, ProductName="GuardDuty")
    assert heard_by(event_patterns.security_hub_findings, imported) == []
    assert heard_by(event_patterns.guardduty_findings, sample_events.guardduty(8)) == ["high"]


@pytest.mark.parametrize("product", ["aws/inspector", "aws/macie", "555555555555/default"])
def test_findings_of_other_products_are_heard(product: str) -> None:
    arn = f"arn:aws:securityhub:eu-west-1::product/{product}"
    assert heard_by(
        event_patterns.security_hub_findings, sample_events.security_hub(ProductArn=arn)
    ) == ["high"]


@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        (3.9, []),
        (4, ["medium"]),
        (6.9, ["medium"]),
        (7.0, ["high"]),
        (8.9, ["high"]),
        (9.0, ["critical"]),
        (10, ["critical"]),
    ],
)
def test_a_guardduty_finding_is_heard_once_at_its_severity(
    severity: float, expected: list[str]
) -> None:
    event = sample_events.guardduty(severity)
    assert heard_by(event_patterns.guardduty_findings, event) == expected


def test_no_severity_falls_between_two_levels() -> None:
    for tenths in range(40, 101):
        assert (
            len(heard_by(event_patterns.guardduty_findings, sample_events.guardduty(tenths / 10)))
            == 1
        )


def test_an_archived_guardduty_finding_is_not_heard_and_not_forwarded() -> None:
    event = sample_events.guardduty(9, archived=True)
    assert heard_by(event_patterns.guardduty_findings, event) == []
    assert not matches(event_patterns.guardduty_findings(), event)


def test_a_guardduty_finding_without_the_archived_field_is_forwarded() -> None:
    event = sample_events.guardduty(2)
    del event["detail"]["service"]["archived"]
    assert matches(event_patterns.guardduty_findings(), event)


@pytest.mark.parametrize(
    "event",
    [sample_events.sign_in("Root"), sample_events.api_call("s3", "PutBucketPolicy", user="Root")],
    ids=["sign-in", "call"],
)
def test_root_use_is_forwarded_and_heard(event: dict[str, Any]) -> None:
    assert matches(event_patterns.root_activity(), event)
    assert matches(event_patterns.forwarded_activity(), event)


@pytest.mark.parametrize(
    "event",
    [
        sample_events.sign_in("IAMUser"),
        sample_events.api_call("s3", "PutBucketPolicy"),
        sample_events.api_call("s3", "PutObject", user="Root", eventType="AwsServiceEvent"),
        sample_events.api_call(
            "kms", "Decrypt", userIdentity={"type": "Root", "invokedBy": "s3.amazonaws.com"}
        ),
    ],
    ids=["user", "role", "service event", "on behalf"],
)
def test_what_root_did_not_do_is_not_forwarded(event: dict[str, Any]) -> None:
    assert not matches(event_patterns.root_activity(), event)


@pytest.mark.parametrize(
    ("service", "name"), [(service, name) for service, calls in TAMPERING.items() for name in calls]
)
def test_tampering_is_forwarded_and_heard(service: str, name: str) -> None:
    event = sample_events.api_call(service, name)
    assert matches(event_patterns.tampering(service), event)
    assert matches(event_patterns.forwarded_activity(), event)


@pytest.mark.parametrize("service", TAMPERING)
def test_ordinary_calls_are_not_forwarded(service: str) -> None:
    assert not matches(
        event_patterns.tampering(service), sample_events.api_call(service, "TagResource")
    )


def test_an_imitated_source_is_not_heard() -> None:
    event = {**sample_events.sign_in("Root"), "source": "custom.app"}
    assert not matches(event_patterns.forwarded_activity(), event)


def test_every_pattern_fits_into_a_rule() -> None:
    patterns = [
        *(event_patterns.security_hub_findings(severity) for severity in SEVERITIES.values()),
        *(event_patterns.guardduty_findings(severity) for severity in SEVERITIES.values()),
        *(event_patterns.tampering(service) for service in TAMPERING),
        event_patterns.guardduty_findings(),
        event_patterns.root_activity(),
        event_patterns.forwarded_activity(),
    ]
    assert max(len(json.dumps(pattern)) for pattern in patterns) <= EVENT_PATTERN_SIZE


@pytest.mark.parametrize("service", ["guardduty", "securityhub"])
def test_taking_the_administrator_away_is_tampering(service: str) -> None:
    # The management account, which no guardrail binds, can do it for the whole organization.
    event = sample_events.api_call(service, "DisableOrganizationAdminAccount")
    assert matches(event_patterns.tampering(service), event)
    reading = sample_events.api_call(service, "ListOrganizationAdminAccounts")
    assert not matches(event_patterns.tampering(service), reading)


@pytest.mark.parametrize("service", TAMPERING)
def test_every_call_that_is_watched_exists(service: str) -> None:
    model = botocore.session.Session().get_service_model(service)
    assert set(TAMPERING[service]) <= set(model.operation_names)


EMERGENCY = Emergency(
    role="OrgBreakGlass", users=("break-glass-1", "break-glass-2"), account="111111111111"
)


def emergency_rules(event: dict[str, Any]) -> list[str]:
    patterns = event_patterns.emergency_use(EMERGENCY)
    return [name for name, pattern in patterns.items() if matches(pattern, event)]


@pytest.mark.parametrize(
    ("event", "rules"),
    [
        (sample_events.assume_role("OrgBreakGlass"), ["BreakGlassRole"]),
        (
            sample_events.assume_role("OrgBreakGlass", errorCode="AccessDenied"),
            ["BreakGlassRole"],
        ),
        (
            sample_events.assume_role("OrgBreakGlass", eventName="AssumeRoleWithSAML"),
            ["BreakGlassRole"],
        ),
        (sample_events.switch_role("OrgBreakGlass"), ["BreakGlassSession"]),
        (
            sample_events.api_call(
                "iam", "CreateRole", userIdentity=sample_events.session_of("OrgBreakGlass")
            ),
            ["BreakGlassSession"],
        ),
        (sample_events.user_sign_in("break-glass-2"), ["BreakGlassUsers"]),
        (sample_events.user_sign_in("break-glass-1", result="Failure"), ["BreakGlassUsers"]),
    ],
    ids=["assumed", "refused", "SAML", "switched", "change", "sign-in", "failed sign-in"],
)
def test_every_use_of_break_glass_is_forwarded_and_heard(
    event: dict[str, Any], rules: list[str]
) -> None:
    assert emergency_rules(event) == rules
    assert matches(event_patterns.forwarded_activity(), event)


@pytest.mark.parametrize(
    "event",
    [
        sample_events.assume_role("OrgBreakGlass2"),
        sample_events.assume_role("x/OrgBreakGlass-not"),
        sample_events.switch_role("MyOrgBreakGlass"),
        sample_events.switch_role("OrgBreakGlassTest"),
        sample_events.user_sign_in("break-glass-3"),
        sample_events.user_sign_in("break-glass-1", account="555555555555"),
        {**sample_events.assume_role("OrgBreakGlass"), "source": "my.sts"},
        {**sample_events.user_sign_in("break-glass-1"), "source": "my.signin"},
    ],
)
def test_what_is_no_use_of_break_glass_is_not_forwarded(event: dict[str, Any]) -> None:
    assert emergency_rules(event) == []


def test_without_users_there_is_no_rule_about_them() -> None:
    alone = Emergency(role="OrgBreakGlass", users=(), account="111111111111")
    assert list(event_patterns.emergency_use(alone)) == ["BreakGlassRole", "BreakGlassSession"]


def test_patterns_of_break_glass_fit_their_limit() -> None:
    most = Emergency(
        role="r" * 64, users=tuple(f"{'u' * 62}{n}" for n in range(10)), account="1" * 12
    )
    for pattern in event_patterns.emergency_use(most).values():
        assert len(json.dumps(pattern, separators=(",", ":"))) <= EVENT_PATTERN_SIZE
