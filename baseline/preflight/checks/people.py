"""People: the instance of IAM Identity Center, the emergency role, roles that guardrails name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from baseline.preflight.finding import Finding, Verdict
from baseline.preflight.look import Look


def identity_center(look: Look) -> Iterator[Finding]:
    """Compare the instance with the one of baseline.yaml."""
    settings = look.configuration.identity_center
    found: tuple[str, dict[str, Any]] | None = None
    known = True
    first = settings.region or look.names.home_region
    for region in sorted(look.configuration.regions, key=lambda region: region != first):
        rows = look.management.every("sso-admin", "ListInstances", "Instances", region)
        if rows is None:
            known = False
        elif rows:
            found = (region, rows[0])  # an organization has one
            break
    if found is None:
        if known:
            yield _without_instance(look, wanted=settings.instance)
        return
    region, row = found
    lines: dict[str, Any] = {
        "instance": row["InstanceArn"],
        "identity_store": row["IdentityStoreId"],
        "region": region,
    }
    have = {
        "instance": settings.instance,
        "identity_store": settings.identity_store,
        "region": settings.region or look.names.home_region,
    }
    if lines == have:
        yield Finding(
            check="identity-center.instance",
            verdict=Verdict.FINE,
            place=region,
            message="the instance of baseline.yaml",
        )
        return
    yield Finding(
        check="identity-center.instance",
        verdict=Verdict.ADOPT if settings.enabled else Verdict.NOTE,
        place=region,
        message=f"the instance is {row['InstanceArn']}"
        + ("" if settings.enabled else "; without these lines the baseline leaves it alone"),
        configuration={"identity_center": lines},
    )


def _without_instance(look: Look, *, wanted: str | None) -> Finding:
    if wanted is None:
        return Finding(
            check="identity-center.instance",
            verdict=Verdict.FINE,
            message="no instance in a governed Region, and none in baseline.yaml",
        )
    return Finding(
        check="identity-center.instance",
        verdict=Verdict.CONFLICT,
        message=f"{wanted} is not in a governed Region ({', '.join(look.configuration.regions)}); enable "
        "Identity Center in the home Region, or take identity_center out of baseline.yaml",
    )


def emergency_role(look: Look) -> Iterator[Finding]:
    """An emergency role that exists is adopted: the StackSet cannot make one of its name."""
    settings = look.configuration.break_glass
    have: list[str] = []
    for account, reader in look.readers.items():
        rows = reader.every("iam", "ListRoles", "Roles")
        if rows is None:
            return
        if settings.role in {row["RoleName"] for row in rows} and not _made_here(look, account):
            have.append(look.label(account))
    if have and settings.create:
        yield Finding(
            check="roles.emergency",
            verdict=Verdict.ADOPT,
            place=", ".join(have),
            message=f"the role {settings.role} exists; adopted, it has to exist in every account",
            configuration={"break_glass": {"create": False}},
        )
        return
    missing = [look.label(account) for account in look.readers if look.label(account) not in have]
    if not settings.create and missing:
        yield Finding(
            check="roles.emergency",
            verdict=Verdict.CONFLICT,
            place=", ".join(missing),
            message=f"break_glass.create is false, and the role {settings.role} does not exist",
        )
        return
    said = "is adopted" if have else "is made by the deployment"
    yield Finding(
        check="roles.emergency", verdict=Verdict.FINE, message=f"the role {settings.role} {said}"
    )


def _made_here(look: Look, account: str) -> bool:
    home = look.names.home_region
    if account == look.names.management:
        return look.is_deployed(account, home, look.ours("members-management"))
    return look.has_stack_set(account, home, look.ours("member-global"))


def team_roles(look: Look) -> Iterator[Finding]:
    """Roles that guardrails exempt by name are there before the guardrails are."""
    settings = look.configuration.guardrails
    wanted = {
        look.names.security: settings.security_role,
        look.names.network: settings.network_role,
    }
    for account, role in wanted.items():
        reader = look.readers.get(account)
        rows = None if reader is None else reader.every("iam", "ListRoles", "Roles")
        if rows is None:
            continue
        there = role in {row["RoleName"] for row in rows}
        yield Finding(
            check="roles.team",
            verdict=Verdict.FINE if there else Verdict.NOTE,
            place=look.label(account),
            message=f"the role {role} "
            + (
                "exists"
                if there
                else "does not exist; make it before the stack guardrails, afterwards only break-glass can"
            ),
        )
