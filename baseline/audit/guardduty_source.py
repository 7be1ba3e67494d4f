"""As whom GuardDuty exports findings of a Region, and what binds it to the organization's detectors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from baseline.config.regions import guardduty_principal
from baseline.primitives.service_access import Conditions


def by_principal(regions: Iterable[str]) -> dict[str, list[str]]:
    """Give the Regions by the service principal that exports from them, in their order.

    Regions that have to be enabled have a principal of their own.
    """
    found: dict[str, list[str]] = {}
    for region in dict.fromkeys(regions):
        found.setdefault(guardduty_principal(region), []).append(region)
    return found


def exports_of(regions: Sequence[str], *, account: str, partition: str) -> Conditions:
    """Give the conditions that admit the detectors of one account in some Regions.

    The ID of a detector is not known before it exists; an account has one in a Region.
    """
    detectors = [f"arn:{partition}:guardduty:{region}:{account}:detector/*" for region in regions]
    return {
        "StringEquals": {"aws:SourceAccount": account},
        "ArnLike": {"aws:SourceArn": detectors if len(detectors) > 1 else detectors[0]},
    }
