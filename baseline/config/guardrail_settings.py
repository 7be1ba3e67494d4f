"""Settings of the guardrails as a whole; which unit gets which guardrail stands with the unit."""

from __future__ import annotations

from pydantic import Field, StrictInt

from baseline.config import quotas
from baseline.config.forms import Action
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
