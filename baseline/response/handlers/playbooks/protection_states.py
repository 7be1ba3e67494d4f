"""States: what records and watches an account as it is now, and where it is weaker than it was made.

Nothing here is changed. Configuration that CloudFormation owns is compared with what the baseline
deploys everywhere; what differs is put back by deploying, not by a playbook that would guess.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError
from calls import Call

Client = Any  # boto3 clients have no published type
State = dict[str, Any]

ABSENT = frozenset(
    {
        "BadRequestException",
        "InvalidAccessException",
        "InvalidFlowLogId.NotFound",
        "NoSuchBucketPolicy",
        "NoSuchConfigurationRecorderException",
        "NoSuchDeliveryChannelException",
        "NoSuchLifecycleConfiguration",
        "NoSuchPublicAccessBlockConfiguration",
        "NotSignedUp",
        "ResourceNotFoundException",
        "TrailNotFoundException",
    }
)
"""Error codes with which AWS says that there is none, or that the service is off."""


def now(call: Call) -> State:
    """Give the state of the protection that the incident is about."""
    return READERS[call.target["kind"]](call)


def weaknesses(call: Call, state: State) -> list[str]:
    """Say where it is weaker than the baseline makes it."""
    return list(JUDGES[call.target["kind"]](call, state))


def requested(call: Call) -> State:
    """Give the parameters of the call; none where a person started the playbook."""
    return call.target.get("requested") or {}


def called(call: Call) -> str:
    """Give the name of the call; a person's start has none."""
    return str(call.target.get("call") or "started by hand")


def read(action: Callable[[], State]) -> State:
    """Give an answer without its metadata; empty where there is nothing."""
    try:
        found = action()
    except ClientError as error:
        if error.response["Error"]["Code"] in ABSENT:
            return {}
        raise
    return {key: value for key, value in found.items() if key != "ResponseMetadata"}


def _trail(call: Call) -> State:
    client, name = call.client("cloudtrail"), call.target["id"]
    return {
        "trail": read(lambda: client.get_trail(Name=name)).get("Trail", {}),
        "status": read(lambda: client.get_trail_status(Name=name)),
        "selectors": read(lambda: client.get_event_selectors(TrailName=name)),
    }


def _weak_trail(call: Call, state: State) -> Iterator[str]:
    trail, name = state["trail"], call.target["id"]
    if not trail:
        yield f"trail {name} is deleted"
        return
    for key, lost in (
        ("IsMultiRegionTrail", "records one Region only"),
        ("IncludeGlobalServiceEvents", "leaves out calls of global services"),
        ("LogFileValidationEnabled", "has no log file validation"),
        ("KmsKeyId", "is not encrypted with a key of its own"),
    ):
        if not trail.get(key):
            yield f"trail {name} {lost}"
    if not _records_management(state["selectors"]):
        yield f"trail {name} does not record all management calls"


def _records_management(selectors: State) -> bool:
    simple = selectors.get("EventSelectors") or []
    if any(
        each.get("IncludeManagementEvents") and each.get("ReadWriteType") == "All"
        for each in simple
    ):
        return True
    return any(_all_management(each) for each in selectors.get("AdvancedEventSelectors") or [])


def _all_management(selector: State) -> bool:
    fields = {each["Field"]: each for each in selector.get("FieldSelectors", [])}
    category = fields.pop("eventCategory", {})
    return category.get("Equals") == ["Management"] and "readOnly" not in fields


def _detector(call: Call) -> State:
    client, name = call.client("guardduty"), call.target["id"]
    found = {"detector": read(lambda: client.get_detector(DetectorId=name))}
    if stopped_members(call):
        found["members"] = read(
            lambda: client.get_members(DetectorId=name, AccountIds=stopped_members(call))
        )
    return found


def stopped_members(call: Call) -> list[str]:
    """Give the member accounts that the call stopped, removed or let go."""
    return [str(each) for each in requested(call).get("accountIds") or []]


def _weak_detector(call: Call, state: State) -> Iterator[str]:
    detector, name = state["detector"], call.target["id"]
    if not detector:
        yield f"detector {name} is deleted"
        return
    wanted = requested(call).get("features") or []
    off = {str(each.get("name")) for each in wanted if each.get("status") == "DISABLED"}
    for feature in detector.get("Features", []):
        if feature["Name"] in off and feature["Status"] == "DISABLED":
            yield f"detector {name} has {feature['Name']} off"
    if called(call) != "StopMonitoringMembers":
        known = {each["AccountId"] for each in state.get("members", {}).get("Members", [])}
        for account in stopped_members(call):
            if account not in known or called(call) == "DisassociateMembers":
                yield f"account {account} is no member of GuardDuty's administrator any more"


def _recorder(call: Call) -> State:
    client = call.client("config")
    return {
        **read(client.describe_configuration_recorders),
        **read(client.describe_configuration_recorder_status),
        **read(client.describe_delivery_channels),
    }


def _weak_recorder(_: Call, state: State) -> Iterator[str]:
    if not state.get("ConfigurationRecorders"):
        yield "the account has no recorder of AWS Config in this Region any more"
    if not state.get("DeliveryChannels"):
        yield "AWS Config has no delivery channel in this Region any more"


def _hub(call: Call) -> State:
    return {"hub": read(call.client("securityhub").describe_hub)}


def _weak_hub(call: Call, state: State) -> Iterator[str]:
    if not state["hub"]:
        yield "Security Hub is off in this account and Region"
    elif called(call) != "DisableSecurityHub":
        yield f"{call.target['call']} changed the configuration of Security Hub"


def _flow_log(call: Call) -> State:
    ids = call.target["id"].split(", ")
    client = call.client("ec2")
    # By filter: IDs that are gone would fail the whole call.
    asked = [{"Name": "flow-log-id", "Values": ids}]
    return read(lambda: client.describe_flow_logs(Filters=asked))


def _weak_flow_log(call: Call, state: State) -> Iterator[str]:
    there = {each["FlowLogId"] for each in state.get("FlowLogs", [])}
    for name in call.target["id"].split(", "):
        if name not in there:
            yield f"flow log {name} is deleted"


def _log_bucket(call: Call) -> State:
    client, name = call.client("s3"), call.target["id"]
    policy = read(lambda: client.get_bucket_policy(Bucket=name)).get("Policy")
    return {
        "policy": json.loads(policy) if policy else None,
        "public_access_block": read(lambda: client.get_public_access_block(Bucket=name)),
        "versioning": read(lambda: client.get_bucket_versioning(Bucket=name)),
        "lifecycle": read(lambda: client.get_bucket_lifecycle_configuration(Bucket=name)),
    }


def _weak_bucket(call: Call, state: State) -> Iterator[str]:
    name = call.target["id"]
    if not state["policy"]:
        yield f"bucket {name} has no policy any more"
    else:
        yield f"{call.target['call']} changed log bucket {name}: compare its policy with the stack's"


READERS: Mapping[str, Callable[[Call], State]] = {
    "detector": _detector,
    "flow log": _flow_log,
    "hub": _hub,
    "log bucket": _log_bucket,
    "recorder": _recorder,
    "trail": _trail,
}
JUDGES: Mapping[str, Callable[[Call, State], Iterator[str]]] = {
    "detector": _weak_detector,
    "flow log": _weak_flow_log,
    "hub": _weak_hub,
    "log bucket": _weak_bucket,
    "recorder": _weak_recorder,
    "trail": _weak_trail,
}
