"""Settings of the guardrails as a whole; which unit gets which guardrail stands with the unit."""

from __future__ import annotations

from pydantic import Field, StrictInt

from baseline.config import quotas
from baseline.config.forms import AccountId, Action, RoleName
from baseline.config.section import Section


class GuardrailSettings(Section):
    """What all guardrails share."""

    global_actions: tuple[Action, ...] = Field(
        default=(),
        description="Actions that the Region restriction lets through in every Region, beyond the global services it knows, such as chime:*. None by default.",
    )
    lambda_at_edge: bool = Field(
        default=False,
        strict=True,
        description="true when Lambda@Edge is used: its functions stand in us-east-1, so the Region restriction lets them through. false by default.",
    )
    bedrock_cross_region: bool = Field(
        default=False,
        strict=True,
        description="true when Bedrock cross-Region inference is used, which calls models in other Regions. false by default.",
    )
    security_role: RoleName = Field(
        default="SecurityOperations",
        description="Role of the security team in the security account; guardrails let it administer the detection services there. SecurityOperations by default.",
    )
    network_role: RoleName = Field(
        default="NetworkAdmin",
        description="Role of the network team in the network account; guardrails let it change gateways, peerings and VPNs. NetworkAdmin by default.",
    )
    reserved_scp_slots: StrictInt = Field(
        default=0,
        ge=0,
        le=quotas.SCP_PER_TARGET - 1,
        description="Service control policies per unit that somebody else attaches (Control Tower, another team); the baseline leaves room for them. 0 by default.",
    )
    reserved_rcp_slots: StrictInt = Field(
        default=0,
        ge=0,
        le=quotas.RCP_PER_TARGET - 1,
        description="Resource control policies per unit that somebody else attaches; the baseline leaves room for them. 0 by default.",
    )
    trusted_accounts: tuple[AccountId, ...] = Field(
        default=(),
        description="Accounts outside the organization that may use its buckets, keys, queues and roles where their policies say so, such as a partner's. None by default.",
    )
    custom_folder: str | None = Field(
        default=None,
        min_length=1,
        description="Folder with guardrails of your own, one JSON file each, relative to this file; units and accounts name them like those of the catalog. None by default.",
    )
