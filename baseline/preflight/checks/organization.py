"""The organization: IDs, features, resource policy, units."""

from __future__ import annotations

from collections.abc import Iterator

from baseline.config.accounts import Organization
from baseline.live.organization import LiveUnit
from baseline.preflight.finding import Finding, Verdict, nested
from baseline.preflight.look import Look

READS_UNITS = ("organizations:ListRoots", "organizations:ListOrganizationalUnitsForParent")


def identity(look: Look) -> Iterator[Finding]:
    """Compare the IDs that everything else is made of."""
    live, wanted = look.organization, look.configuration.organization
    wrong = {}
    if live.id != wanted.id:
        wrong["id"] = live.id
    if live.root_id is not None and live.root_id != wanted.root_id:
        wrong["root_id"] = live.root_id
    if wrong:
        names = ", ".join(f"organization.{key}" for key in wrong)
        yield Finding(
            check="organization.id",
            verdict=Verdict.ADOPT,
            message=f"{names}: AWS has {', '.join(wrong.values())}",
            configuration={"organization": wrong},
        )
    elif live.root_id is not None:
        yield Finding(
            check="organization.id",
            verdict=Verdict.FINE,
            message=f"organization {live.id}, root {live.root_id}",
        )


def membership(look: Look) -> Iterator[Finding]:
    """An account alone that is in an organization after all: its policies bind here."""
    answer = look.management.one(
        "organizations", "DescribeOrganization", absent=("AWSOrganizationsNotInUseException",)
    )
    if answer is None:
        return
    organization = answer.get("Organization", {}).get("Id", "")
    yield Finding(
        check="organization.member",
        verdict=Verdict.NOTE if organization else Verdict.FINE,
        message=f"the account is in the organization {organization}, whose policies bind it; the baseline of an "
        "organization covers all its accounts (docs/standalone.md)"
        if organization
        else "the account is in no organization",
    )


def feature_set(look: Look) -> Iterator[Finding]:
    """Policies and trusted access need all features."""
    if look.organization.feature_set == "ALL":
        yield Finding(
            check="organization.features", verdict=Verdict.FINE, message="all features are enabled"
        )
        return
    yield Finding(
        check="organization.features",
        verdict=Verdict.CONFLICT,
        message="only consolidated billing is enabled; every invited account has to agree to all features",
        commands=("aws organizations enable-all-features",),
    )


def resource_policy(look: Look) -> Iterator[Finding]:
    """An organization has one resource policy, and CloudFormation does not replace it."""
    answer = look.management.one(
        "organizations",
        "DescribeResourcePolicy",
        absent=("ResourcePolicyNotFoundException",),
    )
    if answer is None:
        return
    deployed = look.is_deployed(
        look.names.management, look.names.home_region, look.ours("organization")
    )
    settings: Organization = look.configuration.organization
    if not answer or deployed or not settings.delegation.enabled:
        said = "there is none" if not answer else "it stays, or is the baseline's own"
        yield Finding(
            check="organization.resource-policy",
            verdict=Verdict.FINE,
            message=f"resource policy: {said}",
        )
        return
    policy = answer["ResourcePolicy"]["ResourcePolicySummary"]["Id"]
    yield Finding(
        check="organization.resource-policy",
        verdict=Verdict.SKIP,
        message=f"the organization has a resource policy ({policy}) and can have one only",
        configuration={"organization": {"delegation": {"enabled": False}}},
        commands=("aws organizations describe-resource-policy",),
    )


def units(look: Look) -> Iterator[Finding]:
    """A unit that exists is adopted by its ID; a second one of its name is refused."""
    if not look.organization.knows(*READS_UNITS):
        return
    live = {unit.path: unit for unit in look.organization.walk_units()}
    by_id = {unit.id: unit for unit in live.values()}
    own = look.is_deployed(look.names.management, look.names.home_region, look.ours("organization"))
    fine = 0
    ids: dict[str, str] = {}  # what a unit below needs written, too
    for path, unit in look.configuration.walk_units():
        if path in live and unit.id != live[path].id:
            ids[path] = live[path].id
        found = _unit(path, unit.id, live.get(path), by_id, ids, own=own)
        if found is None:
            fine += 1
        else:
            yield found
    if fine:
        yield Finding(
            check="units.exists",
            verdict=Verdict.FINE,
            message=f"{fine} units are adopted or new",
        )


def _unit(
    path: str,
    id: str | None,
    live: LiveUnit | None,
    by_id: dict[str, LiveUnit],
    ids: dict[str, str],
    *,
    own: bool,
) -> Finding | None:
    """Compare one unit; nothing where it is adopted, or does not exist yet."""
    if id is None:
        if live is None or own:
            return None
        return Finding(
            check="units.exists",
            verdict=Verdict.ADOPT,
            message=f"unit {path} exists ({live.id})",
            configuration=nested(path, ids),
        )
    if live is not None and live.id == id:
        return None
    if live is not None:
        return Finding(
            check="units.id",
            verdict=Verdict.ADOPT,
            message=f"unit {path} is {live.id}, baseline.yaml says {id}",
            configuration=nested(path, ids),
        )
    where = f"it is the unit {by_id[id].path}" if id in by_id else "no unit has this ID"
    return Finding(
        check="units.id",
        verdict=Verdict.CONFLICT,
        message=f"organizational unit {path}: {id}: {where}; correct its path or take the id out",
    )
