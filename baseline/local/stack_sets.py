"""Service-managed StackSets that really deploy: one stack per target account and Region.

The stacks run through ministack's CloudFormation engine in the member accounts, in the order and
with the failure tolerance of the operation preferences.
"""

import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from baseline.local import internal, organization
from baseline.local.stack_set_targets import Preferences, accounts_below, resolve

TRUSTED_SERVICE = "member.org.stacksets.cloudformation.amazonaws.com"
_POLL_SECONDS = 0.1
_DEADLINE_SECONDS = 900
_lock = threading.RLock()


@dataclass(kw_only=True)
class Instance:
    """One stack instance; ``status`` is CURRENT, OUTDATED or INOPERABLE as in the API."""

    account: str
    region: str
    unit: str
    stack_id: str = ""
    status: str = "OUTDATED"
    reason: str = ""


@dataclass(kw_only=True)
class Operation:
    """One operation on a StackSet; ``results`` maps (account, Region) to status and reason."""

    id: str
    action: str
    preferences: dict[str, Any] = field(default_factory=dict)
    status: str = "RUNNING"
    created: float = field(default_factory=time.time)
    ended: float | None = None
    results: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)


@dataclass(kw_only=True)
class StackSet:
    """A service-managed StackSet with its targets and instances.

    ``settings`` holds the API members TemplateBody, Parameters, Capabilities, Description, Tags,
    AutoDeployment, ManagedExecution and OperationPreferences; ``targets`` the Regions of each targeted unit or root.
    """

    name: str
    id: str
    account: str
    region: str
    settings: dict[str, Any]
    targets: dict[str, set[str]] = field(default_factory=dict)
    instances: dict[tuple[str, str], Instance] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)

    @property
    def retains(self) -> bool:
        """Whether stacks stay when their account leaves the targets."""
        return bool(self.settings.get("AutoDeployment", {}).get("RetainStacksOnAccountRemoval"))

    @property
    def deploys_itself(self) -> bool:
        """Whether accounts that come into the targets get their instances."""
        return bool(self.settings.get("AutoDeployment", {}).get("Enabled"))


_sets: dict[tuple[str, str], dict[str, StackSet]] = {}


def sets_of(account: str, region: str) -> dict[str, StackSet]:
    """Give the StackSets of an administrator account and Region by name."""
    with _lock:
        return _sets.setdefault((account, region), {})


def create(name: str, account: str, region: str, settings: Mapping[str, Any]) -> StackSet:
    """Create a StackSet without instances."""
    made = StackSet(
        name=name,
        id=f"{name}:{uuid.uuid4()}",
        account=account,
        region=region,
        settings=dict(settings),
    )
    with _lock:
        sets_of(account, region)[name] = made
    return made


def run(
    stack_set: StackSet,
    action: str,
    instances: Iterable[Instance],
    work: Callable[[StackSet, Instance], None],
) -> Operation:
    """Do something to instances and record it as an operation; failures are in its results.

    Args:
        stack_set: The StackSet.
        action: CREATE, UPDATE or DELETE.
        instances: Those to work on.
        work: Raises when it fails.
    """
    operation = begin(stack_set, action)
    finish(stack_set, operation, list(instances), work)
    return operation


def begin(stack_set: StackSet, action: str) -> Operation:
    """Record the start of an operation."""
    given = stack_set.settings.get("OperationPreferences") or {}
    operation = Operation(id=str(uuid.uuid4()), action=action, preferences=given)
    stack_set.operations[operation.id] = operation
    return operation


def finish(
    stack_set: StackSet,
    operation: Operation,
    instances: list[Instance],
    work: Callable[[StackSet, Instance], None],
) -> None:
    """Do the work of an operation that has begun and record how it ended."""
    accounts = len({instance.account for instance in instances})
    preferences = Preferences.of(operation.preferences, accounts)

    def one(instance: Instance) -> None:
        place = (instance.account, instance.region)
        if _failures(operation, instance.region) > preferences.tolerance:
            operation.results[place] = ("CANCELLED", "failure tolerance exceeded")
            return
        try:
            work(stack_set, instance)
        except (ClientError, RuntimeError) as error:
            instance.status, instance.reason = "OUTDATED", str(error)
            operation.results[place] = ("FAILED", str(error))
        else:
            operation.results[place] = ("SUCCEEDED", "")

    for wave in preferences.waves(instance.region for instance in instances):
        _work_on([item for item in instances if item.region in wave], one, preferences.at_once)
        if any(_failures(operation, region) > preferences.tolerance for region in wave):
            operation.status = "FAILED"
            break
    for instance in instances:
        place = (instance.account, instance.region)
        operation.results.setdefault(place, ("CANCELLED", "a Region before it failed"))
    operation.status = "FAILED" if operation.status == "FAILED" else "SUCCEEDED"
    operation.ended = time.time()


def _work_on(instances: list[Instance], one: Callable[[Instance], None], at_once: int) -> None:
    """Work on Regions at the same time, in each on so many accounts at once."""
    with ExitStack() as stack:
        running = []
        for region in dict.fromkeys(instance.region for instance in instances):
            pool = stack.enter_context(ThreadPoolExecutor(at_once))
            running += [pool.submit(one, item) for item in instances if item.region == region]
        for future in running:
            future.result()


def _failures(operation: Operation, region: str) -> int:
    return sum(
        1
        for (_, where), (status, _) in list(operation.results.items())
        if where == region and status == "FAILED"
    )


def planned(
    stack_set: StackSet, targets: Mapping[str, Any], regions: Iterable[str]
) -> list[Instance]:
    """Add the instances of targets and Regions that do not exist yet, and remember the targets."""
    management = organization.management_of(stack_set.account) or stack_set.account
    wanted = list(regions)
    with _lock:
        for unit in targets.get("OrganizationalUnitIds") or []:
            stack_set.targets.setdefault(unit, set()).update(wanted)
        new = [
            Instance(account=account, region=region, unit=unit)
            for region in wanted
            for account, unit in resolve(management, targets).items()
            if (account, region) not in stack_set.instances
        ]
        for instance in new:
            stack_set.instances[(instance.account, instance.region)] = instance
    return new


def deploy(stack_set: StackSet, instance: Instance) -> None:
    """Create or update the stack of an instance and wait for it.

    Raises:
        RuntimeError: The stack failed; carries its status and reason.
    """
    client = internal.client("cloudformation", instance.account, instance.region)
    settings = stack_set.settings
    arguments = {
        "TemplateBody": settings["TemplateBody"],
        "Parameters": settings.get("Parameters", []),
        "Capabilities": settings.get("Capabilities", []),
        "Tags": settings.get("Tags", []),
    }
    if instance.stack_id:
        try:
            client.update_stack(StackName=instance.stack_id, **arguments)
        except ClientError as error:
            if "No updates are to be performed" not in str(error):
                raise
    else:
        name = f"StackSet-{stack_set.name}-{uuid.uuid4()}"
        instance.stack_id = client.create_stack(StackName=name, **arguments)["StackId"]
    _wait(client, instance)
    instance.status, instance.reason = "CURRENT", ""


def remove(stack_set: StackSet, instance: Instance, *, retain: bool) -> None:
    """Take an instance out of the StackSet and, unless it is retained, delete its stack."""
    if instance.stack_id and not retain:
        client = internal.client("cloudformation", instance.account, instance.region)
        client.delete_stack(StackName=instance.stack_id)
        _wait(client, instance)
    stack_set.instances.pop((instance.account, instance.region), None)


def _wait(client: Any, instance: Instance) -> None:  # noqa: ANN401 - boto3 has no types
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while time.monotonic() < deadline:
        stack = client.describe_stacks(StackName=instance.stack_id)["Stacks"][0]
        status = stack["StackStatus"]
        if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"):
            return
        if not status.endswith("_IN_PROGRESS"):
            raise RuntimeError(f"{status}: {_cause(client, instance)}")
        time.sleep(_POLL_SECONDS)
    raise RuntimeError(f"stack {instance.stack_id} did not end in {_DEADLINE_SECONDS} seconds")


def _cause(client: Any, instance: Instance) -> str:  # noqa: ANN401 - boto3 has no types
    """Give the reasons of the failed resources, first failure first."""
    events = client.describe_stack_events(StackName=instance.stack_id)["StackEvents"]
    reasons = [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
        for event in reversed(events)
        if event["ResourceStatus"].endswith("_FAILED")
    ]
    return "; ".join(reasons)


def account_changed(account: str) -> None:
    """Bring the instances of an account that was created, moved or removed into line."""
    with _lock:
        every = [one for sets in _sets.values() for one in sets.values() if one.deploys_itself]
    for stack_set in every:
        management = organization.management_of(stack_set.account) or stack_set.account
        wanted = {
            region: unit
            for unit, regions in stack_set.targets.items()
            if account in accounts_below(management, unit)
            for region in regions
        }
        _leave(stack_set, account, wanted)
        new = []
        with _lock:
            for region, unit in sorted(wanted.items()):
                if (account, region) not in stack_set.instances:
                    instance = Instance(account=account, region=region, unit=unit)
                    stack_set.instances[(account, region)] = instance
                    new.append(instance)
        if new:
            run(stack_set, "CREATE", new, deploy)


def _leave(stack_set: StackSet, account: str, wanted: Mapping[str, str]) -> None:
    gone = [
        instance
        for (owner, region), instance in list(stack_set.instances.items())
        if owner == account and region not in wanted
    ]
    if gone:
        run(
            stack_set,
            "DELETE",
            gone,
            lambda one, instance: remove(one, instance, retain=one.retains),
        )
