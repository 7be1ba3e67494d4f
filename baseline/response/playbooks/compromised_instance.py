"""Playbook: somebody else commands an instance."""

from __future__ import annotations

from baseline.response.playbooks import triggers
from baseline.response.playbooks.compute_shared import HAND_OVER, INSTANCE_STEPS, SOURCES, STOP
from baseline.response.playbooks.model import ByHand, Playbook

TYPES = (
    "Backdoor:EC2/C&CActivity.B",
    "Backdoor:Runtime/C&CActivity.B",
    "Execution:EC2/MaliciousFile",
    "Execution:Runtime/MaliciousFileExecuted",
    "Execution:Runtime/ReverseShell",
    "PrivilegeEscalation:Runtime/RuncContainerEscape",
    "UnauthorizedAccess:EC2/MetadataDNSRebind",
    "UnauthorizedAccess:Runtime/MetadataDNSRebind",
)
HIGH = 7

PLAYBOOK = Playbook(
    id="compromised-instance",
    title="Compromised instance",
    family="compute",
    severity="critical",
    # These findings do not say what the machine is for. Its isolation may stop production, so a
    # person looks first; the evidence is taken meanwhile.
    mode="ask",
    summary=(
        "Malware, a reverse shell or a connection to a command server shows that somebody else "
        "commands an instance. Evidence is taken at once; then the machine leaves its load balancers "
        "and Auto Scaling group, is cut off from the network and loses its credentials. Each of "
        "these waits for an answer unless the mode is contain."
    ),
    triggers=(
        triggers.guardduty(
            "CommandedInstance",
            "GuardDuty findings of high severity that a machine is commanded by others",
            TYPES,
            severity_from=HIGH,
        ),
    ),
    steps=(*INSTANCE_STEPS, STOP, HAND_OVER),
    judge=(
        "Which process talked, and to whom? Runtime findings name the process and its parents.",
        "Is a vulnerability scan or a penetration test announced for this machine?",
        "Does the machine do this since it exists, or since a deployment or a login?",
        "Which role does it have, and what did that role do in CloudTrail since then?",
    ),
    afterwards=(
        "Revoke the sessions of the machine's role (playbook compromised-role-session).",
        "Rotate every secret that the machine could read.",
        "Look for the same image, user data and dependencies elsewhere, and at the replacement.",
        "Analyze the snapshots in the forensic account; build the machine anew, never clean it.",
        "Take back what the report names: network ACL rules, tags, the isolation group.",
    ),
    sources=SOURCES,
    by_hand=ByHand(kind="instance", inputs={"id": "ID of the instance"}),
)
