"""Event patterns: which events become a message, and which are forwarded to the security account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from baseline.detection.key_events import KEY_CALLS

Pattern = dict[str, Any]

COMPLIANCE_CHANGE = "Config Rules Compliance Change"
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
            "DeleteOrganizationConformancePack",
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

SECURITY_GROUP_CHANGES = (
    "AuthorizeSecurityGroupIngress",
    "CreateManagedPrefixList",
    "CreateSecurityGroup",
    "ModifyManagedPrefixList",
    "ModifySecurityGroupRules",
)
"""Calls after which a security group may let more in than before."""

ROOT_SETTINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "account": ("AcceptPrimaryEmailUpdate", "StartPrimaryEmailUpdate"),
        "iam": (
            "DisableOrganizationsRootCredentialsManagement",
            "DisableOrganizationsRootSessions",
        ),
    }
)
"""API calls with which somebody else than root gets hold of root users, by service.

Who reads the e-mail address of an account resets its root password; without central management a
member can make root credentials again.
"""

ROOT_AUDIT = "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"
"""The task of a root session that only looks; the search for root credentials opens it every week."""

GLOBAL_REGION = "us-east-1"
"""Where root sign-ins and calls of IAM and of the global endpoint of STS are recorded."""

SIGN_IN_REGIONS = (GLOBAL_REGION, "us-east-2", "eu-north-1", "ap-southeast-2")
"""Where sign-ins of IAM users are recorded, after the Region of the sign-in page that they got.

Source: AWS CloudTrail User Guide, "AWS Management Console sign-in events".
"""

ORGANIZATIONS = "aws.organizations"

ACCOUNT_EVENTS = ("AccountJoinedOrganization", "CreateAccountResult", "MoveAccount")
"""What Organizations calls it when an account comes or changes its unit.

Source: AWS Organizations API Reference, "CreateAccount", "AcceptHandshake" (membership events),
"MoveAccount".
"""

QUIET_CALLS = (*SECURITY_GROUP_CHANGES, *ACCOUNT_EVENTS, *KEY_CALLS)
"""Forwarded calls that are for machines, or told by a rule of their own (:mod:`key_events`)."""

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


def root_sessions() -> Pattern:
    """Match root sessions in a member account that may change something, refused ones included.

    Source: IAM User Guide, "Track privileged tasks in AWS CloudTrail".
    """
    return {
        "source": ["aws.sts"],
        "detail-type": [API_CALL],
        "detail": {
            "eventSource": ["sts.amazonaws.com"],
            "eventName": ["AssumeRoot"],
            "requestParameters": {"taskPolicyArn": {"arn": [{"anything-but": [ROOT_AUDIT]}]}},
        },
    }


def root_settings() -> Pattern:
    """Match the calls of :data:`ROOT_SETTINGS`, refused ones included."""
    return {
        "source": [f"aws.{service}" for service in ROOT_SETTINGS],
        "detail-type": [API_CALL],
        "detail": {
            "eventSource": [f"{service}.amazonaws.com" for service in ROOT_SETTINGS],
            "eventName": [name for names in ROOT_SETTINGS.values() for name in names],
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


def security_group_changes() -> Pattern:
    """Match the calls that may have opened a port, but not refused ones."""
    return {
        "source": ["aws.ec2"],
        "detail-type": [API_CALL],
        "detail": {
            "eventSource": ["ec2.amazonaws.com"],
            "eventName": list(SECURITY_GROUP_CHANGES),
            "errorCode": [{"exists": False}],
        },
    }


def noncompliant_security_groups() -> Pattern:
    """Match the verdict of any AWS Config rule that a security group does not comply."""
    return {
        "source": ["aws.config"],
        "detail-type": [COMPLIANCE_CHANGE],
        "detail": {
            "resourceType": ["AWS::EC2::SecurityGroup"],
            "newEvaluationResult": {"complianceType": ["NON_COMPLIANT"]},
        },
    }


def open_port_signs() -> Pattern:
    """Match what :func:`security_group_changes` or :func:`noncompliant_security_groups` matches."""
    branches = [security_group_changes(), noncompliant_security_groups()]
    sources = [source for branch in branches for source in branch.pop("source")]
    return {"source": sorted(sources), "$or": branches}


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


def control_tower_drift() -> Pattern:
    """Match what Control Tower finds changed: its policies, units, accounts and roles."""
    return {"source": ["aws.controltower"], "detail-type": ["Drift Detected"]}


def noncompliance(rule_prefixes: Sequence[str]) -> Pattern:
    """Match resources that fail a rule of AWS Config for the first time, or again.

    Args:
        rule_prefixes: starts of the names of the rules; AWS Config appends the pack's ID.

    Source: AWS Config Developer Guide, "Monitoring AWS Config with Amazon EventBridge".
    """
    return {
        "source": ["aws.config"],
        "detail-type": [COMPLIANCE_CHANGE],
        "detail": {
            "messageType": ["ComplianceChangeNotification"],
            "configRuleName": [{"prefix": prefix} for prefix in rule_prefixes],
            "newEvaluationResult": {"complianceType": ["NON_COMPLIANT"]},
        },
    }


def forwarded_activity() -> Pattern:
    """Match the recorded calls that people hear of at once: root use, break-glass and tampering.

    Changes of security groups and accounts that join or move (:func:`accounts_changed`) are
    forwarded too; of them nobody is told, unless the root user made them. Calls that weaken a key
    have rules of their own (:mod:`key_events`).
    """
    return {
        "source": [{"prefix": "aws."}],
        "detail-type": [API_CALL, SIGN_IN],
        # A field of a branch takes the place of the same field outside: none stands in both.
        "$or": [
            {"detail": {"eventName": [{"anything-but": list(QUIET_CALLS)}]}},
            {"detail": {"userIdentity": {"type": ["Root"]}}},
        ],
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
