"""The organization trail, which somebody of a member account tries to stop."""

from __future__ import annotations

from baseline.gameday.actions.action import Action, Place


def stop_trail(place: Place, *, trail: str) -> None:
    """Try to stop a trail."""
    place.call(
        "cloudtrail", "stop_logging", event="StopLogging", request={"name": trail}, Name=trail
    )


STOP_TRAIL = Action(
    name="stop-trail",
    run=stop_trail,
    says="tries to stop the organization trail",
    requires=frozenset({"trail"}),
)
