"""What the organization trail records, as advanced event selectors."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_cloudtrail as cloudtrail

from baseline.config import Names
from baseline.config.trail import DataEvents, TrailSettings

OBJECTS = "AWS::S3::Object"
INSIGHTS = ("ApiCallRateInsight", "ApiErrorRateInsight")
REFUSED = "VpceAccessDenied"
"""The one error code by which network activity can be selected."""

Selector = cloudtrail.CfnTrail.AdvancedEventSelectorProperty
Field = cloudtrail.CfnTrail.AdvancedFieldSelectorProperty
Insight = cloudtrail.CfnTrail.InsightSelectorProperty


def event_selectors(names: Names, settings: TrailSettings) -> list[Selector]:
    """Give the selectors of a trail: all management events, then what the settings name.

    Args:
        names: names of the baseline; the trail's own bucket gives no data events.
        settings: data events and network activity.

    Source: AWS CloudTrail API Reference, "AdvancedEventSelector".
    """
    management = Selector(
        name="All management events",
        field_selectors=[Field(field="eventCategory", equal_to=["Management"])],
    )
    # Each log file that the trail delivers would be an event of its own.
    own = f"arn:{names.partition}:s3:::{names.cloudtrail_bucket}/"
    return [
        management,
        *(_data_events(events, own) for events in settings.data_events),
        *(
            _network_activity(source, allowed=settings.network_activity_allowed)
            for source in settings.network_activity
        ),
    ]


def insight_selectors(settings: TrailSettings) -> list[Insight]:
    """Give the insights of a trail: rates of management calls and errors, of data events by choice."""
    # Without categories CloudTrail takes the management events alone.
    categories = ["Management", "Data"] if settings.data_event_insights else None
    return [Insight(insight_type=kind, event_categories=categories) for kind in INSIGHTS]


def controls(events: Sequence[DataEvents]) -> list[str]:
    """Give the controls that data events meet: writes and reads of every S3 object."""
    whole = [e.access for e in events if e.type == OBJECTS and not e.only and not e.leave_out]
    found = {"S3.22": {"all", "write"}, "S3.23": {"all", "read"}}
    return [control for control, access in found.items() if access & set(whole)]


def _data_events(events: DataEvents, own: str) -> Selector:
    left_out = [*([own] if events.type == OBJECTS else []), *events.leave_out]
    fields = [
        Field(field="eventCategory", equal_to=["Data"]),
        Field(field="resources.type", equal_to=[events.type]),
    ]
    if events.access != "all":
        fields.append(
            Field(field="readOnly", equal_to=["true" if events.access == "read" else "false"])
        )
    if events.only or left_out:
        fields.append(
            Field(
                field="resources.ARN",
                starts_with=list(events.only) or None,
                not_starts_with=left_out or None,
            )
        )
    kind = {"all": "All", "read": "Read", "write": "Write"}[events.access]
    return Selector(name=f"{kind} events of {events.type}", field_selectors=fields)


def _network_activity(source: str, *, allowed: bool) -> Selector:
    fields = [
        Field(field="eventCategory", equal_to=["NetworkActivity"]),
        Field(field="eventSource", equal_to=[source]),
    ]
    if not allowed:
        fields.append(Field(field="errorCode", equal_to=[REFUSED]))
    kind = "All" if allowed else "Refused"
    return Selector(name=f"{kind} network activity of {source}", field_selectors=fields)
