"""Responses and Config rules (security account, home Region; rules in every account)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from baseline.config.names.core import CoreNames


@dataclass(frozen=True, kw_only=True, slots=True)
class ResponseNames(CoreNames):
    """Responses and Config rules (security account, home Region; rules in every account)."""

    @property
    def open_port_closer_role(self) -> str:
        """Role of the open-port closer, which may assume the responder role of every account."""
        return f"{self.prefix}-open-port-closer"

    @property
    def open_port_schedules(self) -> str:
        """Schedule group of the ends of exemptions."""
        return f"{self.prefix}-open-port-exemptions"

    @property
    def open_port_rule(self) -> str:
        """Config rule of every account and Region that finds open ports."""
        return f"{self.prefix}-open-ports"

    def forwarding_rule(self, id: str) -> str:
        """Name of the rule that sends events of a kind, such as ``RootActivity``, to the bus."""
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", id).lower()
        return f"{self.prefix}-forward-{words}"

    @property
    def rule_pack(self) -> str:
        """Name of the conformance pack about root and IAM users."""
        return f"{self.prefix}-root-and-iam"

    @property
    def resource_rule_pack(self) -> str:
        """Name of the conformance pack about resources; further packs are numbered from 2."""
        return f"{self.prefix}-resource-rules"

    @property
    def remediation_role(self) -> str:
        """Role in every account with which Systems Manager repairs what a rule found."""
        return f"{self.prefix}-config-remediation"

    @property
    def aggregator(self) -> str:
        """Name of the view of AWS Config over the organization."""
        return f"{self.prefix}-aggregator"

    @property
    def aggregator_role(self) -> str:
        """Role with which that view lists the accounts."""
        return f"{self.prefix}-config-aggregator"

    # Playbooks

    def playbook(self, id: str) -> str:
        """State machine of a playbook; its alarm begins with it."""
        return f"{self.prefix}-playbook-{id}"

    def playbooks_role(self, family: str) -> str:
        """Role of the function that does a family's steps, which may assume its responder role."""
        return f"{self.prefix}-playbooks-{family}"

    def playbook_responder_role(self, family: str) -> str:
        """Role in every account with which a family of playbooks acts there."""
        return f"{self.prefix}-responder-{family}"

    def start_document(self, playbook: str) -> str:
        """Automation document with which a person starts a playbook, after a dry run."""
        return f"{self.prefix}-start-{playbook}"

    @property
    def answer_document(self) -> str:
        """Automation document with which a person answers a playbook's question."""
        return f"{self.prefix}-answer-playbook"
