"""Playbook: data leaves in DNS names."""

from __future__ import annotations

from baseline.response.playbooks import triggers
from baseline.response.playbooks.compute_shared import HAND_OVER, INSTANCE_STEPS, SOURCES, STOP
from baseline.response.playbooks.model import ByHand, Playbook, Step

TYPES = (
    "Trojan:EC2/DNSDataExfiltration",
    "Backdoor:EC2/C&CActivity.B!DNS",
    "Backdoor:Runtime/C&CActivity.B!DNS",
)
HIGH = 7

BLOCK_DOMAIN = Step(
    id="block-domain",
    title="Block the domain in DNS Firewall",
    why=(
        "Security groups and network ACLs do not filter queries to the resolver of the VPC, so an "
        "isolated machine still sends data in names. The domain and all names below it are added to "
        "the block lists of this account that guard the VPC; where there are none, the report says "
        "so. Domains of AWS are never blocked."
    ),
    kind="contain",
    by_hand=(
        "aws route53resolver list-firewall-rule-group-associations --vpc-id $VPC",
        "aws route53resolver list-firewall-rules --firewall-rule-group-id $GROUP",
        "aws route53resolver update-firewall-domains --firewall-domain-list-id $LIST --operation ADD --domains $DOMAIN '*.'$DOMAIN",
    ),
    undo=(
        "aws route53resolver update-firewall-domains --firewall-domain-list-id $LIST --operation REMOVE --domains $DOMAIN '*.'$DOMAIN",
    ),
)

PLAYBOOK = Playbook(
    id="dns-exfiltration",
    title="Exfiltration by DNS",
    family="compute",
    severity="critical",
    # Data leaves with every query, and it does not come back; that outweighs a machine's silence.
    mode="contain",
    summary=(
        "An instance sends data in DNS queries, or asks for the name of a command server. The domain "
        "is blocked where DNS Firewall lists are ours, and the machine is isolated as a compromised "
        "one is."
    ),
    triggers=(
        triggers.guardduty(
            "DataInNames",
            "GuardDuty findings of high severity about data in DNS names or names of command servers",
            TYPES,
            severity_from=HIGH,
        ),
    ),
    steps=(BLOCK_DOMAIN, *INSTANCE_STEPS, STOP, HAND_OVER),
    judge=(
        "What is the domain, since when is it registered, and who else asks for it? See the query logs.",
        "Does an agent of antivirus or monitoring look up hashes in names? Some do, to their vendor.",
        "What could the machine read, and how much went out? Count the queries and their length.",
    ),
    afterwards=(
        "Tell the data protection officer what may have left, and when.",
        "Add the domain to blocked_domains in the VPC's template: an update of its stack takes away what is not there.",
        "Stop the machine if it must not query at all: isolation does not filter the resolver of the VPC.",
        "Revoke the sessions of the machine's role (playbook compromised-role-session).",
    ),
    sources=(
        *SOURCES,
        "Amazon Route 53 Developer Guide, Using DNS Firewall to filter outbound DNS traffic",
    ),
    by_hand=ByHand(
        kind="instance",
        inputs={
            "id": "ID of the instance",
            "domain": "Domain that receives the data, as in example.com",
        },
    ),
)
