"""A session of a role is in somebody else's hands."""

from __future__ import annotations

from baseline.response.playbooks import triggers
from baseline.response.playbooks.compromised_access_key import STOLEN
from baseline.response.playbooks.model import ByHand, Playbook, Step

EXFILTRATED = (
    "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.InsideAWS",
    "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
    "UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.InsideAWS",
    "UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS",
)
"""Credentials of an instance, a function or a task that are used elsewhere."""

UNUSUAL = (
    "CredentialAccess:IAMUser/AnomalousBehavior",
    "Persistence:IAMUser/AnomalousBehavior",
    "PrivilegeEscalation:IAMUser/AnomalousBehavior",
)
"""Less certain; a revoked session is soon replaced by a new one, so that the price is small."""

DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"

PLAYBOOK = Playbook(
    id="compromised-role-session",
    title="Compromised role session",
    family="identity",
    severity="critical",
    mode="contain",
    summary=(
        "Temporary credentials of a role are used by somebody else. All sessions issued until now are "
        "revoked; new ones work, so that workloads recover by themselves. Roles of IAM Identity "
        "Center, service-linked roles, the emergency role and the baseline's own are reported, not "
        "changed."
    ),
    triggers=(
        triggers.guardduty("Exfiltrated", "credentials of a workload used elsewhere", EXFILTRATED),
        triggers.guardduty("Findings", "a role's session used by somebody else", STOLEN),
        triggers.guardduty("Unusual", "a role's session behaves as it never did", UNUSUAL),
    ),
    steps=(
        Step(
            id="describe-role",
            title="Keep what the role is and who may assume it",
            why="It shows who gets sessions of it, and which instances work with it.",
            kind="evidence",
            by_hand=(
                "aws iam get-role --role-name ROLE",
                "aws iam list-attached-role-policies --role-name ROLE",
                "aws iam list-role-policies --role-name ROLE",
                "aws iam list-instance-profiles-for-role --role-name ROLE",
            ),
        ),
        Step(
            id="revoke-role-sessions",
            title="Revoke the sessions of the role",
            why=(
                "Sessions cannot be deleted; an inline policy denies everything to those issued "
                "before now. Workloads fail until they get new credentials: an instance renews them "
                "before they expire, at most after six hours, or at once when it is restarted. A "
                "thief who can still reach the source of the credentials gets new ones, too."
            ),
            kind="contain",
            by_hand=(
                (
                    "aws iam put-role-policy --role-name ROLE --policy-name secbase-sessions-revoked "
                    '--policy-document \'{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":'
                    '"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"NOW"}}}]}\''
                ),
            ),
            undo=(
                "aws iam delete-role-policy --role-name ROLE --policy-name secbase-sessions-revoked",
            ),
        ),
        Step(
            id="trace-session",
            title="Keep what the session did in every Region",
            why="What it made, and the roles it assumed, outlive the session.",
            kind="evidence",
            by_hand=(
                (
                    "aws cloudtrail lookup-events --lookup-attributes "
                    "AttributeKey=AccessKeyId,AttributeValue=KEY --region REGION"
                ),
            ),
        ),
        Step(
            id="deny-role",
            title="Deny everything to the role, new sessions included",
            why=(
                "For the case that the thief still gets new sessions: from the instance, from an "
                "identity provider, or by a trust that is too wide. Whatever works with the role "
                "stops."
            ),
            kind="destructive",
            by_hand=(f"aws iam attach-role-policy --role-name ROLE --policy-arn {DENY_ALL}",),
            undo=(f"aws iam detach-role-policy --role-name ROLE --policy-arn {DENY_ALL}",),
        ),
    ),
    judge=(
        "Is the address one of ours: a NAT gateway, a VPN, a proxy, an account of a partner?",
        "Does the owner of the role know the calls in the evidence?",
        "Who may assume the role, and from where did that principal come?",
    ),
    afterwards=(
        "Find out how the credentials got out: request forgery against instance metadata, a dump, a log.",
        "Run compromised-instance for the instance that the finding or the report names.",
        (
            "For a role of IAM Identity Center: disable the person there, delete the account assignment "
            "(aws sso-admin delete-account-assignment), and end the sessions of the person."
        ),
        "Remove the inline policy once the longest session of the role is over (at most 12 hours).",
    ),
    sources=(
        "IAM User Guide: Revoke IAM role temporary security credentials",
        "Amazon GuardDuty User Guide: Remediating potentially compromised AWS credentials",
        "Amazon EC2 User Guide: Retrieve security credentials from instance metadata",
    ),
    by_hand=ByHand(kind="role", inputs={"id": "Name of the role"}),
)
