"""A key of the baseline that somebody weakens is told at once, a key of a member that is lost, too.

The records are those of the AWS Key Management Service Developer Guide, "Examples of AWS KMS log
entries": ``keyId`` is an ID or an ARN as the caller wrote it, ``resources`` carries the ARN.
"""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from baseline.audit.log_protection import KEY_ACTIONS
from baseline.config import Configuration, Names, load
from baseline.detection import event_patterns, key_events
from baseline.detection.event_forwarding import EventForwarding
from baseline.detection.event_patterns import Emergency
from stacks.security import SecurityStack
from tests.support import CONTEXT, ROOT
from tests.unit.detection.formatter import finding_accounts, finding_reading, finding_text
from tests.unit.detection.matching import matches

ACCOUNT = finding_accounts.Account(id="222222222222", name="log-archive", unit="Security")
Event = dict[str, Any]
Patterns = dict[str, dict[str, Any]]
MEMBER, LOG_ARCHIVE, NETWORK = "555555555555", "222222222222", "444444444444"
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
PARAMETERS: dict[str, dict[str, Any]] = {
    "DeleteAlias": {"aliasName": "alias/secbase-logs"},
    "DeleteImportedKeyMaterial": {"keyId": KEY_ID},
    "DisableKey": {"keyId": KEY_ID},
    "DisableKeyRotation": {"keyId": f"arn:aws:kms:eu-west-1:{LOG_ARCHIVE}:key/{KEY_ID}"},
    "PutKeyPolicy": {"keyId": KEY_ID, "policyName": "default", "policy": "{}"},
    "ScheduleKeyDeletion": {"keyId": KEY_ID, "pendingWindowInDays": 7},
    "UpdateAlias": {"aliasName": "alias/secbase-logs", "targetKeyId": KEY_ID},
}


def call(
    name: str, account: str = LOG_ARCHIVE, *, role: str | None = "Admin", **detail: Any
) -> Event:
    """Give the record of a call by a session of ``role``, or by an IAM user where it is None."""
    session = {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{account}:assumed-role/{role}/anna",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "arn": f"arn:aws:iam::{account}:role/{role}",
                "accountId": account,
                "userName": role,
            }
        },
    }
    user = {"type": "IAMUser", "arn": f"arn:aws:iam::{account}:user/anna", "userName": "anna"}
    return {
        "version": "0",
        "source": "aws.kms",
        "account": account,
        "region": "eu-west-1",
        "detail-type": "AWS API Call via CloudTrail",
        "detail": {
            "eventVersion": "1.08",
            "userIdentity": user if role is None else session,
            "eventTime": "2026-11-01T10:00:00Z",
            "eventSource": "kms.amazonaws.com",
            "eventName": name,
            "awsRegion": "eu-west-1",
            "sourceIPAddress": "192.0.2.1",
            "requestParameters": PARAMETERS.get(name, {"keyId": KEY_ID}),
            "responseElements": None,
            "readOnly": False,
            "resources": [
                {
                    "accountId": account,
                    "type": "AWS::KMS::Key",
                    "ARN": f"arn:aws:kms:eu-west-1:{account}:key/{KEY_ID}",
                }
            ],
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": account,
            **detail,
        },
    }


DEPLOYMENT = f"cdk-secbase-cfn-exec-role-{LOG_ARCHIVE}-eu-west-1"
REFUSED: dict[str, Any] = {
    "errorCode": "AccessDenied",
    "resources": None,
    "requestParameters": None,
}
ROOT_USER: dict[str, Any] = {
    "userIdentity": {"type": "Root", "arn": f"arn:aws:iam::{LOG_ARCHIVE}:root"}
}

# Event, whether it is forwarded, and what hears of it.
CASES: list[tuple[str, Event, bool, list[str]]] = [
    *((name, call(name), True, ["critical"]) for name in key_events.KEY_CALLS),
    ("by an IAM user", call("PutKeyPolicy", role=None), True, ["critical"]),
    ("in another core account", call("DisableKey", NETWORK), True, ["critical"]),
    ("refused", call("ScheduleKeyDeletion", **REFUSED), True, ["critical"]),
    ("policy by a deployment", call("PutKeyPolicy", role=DEPLOYMENT), False, []),
    ("alias by a deployment", call("UpdateAlias", role=DEPLOYMENT), False, []),
    ("deletion by a deployment", call("ScheduleKeyDeletion", role=DEPLOYMENT), True, ["critical"]),
    ("look-alike", call("PutKeyPolicy", role=f"x{DEPLOYMENT}"), True, ["critical"]),
    ("member's key disabled", call("DisableKey", MEMBER), True, ["high"]),
    ("member's key deleted", call("ScheduleKeyDeletion", MEMBER), True, ["high"]),
    ("member's policy", call("PutKeyPolicy", MEMBER), False, []),
    ("member's rotation", call("DisableKeyRotation", MEMBER), False, []),
    ("key enabled", call("EnableKey"), False, []),
    ("deletion taken back", call("CancelKeyDeletion"), False, []),
    ("key used", call("Decrypt"), False, []),
    ("other service", {**call("DisableKey"), "source": "aws.payment-cryptography"}, False, []),
]
IDS = [case[0] for case in CASES]


def stack_of(names: Names, account: str) -> cdk.Stack:
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    return cdk.Stack(app, "Stack", env=cdk.Environment(account=account, region=names.home_region))


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load(ROOT / "baseline.yaml")


@pytest.fixture(scope="module")
def patterns(configuration: Configuration) -> Patterns:
    """The patterns of every rule in the security stack, by topic and rule."""
    names = Names.of(configuration)
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    env = cdk.Environment(account=names.security, region=names.home_region)
    SecurityStack(app, "security", configuration=configuration, names=names, env=env)
    template = app.synth().get_stack_by_name("secbase-security").template
    return {
        resource["Properties"]["Description"]: resource["Properties"]["EventPattern"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Events::Rule"
    }


@pytest.fixture(scope="module")
def forwarding(configuration: Configuration) -> Patterns:
    names = Names.of(configuration)
    stack = stack_of(names, MEMBER)
    EventForwarding(
        stack,
        "Forwarding",
        bus_arn=names.event_bus_arn,
        role_name=names.event_forwarding_role,
        rule_name=names.forwarding_rule,
        emergency=Emergency(role="OrgBreakGlass", users=(), account=names.management),
        guardduty_account=names.security,
        core_accounts=names.core_accounts,
    )
    resources = assertions.Template.from_stack(stack).to_json()["Resources"]
    return {
        rule["Properties"]["Name"]: rule["Properties"]["EventPattern"]
        for rule in resources.values()
        if rule["Type"] == "AWS::Events::Rule"
    }


@pytest.mark.parametrize(("event", "forwarded"), [case[1:3] for case in CASES], ids=IDS)
def test_what_is_forwarded(forwarding: Patterns, event: Event, forwarded: bool) -> None:
    found = [name for name, pattern in forwarding.items() if matches(pattern, event)]
    assert found == (["secbase-forward-key-calls"] if forwarded else [])


@pytest.mark.parametrize(
    ("event", "heard"),
    [(event, heard) for _, event, forwarded, heard in CASES if forwarded],
    ids=[case[0] for case in CASES if case[2]],
)
def test_what_arrives_is_heard_once_by_its_severity(
    patterns: Patterns, event: Event, heard: list[str]
) -> None:
    found = [name for name, pattern in patterns.items() if matches(pattern, event)]
    assert found == [f"{severity.title()}Findings messages from Keys" for severity in heard]


def test_what_a_root_user_does_to_a_key_is_critical_wherever_it_is(patterns: Patterns) -> None:
    event = call("PutKeyPolicy", MEMBER, **ROOT_USER)
    found = sorted(name for name, pattern in patterns.items() if matches(pattern, event))
    assert "CriticalFindings messages from Activity" in found


@pytest.mark.parametrize("severity", ["critical", "high"])
def test_the_message_names_key_person_and_result(severity: str) -> None:
    event = call("DisableKey", errorCode="AccessDenied")
    text = finding_text.email(finding_reading.read(event, severity), ACCOUNT)
    assert text.startswith(f"{severity.upper()}: DisableKey (kms)")
    assert f"key/{KEY_ID}" in text
    assert "refused: AccessDenied" in text
    assert "What to do: Ask whoever did this" in text


def test_no_pattern_has_a_field_both_outside_and_inside_or() -> None:
    core = [LOG_ARCHIVE]
    for pattern in (
        key_events.key_calls(core_accounts=core, qualifier="secbase"),
        key_events.core_key_calls(core_accounts=core, qualifier="secbase"),
        event_patterns.forwarded_activity(),
    ):
        outside = set(pattern) - {"$or"}
        assert all(outside.isdisjoint(branch) for branch in pattern["$or"])


def test_every_call_that_the_log_keys_are_protected_from_is_watched() -> None:
    # What the key policies of the log archive deny (baseline/audit/log_protection.py).
    denied = {action.removeprefix("kms:") for action in KEY_ACTIONS} | {"ScheduleKeyDeletion"}
    assert denied <= set(key_events.KEY_CALLS)
