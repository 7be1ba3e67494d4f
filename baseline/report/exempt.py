"""Whom guardrails exempt: each role class, its roles, and the guardrails that leave it out."""

from __future__ import annotations

from baseline.guardrails.composition import Target
from baseline.guardrails.model import RoleClass
from baseline.guardrails.roles import Roles
from baseline.report.model import Exemption


def exemptions_of(targets: tuple[Target, ...], roles: Roles) -> tuple[Exemption, ...]:
    """Give the role classes that guardrails in use exempt; none of them ends by itself."""
    used: dict[RoleClass, set[str]] = {}
    for target in targets:
        for rendered in target.guardrails:
            for role_class in rendered.guardrail.exemptions:
                used.setdefault(role_class, set()).add(rendered.guardrail.id)
    return tuple(
        Exemption(
            roles=role_class.value.replace("_", " "),
            patterns=tuple(patterns),
            guardrails=tuple(sorted(used[role_class])),
        )
        for role_class in RoleClass
        if role_class in used and (patterns := roles.patterns(role_class))
    )
