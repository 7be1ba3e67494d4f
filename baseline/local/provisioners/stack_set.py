"""AWS::CloudFormation::StackSet, service-managed; the deployment waits for all instances."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from baseline.errors import BaselineError
from baseline.local import internal, organization, stack_set_targets, stack_sets
from baseline.local.provisioners.registry import Physical, register
from baseline.local.provisioners.resource import Resource

_VIRTUAL_HOST = re.compile(r"^(?P<bucket>.+)\.s3[.-]")


def _settings(resource: Resource) -> dict[str, Any]:
    parameters = resource.get("Parameters", [])
    return {
        "TemplateBody": resource.get("TemplateBody") or _template(resource),
        "Parameters": parameters,
        "Capabilities": resource.get("Capabilities", []),
        "Description": resource.get("Description", ""),
        "Tags": resource.tag_list(),
        "AutoDeployment": _switches(resource.get("AutoDeployment", {})),
        "ManagedExecution": _switches(resource.get("ManagedExecution", {})),
        "OperationPreferences": resource.get("OperationPreferences", {}),
    }


def _switches(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Give settings with their switches as booleans; lists (``DependsOn``) stay as they are."""
    return {
        key: value if isinstance(value, list) else str(value).lower() == "true"
        for key, value in settings.items()
    }


def _template(resource: Resource) -> str:
    """Read the template from its S3 URL, path style or virtual-hosted style."""
    url = urlsplit(resource.get("TemplateURL", ""))
    match = _VIRTUAL_HOST.match(url.netloc)
    path = unquote(url.path).lstrip("/")
    bucket, key = (match["bucket"], path) if match else tuple(path.split("/", 1))
    client = internal.client("s3", resource.account, resource.region)
    return str(client.get_object(Bucket=bucket, Key=key)["Body"].read().decode())


def _check(resource: Resource) -> None:
    if resource.get("PermissionModel") != "SERVICE_MANAGED":
        raise BaselineError(
            "the embedded AWS deploys SERVICE_MANAGED StackSets only, "
            f"got {resource.get('PermissionModel')}"
        )
    if resource.get("CallAs", "SELF") != "SELF":
        raise BaselineError("the embedded AWS deploys StackSets of the management account only")


def _succeed(operation: stack_sets.Operation) -> None:
    failed = [
        f"{account} {region}: {reason}"
        for (account, region), (status, reason) in sorted(operation.results.items())
        if status != "SUCCEEDED"
    ]
    if operation.status == "FAILED":
        raise BaselineError(f"stack instances failed: {' | '.join(failed)}")


def _create(resource: Resource) -> Physical:
    _check(resource)
    made = stack_sets.create(
        resource.properties["StackSetName"],
        resource.account,
        resource.region,
        _settings(resource),
    )
    _deploy_groups(made, resource)
    return Physical(id=made.id, attributes={"StackSetId": made.id})


def _deploy_groups(stack_set: stack_sets.StackSet, resource: Resource) -> None:
    new = [
        instance
        for group in resource.get("StackInstancesGroup", [])
        for instance in stack_sets.planned(stack_set, group["DeploymentTargets"], group["Regions"])
    ]
    _succeed(stack_sets.run(stack_set, "CREATE", new, stack_sets.deploy))


def _update(physical_id: str, old: Resource, new: Resource) -> Physical:
    stack_set = _find(new)
    stack_set.settings = _settings(new)
    existing = list(stack_set.instances.values())
    if old.get("StackInstancesGroup") != new.get("StackInstancesGroup"):
        existing = _leave_groups(stack_set, new)
    _succeed(stack_sets.run(stack_set, "UPDATE", existing, stack_sets.deploy))
    _deploy_groups(stack_set, new)
    return Physical(id=physical_id, attributes={"StackSetId": physical_id})


def _leave_groups(stack_set: stack_sets.StackSet, resource: Resource) -> list[stack_sets.Instance]:
    """Delete the instances that no group names any more; give the others."""
    management = organization.management_of(resource.account) or resource.account
    groups = resource.get("StackInstancesGroup", [])
    wanted = {
        (account, region)
        for group in groups
        for account in stack_set_targets.resolve(management, group["DeploymentTargets"])
        for region in group["Regions"]
    }
    stack_set.targets.clear()
    gone = [one for place, one in stack_set.instances.items() if place not in wanted]
    _succeed(
        stack_sets.run(
            stack_set,
            "DELETE",
            gone,
            lambda owner, one: stack_sets.remove(owner, one, retain=False),
        )
    )
    return list(stack_set.instances.values())


def _delete(_: str, resource: Resource) -> None:
    stack_set = _find(resource)
    instances = list(stack_set.instances.values())
    _succeed(
        stack_sets.run(
            stack_set,
            "DELETE",
            instances,
            lambda owner, one: stack_sets.remove(owner, one, retain=False),
        )
    )
    stack_sets.sets_of(resource.account, resource.region).pop(stack_set.name, None)


def _find(resource: Resource) -> stack_sets.StackSet:
    return stack_sets.sets_of(resource.account, resource.region)[
        resource.properties["StackSetName"]
    ]


register(
    "AWS::CloudFormation::StackSet",
    create=_create,
    update=_update,
    delete=_delete,
    applies=(
        "AutoDeployment",
        "CallAs",
        "Capabilities",
        "Description",
        "ManagedExecution",
        "OperationPreferences",
        "Parameters",
        "PermissionModel",
        "StackInstancesGroup",
        "StackSetName",
        "Tags",
        "TemplateBody",
        "TemplateURL",
    ),
)
