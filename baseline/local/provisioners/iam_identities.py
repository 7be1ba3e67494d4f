"""IAM: groups and OpenID Connect providers, which ministack's engine does not provision."""

from collections.abc import Mapping
from typing import Any

from baseline.local.provisioners.registry import Physical, register
from baseline.local.provisioners.resource import Resource


def _create_group(resource: Resource) -> Physical:
    name = resource.name("GroupName")
    made = resource.call("iam", "create_group", GroupName=name, **resource.only("Path"))
    _grant(name, {}, resource)
    return Physical(id=name, attributes={"Arn": made["Group"]["Arn"]})


def _update_group(name: str, old: Resource, new: Resource) -> Physical:
    _grant(name, old.properties, new)
    group = new.call("iam", "get_group", GroupName=name)["Group"]
    return Physical(id=name, attributes={"Arn": group["Arn"]})


def _grant(name: str, old: Mapping[str, Any], new: Resource) -> None:
    """Attach and write the policies of the template, and take off what it dropped."""
    before, after = set(old.get("ManagedPolicyArns", ())), set(new.get("ManagedPolicyArns", ()))
    for arn in sorted(before - after):
        new.call("iam", "detach_group_policy", GroupName=name, PolicyArn=arn)
    for arn in sorted(after - before):
        new.call("iam", "attach_group_policy", GroupName=name, PolicyArn=arn)
    inline = {each["PolicyName"]: each for each in new.get("Policies", ())}
    for gone in {each["PolicyName"] for each in old.get("Policies", ())} - inline.keys():
        new.call("iam", "delete_group_policy", GroupName=name, PolicyName=gone)
    for policy in inline.values():
        new.call("iam", "put_group_policy", GroupName=name, **policy)


def _delete_group(name: str, resource: Resource) -> None:
    for arn in resource.get("ManagedPolicyArns", ()):
        resource.call("iam", "detach_group_policy", GroupName=name, PolicyArn=arn)
    for policy in resource.get("Policies", ()):
        resource.call("iam", "delete_group_policy", GroupName=name, PolicyName=policy["PolicyName"])
    resource.call("iam", "delete_group", GroupName=name)


register(
    "AWS::IAM::Group",
    create=_create_group,
    update=_update_group,
    delete=_delete_group,
    applies=("GroupName", "ManagedPolicyArns", "Path", "Policies"),
)


def _create_provider(resource: Resource) -> Physical:
    made = resource.call(
        "iam",
        "create_open_id_connect_provider",
        **resource.only("Url", "ThumbprintList"),
        ClientIDList=resource.get("ClientIdList"),
        Tags=resource.tag_list() or None,
    )
    arn = made["OpenIDConnectProviderArn"]
    return Physical(id=arn, attributes={"Arn": arn})


def _delete_provider(arn: str, resource: Resource) -> None:
    resource.call("iam", "delete_open_id_connect_provider", OpenIDConnectProviderArn=arn)


register(
    "AWS::IAM::OIDCProvider",
    create=_create_provider,
    delete=_delete_provider,
    applies=("ClientIdList", "Tags", "ThumbprintList", "Url"),
)
