"""The values of the catalog's parameters and the exempt roles, from a configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import JsonValue as Json

from baseline.guardrails.roles import Roles

if TYPE_CHECKING:
    from baseline.config import Configuration


def roles_of(configuration: Configuration) -> Roles:
    """Give the roles that guardrails exempt."""
    core = configuration.core_accounts()
    return Roles(
        prefix=configuration.prefix,
        break_glass=configuration.break_glass.role,
        core_accounts=tuple(account.id for role, account in core.items() if role != "management"),
        home_region=configuration.home_region,
    )


def values_of(configuration: Configuration) -> dict[str, Json]:
    """Give the value of every parameter that a guardrail may declare."""
    settings = configuration.guardrails
    accounts: dict[str, Json] = {
        f"{role}_account": account.id for role, account in configuration.core_accounts().items()
    }
    return {
        **accounts,
        **_guardduty(configuration),
        "prefix": configuration.prefix,
        "home_region": configuration.home_region,
        "regions": list(configuration.regions),
        "organization_id": configuration.organization.id,
        "break_glass_role": configuration.break_glass.role,
        "global_actions": list(settings.global_actions),
        "lambda_at_edge": settings.lambda_at_edge,
        "bedrock_cross_region": settings.bedrock_cross_region,
        "imitated_roles": list(roles_of(configuration).imitations()),
    }


def _guardduty(configuration: Configuration) -> dict[str, Json]:
    """Give the status of each protection plan, as GuardDuty's policies write it."""
    plans = configuration.capabilities.guardduty.model_dump()
    return {
        f"guardduty_{plan}": "enabled" if wanted else "disabled" for plan, wanted in plans.items()
    }
