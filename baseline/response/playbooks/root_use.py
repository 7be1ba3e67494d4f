"""The root user of an account did something, or somebody got a session of it."""

from __future__ import annotations

from baseline.detection import event_patterns
from baseline.response.playbooks import triggers
from baseline.response.playbooks.model import ByHand, Playbook, Step, Trigger

FINDINGS = (
    "Policy:IAMUser/RootCredentialUsage",
    "Policy:IAMUser/ShortTermRootCredentialUsage",
)

PLAYBOOK = Playbook(
    id="root-use",
    title="Use of a root user",
    family="protection",
    severity="critical",
    mode="contain",
    summary=(
        "The root user of an account signed in, changed credentials or protections, or somebody "
        "opened a root session that changes something. What it did and which credentials it has is "
        "kept. In a member account the removal of those credentials is offered; nobody but a person "
        "decides about it. The management account is reported and never touched."
    ),
    triggers=(
        Trigger(
            id="SignIns",
            says="a root user signed in",
            pattern=event_patterns.root_sign_ins(),
        ),
        Trigger(
            id="Credentials",
            says="a root user changed identities, accounts or protections",
            pattern=event_patterns.root_changes(),
        ),
        Trigger(
            id="Sessions",
            says="somebody opened a root session in a member account",
            pattern=event_patterns.root_sessions(),
        ),
        triggers.guardduty(
            "Findings", "credentials of a root user were used", FINDINGS, severity_from=1
        ),
    ),
    steps=(
        Step(
            id="trace-root",
            title="Keep what the root user did in every Region",
            why="Nothing limits a root user, so that everything it did has to be looked at.",
            kind="evidence",
            by_hand=(
                (
                    "aws cloudtrail lookup-events --lookup-attributes "
                    "AttributeKey=Username,AttributeValue=root --region REGION"
                ),
            ),
        ),
        Step(
            id="inspect-root",
            title="Keep which credentials the root user has",
            why=(
                "A root user of a member account needs none: centrally managed root access does "
                "what only root can do."
            ),
            kind="evidence",
            by_hand=("aws iam get-account-summary",),
        ),
        Step(
            id="remove-root-credentials",
            title="Start the removal of the root user's credentials",
            why=(
                "Without password and keys nobody can be root of the account. The removal looks "
                "again, names what it would remove, and asks once more; it needs "
                "credentials.root.mode: remove. Multi-factor devices go as well."
            ),
            kind="destructive",
            by_hand=(
                (
                    "aws stepfunctions start-execution --state-machine-arn "
                    "arn:aws:states:REGION:SECURITY_ACCOUNT:stateMachine:secbase-root-removal "
                    '--input \'{"accounts":["ACCOUNT"],"dry_run":false}\''
                ),
            ),
            undo=(
                "# Allow password recovery for the account:",
                (
                    "aws sts assume-root --target-principal "
                    "ACCOUNT --task-policy-arn "
                    "arn=arn:aws:iam::aws:policy/root-task/IAMCreateRootUserPassword"
                ),
            ),
        ),
    ),
    judge=(
        "Did somebody of the people who keep the root credentials do it, with a ticket?",
        "Was the e-mail address of the account changed, or a password recovered?",
        "For a root session: who opened it, from which role of the management or security account?",
    ),
    afterwards=(
        (
            "If nobody knows of it: change the password of the mailbox behind the root user first, because "
            "whoever reads it resets the root password."
        ),
        "Look at everything that the report names as changed.",
        (
            "In the management account follow docs/runbooks/management-root.md: change the password, remove "
            "access keys, register a new security key."
        ),
        "If a member cannot be won back, ask AWS Support, with the evidence at hand.",
    ),
    sources=(
        "IAM User Guide: Centrally manage root access for member accounts",
        "IAM User Guide: Track privileged tasks in AWS CloudTrail",
        "Amazon GuardDuty User Guide: GuardDuty IAM finding types",
    ),
    by_hand=ByHand(kind="root user", inputs={"id": "ID of the account"}),
)
