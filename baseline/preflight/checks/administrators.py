"""Who administers a service: the deployment takes it away from nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from baseline.guardrails.composition import examine, policy_types
from baseline.organization.feature_set import FeatureSet, features_of
from baseline.preflight.finding import Finding, Verdict
from baseline.preflight.look import Look

READS = (
    "organizations:ListDelegatedAdministrators",
    "organizations:ListDelegatedServicesForAccount",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """How a service tells who administers it in a Region, and how that is taken back."""

    service: str
    operation: str = "ListOrganizationAdminAccounts"
    entries: str = "AdminAccounts"
    account: str = "AccountId"
    parameters: dict[str, Any] = field(default_factory=dict)
    undo: str = ""


LISTINGS = {
    "detective": Listing(
        service="detective",
        entries="Administrators",
        undo="aws detective disable-organization-admin-account",
    ),
    "guardduty": Listing(
        service="guardduty",
        account="AdminAccountId",
        undo="aws guardduty disable-organization-admin-account --admin-account-id {account}",
    ),
    "inspector2": Listing(
        service="inspector2",
        operation="ListDelegatedAdminAccounts",
        entries="delegatedAdminAccounts",
        account="accountId",
        undo="aws inspector2 disable-delegated-admin-account --delegated-admin-account-id {account}",
    ),
    "macie2": Listing(
        service="macie2",
        entries="adminAccounts",
        account="accountId",
        undo="aws macie2 disable-organization-admin-account --admin-account-id {account}",
    ),
    "securityhub": Listing(
        service="securityhub",
        undo="aws securityhub disable-organization-admin-account --admin-account-id {account}",
    ),
    "securityhubv2": Listing(
        service="securityhub",
        parameters={"Feature": "SecurityHubV2"},
        undo="aws securityhub disable-organization-admin-account --admin-account-id {account} "
        "--feature SecurityHubV2",
    ),
}
"""The services that name their administrator Region by Region."""


def wanted(look: Look) -> FeatureSet:
    """Give the features that the deployment switches on."""
    types = policy_types(examine(look.configuration)[0])
    return features_of(look.configuration, look.names, policy_types=types)


def delegated(look: Look) -> Iterator[Finding]:
    """Compare the administrators that AWS Organizations registers."""
    if not look.organization.knows(*READS):
        return
    for administrator in wanted(look).delegated_administrators:
        service = administrator.service_principal
        found = look.organization.delegated_administrators.get(service, ())
        if found and administrator.account_id not in found:
            yield Finding(
                check="administrators.delegated",
                verdict=Verdict.CONFLICT,
                place=look.label(found[0]),
                message=f"{service} is administered by {', '.join(found)}, the baseline wants "
                f"{administrator.account_id}; deregistering can delete the service's data",
                commands=tuple(
                    f"aws organizations deregister-delegated-administrator --account-id {account} "
                    f"--service-principal {service}"
                    for account in found
                ),
            )
        else:
            said = "is administered as the baseline wants" if found else "has no administrator yet"
            yield Finding(
                check="administrators.delegated",
                verdict=Verdict.FINE,
                message=f"{service} {said}",
            )


def regional(look: Look) -> Iterator[Finding]:
    """Compare the administrators that services name in each Region."""
    for administrator in wanted(look).regional_administrators:
        for region in administrator.regions:
            yield from _regional(look, administrator.service, administrator.account_id, region)


def _regional(look: Look, service: str, account: str, region: str) -> Iterator[Finding]:
    listing = LISTINGS[service]
    rows = look.management.every(
        listing.service, listing.operation, listing.entries, region, **listing.parameters
    )
    if rows is None:
        return
    found = sorted({str(row[listing.account]) for row in rows})
    if found and account not in found:
        yield Finding(
            check="administrators.regional",
            verdict=Verdict.CONFLICT,
            place=region,
            message=f"{service} is administered by {', '.join(found)}, the baseline wants {account}; "
            "taking it back can delete the service's data",
            commands=tuple(
                f"{listing.undo.format(account=each)} --region {region}" for each in found
            ),
        )
        return
    said = "is administered as the baseline wants" if found else "has no administrator yet"
    yield Finding(
        check="administrators.regional",
        verdict=Verdict.FINE,
        place=region,
        message=f"{service} {said}",
    )
