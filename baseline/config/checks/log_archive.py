"""What the trail records and where copies of the logs are kept."""

from __future__ import annotations

from collections.abc import Iterator

from baseline.config.finding import REGIONS, Finding, Path
from baseline.config.text import listed, show
from baseline.config.trail import SELECTOR_VALUES
from baseline.config.view import View

REPLICATION: Path = ("log_archive", "replication")
TRAIL: Path = ("log_archive", "trail")


def copies_lie_elsewhere(view: View) -> Iterator[Finding]:
    """Copies are in a governed Region, in a known account, and not beside what they copy."""
    region, account = view.text(*REPLICATION, "region"), view.text(*REPLICATION, "account")
    if region is None:
        return
    governed = [name for _, name in view.items("regions")]
    archive = view.text("accounts", "log_archive", "id")
    if governed and region not in governed:
        yield Finding(
            (*REPLICATION, "region"),
            f"{show(region)} is not in regions [{listed(governed)}]; the guardrails deny the others",
            rests_on=REGIONS,
        )
    if region == view.text("home_region") and account in (None, archive):
        yield Finding(
            (*REPLICATION, "region"),
            f"{show(region)} is the home Region, where the logs are; name another one, or another account",
        )
    known = {view.text(*place, "id") for place in view.accounts()}
    if account is not None and account not in known:
        yield Finding(
            (*REPLICATION, "account"),
            f"{show(account)} is the id of no account of this file; copies leave the organization otherwise",
        )


def trail_has_few_selectors(view: View) -> Iterator[Finding]:
    """All selectors of the trail together have no more values than CloudTrail takes."""
    events = view.get((*TRAIL, "data_events"))
    rows = range(len(events)) if isinstance(events, list | tuple) else range(0)
    values = 1  # management events
    for row in rows:
        place: Path = (*TRAIL, "data_events", row)
        # Category, type, the trail's own bucket, and whether it reads.
        values += 4 + sum(len(view.items(*place, key)) for key in ("only", "leave_out"))
    # Category, source and error code.
    values += 3 * len(view.items(*TRAIL, "network_activity"))
    if values > SELECTOR_VALUES:
        yield Finding(
            TRAIL,
            f"has {values} values in its selectors; CloudTrail takes {SELECTOR_VALUES}, so name fewer resources",
        )


def insights_have_their_events(view: View) -> Iterator[Finding]:
    """Insights into data events, and allowed network activity, need events that are recorded."""
    for switch, events in (
        ("data_event_insights", "data_events"),
        ("network_activity_allowed", "network_activity"),
    ):
        if view.get((*TRAIL, switch)) is True and not view.get((*TRAIL, events)):
            yield Finding(
                (*TRAIL, switch), f"is true, and {events} names nothing; name what is recorded"
            )
