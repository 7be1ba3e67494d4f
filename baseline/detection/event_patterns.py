"""Event patterns: which events become a message, and which are forwarded to the security account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

Pattern = dict[str, object]

API_CALL = "AWS API Call via CloudTrail"
SIGN_IN = "AWS Console Sign In via CloudTrail"
SERVICE_EVENT = "AWS Service Event via CloudTrail"


@dataclass(frozen=True, kw_only=True, slots=True)
class Severity:
    """A severity as Security Hub and GuardDuty write it.

    Attributes:
        name: name in configuration, such as ``critical``.
        label: ``Severity.Label`` of a Security Hub finding.
        guardduty_from: lowest GuardDuty severity, itself included.
        guardduty_below: GuardDuty severity that belongs to the next severity; none for the highest.
    """

    name: str
    label: str
    guardduty_from: float
    guardduty_below: float | None


SEVERITIES: Mapping[str, Severity] = MappingProxyType(
    {
        severity.name: severity
        for severity in (
            Severity(name="critical", label="CRITICAL", guardduty_from=9, guardduty_below=None),
            Severity(name="high", label="HIGH", guardduty_from=7, guardduty_below=9),
            Severity(name="medium", label="MEDIUM", guardduty_from=4, guardduty_below=7),
        )
    }
)
"""Severities that can be notified, highest first.

Source: Amazon GuardDuty User Guide, "Severity levels of GuardDuty findings"; AWS Security Hub API
Reference, "Severity".
"""

TAMPERING: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "cloudtrail": ("DeleteTrail", "PutEventSelectors", "StopLogging", "UpdateTrail"),
        "config": (
            "DeleteConfigurationRecorder",
            "DeleteDeliveryChannel",
            "StopConfigurationRecorder",
        ),
        "guardduty": (
            "DeleteDetector",
            "DeleteMembers",
            "DeletePublishingDestination",
            "DisableOrganizationAdminAccount",
            "DisassociateFromAdministratorAccount",
            "DisassociateFromMasterAccount",
            "DisassociateMembers",
            "StopMonitoringMembers",
            "UpdateDetector",
        ),
        "securityhub": (
            "DeleteConfigurationPolicy",
            "DeleteFindingAggregator",
            "DeleteMembers",
            "DisableOrganizationAdminAccount",
            "DisableSecurityHub",
            "DisassociateFromAdministratorAccount",
            "DisassociateMembers",
            "StartConfigurationPolicyDisassociation",
        ),
    }
)
"""API calls that switch off or weaken a trail, a detector, a recorder or Security Hub, by service."""

ORGANIZATIONS = "aws.organizations"

ACCOUNT_EVENTS = ("AccountJoinedOrganization", "CreateAccountResult", "MoveAccount")
"""What Organizations calls it when an account comes or changes its unit.

Source: AWS Organizations API Reference, "CreateAccount", "AcceptHandshake" (membership events),
"MoveAccount".
"""

GLOBAL_REGION = "us-east-1"
"""Where root sign-ins and calls of IAM and of the global endpoint of STS are recorded."""

SIGN_IN_REGIONS = (GLOBAL_REGION, "us-east-2", "eu-north-1", "ap-southeast-2")
"""Where sign-ins of IAM users are recorded, after the Region of the sign-in page that they got.

Source: AWS CloudTrail User Guide, "AWS Management Console sign-in events".
"""

FORWARDED_SOURCES = ("aws.*",)
"""Event sources that the security account's bus accepts: AWS services, which nobody can imitate."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Emergency:
    """The emergency role and its users, whose every use is told.

    Attributes:
        role: name of the role, the same in every account.
        users: names of the users.
        account: account of the users.
    """

    role: str
    users: tuple[str, ...]
    account: str


def security_hub_findings(severity: Severity) -> Pattern:
    """Match new, active findings of a severity that Security Hub imports.

    Suppressed, resolved and notified findings have another workflow status, archived ones another
    record state. GuardDuty's own events are quicker and carry more, so its findings are left out
    here; ``ProductArn`` is the field that every finding has.
    """
    return {
        "source": ["aws.securityhub"],
        "detail-type": ["Security Hub Findings - Imported"],
        "detail": {
            "findings": {
                "Severity": {"Label": [severity.label]},
                "Workflow": {"Status": ["NEW"]},
                "RecordState": ["ACTIVE"],
                "ProductArn": [{"anything-but": {"suffix": "product/aws/guardduty"}}],
            }
        },
    }


def guardduty_findings(severity: Severity | None = None) -> Pattern:
    """Match GuardDuty findings of a severity that nobody archived; of every severity by default."""
    detail: Pattern = {"service": {"archived": [False, {"exists": False}]}}
    if severity is not None:
        limits: list[object] = [">=", severity.guardduty_from]
        if severity.guardduty_below is not None:
            limits += ["<", severity.guardduty_below]
        detail["severity"] = [{"numeric": limits}]
    return {"source": ["aws.guardduty"], "detail-type": ["GuardDuty Finding"], "detail": detail}


def root_activity() -> Pattern:
    """Match what a root user does: sign-in and API calls, but not what AWS does in its name."""
    return {
        "detail-type": [API_CALL, SIGN_IN],
        "detail": {
            "userIdentity": {"type": ["Root"], "invokedBy": [{"exists": False}]},
            "eventType": [{"anything-but": ["AwsServiceEvent"]}],
        },
    }


def tampering(service: str) -> Pattern:
    """Match calls that weaken a protection of ``service``, refused calls included.

    Raises:
        KeyError: when :data:`TAMPERING` does not have the service.
    """
    return {
        "source": [f"aws.{service}"],
        "detail-type": [API_CALL],
        "detail": {
            "eventSource": [f"{service}.amazonaws.com"],
            "eventName": list(TAMPERING[service]),
        },
    }


def emergency_use(emergency: Emergency) -> dict[str, Pattern]:
    """Give the patterns of every use of the emergency role, by name.

    ``BreakGlassRole`` matches whoever assumes it or tries to, in the account of the caller and in
    that of the role; ``BreakGlassSession`` the switch of roles in the console and every change that
    a session makes; ``BreakGlassUsers`` the sign-ins of the users, failed ones too, and whatever
    they do themselves. EventBridge leaves out calls that only read; ``AssumeRole`` is not among
    those, as it does not start like them.

    Source: Amazon EventBridge User Guide, "Receiving read-only management events from AWS
    services"; AWS CloudTrail User Guide, "CloudTrail userIdentity element".
    """
    session = f"arn:*:sts::*:assumed-role/{emergency.role}/*"
    found: dict[str, Pattern] = {
        "BreakGlassRole": {
            "source": ["aws.sts"],
            "detail-type": [API_CALL],
            "detail": {
                "eventSource": ["sts.amazonaws.com"],
                "eventName": [{"prefix": "AssumeRole"}],
                "requestParameters": {"roleArn": [{"suffix": f":role/{emergency.role}"}]},
            },
        },
        "BreakGlassSession": {
            "source": [{"prefix": "aws."}],
            "detail-type": [API_CALL, SIGN_IN],
            "detail": {"userIdentity": {"arn": [{"wildcard": session}]}},
        },
    }
    if emergency.users:
        found["BreakGlassUsers"] = {
            "source": [{"prefix": "aws."}],
            "account": [emergency.account],
            "detail-type": [API_CALL, SIGN_IN],
            "detail": {"userIdentity": {"type": ["IAMUser"], "userName": list(emergency.users)}},
        }
    return found


def forwarded_activity() -> Pattern:
    """Match the recorded calls that the accounts forward: root use, break-glass and tampering.

    Accounts that join or move are forwarded too (:func:`accounts_changed`), for the sweeps; of
    them nobody is told, unless the root user did it.
    """
    return {
        "source": [{"prefix": "aws."}],
        "detail-type": [API_CALL, SIGN_IN],
        "detail": {
            "$or": [
                {"eventName": [{"anything-but": list(ACCOUNT_EVENTS)}]},
                {"userIdentity": {"type": ["Root"]}},
            ]
        },
    }


def accounts_changed() -> Pattern:
    """Match accounts that were created, that joined, or that were moved to another unit.

    The management account's CloudTrail has these events in us-east-1 only. Where Control Tower
    creates the account, Organizations tells of it as well.
    """
    return {
        "source": [ORGANIZATIONS],
        "detail-type": [API_CALL, SERVICE_EVENT],
        "detail": {"eventName": list(ACCOUNT_EVENTS), "errorCode": [{"exists": False}]},
    }
