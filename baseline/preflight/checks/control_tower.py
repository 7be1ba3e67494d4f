"""Control Tower: whether there is a landing zone, and in which mode the baseline works with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from baseline.config import quotas
from baseline.preflight.finding import Finding, Imported, Verdict
from baseline.preflight.look import Look

POLICY_START = "aws-guardrails-"
"""Start of the names of Control Tower's service control policies.

Source: AWS Control Tower User Guide, "Resources created in the shared accounts".
"""
REFUSED_ACCESS = ("cloudtrail.amazonaws.com", "config.amazonaws.com")
"""Source: AWS Control Tower User Guide, "Prerequisite: Automated pre-launch checks for your management
account"."""
TOWER_BASELINE = "17BSJV3IGJ2QSGA2"
"""End of the ARN of AWSControlTowerBaseline, in every Region. Source: AWS CLI, "list-baselines"."""


def landing_zone(look: Look) -> Iterator[Finding]:
    """Compare the mode with what is there."""
    found, known = _find(look)
    mode = look.configuration.control_tower
    own = look.is_deployed(look.names.management, look.names.home_region, look.ours("organization"))
    if found is None:
        if known and mode == "controls":
            yield Finding(
                check="control-tower.mode",
                verdict=Verdict.CONFLICT,
                message="there is no landing zone in a governed Region, so no control can be enabled",
                configuration={"control_tower": "none"},
            )
        elif known:
            yield Finding(
                check="control-tower.mode",
                verdict=Verdict.FINE,
                message="there is no landing zone in a governed Region",
            )
        return
    region, zone = found
    told = f"landing zone {zone.get('version', '')} in {region}, {zone.get('status', '').lower()}"
    if mode == "none" or (mode == "landing-zone" and not own):
        yield Finding(
            check="control-tower.mode",
            verdict=Verdict.ADOPT,
            place=region,
            message=f"{told}: the baseline works with it in mode controls",
            configuration=tower_lines(look),
        )
    else:
        yield Finding(check="control-tower.mode", verdict=Verdict.FINE, place=region, message=told)
    yield from _state(look, region, zone)


def trusted_access(look: Look) -> Iterator[Finding]:
    """Control Tower refuses to make a landing zone where Config or CloudTrail have trusted access."""
    live = look.organization.trusted_access
    own = look.is_deployed(look.names.management, look.names.home_region, look.ours("organization"))
    if look.configuration.control_tower != "landing-zone" or live is None or own:
        return
    on = [service for service in REFUSED_ACCESS if service in live]
    for service in on:
        yield Finding(
            check="control-tower.trusted-access",
            verdict=Verdict.CONFLICT,
            message=f"{service} has trusted access, and Control Tower makes no landing zone then; what works with "
            "it stops until the deployment gives it back",
            commands=(
                f"aws organizations disable-aws-service-access --service-principal {service}",
            ),
        )
    if not on:
        yield Finding(
            check="control-tower.trusted-access",
            verdict=Verdict.FINE,
            message="Config and CloudTrail have no trusted access yet",
        )


def tower_lines(look: Look) -> dict[str, Any]:
    """Give what the mode `controls` needs: room for Control Tower's policies, too."""
    reserved = max(quotas.CONTROL_TOWER_SCP_SLOTS, look.configuration.guardrails.reserved_scp_slots)
    return {"control_tower": "controls", "guardrails": {"reserved_scp_slots": reserved}}


def _find(look: Look) -> tuple[tuple[str, dict[str, Any]] | None, bool]:
    """Give Region and landing zone, and whether all Regions answered."""
    known = True
    for region in look.configuration.regions:
        rows = look.management.every("controltower", "ListLandingZones", "landingZones", region)
        if rows is None:
            known = False
            continue
        for row in rows:
            answer = look.management.one(
                "controltower", "GetLandingZone", region, landingZoneIdentifier=row["arn"]
            )
            return (region, (answer or {}).get("landingZone", {})), known
    return None, known


def _state(look: Look, region: str, zone: dict[str, Any]) -> Iterator[Finding]:
    """Tell what Control Tower has enabled, and whether it drifted."""
    if zone.get("driftStatus", {}).get("status") == "DRIFTED":
        yield Finding(
            check="control-tower.drift",
            verdict=Verdict.CONFLICT,
            place=region,
            message="the landing zone has drifted; repair it before policies and units change",
            commands=(
                (
                    f"aws controltower reset-landing-zone --landing-zone-identifier {zone.get('arn', '')} "
                    f"--region {region}"
                ),
            ),
        )
    controls = look.management.every(
        "controltower", "ListEnabledControls", "enabledControls", region
    )
    policies = [
        policy for policy in look.organization.policies if policy.name.startswith(POLICY_START)
    ]
    if controls is not None:
        yield Finding(
            check="control-tower.controls",
            verdict=Verdict.NOTE,
            place=region,
            message=f"{len(controls)} controls are enabled, {len(policies)} policies {POLICY_START}* "
            "hold them; guardrails and controls both bind",
        )


def baselines(look: Look) -> Iterator[Finding]:
    """Baselines that are enabled on units already are imported: they cannot be enabled twice."""
    home = look.names.home_region
    if look.is_deployed(look.names.management, home, look.ours("organization")):
        return
    wanted = {
        unit for baseline in look.configuration.landing_zone.baselines for unit in baseline.units
    }
    for path, row in enabled_baselines(look).items():
        if path in wanted:
            yield Finding(
                check="control-tower.baseline",
                verdict=Verdict.IMPORT,
                place=path,
                message=f"the baseline of {path} is enabled already ({row['arn']})",
                imported=_imported(look, path, row["arn"]),
            )


def enabled_baselines(look: Look) -> dict[str, dict[str, Any]]:
    """Give the enabled AWSControlTowerBaseline of each unit that baseline.yaml describes."""
    paths = [path for path, _ in look.configuration.walk_units()]
    live = {unit.id: unit.path for unit in look.organization.walk_units()}
    found: dict[str, dict[str, Any]] = {}
    for region in look.configuration.regions:
        rows = look.management.every(
            "controltower", "ListEnabledBaselines", "enabledBaselines", region
        )
        for row in rows or ():
            path = live.get(row["targetIdentifier"].rpartition("/")[2], "")
            if row["baselineIdentifier"].endswith(f"/{TOWER_BASELINE}") and path in paths:
                found[path] = row
    return {path: found[path] for path in paths if path in found}


def _imported(look: Look, path: str, arn: str) -> tuple[Imported, ...]:
    """Give the resource of a unit's baseline: the one whose logical ID ends in the unit's name."""
    stacks = look.expected.stacks if look.expected else ()
    kind = "AWS::ControlTower::EnabledBaseline"
    units = [
        unit for baseline in look.configuration.landing_zone.baselines for unit in baseline.units
    ]
    for stack in stacks:
        ids = stack.logical_ids.get(kind, ())
        if len(ids) == len(units):
            return (
                Imported(
                    stack=stack.id,
                    logical_id=ids[units.index(path)],
                    identifier={"EnabledBaselineIdentifier": arn},
                ),
            )
    return ()


def stack_sets(look: Look) -> Iterator[Finding]:
    """Look whether StackSets may work in the organization."""
    answer = look.management.one(
        "cloudformation", "DescribeOrganizationsAccess", look.names.home_region
    )
    if answer is None:
        return
    status = answer.get("Status", "")
    if status == "DISABLED_PERMANENTLY":
        yield Finding(
            check="stack-sets.access",
            verdict=Verdict.CONFLICT,
            message="access of StackSets to the organization is disabled for good; AWS Support has to lift it",
        )
        return
    said = "have access" if status == "ENABLED" else "get access with the stack organization"
    yield Finding(check="stack-sets.access", verdict=Verdict.FINE, message=f"StackSets {said}")
