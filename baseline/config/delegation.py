"""What the security account may do with organization policies."""

from __future__ import annotations

from typing import Final, Literal, get_args

from pydantic import Field

from baseline.config.section import Section

PolicyType = Literal[
    "SERVICE_CONTROL_POLICY",
    "RESOURCE_CONTROL_POLICY",
    "TAG_POLICY",
    "BACKUP_POLICY",
    "AISERVICES_OPT_OUT_POLICY",
    "CHATBOT_POLICY",
    "DECLARATIVE_POLICY_EC2",
    "SECURITYHUB_POLICY",
    "INSPECTOR_POLICY",
    "UPGRADE_ROLLOUT_POLICY",
    "BEDROCK_POLICY",
    "S3_POLICY",
    "NETWORK_SECURITY_DIRECTOR_POLICY",
    "GUARDDUTY_POLICY",
]
POLICY_TYPES: Final[tuple[str, ...]] = get_args(PolicyType)
"""Every policy type there is. Source: AWS Organizations API Reference, "EnablePolicyType"."""


class Delegation(Section):
    """The organization's resource policy: it delegates policies to the security account."""

    enabled: bool = Field(
        default=True,
        strict=True,
        description="The security account may manage policies of the types below, except those of the baseline. An "
        "organization has one such policy: false where it has another already. true by default.",
    )
    policy_types: tuple[PolicyType, ...] = Field(
        default=("GUARDDUTY_POLICY", "INSPECTOR_POLICY", "SECURITYHUB_POLICY"),
        min_length=1,
        description="Policy types that are delegated. GUARDDUTY_POLICY, INSPECTOR_POLICY and SECURITYHUB_POLICY by default; "
        "with SERVICE_CONTROL_POLICY or RESOURCE_CONTROL_POLICY the security account can stop any account.",
    )
