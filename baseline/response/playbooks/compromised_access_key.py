"""An access key of an IAM user is in somebody else's hands."""

from __future__ import annotations

from baseline.response.playbooks import triggers
from baseline.response.playbooks.model import ByHand, Playbook, Step

STOLEN = (
    "AttackSequence:IAM/CompromisedCredentials",
    "CredentialAccess:IAMUser/CompromisedCredentials",
    "Exfiltration:IAMUser/AnomalousBehavior",
    "Impact:IAMUser/AnomalousBehavior",
    "PenTest:IAMUser/KaliLinux",
    "PenTest:IAMUser/ParrotLinux",
    "PenTest:IAMUser/PentooLinux",
    "UnauthorizedAccess:IAMUser/MaliciousIPCaller",
    "UnauthorizedAccess:IAMUser/MaliciousIPCaller.Custom",
    "UnauthorizedAccess:IAMUser/TorIPCaller",
)
"""Finding types that say with confidence that credentials are used by somebody else.

They are the same for users and roles; the finding says whose credentials they are.
"""

QUARANTINE = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"

PLAYBOOK = Playbook(
    id="compromised-access-key",
    title="Compromised access key",
    family="identity",
    severity="critical",
    mode="contain",
    summary=(
        "An access key of an IAM user was published or is used by somebody else. The key is "
        "deactivated, sessions that it opened are revoked, and the user can no longer make keys, "
        "users, roles or machines. Other keys of the user work on, unless they were made since the "
        "incident began."
    ),
    triggers=(
        triggers.guardduty("Findings", "credentials of an IAM user used by somebody else", STOLEN),
        triggers.exposed_keys("ExposedKeys", "AWS found an access key in a public place"),
    ),
    steps=(
        Step(
            id="describe-user",
            title="Keep what the user is and has",
            why="Containment changes status and policies; this is how they were.",
            kind="evidence",
            by_hand=(
                "aws iam get-access-key-last-used --access-key-id KEY",
                "aws iam get-user --user-name USER",
                "aws iam list-access-keys --user-name USER",
                "aws iam list-attached-user-policies --user-name USER",
                "aws iam list-user-policies --user-name USER",
                "aws iam list-groups-for-user --user-name USER",
                "aws iam list-mfa-devices --user-name USER",
            ),
        ),
        Step(
            id="deactivate-key",
            title="Deactivate the access key",
            why=(
                "Requests signed with it are refused from then on. Keys that the user got since the "
                "incident began are deactivated as well: thieves make a second one first."
            ),
            kind="contain",
            by_hand=(
                "aws iam update-access-key --user-name USER --access-key-id KEY --status Inactive",
            ),
            undo=(
                "aws iam update-access-key --user-name USER --access-key-id KEY --status Active",
            ),
        ),
        Step(
            id="revoke-user-sessions",
            title="Revoke the sessions that the user's keys opened",
            why=(
                "A session of GetSessionToken or GetFederationToken lives up to 36 hours, whatever "
                "becomes of the key. An inline policy denies everything to those issued before now."
            ),
            kind="contain",
            by_hand=(
                (
                    "aws iam put-user-policy --user-name USER --policy-name secbase-sessions-revoked "
                    '--policy-document \'{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":'
                    '"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"NOW"}}}]}\''
                ),
            ),
            undo=(
                "aws iam delete-user-policy --user-name USER --policy-name secbase-sessions-revoked",
            ),
        ),
        Step(
            id="quarantine-user",
            title="Put the user into quarantine",
            why=(
                "AWS's own policy denies what thieves do next: making keys, users, roles, machines "
                "and functions. What the user does on an ordinary day goes on."
            ),
            kind="contain",
            by_hand=(f"aws iam attach-user-policy --user-name USER --policy-arn {QUARANTINE}",),
            undo=(f"aws iam detach-user-policy --user-name USER --policy-arn {QUARANTINE}",),
        ),
        Step(
            id="trace-key",
            title="Keep what the key did in every Region",
            why="What it made, and the roles it assumed, outlive the key.",
            kind="evidence",
            by_hand=(
                (
                    "aws cloudtrail lookup-events --lookup-attributes "
                    "AttributeKey=AccessKeyId,AttributeValue=KEY --region REGION"
                ),
            ),
        ),
        Step(
            id="delete-key",
            title="Delete the access key",
            why="Nobody can activate it again. What still uses it has to get another credential first.",
            kind="destructive",
            by_hand=("aws iam delete-access-key --user-name USER --access-key-id KEY",),
            undo=("aws iam create-access-key --user-name USER",),
        ),
        Step(
            id="delete-login-profile",
            title="Delete the user's console password",
            why="Whoever had the key may know or have set it.",
            kind="destructive",
            by_hand=("aws iam delete-login-profile --user-name USER",),
            undo=(
                (
                    "aws iam create-login-profile --user-name USER --password PASSWORD "
                    "--password-reset-required"
                ),
            ),
        ),
    ),
    judge=(
        "Does the owner know the address, the client and the calls in the evidence?",
        "Was the key in a repository, an image, a ticket or a chat?",
        "Did the key do anything that it never did before?",
    ),
    afterwards=(
        "Look at everything that the report names as changed, and remove what the owner does not know.",
        "Run compromised-role-session for each role that the key assumed.",
        "Replace the key by a role or by IAM Roles Anywhere; if it has to be a key, make a new one.",
        "Take the quarantine and the inline policy away from the user, or delete the user.",
        "If AWS attached the quarantine itself, answer its support case before you detach it.",
    ),
    sources=(
        "Amazon GuardDuty User Guide: Remediating potentially compromised AWS credentials",
        "AWS Health User Guide: AWS Health events Amazon EventBridge schema",
        "AWS Managed Policy Reference: AWSCompromisedKeyQuarantineV3",
    ),
    by_hand=ByHand(
        kind="access key", inputs={"id": "ID of the access key", "user": "Name of its user"}
    ),
)
