"""AWS Organizations: units, accounts and policies with their attachments."""

import json
from typing import Any

from botocore.exceptions import ClientError

from baseline.errors import BaselineError
from baseline.local.provisioners.registry import Physical, register
from baseline.local.provisioners.resource import Resource


def _create_unit(resource: Resource) -> Physical:
    answer = resource.call(
        "organizations",
        "create_organizational_unit",
        Tags=resource.tag_list(),
        **resource.only("Name", "ParentId"),
    )
    unit = answer["OrganizationalUnit"]
    return Physical(id=unit["Id"], attributes={"Id": unit["Id"], "Arn": unit["Arn"]})


def _update_unit(unit: str, old: Resource, new: Resource) -> Physical:
    if old.properties["Name"] != new.properties["Name"]:
        new.call(
            "organizations",
            "update_organizational_unit",
            OrganizationalUnitId=unit,
            Name=new.properties["Name"],
        )
    _retag(unit, old, new)
    described = new.call("organizations", "describe_organizational_unit", OrganizationalUnitId=unit)
    arn = described["OrganizationalUnit"]["Arn"]
    return Physical(id=unit, attributes={"Id": unit, "Arn": arn})


def _delete_unit(unit: str, resource: Resource) -> None:
    resource.call("organizations", "delete_organizational_unit", OrganizationalUnitId=unit)


def _retag(identifier: str, old: Resource, new: Resource) -> None:
    gone = sorted(old.tags().keys() - new.tags().keys())
    if gone:
        new.call("organizations", "untag_resource", ResourceId=identifier, TagKeys=gone)
    if new.tags() != old.tags():
        new.call("organizations", "tag_resource", ResourceId=identifier, Tags=new.tag_list())


register(
    "AWS::Organizations::OrganizationalUnit",
    create=_create_unit,
    update=_update_unit,
    delete=_delete_unit,
    applies=("Name", "ParentId", "Tags"),
)


def _create_account(resource: Resource) -> Physical:
    status = resource.call(
        "organizations",
        "create_account",
        Email=resource.properties["Email"],
        AccountName=resource.properties["AccountName"],
        RoleName=resource.get("RoleName"),
        Tags=resource.tag_list(),
    )["CreateAccountStatus"]
    account = str(status["AccountId"])
    _place(account, resource)
    return _account(account, resource)


def _place(account: str, resource: Resource) -> None:
    """Move the account below its parent; CloudFormation takes one parent only."""
    parents = resource.get("ParentIds") or []
    if not parents:
        return
    current = resource.call("organizations", "list_parents", ChildId=account)["Parents"][0]["Id"]
    if current != parents[0]:
        resource.call(
            "organizations",
            "move_account",
            AccountId=account,
            SourceParentId=current,
            DestinationParentId=parents[0],
        )


def _account(account: str, resource: Resource) -> Physical:
    found = resource.call("organizations", "describe_account", AccountId=account)["Account"]
    names = ("Arn", "Status", "State", "JoinedMethod")
    attributes: dict[str, Any] = {name: found[name] for name in names if name in found}
    attributes |= {"AccountId": account, "JoinedTimestamp": str(found["JoinedTimestamp"])}
    return Physical(id=account, attributes=attributes)


def _update_account(account: str, old: Resource, new: Resource) -> Physical:
    _place(account, new)
    _retag(account, old, new)
    return _account(account, new)


def _delete_account(account: str, resource: Resource) -> None:
    resource.call("organizations", "close_account", AccountId=account)


register(
    "AWS::Organizations::Account",
    create=_create_account,
    update=_update_account,
    delete=_delete_account,
    applies=("AccountName", "Email", "ParentIds", "RoleName", "Tags"),
)


def _content(resource: Resource) -> str:
    content = resource.properties["Content"]
    return content if isinstance(content, str) else json.dumps(content, separators=(",", ":"))


def _policy(policy: dict[str, Any]) -> Physical:
    summary = policy["PolicySummary"]
    attributes = {"Id": summary["Id"], "Arn": summary["Arn"], "AwsManaged": "false"}
    return Physical(id=summary["Id"], attributes=attributes)


def _create_policy(resource: Resource) -> Physical:
    answer = resource.call(
        "organizations",
        "create_policy",
        Content=_content(resource),
        Description=resource.get("Description", ""),
        Tags=resource.tag_list(),
        **resource.only("Name", "Type"),
    )
    made = _policy(answer["Policy"])
    for target in resource.get("TargetIds", []):
        resource.call("organizations", "attach_policy", PolicyId=made.id, TargetId=target)
    return made


def _update_policy(policy: str, old: Resource, new: Resource) -> Physical:
    answer = new.call(
        "organizations",
        "update_policy",
        PolicyId=policy,
        Name=new.properties["Name"],
        Description=new.get("Description", ""),
        Content=_content(new),
    )
    before, after = set(old.get("TargetIds", [])), set(new.get("TargetIds", []))
    for target in sorted(after - before):
        new.call("organizations", "attach_policy", PolicyId=policy, TargetId=target)
    for target in sorted(before - after):
        new.call("organizations", "detach_policy", PolicyId=policy, TargetId=target)
    _retag(policy, old, new)
    return _policy(answer["Policy"])


def _delete_policy(policy: str, resource: Resource) -> None:
    for target in resource.get("TargetIds", []):
        resource.call("organizations", "detach_policy", PolicyId=policy, TargetId=target)
    resource.call("organizations", "delete_policy", PolicyId=policy)


register(
    "AWS::Organizations::Policy",
    create=_create_policy,
    update=_update_policy,
    delete=_delete_policy,
    applies=("Content", "Description", "Name", "Tags", "TargetIds", "Type"),
)


def _resource_policy(resource: Resource) -> Physical:
    answer = resource.call("organizations", "put_resource_policy", Content=_content(resource))
    summary = answer["ResourcePolicy"]["ResourcePolicySummary"]
    return Physical(id=summary["Id"], attributes={"Id": summary["Id"], "Arn": summary["Arn"]})


def _create_resource_policy(resource: Resource) -> Physical:
    """Make the organization's resource policy; refuse to replace one, as CloudFormation does."""
    try:
        resource.call("organizations", "describe_resource_policy")
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourcePolicyNotFoundException":
            raise
        return _resource_policy(resource)
    raise BaselineError(
        f"{resource.type}: the organization has a resource policy already; delete it, or set "
        "organization.delegation.enabled to false"
    )


register(
    "AWS::Organizations::ResourcePolicy",
    create=_create_resource_policy,
    update=lambda _, __, new: _resource_policy(new),
    delete=lambda _, resource: resource.call("organizations", "delete_resource_policy"),
    applies=("Content",),
    declared=("Tags",),
    reason="the resource policy is kept without tags",
)
