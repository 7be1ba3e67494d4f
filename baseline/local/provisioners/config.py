"""AWS Config: recorder, delivery channel and aggregator.

CloudFormation starts the recorder when both it and the delivery channel exist, in whichever order
the template creates them; so does this module.
"""

from typing import Any

from baseline.local.backends import state
from baseline.local.provisioners.registry import Physical, register
from baseline.local.provisioners.resource import Resource

_DEFAULT_NAME = "default"


def _waiting(resource: Resource) -> dict[str, Any]:
    """Give the delivery channels that wait for their recorder, which the API wants first."""
    return state.regional("config channels", resource.account, resource.region)


def _recorders(resource: Resource) -> list[str]:
    found = resource.call("config", "describe_configuration_recorders")["ConfigurationRecorders"]
    return [recorder["name"] for recorder in found]


def _start(resource: Resource) -> None:
    recorders = _recorders(resource)
    if not recorders:
        return
    for channel in list(_waiting(resource).values()):
        resource.call("config", "put_delivery_channel", DeliveryChannel=channel)
    _waiting(resource).clear()
    if resource.call("config", "describe_delivery_channels")["DeliveryChannels"]:
        for name in recorders:
            resource.call("config", "start_configuration_recorder", ConfigurationRecorderName=name)


def _put_recorder(resource: Resource) -> Physical:
    name = resource.get("Name", _DEFAULT_NAME)
    recorder = {
        "name": name,
        "roleARN": resource.properties["RoleARN"],
        "recordingGroup": resource.get("RecordingGroup"),
        "recordingMode": resource.get("RecordingMode"),
    }
    kept = {member: value for member, value in recorder.items() if value is not None}
    resource.call("config", "put_configuration_recorder", ConfigurationRecorder=kept)
    _start(resource)
    return Physical(id=name)


def _update_recorder(_: str, __: Resource, new: Resource) -> Physical:
    return _put_recorder(new)


def _delete_recorder(name: str, resource: Resource) -> None:
    resource.call("config", "stop_configuration_recorder", ConfigurationRecorderName=name)
    resource.call("config", "delete_configuration_recorder", ConfigurationRecorderName=name)


register(
    "AWS::Config::ConfigurationRecorder",
    create=_put_recorder,
    update=_update_recorder,
    delete=_delete_recorder,
    applies=("Name", "RecordingGroup", "RoleARN"),
    declared=("RecordingMode", "StartedOnCreate"),
    reason="moto records continuously and starts with the delivery channel",
)


def _put_channel(resource: Resource) -> Physical:
    name = resource.get("Name", _DEFAULT_NAME)
    members = ("ConfigSnapshotDeliveryProperties", "S3BucketName", "S3KeyPrefix", "S3KmsKeyArn")
    channel = {"name": name, **resource.only(*members, "SnsTopicARN")}
    _waiting(resource)[name] = channel
    _start(resource)
    return Physical(id=name)


def _update_channel(_: str, __: Resource, new: Resource) -> Physical:
    return _put_channel(new)


def _delete_channel(name: str, resource: Resource) -> None:
    for recorder in _recorders(resource):
        resource.call("config", "stop_configuration_recorder", ConfigurationRecorderName=recorder)
    resource.call("config", "delete_delivery_channel", DeliveryChannelName=name)


register(
    "AWS::Config::DeliveryChannel",
    create=_put_channel,
    update=_update_channel,
    delete=_delete_channel,
    applies=(
        "ConfigSnapshotDeliveryProperties",
        "Name",
        "S3BucketName",
        "S3KeyPrefix",
        "S3KmsKeyArn",
        "SnsTopicARN",
    ),
)


def _put_aggregator(resource: Resource) -> Physical:
    name = resource.name("ConfigurationAggregatorName")
    answer = resource.call(
        "config",
        "put_configuration_aggregator",
        ConfigurationAggregatorName=name,
        Tags=resource.tag_list() or None,
        **resource.only("AccountAggregationSources", "OrganizationAggregationSource"),
    )
    arn = answer["ConfigurationAggregator"]["ConfigurationAggregatorArn"]
    return Physical(id=name, attributes={"ConfigurationAggregatorArn": arn})


def _update_aggregator(_: str, __: Resource, new: Resource) -> Physical:
    return _put_aggregator(new)


def _delete_aggregator(name: str, resource: Resource) -> None:
    resource.call("config", "delete_configuration_aggregator", ConfigurationAggregatorName=name)


register(
    "AWS::Config::ConfigurationAggregator",
    create=_put_aggregator,
    update=_update_aggregator,
    delete=_delete_aggregator,
    applies=(
        "AccountAggregationSources",
        "ConfigurationAggregatorName",
        "OrganizationAggregationSource",
        "Tags",
    ),
)
