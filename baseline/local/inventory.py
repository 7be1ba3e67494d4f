"""What is deployed, as the CloudFormation engine recorded it: ``GET /_baseline/resources``.

Runs inside the server. CloudFormation has no API call that gives a resource's properties with all
references resolved; the engine keeps them, and ``verify`` compares them with what the services' own
APIs answer.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from baseline.local import emulators

_GONE = frozenset({"DELETE_COMPLETE", "REVIEW_IN_PROGRESS"})


def report() -> list[dict[str, Any]]:
    """Give every stack of every account and Region with its resources.

    Each has ``account``, ``region``, ``stack``, ``id``, ``status``, ``reason``, ``template``,
    ``parameters`` (name to value) and ``resources``; a resource has ``logical_id``, ``physical_id``, ``type``, ``status``, ``path`` (of its construct)
    and ``properties`` with all references resolved.
    """
    stacks = emulators.module("ministack.services.cloudformation")._stacks._data
    found = [
        _stack(account, region, stack)
        for (account, region, _), stack in list(stacks.items())
        if stack.get("StackStatus") not in _GONE
    ]
    found.sort(key=lambda stack: (stack["account"], stack["region"], stack["stack"]))
    # Properties may hold what JSON does not know (dates of YAML templates): give their text.
    plain: list[dict[str, Any]] = json.loads(json.dumps(found, default=str))
    return plain


def _stack(account: str, region: str, stack: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "account": account,
        "region": region,
        "stack": stack.get("StackName", ""),
        "id": stack.get("StackId", ""),
        "status": stack.get("StackStatus", ""),
        "reason": stack.get("StackStatusReason", ""),
        "template": stack.get("_template") or {},
        "parameters": {
            name: str(parameter.get("Value", ""))
            for name, parameter in (stack.get("_resolved_params") or {}).items()
        },
        "resources": list(_resources(stack)),
    }


def _resources(stack: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    template = (stack.get("_template") or {}).get("Resources") or {}
    for logical_id, record in sorted((stack.get("_resources") or {}).items()):
        metadata = template.get(logical_id, {}).get("Metadata") or {}
        yield {
            "logical_id": logical_id,
            "physical_id": record.get("PhysicalResourceId", ""),
            "type": record.get("ResourceType", ""),
            "status": record.get("ResourceStatus", ""),
            "path": metadata.get("aws:cdk:path", ""),
            "properties": record.get("Properties") or {},
        }
