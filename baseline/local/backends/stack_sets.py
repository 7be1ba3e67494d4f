"""The StackSets API, and what the organization does to StackSets."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from baseline.local import organization, stack_set_targets, stack_sets
from baseline.local.backends.registry import answers, follows
from baseline.local.requests import ApiRequest
from baseline.local.stack_sets import Instance, Operation, StackSet
from baseline.local.wire import ServiceError

_SETTINGS = (
    "AutoDeployment",
    "Capabilities",
    "Description",
    "ManagedExecution",
    "OperationPreferences",
    "Parameters",
    "Tags",
    "TemplateBody",
)


def _find(request: ApiRequest) -> StackSet:
    name = str(request.parameters.get("StackSetName", "")).partition(":")[0]
    found = stack_sets.sets_of(request.account, request.region).get(name)
    if found is None:
        raise ServiceError("StackSetNotFoundException", f"StackSet {name} not found", 404)
    return found


@answers("cloudformation", "ActivateOrganizationsAccess")
def activate(request: ApiRequest) -> dict[str, Any]:
    """Turn on trusted access for StackSets in the organization."""
    organization.enable_service(request.account, stack_sets.TRUSTED_SERVICE)
    return {}


@answers("cloudformation", "DeactivateOrganizationsAccess")
def deactivate(request: ApiRequest) -> dict[str, Any]:
    """Turn it off."""
    organization.backend(request.account).disable_aws_service_access(
        ServicePrincipal=stack_sets.TRUSTED_SERVICE
    )
    return {}


@answers("cloudformation", "DescribeOrganizationsAccess")
def describe_access(request: ApiRequest) -> dict[str, Any]:
    """Say whether StackSets may deploy into the organization."""
    enabled = stack_sets.TRUSTED_SERVICE in organization.enabled_services(request.account)
    return {"Status": "ENABLED" if enabled else "DISABLED"}


@answers("cloudformation", "CreateStackSet")
def create(request: ApiRequest) -> dict[str, Any]:
    """Create a service-managed StackSet."""
    parameters = request.parameters
    if parameters.get("PermissionModel") != "SERVICE_MANAGED":
        raise ServiceError(
            "ValidationError", "the embedded AWS deploys SERVICE_MANAGED StackSets only"
        )
    if stack_sets.TRUSTED_SERVICE not in organization.enabled_services(request.account):
        raise ServiceError(
            "ValidationError",
            "You must enable organizations access to operate a service managed stack set",
        )
    name = parameters["StackSetName"]
    if name in stack_sets.sets_of(request.account, request.region):
        raise ServiceError("NameAlreadyExistsException", f"StackSet {name} already exists", 409)
    settings = {key: parameters[key] for key in _SETTINGS if key in parameters}
    made = stack_sets.create(name, request.account, request.region, settings)
    return {"StackSetId": made.id}


@answers("cloudformation", "UpdateStackSet")
def update(request: ApiRequest) -> dict[str, Any]:
    """Change a StackSet and bring all its instances to the new template."""
    stack_set = _find(request)
    parameters = request.parameters
    kept = (
        {} if "TemplateBody" in parameters else {"TemplateBody": stack_set.settings["TemplateBody"]}
    )
    stack_set.settings = {**kept, **{k: parameters[k] for k in _SETTINGS if k in parameters}}
    return _start(stack_set, "UPDATE", list(stack_set.instances.values()), stack_sets.deploy)


@answers("cloudformation", "DeleteStackSet")
def delete(request: ApiRequest) -> dict[str, Any]:
    """Delete a StackSet that has no instances."""
    stack_set = _find(request)
    if stack_set.instances:
        raise ServiceError("StackSetNotEmptyException", "StackSet is not empty", 409)
    stack_sets.sets_of(request.account, request.region).pop(stack_set.name)
    return {}


@answers("cloudformation", "CreateStackInstances")
def create_instances(request: ApiRequest) -> dict[str, Any]:
    """Deploy into targets and Regions."""
    stack_set = _find(request)
    targets = request.parameters.get("DeploymentTargets", {})
    new = stack_sets.planned(stack_set, targets, request.parameters["Regions"])
    return _start(stack_set, "CREATE", new, stack_sets.deploy)


@answers("cloudformation", "DeleteStackInstances")
def delete_instances(request: ApiRequest) -> dict[str, Any]:
    """Take targets and Regions out, with or without their stacks."""
    stack_set = _find(request)
    targets = request.parameters.get("DeploymentTargets", {})
    regions = request.parameters["Regions"]
    management = organization.management_of(request.account) or request.account
    accounts = stack_set_targets.resolve(management, targets)
    for unit in targets.get("OrganizationalUnitIds") or []:
        stack_set.targets.get(unit, set()).difference_update(regions)
    gone = [
        instance
        for (account, region), instance in stack_set.instances.items()
        if account in accounts and region in regions
    ]
    retain = str(request.parameters.get("RetainStacks")).lower() == "true"
    return _start(
        stack_set,
        "DELETE",
        gone,
        lambda owner, instance: stack_sets.remove(owner, instance, retain=retain),
    )


def _start(
    stack_set: StackSet,
    action: str,
    instances: list[Instance],
    work: Callable[[StackSet, Instance], None],
) -> dict[str, Any]:
    operation = stack_sets.begin(stack_set, action)
    _in_background(stack_sets.finish, stack_set, operation, instances, work)
    return {"OperationId": operation.id}


def _in_background(function: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=function, args=arguments, daemon=True, name="stack-sets").start()


@answers("cloudformation", "DescribeStackSet")
def describe(request: ApiRequest) -> dict[str, Any]:
    """Describe a StackSet."""
    stack_set = _find(request)
    return {
        "StackSet": {
            **stack_set.settings,
            **_summary(stack_set),
            "StackSetARN": (
                f"arn:aws:cloudformation:{stack_set.region}:{stack_set.account}"
                f":stackset/{stack_set.id}"
            ),
            "OrganizationalUnitIds": sorted(stack_set.targets),
            "Regions": sorted({region for _, region in stack_set.instances}),
        }
    }


@answers("cloudformation", "ListStackSets")
def list_sets(request: ApiRequest) -> dict[str, Any]:
    """List the StackSets of the account and Region."""
    found = stack_sets.sets_of(request.account, request.region)
    return {"Summaries": [_summary(found[name]) for name in sorted(found)]}


def _summary(stack_set: StackSet) -> dict[str, Any]:
    summary = {
        "StackSetName": stack_set.name,
        "StackSetId": stack_set.id,
        "Status": "ACTIVE",
        "PermissionModel": "SERVICE_MANAGED",
    }
    optional = ("Description", "AutoDeployment", "ManagedExecution")
    return summary | {k: stack_set.settings[k] for k in optional if k in stack_set.settings}


@answers("cloudformation", "ListStackInstances")
def list_instances(request: ApiRequest) -> dict[str, Any]:
    """List the instances, of one account or Region where the request names it."""
    stack_set = _find(request)
    account = request.parameters.get("StackInstanceAccount")
    region = request.parameters.get("StackInstanceRegion")
    return {
        "Summaries": [
            _instance(stack_set, instance)
            for _, instance in sorted(stack_set.instances.items())
            if account in (None, instance.account) and region in (None, instance.region)
        ]
    }


@answers("cloudformation", "DescribeStackInstance")
def describe_instance(request: ApiRequest) -> dict[str, Any]:
    """Describe the instance of an account and Region."""
    stack_set = _find(request)
    account = request.parameters["StackInstanceAccount"]
    region = request.parameters["StackInstanceRegion"]
    instance = stack_set.instances.get((account, region))
    if instance is None:
        raise ServiceError(
            "StackInstanceNotFoundException",
            f"Stack instance not found for account {account}, region {region}",
            404,
        )
    return {"StackInstance": _instance(stack_set, instance)}


def _instance(stack_set: StackSet, instance: Instance) -> dict[str, Any]:
    detailed = "SUCCEEDED" if instance.status == "CURRENT" else "FAILED"
    running = not instance.reason and instance.status != "CURRENT"
    return {
        "StackSetId": stack_set.id,
        "Account": instance.account,
        "Region": instance.region,
        "OrganizationalUnitId": instance.unit,
        "StackId": instance.stack_id,
        "Status": instance.status,
        "StatusReason": instance.reason,
        "StackInstanceStatus": {"DetailedStatus": "RUNNING" if running else detailed},
        "DriftStatus": "NOT_CHECKED",
    }


@answers("cloudformation", "DescribeStackSetOperation")
def describe_operation(request: ApiRequest) -> dict[str, Any]:
    """Describe an operation."""
    stack_set = _find(request)
    return {"StackSetOperation": _operation(_operation_of(stack_set, request))}


@answers("cloudformation", "ListStackSetOperations")
def list_operations(request: ApiRequest) -> dict[str, Any]:
    """List all operations, newest first."""
    found = sorted(_find(request).operations.values(), key=lambda one: -one.created)
    return {"Summaries": [_operation(operation) for operation in found]}


@answers("cloudformation", "ListStackSetOperationResults")
def list_results(request: ApiRequest) -> dict[str, Any]:
    """List how an operation ended per account and Region."""
    operation = _operation_of(_find(request), request)
    return {
        "Summaries": [
            {"Account": account, "Region": region, "Status": status, "StatusReason": reason}
            for (account, region), (status, reason) in sorted(operation.results.items())
        ]
    }


def _operation_of(stack_set: StackSet, request: ApiRequest) -> Operation:
    found = stack_set.operations.get(request.parameters["OperationId"])
    if found is None:
        raise ServiceError("OperationNotFoundException", "operation not found", 404)
    return found


def _operation(operation: Operation) -> dict[str, Any]:
    ended = (
        {"EndTimestamp": datetime.fromtimestamp(operation.ended, UTC)} if operation.ended else {}
    )
    return {
        "OperationId": operation.id,
        "Action": operation.action,
        "Status": operation.status,
        "OperationPreferences": operation.preferences,
        "CreationTimestamp": datetime.fromtimestamp(operation.created, UTC),
        **ended,
    }


@follows("organizations", "MoveAccount", "CloseAccount", "RemoveAccountFromOrganization")
def moved(request: ApiRequest) -> None:
    """Deploy to or withdraw from the account that was moved, closed or removed."""
    _in_background(stack_sets.account_changed, request.parameters["AccountId"])


@follows("organizations", "CreateAccount")
def created(request: ApiRequest) -> None:
    """Put the administrator role into the account that was created, and deploy into it."""
    state = organization.backend(request.account)
    newest = next(one for one in state.accounts if one.email == request.parameters["Email"])
    role = request.parameters.get("RoleName") or organization.ACCESS_ROLE
    organization.add_access_role(newest.id, request.account, role)
    _in_background(stack_sets.account_changed, newest.id)
