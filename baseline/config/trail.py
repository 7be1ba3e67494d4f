"""What the organization trail records beside management events: each choice costs by the event."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from baseline.config.section import Section

RESOURCE_TYPE_PATTERN = r"^AWS::[A-Za-z0-9]+::[A-Za-z0-9]+$"
EVENT_SOURCE_PATTERN = r"^[a-z0-9-]+\.amazonaws\.com$"
ARN_START_PATTERN = r"^arn:aws:[a-z0-9-]+:[^\s*?]+$"

SELECTOR_VALUES = 500
"""Values of all conditions of all advanced event selectors of a trail together.

Source: AWS CloudTrail User Guide, "Quotas in AWS CloudTrail".
"""

ResourceType = Annotated[str, Field(pattern=RESOURCE_TYPE_PATTERN)]
EventSource = Annotated[str, Field(pattern=EVENT_SOURCE_PATTERN)]
ArnStart = Annotated[str, Field(pattern=ARN_START_PATTERN, max_length=2048)]


class DataEvents(Section):
    """Data events of one resource type, in all accounts and Regions."""

    type: ResourceType = Field(
        description="Type of the resources as CloudTrail calls it: AWS::S3::Object, AWS::Lambda::Function, AWS::DynamoDB::Table or any other of its list.",
    )
    access: Literal["all", "read", "write"] = Field(
        default="all", description="Which events are recorded. all by default."
    )
    only: tuple[ArnStart, ...] = Field(
        default=(),
        description="Starts of ARNs: no other resources are recorded. All of the type by default.",
    )
    leave_out: tuple[ArnStart, ...] = Field(
        default=(),
        description="Starts of ARNs that are not recorded. None by default; the trail's own bucket is never recorded.",
    )


class TrailSettings(Section):
    """What the organization trail records. All management events and their insights, in any case."""

    data_events: tuple[DataEvents, ...] = Field(
        default=(),
        description="Resource types whose data events are recorded, such as each read and write of an S3 object. None by default: CloudTrail charges for each event, and GuardDuty watches S3 and Lambda without it.",
    )
    data_event_insights: bool = Field(
        default=False,
        strict=True,
        description="true: unusual rates of recorded data events give insight events too, at a price per event. false by default.",
    )
    network_activity: tuple[EventSource, ...] = Field(
        default=(),
        description="Services whose calls through VPC endpoints are recorded where the endpoint's policy refuses them, such as s3.amazonaws.com. None by default.",
    )
    network_activity_allowed: bool = Field(
        default=False,
        strict=True,
        description="true: calls that the endpoint's policy allows are recorded too. false by default.",
    )
