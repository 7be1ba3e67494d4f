"""Records: the trail of the organization, AWS Config's recorders and delivery channels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from baseline.preflight.checks.control_tower import enabled_baselines, tower_lines
from baseline.preflight.finding import Finding, Verdict
from baseline.preflight.look import REGIONAL, Look

TRAILS_PER_REGION = 5
"""Source: AWS CloudTrail User Guide, "Quotas in AWS CloudTrail"; it cannot be raised."""

TOWER_RECORDER = "aws-controltower-"
MEMBERS = "member-regional"


def trails(look: Look) -> Iterator[Finding]:
    """Look at the trails of the management account, where ours is made."""
    home = look.names.home_region
    rows = look.management.every(
        "cloudtrail", "DescribeTrails", "trailList", home, includeShadowTrails=True
    )
    if rows is None:
        return
    deployed = look.is_deployed(look.names.management, home, look.ours("audit"))
    mine = [row for row in rows if row["Name"] == look.names.trail]
    others = [row for row in rows if row["Name"] != look.names.trail]
    if mine and not deployed:
        yield _leftover(look, mine[0])
    own = [row for row in others if row.get("HomeRegion", home) == home]
    if not mine and len(own) >= TRAILS_PER_REGION:
        yield Finding(
            check="trail.quota",
            verdict=Verdict.CONFLICT,
            place=look.place(look.names.management, home),
            message=f"{len(own)} trails, and a Region takes {TRAILS_PER_REGION}",
            commands=(f"aws cloudtrail delete-trail --name {own[-1]['Name']} --region {home}",),
        )
    kind = "IsMultiRegionTrail" if look.standalone else "IsOrganizationTrail"
    second = [row for row in others if row.get(kind)]
    for row in second:
        yield _second(look, row)
    if not second and not (mine and not deployed):
        yield Finding(
            check="trail.second",
            verdict=Verdict.FINE,
            place=look.place(look.names.management, home),
            message="no other trail records the same",
        )


def _leftover(look: Look, row: dict[str, Any]) -> Finding:
    home = look.names.home_region
    return Finding(
        check="trail.retained",
        verdict=Verdict.IMPORT,
        place=look.place(look.names.management, home),
        message=f"the trail {row['Name']} exists, without the stack {look.ours('audit')}",
        imported=look.imported(
            look.names.management, home, "AWS::CloudTrail::Trail", {"TrailName": row["Name"]}
        ),
        commands=(f"npx cdk deploy {look.id_of('audit')} --import-existing-resources",),
    )


def _second(look: Look, row: dict[str, Any]) -> Finding:
    """Deploy first, stop the other one then: no event is lost in between."""
    region = row.get("HomeRegion", look.names.home_region)
    return Finding(
        check="trail.second",
        verdict=Verdict.NOTE,
        place=look.place(look.names.management, region),
        message=f"{row['Name']} records the same; every further copy of management events is "
        "billed by the event. Stop it after the deployment of audit, when ours delivers",
        commands=(f"aws cloudtrail stop-logging --name {row['TrailARN']} --region {region}",),
    )


def recorders(look: Look) -> Iterator[Finding]:
    """An account and Region has one recorder of its own, and one delivery channel."""
    if not look.configuration.capabilities.config.enabled:
        return
    for account, region, reader in look.each():
        found = reader.every(
            "config", "DescribeConfigurationRecorders", "ConfigurationRecorders", region
        )
        channels = reader.every("config", "DescribeDeliveryChannels", "DeliveryChannels", region)
        if found is None or channels is None:
            continue
        # Service-linked recorders are not counted (AWS Config Developer Guide, "Working with the
        # configuration recorder").
        found = [row for row in found if not row.get("servicePrincipal")]
        yield from _recorder(look, account, region, found, channels)


def _recorder(
    look: Look,
    account: str,
    region: str,
    recorders: list[dict[str, Any]],
    channels: list[dict[str, Any]],
) -> Iterator[Finding]:
    place = look.place(account, region)
    if not recorders and not channels:
        yield Finding(
            check="config.recorder", verdict=Verdict.FINE, place=place, message="no recorder yet"
        )
        return
    names = ", ".join(sorted({row["name"] for row in [*recorders, *channels]}))
    role = f":role/{look.names.config_role}"
    ours = bool(recorders) and all(row.get("roleARN", "").endswith(role) for row in recorders)
    if ours and _is_deployed(look, account, region):
        yield Finding(
            check="config.recorder", verdict=Verdict.FINE, place=place, message="the baseline's own"
        )
    elif any(row["name"].startswith(TOWER_RECORDER) for row in recorders):
        yield _tower(look, place, names)
    else:
        left = " of an earlier deployment" if ours else ""
        yield Finding(
            check="config.retained" if ours else "config.recorder",
            verdict=Verdict.CONFLICT,
            place=place,
            message=f"there is a recorder or channel{left} ({names}); what it has recorded stays in its bucket",
            commands=_removal(recorders, channels, region),
        )


def _tower(look: Look, place: str, names: str) -> Finding:
    """Control Tower's controls keep its recorder, so ours is left out, and its baselines are named."""
    found = {} if look.standalone else enabled_baselines(look)
    versions: dict[str, list[str]] = {}
    for path, row in found.items():
        versions.setdefault(row.get("baselineVersion") or "5.0", []).append(path)
    lines = {
        "capabilities": {"config": {"enabled": False}},
        "landing_zone": {
            "baselines": [
                {"version": version, "units": units} for version, units in sorted(versions.items())
            ]
        },
        **tower_lines(look),
    }
    return Finding(
        check="config.tower-recorder",
        verdict=Verdict.SKIP if found else Verdict.CONFLICT,
        place=place,
        message=f"Control Tower records here ({names}), and its controls keep the recorder"
        + (
            ""
            if found
            else "; no unit of baseline.yaml has AWSControlTowerBaseline: describe the governed units first"
        ),
        configuration=lines if found else {},
    )


def _is_deployed(look: Look, account: str, region: str) -> bool:
    if account == look.names.management:
        return look.is_deployed(account, region, look.ours(f"{REGIONAL}-{region}"))
    return look.has_stack_set(account, region, look.ours(MEMBERS))


def _removal(
    recorders: list[dict[str, Any]], channels: list[dict[str, Any]], region: str
) -> tuple[str, ...]:
    stop = [
        f"aws configservice {verb}-configuration-recorder --configuration-recorder-name "
        f"{row['name']} --region {region}"
        for row in recorders
        for verb in ("stop",)
    ]
    delete = [line.replace(" stop-", " delete-") for line in stop]
    gone = [
        f"aws configservice delete-delivery-channel --delivery-channel-name {row['name']} --region {region}"
        for row in channels
    ]
    # The channel goes only while nothing records.
    return (*stop, *gone, *delete)
