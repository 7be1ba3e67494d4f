"""EC2 networking: flow logs, network ACLs, rules of security groups, addresses, NAT gateways."""

from typing import Any

from baseline.local.provisioners.registry import Physical, register
from baseline.local.provisioners.resource import Resource


def _tagged(resource: Resource, kind: str) -> list[dict[str, Any]] | None:
    tags = resource.tag_list()
    return [{"ResourceType": kind, "Tags": tags}] if tags else None


_FLOW_LOG = (
    "DeliverCrossAccountRole",
    "DeliverLogsPermissionArn",
    "DestinationOptions",
    "LogDestination",
    "LogDestinationType",
    "LogFormat",
    "LogGroupName",
    "MaxAggregationInterval",
    "ResourceType",
    "TrafficType",
)


def _create_flow_log(resource: Resource) -> Physical:
    answer = resource.call(
        "ec2",
        "create_flow_logs",
        ResourceIds=[resource.properties["ResourceId"]],
        TagSpecifications=_tagged(resource, "vpc-flow-log"),
        **resource.only(*_FLOW_LOG),
    )
    identifier = answer["FlowLogIds"][0]
    return Physical(id=identifier, attributes={"Id": identifier})


def _delete_flow_log(identifier: str, resource: Resource) -> None:
    resource.call("ec2", "delete_flow_logs", FlowLogIds=[identifier])


register(
    "AWS::EC2::FlowLog",
    create=_create_flow_log,
    delete=_delete_flow_log,
    applies=(*_FLOW_LOG, "ResourceId", "Tags"),
)


def _create_acl(resource: Resource) -> Physical:
    answer = resource.call(
        "ec2",
        "create_network_acl",
        VpcId=resource.properties["VpcId"],
        TagSpecifications=_tagged(resource, "network-acl"),
    )
    identifier = answer["NetworkAcl"]["NetworkAclId"]
    return Physical(id=identifier, attributes={"Id": identifier})


def _update_acl(identifier: str, _: Resource, new: Resource) -> Physical:
    if new.tag_list():
        new.call("ec2", "create_tags", Resources=[identifier], Tags=new.tag_list())
    return Physical(id=identifier, attributes={"Id": identifier})


def _delete_acl(identifier: str, resource: Resource) -> None:
    resource.call("ec2", "delete_network_acl", NetworkAclId=identifier)


register(
    "AWS::EC2::NetworkAcl",
    create=_create_acl,
    update=_update_acl,
    delete=_delete_acl,
    applies=("VpcId", "Tags"),
)


def _entry(resource: Resource, method: str) -> Physical:
    ports = resource.get("PortRange")
    icmp = resource.get("Icmp")
    resource.call(
        "ec2",
        method,
        Egress=resource.get("Egress", False),
        PortRange={"From": ports["From"], "To": ports["To"]} if ports else None,
        IcmpTypeCode={"Code": icmp["Code"], "Type": icmp["Type"]} if icmp else None,
        **resource.only(
            "NetworkAclId", "RuleNumber", "Protocol", "RuleAction", "CidrBlock", "Ipv6CidrBlock"
        ),
    )
    identifier = (
        f"{resource.properties['NetworkAclId']}|{resource.properties['RuleNumber']}"
        f"|{str(resource.get('Egress', False)).lower()}"
    )
    return Physical(id=identifier, attributes={"Id": identifier})


def _create_entry(resource: Resource) -> Physical:
    return _entry(resource, "create_network_acl_entry")


def _update_entry(_: str, __: Resource, new: Resource) -> Physical:
    return _entry(new, "replace_network_acl_entry")


def _delete_entry(_: str, resource: Resource) -> None:
    resource.call(
        "ec2",
        "delete_network_acl_entry",
        Egress=resource.get("Egress", False),
        **resource.only("NetworkAclId", "RuleNumber"),
    )


register(
    "AWS::EC2::NetworkAclEntry",
    create=_create_entry,
    update=_update_entry,
    delete=_delete_entry,
    applies=(
        "CidrBlock",
        "Egress",
        "Icmp",
        "Ipv6CidrBlock",
        "NetworkAclId",
        "PortRange",
        "Protocol",
        "RuleAction",
        "RuleNumber",
    ),
)


def _associate(resource: Resource, acl: str) -> str:
    """Give the subnet another ACL; returns the new association's ID."""
    subnet = resource.properties["SubnetId"]
    filters = [{"Name": "association.subnet-id", "Values": [subnet]}]
    current = resource.call("ec2", "describe_network_acls", Filters=filters)["NetworkAcls"][0]
    association = next(one for one in current["Associations"] if one["SubnetId"] == subnet)
    answer = resource.call(
        "ec2",
        "replace_network_acl_association",
        AssociationId=association["NetworkAclAssociationId"],
        NetworkAclId=acl,
    )
    return str(answer["NewAssociationId"])


def _create_association(resource: Resource) -> Physical:
    identifier = _associate(resource, resource.properties["NetworkAclId"])
    return Physical(id=identifier, attributes={"AssociationId": identifier})


def _delete_association(_: str, resource: Resource) -> None:
    """Give the subnet back to the default ACL of its VPC."""
    acl = resource.properties["NetworkAclId"]
    described = resource.call("ec2", "describe_network_acls", NetworkAclIds=[acl])
    vpc = described["NetworkAcls"][0]["VpcId"]
    filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "default", "Values": ["true"]}]
    default = resource.call("ec2", "describe_network_acls", Filters=filters)["NetworkAcls"]
    if default:
        _associate(resource, default[0]["NetworkAclId"])


register(
    "AWS::EC2::SubnetNetworkAclAssociation",
    create=_create_association,
    delete=_delete_association,
    applies=("NetworkAclId", "SubnetId"),
)


def _permission(resource: Resource, peer_group: str, peer_list: str) -> list[dict[str, Any]]:
    given = resource.properties
    note = {"Description": given["Description"]} if "Description" in given else {}
    permission: dict[str, Any] = resource.only("IpProtocol", "FromPort", "ToPort")
    peers = {
        "IpRanges": ("CidrIp", given.get("CidrIp")),
        "Ipv6Ranges": ("CidrIpv6", given.get("CidrIpv6")),
        "UserIdGroupPairs": ("GroupId", given.get(peer_group)),
        "PrefixListIds": ("PrefixListId", given.get(peer_list)),
    }
    for member, (key, value) in peers.items():
        if value:
            permission[member] = [{key: value, **note}]
    return [permission]


def _rule(direction: str, peer_group: str, peer_list: str, *extra: str) -> None:
    """Register ingress or egress rules; they differ in names only."""
    verb = direction.lower()

    def create(resource: Resource) -> Physical:
        answer = resource.call(
            "ec2",
            f"authorize_security_group_{verb}",
            GroupId=resource.properties["GroupId"],
            IpPermissions=_permission(resource, peer_group, peer_list),
        )
        rules = answer.get("SecurityGroupRules") or [{}]
        identifier = rules[0].get("SecurityGroupRuleId") or (
            f"{resource.properties['GroupId']}|{resource.logical_id}"
        )
        return Physical(id=identifier, attributes={"Id": identifier})

    def delete(_: str, resource: Resource) -> None:
        resource.call(
            "ec2",
            f"revoke_security_group_{verb}",
            GroupId=resource.properties["GroupId"],
            IpPermissions=_permission(resource, peer_group, peer_list),
        )

    register(
        f"AWS::EC2::SecurityGroup{direction}",
        create=create,
        delete=delete,
        applies=(
            "CidrIp",
            "CidrIpv6",
            "Description",
            "FromPort",
            "GroupId",
            "IpProtocol",
            "ToPort",
            peer_group,
            peer_list,
            *extra,
        ),
    )


_rule("Ingress", "SourceSecurityGroupId", "SourcePrefixListId")
_rule("Egress", "DestinationSecurityGroupId", "DestinationPrefixListId")


def _create_address(resource: Resource) -> Physical:
    answer = resource.call(
        "ec2",
        "allocate_address",
        Domain=resource.get("Domain", "vpc"),
        TagSpecifications=_tagged(resource, "elastic-ip"),
    )
    allocation = answer["AllocationId"]
    attributes = {"AllocationId": allocation, "PublicIp": answer["PublicIp"]}
    return Physical(id=answer["PublicIp"], attributes=attributes)


def _delete_address(address: str, resource: Resource) -> None:
    found = resource.call("ec2", "describe_addresses", PublicIps=[address])["Addresses"]
    for one in found:
        resource.call("ec2", "release_address", AllocationId=one["AllocationId"])


register(
    "AWS::EC2::EIP",
    create=_create_address,
    delete=_delete_address,
    applies=("Domain", "Tags"),
)


def _create_nat_gateway(resource: Resource) -> Physical:
    answer = resource.call(
        "ec2",
        "create_nat_gateway",
        TagSpecifications=_tagged(resource, "natgateway"),
        **resource.only("AllocationId", "ConnectivityType", "SubnetId"),
    )
    identifier = answer["NatGateway"]["NatGatewayId"]
    return Physical(id=identifier, attributes={"NatGatewayId": identifier})


def _delete_nat_gateway(identifier: str, resource: Resource) -> None:
    resource.call("ec2", "delete_nat_gateway", NatGatewayId=identifier)


register(
    "AWS::EC2::NatGateway",
    create=_create_nat_gateway,
    delete=_delete_nat_gateway,
    applies=("AllocationId", "ConnectivityType", "SubnetId", "Tags"),
)
