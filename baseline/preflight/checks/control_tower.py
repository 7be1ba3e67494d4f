"""Control Tower: whether there is a landing zone, and in which mode the baseline works with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from baseline.preflight.finding import Finding, Verdict
from baseline.preflight.look import Look

POLICY_START = "aws-guardrails-"
"""Start of the names of Control Tower's service control policies.

Source: AWS Control Tower User Guide, "Resources created in the shared accounts".
"""


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
            configuration={"control_tower": "controls"},
        )
    else:
        yield Finding(check="control-tower.mode", verdict=Verdict.FINE, place=region, message=told)
    yield from _state(look, region, zone)


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
