"""EC2 networking that ministack keeps only in part: flow logs, network ACLs, endpoint policies."""

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from baseline.local import emulators
from baseline.local.backends import state
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

# Source: Amazon VPC User Guide, "Flow log records", default format (version 2).
_DEFAULT_FORMAT = (
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} "
    "${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}"
)
_FLOW_LOG_MEMBERS = (
    "DeliverLogsPermissionArn",
    "DeliverCrossAccountRole",
    "LogGroupName",
    "LogDestination",
    "DestinationOptions",
    "TagFieldSpecifications",
)


@contextmanager
def _store(request: ApiRequest) -> Iterator[Any]:
    """Give ministack's EC2 state of the caller's account and Region."""
    scope = emulators.module("ministack.core.responses").request_scope
    with scope(request.account, request.region):
        yield emulators.ministack("ec2")


def _filters(request: ApiRequest, known: Iterable[str]) -> dict[str, list[str]]:
    """Read the filters; one that would not be applied is refused."""
    given = request.parameters.get("Filters") or request.parameters.get("Filter") or []
    found = {entry["Name"]: list(entry["Values"]) for entry in given}
    unknown = sorted(found.keys() - set(known))
    if unknown:
        raise ServiceError(
            "InvalidParameterValue", f"the embedded AWS has no filter {', '.join(unknown)} here"
        )
    return found


def _tags(request: ApiRequest) -> list[dict[str, str]]:
    return [
        tag for entry in request.parameters.get("TagSpecifications") or [] for tag in entry["Tags"]
    ]


@answers("ec2", "CreateFlowLogs")
def create_flow_logs(request: ApiRequest) -> dict[str, Any]:
    """Create the flow logs of VPCs, subnets or interfaces with all their settings."""
    saved = state.regional("flow logs", request.account, request.region)
    given = request.parameters
    created = []
    for resource in given["ResourceIds"]:
        identifier = f"fl-{uuid.uuid4().hex[:17]}"
        saved[identifier] = {
            "FlowLogId": identifier,
            "ResourceId": resource,
            "TrafficType": given.get("TrafficType", "ALL"),
            "LogDestinationType": given.get("LogDestinationType", "cloud-watch-logs"),
            "LogFormat": given.get("LogFormat") or _DEFAULT_FORMAT,
            "MaxAggregationInterval": given.get("MaxAggregationInterval") or 600,
            "CreationTime": datetime.now(UTC),
            "DeliverLogsStatus": "SUCCESS",
            "FlowLogStatus": "ACTIVE",
            "Tags": _tags(request),
            **{name: given[name] for name in _FLOW_LOG_MEMBERS if name in given},
        }
        created.append(identifier)
    return {"FlowLogIds": created, "Unsuccessful": []}


@answers("ec2", "DescribeFlowLogs")
def describe_flow_logs(request: ApiRequest) -> dict[str, Any]:
    """Describe flow logs, all settings included."""
    saved = state.regional("flow logs", request.account, request.region)
    wanted = request.parameters.get("FlowLogIds") or []
    filters = _filters(request, ("resource-id", "flow-log-id", "traffic-type"))
    members = {
        "resource-id": "ResourceId",
        "flow-log-id": "FlowLogId",
        "traffic-type": "TrafficType",
    }
    return {
        "FlowLogs": [
            one
            for one in saved.values()
            if (not wanted or one["FlowLogId"] in wanted)
            and all(one[members[name]] in values for name, values in filters.items())
        ]
    }


@answers("ec2", "DeleteFlowLogs")
def delete_flow_logs(request: ApiRequest) -> dict[str, Any]:
    """Delete flow logs."""
    saved = state.regional("flow logs", request.account, request.region)
    for identifier in request.parameters["FlowLogIds"]:
        saved.pop(identifier, None)
    return {"Unsuccessful": []}


def _acl(store: Any, request: ApiRequest) -> dict[str, Any]:  # noqa: ANN401 - no types
    identifier = request.parameters["NetworkAclId"]
    found: dict[str, Any] | None = store._network_acls.get(identifier)
    if found is None:
        raise ServiceError(
            "InvalidNetworkAclID.NotFound", f"The networkAcl ID '{identifier}' does not exist"
        )
    return found


@answers("ec2", "CreateNetworkAclEntry", "ReplaceNetworkAclEntry")
def put_entry(request: ApiRequest) -> dict[str, Any]:
    """Add or replace a rule of a network ACL, with its ports."""
    members = ("RuleNumber", "Protocol", "RuleAction", "CidrBlock", "Ipv6CidrBlock", "PortRange")
    entry = {name: request.parameters[name] for name in members if name in request.parameters}
    entry["Egress"] = bool(request.parameters["Egress"])
    if "IcmpTypeCode" in request.parameters:
        entry["IcmpTypeCode"] = request.parameters["IcmpTypeCode"]
    with _store(request) as store:
        acl = _acl(store, request)
        same = [one for one in acl["Entries"] if _rule(one) == _rule(entry)]
        if same and request.operation.startswith("Create"):
            raise ServiceError(
                "NetworkAclEntryAlreadyExists",
                f"The network acl entry identified by {entry['RuleNumber']} already exists.",
            )
        acl["Entries"] = [one for one in acl["Entries"] if _rule(one) != _rule(entry)] + [entry]
    return {}


def _rule(entry: Mapping[str, Any]) -> tuple[int, bool]:
    return int(entry["RuleNumber"]), bool(entry["Egress"])


@answers("ec2", "DescribeNetworkAcls")
def describe_acls(request: ApiRequest) -> dict[str, Any]:
    """Describe network ACLs with all rules and with the subnets that use them."""
    names = ("vpc-id", "default", "association.subnet-id", "network-acl-id")
    filters = _filters(request, names)
    wanted = request.parameters.get("NetworkAclIds") or []
    with _store(request) as store:
        store._ensure_defaults_initialized()
        described = [_described(store, acl) for acl in store._network_acls.values()]
    return {
        "NetworkAcls": [
            acl
            for acl in described
            if (not wanted or acl["NetworkAclId"] in wanted) and _matches(acl, filters)
        ]
    }


def _described(store: Any, acl: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - no types
    entries = sorted(acl["Entries"], key=lambda one: (not one["Egress"], one["RuleNumber"]))
    return {
        "NetworkAclId": acl["NetworkAclId"],
        "VpcId": acl["VpcId"],
        "IsDefault": acl["IsDefault"],
        "OwnerId": acl["OwnerId"],
        "Entries": entries,
        "Associations": _associations(store, acl),
        "Tags": store._tags.get(acl["NetworkAclId"]) or [],
    }


def _associations(store: Any, acl: Mapping[str, Any]) -> list[dict[str, str]]:  # noqa: ANN401
    """Give the subnets of an ACL; the default one has those that no other has."""
    if not acl["IsDefault"]:
        subnets = [one["SubnetId"] for one in acl["Associations"]]
    else:
        others = [one for one in store._network_acls.values() if not one["IsDefault"]]
        taken = {one["SubnetId"] for other in others for one in other["Associations"]}
        subnets = [
            subnet["SubnetId"]
            for subnet in store._subnets.values()
            if subnet["VpcId"] == acl["VpcId"] and subnet["SubnetId"] not in taken
        ]
    return [
        {
            "NetworkAclAssociationId": _association(acl["NetworkAclId"], subnet),
            "NetworkAclId": acl["NetworkAclId"],
            "SubnetId": subnet,
        }
        for subnet in subnets
    ]


def _association(acl: str, subnet: str) -> str:
    return f"aclassoc-{uuid.uuid5(uuid.NAMESPACE_OID, acl + subnet).hex[:17]}"


def _matches(acl: Mapping[str, Any], filters: Mapping[str, list[str]]) -> bool:
    subnets = {one["SubnetId"] for one in acl["Associations"]}
    facts = {
        "vpc-id": {acl["VpcId"]},
        "default": {str(acl["IsDefault"]).lower()},
        "association.subnet-id": subnets,
        "network-acl-id": {acl["NetworkAclId"]},
    }
    return all(facts[name] & set(values) for name, values in filters.items())


@answers("ec2", "ReplaceNetworkAclAssociation")
def replace_association(request: ApiRequest) -> dict[str, Any]:
    """Give a subnet another network ACL."""
    with _store(request) as store:
        new = _acl(store, request)
        every = [one for acl in store._network_acls.values() for one in _associations(store, acl)]
        wanted = request.parameters["AssociationId"]
        old = next((one for one in every if one["NetworkAclAssociationId"] == wanted), None)
        if old is None:
            raise ServiceError(
                "InvalidAssociationID.NotFound", f"The association ID '{wanted}' does not exist"
            )
        subnet = old["SubnetId"]
        for acl in store._network_acls.values():
            acl["Associations"] = [one for one in acl["Associations"] if one["SubnetId"] != subnet]
        identifier = _association(new["NetworkAclId"], subnet)
        if not new["IsDefault"]:
            new["Associations"].append({"NetworkAclAssociationId": identifier, "SubnetId": subnet})
    return {"NewAssociationId": identifier}


@answers("ec2", "DescribeVpcEndpoints")
def describe_endpoints(request: ApiRequest) -> dict[str, Any]:
    """Describe VPC endpoints with their policies and security groups."""
    filters = _filters(request, ("vpc-id", "service-name", "vpc-endpoint-id", "vpc-endpoint-type"))
    members = {
        "vpc-id": "VpcId",
        "service-name": "ServiceName",
        "vpc-endpoint-id": "VpcEndpointId",
        "vpc-endpoint-type": "VpcEndpointType",
    }
    wanted = request.parameters.get("VpcEndpointIds") or []
    with _store(request) as store:
        return {
            "VpcEndpoints": [
                _endpoint(store, one)
                for one in store._vpc_endpoints.values()
                if (not wanted or one["VpcEndpointId"] in wanted)
                and all(one[members[name]] in values for name, values in filters.items())
            ]
        }


def _endpoint(store: Any, endpoint: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401
    members = (
        "VpcEndpointId",
        "VpcEndpointType",
        "VpcId",
        "ServiceName",
        "State",
        "RouteTableIds",
        "SubnetIds",
        "OwnerId",
    )
    policy = endpoint.get("PolicyDocument")
    groups = endpoint.get("SecurityGroupIds") or []
    return {
        **{name: endpoint.get(name) for name in members},
        "PrivateDnsEnabled": str(endpoint.get("PrivateDnsEnabled", False)).lower() == "true",
        "Groups": [{"GroupId": group} for group in groups],
        "Tags": store._tags.get(endpoint["VpcEndpointId"]) or [],
        **({"PolicyDocument": _text(policy)} if policy else {}),
    }


def _text(policy: object) -> str:
    return policy if isinstance(policy, str) else json.dumps(policy)
