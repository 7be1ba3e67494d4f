"""VPCs: subnets, routes, network ACLs, security groups, endpoints, flow logs."""

from collections.abc import Iterator, Mapping
from typing import Any

from baseline.local.readers.table import Check, Place, Properties, compare, reader
from baseline.local.readers.values import ABSENT, attempt, canonical, first, policy, tail

CAPABILITY = "Hardened network"


@reader(
    "AWS::EC2::VPC",
    capability=CAPABILITY,
    covers="CidrBlock EnableDnsSupport EnableDnsHostnames InstanceTenancy",
)
def vpc(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a VPC's addresses and DNS attributes."""
    ec2 = place("ec2")
    found = ec2.describe_vpcs(VpcIds=[physical_id])["Vpcs"][0]
    names = ("CidrBlock", "InstanceTenancy")
    yield from compare(expected, found, {name: name for name in names})
    for name in ("EnableDnsSupport", "EnableDnsHostnames"):
        if name in expected:
            attribute = f"{name[:1].lower()}{name[1:]}"
            answer = ec2.describe_vpc_attribute(VpcId=physical_id, Attribute=attribute)
            yield Check(setting=name, expected=expected[name], found=answer[name]["Value"])


@reader(
    "AWS::EC2::Subnet",
    capability=CAPABILITY,
    covers="VpcId CidrBlock AvailabilityZone MapPublicIpOnLaunch",
)
def subnet(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a subnet's place, addresses and whether it gives out public addresses."""
    found = place("ec2").describe_subnets(SubnetIds=[physical_id])["Subnets"][0]
    names = ("VpcId", "CidrBlock", "AvailabilityZone", "MapPublicIpOnLaunch")
    yield from compare(expected, found, {name: name for name in names})


@reader("AWS::EC2::NetworkAcl", capability=CAPABILITY, covers="VpcId")
def network_acl(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read which VPC a network ACL belongs to."""
    yield from compare(expected, _acl(place, physical_id), {"VpcId": "VpcId"})


@reader(
    "AWS::EC2::NetworkAclEntry",
    capability=CAPABILITY,
    covers="NetworkAclId RuleNumber Egress Protocol RuleAction CidrBlock Ipv6CidrBlock PortRange Icmp",
)
def network_acl_entry(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read one rule of a network ACL."""
    egress = canonical(expected.get("Egress", False))
    number = canonical(expected["RuleNumber"])
    entries = _acl(place, expected["NetworkAclId"]).get("Entries", ())
    found = first(entries, RuleNumber=expected["RuleNumber"], Egress=egress)
    names = ("Protocol", "RuleAction", "CidrBlock", "Ipv6CidrBlock", "PortRange")
    wanted = {name: expected[name] for name in names if name in expected}
    direction = "outbound" if egress == "true" else "inbound"
    yield Check(
        setting=f"{direction} rule {number}",
        expected=wanted,
        found={name: found.get(name, ABSENT) for name in wanted},
    )


@reader(
    "AWS::EC2::SubnetNetworkAclAssociation",
    capability=CAPABILITY,
    covers="SubnetId NetworkAclId",
)
def network_acl_association(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read which network ACL a subnet has."""
    associations = _acl(place, expected["NetworkAclId"]).get("Associations", ())
    there = any(each["SubnetId"] == expected["SubnetId"] for each in associations)
    yield Check(
        setting=f"network ACL of {expected['SubnetId']}",
        expected=expected["NetworkAclId"],
        found=expected["NetworkAclId"] if there else ABSENT,
    )


def _acl(place: Place, acl_id: str) -> Mapping[str, Any]:
    acls = place("ec2").describe_network_acls(NetworkAclIds=[acl_id])["NetworkAcls"]
    acl: Mapping[str, Any] = acls[0] if acls else {}
    return acl


@reader("AWS::EC2::RouteTable", capability=CAPABILITY, covers="VpcId")
def route_table(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read which VPC a route table belongs to."""
    yield from compare(expected, _routes(place, physical_id), {"VpcId": "VpcId"})


@reader(
    "AWS::EC2::Route",
    capability=CAPABILITY,
    covers="RouteTableId DestinationCidrBlock GatewayId NatGatewayId TransitGatewayId VpcEndpointId",
)
def route(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read one route."""
    destination = expected.get("DestinationCidrBlock")
    routes = _routes(place, expected["RouteTableId"]).get("Routes", ())
    found = first(routes, DestinationCidrBlock=destination)
    names = ("GatewayId", "NatGatewayId", "TransitGatewayId")
    yield from compare(expected, found, {name: name for name in names})


@reader(
    "AWS::EC2::SubnetRouteTableAssociation",
    capability=CAPABILITY,
    covers="SubnetId RouteTableId",
)
def route_table_association(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read which route table a subnet has."""
    associations = _routes(place, expected["RouteTableId"]).get("Associations", ())
    there = any(each.get("SubnetId") == expected["SubnetId"] for each in associations)
    yield Check(
        setting=f"route table of {expected['SubnetId']}",
        expected=expected["RouteTableId"],
        found=expected["RouteTableId"] if there else ABSENT,
    )


def _routes(place: Place, table_id: str) -> Mapping[str, Any]:
    tables = place("ec2").describe_route_tables(RouteTableIds=[table_id])["RouteTables"]
    table: Mapping[str, Any] = tables[0] if tables else {}
    return table


@reader(
    "AWS::EC2::SecurityGroup",
    capability=CAPABILITY,
    covers="VpcId GroupDescription GroupName SecurityGroupIngress SecurityGroupEgress",
)
def security_group(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read every rule of a security group that is written in it, in both directions.

    Rules with another group or a prefix list as peer may be resources of their own, which are read as
    such; one that a template did not write shows where its peer is a range.
    """
    groups = place("ec2").describe_security_groups(GroupIds=[physical_id])["SecurityGroups"]
    found = groups[0]
    yield from compare(expected, found, {"VpcId": "VpcId", "GroupDescription": "Description"})
    directions = {
        "SecurityGroupIngress": "IpPermissions",
        "SecurityGroupEgress": "IpPermissionsEgress",
    }
    for name, member in directions.items():
        if name in expected:
            live = [
                each for permission in found.get(member, ()) for each in _permission(permission)
            ]
            wanted = [_group_rule(each) for each in expected[name]]
            own = [each for each in live if each in wanted or not _is_reference(each["peer"])]
            yield Check(setting=name, expected=wanted, found=own)


@reader(
    "AWS::EC2::SecurityGroupIngress",
    capability=CAPABILITY,
    covers="GroupId IpProtocol FromPort ToPort CidrIp CidrIpv6 SourceSecurityGroupId SourcePrefixListId",
)
def security_group_ingress(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read one inbound rule of a security group."""
    yield _single_rule(place, expected, "IpPermissions")


@reader(
    "AWS::EC2::SecurityGroupEgress",
    capability=CAPABILITY,
    covers="GroupId IpProtocol FromPort ToPort CidrIp CidrIpv6 DestinationSecurityGroupId DestinationPrefixListId",
)
def security_group_egress(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read one outbound rule of a security group."""
    yield _single_rule(place, expected, "IpPermissionsEgress")


def _is_reference(peer: object) -> bool:
    return str(peer).startswith(("sg-", "pl-"))


def _single_rule(place: Place, expected: Properties, member: str) -> Check:
    group = expected["GroupId"]
    found = place("ec2").describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
    live = [each for permission in found.get(member, ()) for each in _permission(permission)]
    wanted = _group_rule(expected)
    there = any(canonical(wanted) == canonical(each) for each in live)
    return Check(setting=f"rule of {group}", expected=wanted, found=wanted if there else live)


def _group_rule(rule: Properties) -> dict[str, Any]:
    """Give a rule of a template as protocol, ports and peer."""
    peers = (
        "CidrIp",
        "CidrIpv6",
        "SourceSecurityGroupId",
        "DestinationSecurityGroupId",
        "SourcePrefixListId",
        "DestinationPrefixListId",
    )
    peer = next((rule[name] for name in peers if name in rule), ABSENT)
    return _rule(rule["IpProtocol"], rule.get("FromPort"), rule.get("ToPort"), peer)


def _permission(permission: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give each peer of a permission of the EC2 API as a rule."""
    peers = [
        *(each["CidrIp"] for each in permission.get("IpRanges", ())),
        *(each["CidrIpv6"] for each in permission.get("Ipv6Ranges", ())),
        *(each["GroupId"] for each in permission.get("UserIdGroupPairs", ())),
        *(each["PrefixListId"] for each in permission.get("PrefixListIds", ())),
    ]
    for peer in peers:
        yield _rule(
            permission["IpProtocol"], permission.get("FromPort"), permission.get("ToPort"), peer
        )


def _rule(protocol: object, first: object, last: object, peer: object) -> dict[str, Any]:
    ports = {} if str(protocol) == "-1" else {"ports": f"{first}-{last}"}
    return {"protocol": protocol, "peer": peer, **ports}


@reader(
    "AWS::EC2::FlowLog",
    capability="Flow logs",
    covers="ResourceId ResourceType TrafficType LogDestination LogDestinationType LogFormat"
    " MaxAggregationInterval DestinationOptions DeliverLogsPermissionArn LogGroupName",
)
def flow_log(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read what a flow log records and where it delivers."""
    logs = place("ec2").describe_flow_logs(FlowLogIds=[physical_id])["FlowLogs"]
    found = logs[0] if logs else {}
    names = (
        *("ResourceId", "TrafficType", "LogDestination", "LogDestinationType", "LogFormat"),
        *("MaxAggregationInterval", "DeliverLogsPermissionArn", "LogGroupName"),
    )
    yield from compare(expected, found, {name: name for name in names})
    if "DestinationOptions" in expected:
        yield Check(
            setting="DestinationOptions",
            expected=expected["DestinationOptions"],
            found=found.get("DestinationOptions", ABSENT),
        )


@reader(
    "AWS::EC2::VPCEndpoint",
    capability="VPC endpoints",
    covers="VpcId ServiceName VpcEndpointType PolicyDocument PrivateDnsEnabled SubnetIds SecurityGroupIds RouteTableIds",
)
def vpc_endpoint(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read an endpoint's service, policy, subnets, route tables and security groups."""
    endpoints = place("ec2").describe_vpc_endpoints(VpcEndpointIds=[physical_id])["VpcEndpoints"]
    found = endpoints[0] if endpoints else {}
    names = (
        *("VpcId", "ServiceName", "VpcEndpointType", "PrivateDnsEnabled"),
        *("SubnetIds", "RouteTableIds"),
    )
    yield from compare(expected, found, {name: name for name in names})
    if "PolicyDocument" in expected:
        yield Check(
            setting=f"PolicyDocument of {tail(expected['ServiceName'])}",
            expected=policy(expected["PolicyDocument"]),
            found=policy(found.get("PolicyDocument")),
        )
    if "SecurityGroupIds" in expected:
        groups = [each["GroupId"] for each in found.get("Groups", ())]
        yield Check(setting="SecurityGroupIds", expected=expected["SecurityGroupIds"], found=groups)


def _attached(place: Place, gateway: str) -> list[str]:
    gateways = place("ec2").describe_internet_gateways(InternetGatewayIds=[gateway])
    return [
        each["VpcId"]
        for found in gateways["InternetGateways"]
        for each in found.get("Attachments", ())
    ]


@reader("AWS::EC2::VPCGatewayAttachment", capability=CAPABILITY, covers="VpcId InternetGatewayId")
def gateway_attachment(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read which VPC an internet gateway is attached to."""
    found = attempt(
        _attached,
        "InvalidInternetGatewayID.NotFound",
        place=place,
        gateway=expected["InternetGatewayId"],
    )
    yield Check(setting="VpcId", expected=[expected["VpcId"]], found=found)
