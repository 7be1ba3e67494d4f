"""GuardDuty, Security Hub and analyzers where they are on already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from baseline.preflight.finding import Finding, Verdict
from baseline.preflight.look import Look

NOT_ENABLED = ("InvalidAccessException", "ResourceNotFoundException")
"""Security Hub's answers where it is off."""


def detectors(look: Look) -> Iterator[Finding]:
    """An account that another one administers by invitation is not taken over."""
    if not look.configuration.capabilities.guardduty.enabled:
        return
    for account, region, reader in look.each():
        ids = reader.every("guardduty", "ListDetectors", "DetectorIds", region)
        if ids is None:
            continue
        yield from _detector(look, account, region, ids)


def _detector(look: Look, account: str, region: str, ids: list[str]) -> Iterator[Finding]:
    place = look.place(account, region)
    if not ids:
        yield Finding(
            check="guardduty.administrator",
            verdict=Verdict.FINE,
            place=place,
            message="no detector yet",
        )
        return
    answer = look.readers[account].one(
        "guardduty", "GetAdministratorAccount", region, DetectorId=ids[0]
    )
    if answer is None:
        return
    administrator = (answer.get("Administrator") or {}).get("AccountId", "")
    if administrator and administrator != look.names.security:
        yield Finding(
            check="guardduty.administrator",
            verdict=Verdict.CONFLICT,
            place=place,
            message=f"account {administrator} administers GuardDuty here, the baseline wants "
            f"{look.names.security}",
            commands=(
                (
                    f"aws guardduty disassociate-from-administrator-account --detector-id {ids[0]} "
                    f"--region {region}"
                ),
            ),
        )
        return
    own = look.is_deployed(account, region, look.ours(f"detection-{region}"))
    if look.standalone and not own:
        yield Finding(
            check="guardduty.detector",
            verdict=Verdict.IMPORT,
            place=place,
            message=f"there is a detector ({ids[0]}), and a Region has one",
            imported=look.imported(account, region, "AWS::GuardDuty::Detector", {"Id": ids[0]}),
        )
        return
    yield Finding(
        check="guardduty.administrator",
        verdict=Verdict.FINE,
        place=place,
        message=f"detector {ids[0]} is taken over as it is",
    )


def hub(look: Look) -> Iterator[Finding]:
    """Security Hub has one aggregator and one home Region; the baseline makes them there."""
    reader = look.readers.get(look.names.security)
    if not look.configuration.capabilities.security_hub.enabled or reader is None:
        return
    deployed = look.is_deployed(look.names.security, look.names.home_region, look.ours("security"))
    for region in look.configuration.regions:
        answer = reader.one("securityhub", "DescribeHub", region, absent=NOT_ENABLED)
        if answer is None:
            continue
        if look.standalone:
            yield from _own_hub(look, region, answer)
        rows = (
            reader.every(
                "securityhub",
                "ListFindingAggregators",
                "FindingAggregators",
                region,
                absent=NOT_ENABLED,
            )
            if answer
            else []
        )
        if rows is None:
            continue
        # Linked Regions show the aggregator of the home Region.
        here = [row for row in rows if f":{region}:" in row["FindingAggregatorArn"]]
        yield from _aggregator(look, region, here, enabled=bool(answer), deployed=deployed)
    if not deployed and not look.standalone:
        yield from _policies(look)


def _own_hub(look: Look, region: str, answer: dict[str, Any]) -> Iterator[Finding]:
    """An account alone has its hub in a stack of its own, so one that is there is imported."""
    account = look.names.security
    if not answer or look.is_deployed(account, region, look.ours(f"detection-{region}")):
        return
    arn = answer["HubArn"]
    yield Finding(
        check="security-hub.hub",
        verdict=Verdict.IMPORT,
        place=look.place(account, region),
        message="Security Hub is enabled already",
        imported=look.imported(account, region, "AWS::SecurityHub::Hub", {"ARN": arn}),
    )


def _aggregator(
    look: Look, region: str, rows: list[dict[str, Any]], *, enabled: bool, deployed: bool
) -> Iterator[Finding]:
    home = look.names.home_region
    place = look.place(look.names.security, region)
    if not rows or (region == home and deployed):
        said = "the hub is taken over as it is" if enabled else "no hub yet"
        yield Finding(
            check="security-hub.aggregator", verdict=Verdict.FINE, place=place, message=said
        )
        return
    arn = rows[0]["FindingAggregatorArn"]
    delete = f"aws securityhub delete-finding-aggregator --finding-aggregator-arn {arn} --region {region}"
    if region != home:
        yield Finding(
            check="security-hub.home-region",
            verdict=Verdict.CONFLICT,
            place=place,
            message=f"findings are collected in {region}, the home Region is {home}; there is one "
            "aggregator only. Delete it",
            commands=(delete,),
        )
        return
    yield Finding(
        check="security-hub.aggregator",
        verdict=Verdict.IMPORT,
        place=place,
        message="findings are collected here already, and there is one aggregator only: import or delete it",
        imported=look.imported(
            look.names.security,
            region,
            "AWS::SecurityHub::FindingAggregator",
            {"FindingAggregatorArn": arn},
        ),
        commands=(delete,),
    )


def _policies(look: Look) -> Iterator[Finding]:
    """Configuration policies of our names; Security Hub refuses a second one."""
    home = look.names.home_region
    reader = look.readers[look.names.security]
    answer = reader.one(
        "securityhub", "DescribeOrganizationConfiguration", home, absent=NOT_ENABLED
    )
    # Only central configuration has policies.
    if (
        not answer
        or answer.get("OrganizationConfiguration", {}).get("ConfigurationType") != "CENTRAL"
    ):
        return
    rows = reader.every(
        "securityhub",
        "ListConfigurationPolicies",
        "ConfigurationPolicySummaries",
        home,
        absent=NOT_ENABLED,
    )
    place = look.place(look.names.security, home)
    if rows is None:
        return
    ours = [row for row in rows if row.get("Name", "").startswith(f"{look.names.prefix}-")]
    for row in ours:
        yield Finding(
            check="security-hub.policy",
            verdict=Verdict.CONFLICT,
            place=place,
            message=f"the configuration policy {row['Name']} exists; disassociate it from its targets, then delete it",
            commands=(
                f"aws securityhub list-configuration-policy-associations --region {home}",
                f"aws securityhub delete-configuration-policy --identifier {row['Id']} --region {home}",
            ),
        )
    others = [row["Name"] for row in rows if row not in ours]
    yield Finding(
        check="security-hub.central",
        verdict=Verdict.NOTE if others else Verdict.FINE,
        place=place,
        message="configuration is central already"
        + (
            f"; {', '.join(others)}: where one is associated with a unit or account, it goes before the baseline's"
            if others
            else ""
        ),
    )


def analyzers(look: Look) -> Iterator[Finding]:
    """A second analyzer of the organization tells everything twice."""
    reader = look.readers.get(look.names.security)
    if not look.configuration.capabilities.access_analyzer.enabled or reader is None:
        return
    if look.is_deployed(look.names.security, look.names.home_region, look.ours("security")):
        return
    for region in look.configuration.regions:
        rows = reader.every("accessanalyzer", "ListAnalyzers", "analyzers", region)
        if rows is None:
            continue
        zone = "ACCOUNT" if look.standalone else "ORGANIZATION"
        found = [row for row in rows if row["type"].startswith(zone)]
        place = look.place(look.names.security, region)
        for row in found:
            free = row["type"] == zone
            cost = "" if free else " and is billed twice"
            yield Finding(
                check="analyzers.second",
                verdict=Verdict.NOTE,
                place=place,
                message=f"{row['name']} ({row['type']}) would tell the same as the baseline's{cost}; take its "
                "archive rules over, then delete it",
                commands=(
                    f"aws accessanalyzer delete-analyzer --analyzer-name {row['name']} --region {region}",
                ),
            )
        if not found:
            yield Finding(
                check="analyzers.second",
                verdict=Verdict.FINE,
                place=place,
                message="no analyzer that would tell the same",
            )
