"""Outputs of stacks in other Regions.

ministack resolves ``Fn::GetStackOutput`` in the Region of the call, whichever Region it names.
"""

import functools
from collections.abc import Callable
from typing import Any

from baseline.local import emulators

_ENGINE = "ministack.services.cloudformation.engine"
_NAME = "_resolve_refs"
_FUNCTION = "Fn::GetStackOutput"
_USERS = (
    _ENGINE,
    "ministack.services.cloudformation.changesets",
    "ministack.services.cloudformation.handlers",
    "ministack.services.cloudformation.provisioners",
    "ministack.services.cloudformation.stacks",
)


def read_outputs_of_other_regions() -> None:
    """Let every part of the engine read outputs in the Region that a template names."""
    resolve = with_regions(getattr(emulators.module(_ENGINE), _NAME))
    for name in _USERS:
        module = emulators.module(name)
        if hasattr(module, _NAME):
            setattr(module, _NAME, resolve)


def with_regions(original: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function that resolves intrinsic functions as ``original``, and reads other Regions.

    Source: CloudFormation Template Reference, "Fn::GetStackOutput".
    """

    @functools.wraps(original)
    def resolve(value: Any, *rest: Any) -> Any:  # noqa: ANN401 ministack has no types
        if not isinstance(value, dict) or set(value) != {_FUNCTION}:
            return original(value, *rest)
        # Its arguments may hold functions themselves.
        asked = original(value[_FUNCTION], *rest)
        if "Region" not in asked:
            return original(value, *rest)
        return _output(asked["StackName"], asked["OutputName"], asked["Region"])

    return resolve


def _output(stack_name: str, output: str, region: str) -> str:
    account, _ = emulators.scope()
    stacks = emulators.ministack("cloudformation")._stacks
    stack = stacks.get_scoped(account, region, stack_name) or {}
    for each in stack.get("Outputs", []):
        if each["OutputKey"] == output:
            return str(each["OutputValue"])
    raise ValueError(f"no output {output} of a stack {stack_name} in {region}")
