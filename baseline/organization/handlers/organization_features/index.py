"""Custom resource OrganizationFeatures: brings an organization to the state its properties name.

Both entry points run the same pass: read the state, write what is missing, report. ``on_event``
runs it once; ``is_complete`` runs it until nothing is open: policy types are enabled asynchronously,
and a pass that ran out of time continues there. A pass over a finished organization writes nothing.

A rollback never fails, because a stack whose rollback failed has to be repaired by hand: what is
refused then is logged, and the other steps are done.

Delete leaves everything as it is. With ``OnDelete: revert`` it turns the configured root features
off, and nothing else: ending trusted access, a delegation or a policy type breaks services or
deletes data in every account.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import firewall_steps
import organization_steps
import service_steps
from apicalls import Api, OutOfTimeError, RefusedError, boto_client, log
from desired import Desired, PropertyError, parse

Context = Any  # Lambda's context object

Step = Callable[[Desired, Api], Iterator[str]]

# Trusted access comes before whatever a service or a delegated administrator does with it; accounts
# are moved last, when everything that their unit brings with it can work.
STEPS: tuple[Step, ...] = (
    organization_steps.trusted_access,
    organization_steps.policy_types,
    service_steps.ram_sharing,
    service_steps.stack_sets_access,
    organization_steps.delegations,
    service_steps.regional_administrators,
    service_steps.data_lake_administrator,
    service_steps.backup_settings,
    firewall_steps.firewall_administrator,
    service_steps.management_roles,
    service_steps.management_hubs,
    service_steps.root_features,
    organization_steps.placements,
)
# CloudFormation accepts an answer of 4,096 bytes; the rest of the answer needs some of it.
REPORT_BYTES = 2_000


def on_event(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Do one pass for a create or update, nothing for a delete."""
    if event["RequestType"] == "Delete":
        _delete(event, _api(context))
        return {"PhysicalResourceId": event["PhysicalResourceId"]}
    desired = _desired(event)
    changed, still_open = run(desired, _api(context), event["StackId"])
    log("pass", entry="on_event", changed=changed, open=still_open)
    return {
        "PhysicalResourceId": f"organization-features-{desired.organization}",
        "Data": _report(changed),
    }


def is_complete(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Do another pass; complete when nothing is open."""
    if event["RequestType"] == "Delete":
        return {"IsComplete": _delete(event, _api(context))}
    changed, still_open = run(_desired(event), _api(context), event["StackId"])
    log("pass", entry="is_complete", changed=changed, open=still_open)
    if still_open:
        return {"IsComplete": False}
    before = [line for line in event.get("Data", {}).get("Changed", "").split("; ") if line]
    return {"IsComplete": True, "Data": _report(before + changed)}


def run(desired: Desired, api: Api, stack: str) -> tuple[list[str], list[str]]:
    """Do one pass; gives what was changed and what is still open.

    Raises:
        RefusedError: AWS or the state of the organization does not allow a step.
    """
    changed: list[str] = []
    try:
        organization_steps.check_organization(desired, api)
        for step in STEPS:
            _take(step, desired, api, stack, changed)
        types = organization_steps.pending_policy_types(desired, api)
        waiting = firewall_steps.pending_firewall_administrator(desired, api)
    except OutOfTimeError as error:
        return changed, [f"continues at {error}"]
    return changed, [*(f"policy type {wanted}" for wanted in types), *waiting]


def _take(step: Step, desired: Desired, api: Api, stack: str, changed: list[str]) -> None:
    try:
        for change in step(desired, api):
            log("changed", step=step.__name__, change=change)
            changed.append(change)
    except RefusedError as error:
        rollback = _is_rolling_back(stack, api)
        log("refused", step=step.__name__, reason=str(error), rollback=rollback, changed=changed)
        if not rollback:
            raise


def _is_rolling_back(stack: str, api: Api) -> bool:
    """Tell whether the stack returns to its previous state; no, when that cannot be found out."""
    try:
        answer = api.call("cloudformation", "describe_stacks", StackName=stack) or {}
    except RefusedError as error:
        log("stack status unknown", reason=str(error))
        return False
    return "ROLLBACK" in answer["Stacks"][0]["StackStatus"]


def _desired(event: dict[str, Any]) -> Desired:
    return parse(event["ResourceProperties"], event.get("OldResourceProperties"))


def _delete(event: dict[str, Any], api: Api) -> bool:
    """Leave the organization as it is, unless told otherwise; tell whether nothing is open.

    Bad properties never fail it: a resource that could not be created has to be deletable.
    """
    reverted: list[str] = []
    try:
        desired = _desired(event)
        if desired.revert_on_delete:
            # One by one, so that what was done is known when the next one is not.
            reverted.extend(service_steps.revert_root_features(desired, api))
    except PropertyError as error:
        log("deleted", reverted=reverted, note=str(error))
    except OutOfTimeError as error:
        log("deleted", reverted=reverted, note=f"continues at {error}")
        return False
    else:
        log("deleted", reverted=reverted)
    return True


def _report(changed: list[str]) -> dict[str, str]:
    """Give the attributes of the resource: what was changed, cut to what an answer can hold."""
    text = "; ".join(changed)
    if len(text.encode()) > REPORT_BYTES:
        text = text.encode()[: REPORT_BYTES - len("; ...")].decode(errors="ignore") + "; ..."
    return {"Changed": text, "Changes": str(len(changed))}


def _api(context: Context) -> Api:
    return Api(
        remaining=lambda: context.get_remaining_time_in_millis() / 1000,
        client=boto_client,
        region=os.environ["AWS_REGION"],
    )
