"""The values of the catalog's parameters and the exempt roles, from a configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import JsonValue as Json

from baseline.guardrails.perimeter import perimeter_values
from baseline.guardrails.roles import Roles
from baseline.guardrails.service_values import service_values

if TYPE_CHECKING:
    from baseline.config import Configuration


def roles_of(configuration: Configuration) -> Roles:
    """Give the roles that guardrails exempt."""
    core = configuration.core_accounts()
    return Roles(
        prefix=configuration.prefix,
        break_glass=configuration.break_glass.role,
        core_accounts=tuple(account.id for role, account in core.items() if role != "management"),
        security_role=configuration.guardrails.security_role,
        security_account=core["security"].id,
        network_role=configuration.guardrails.network_role,
        network_account=core["network"].id,
        home_region=configuration.home_region,
        control_tower=configuration.control_tower != "none",
        copies_backups=_copies_backups(configuration),
    )


def _copies_backups(configuration: Configuration) -> bool:
    backup = configuration.capabilities.backup
    return backup is not None and backup.central is not None


def image_role(configuration: Configuration) -> str:
    """Give the ARN of the role with which Image Builder shares golden images."""
    account = configuration.accounts.shared_services.id
    return f"arn:aws:iam::{account}:role/{configuration.prefix}-image-build"


def values_of(configuration: Configuration) -> dict[str, Json]:
    """Give the value of every parameter that a guardrail may declare."""
    settings, roles = configuration.guardrails, roles_of(configuration)
    accounts: dict[str, Json] = {
        f"{role}_account": account.id for role, account in configuration.core_accounts().items()
    }
    return {
        **accounts,
        **service_values(configuration),
        **perimeter_values(configuration),
        "image_role": image_role(configuration),
        "prefix": configuration.prefix,
        "home_region": configuration.home_region,
        "regions": list(configuration.regions),
        "last_region": configuration.regions[-1],
        "organization_id": configuration.organization.id,
        "break_glass_role": configuration.break_glass.role,
        "global_actions": list(settings.global_actions),
        "lambda_at_edge": settings.lambda_at_edge,
        "bedrock_cross_region": settings.bedrock_cross_region,
        "imitated_roles": list(roles.imitations()),
        "exempt_roles": list(roles.protected()),
        "protected_stacks": _stacks(configuration.prefix, roles.qualifier),
        "qualifier": roles.qualifier,
        "security_role": roles.security_role,
        "network_role": roles.network_role,
    }


def _stacks(prefix: str, qualifier: str) -> list[Json]:
    """Give the patterns of the baseline's stacks; the bootstrap's may bear the prefix already."""
    toolkit = [] if prefix == qualifier else [f"{qualifier}-toolkit/*"]
    return [f"arn:aws:cloudformation:*:*:stack/{name}" for name in (f"{prefix}-*", *toolkit)]
