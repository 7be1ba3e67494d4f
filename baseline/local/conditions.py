"""Pseudo parameters in the conditions of a template.

ministack's engine compares the name ``AWS::AccountId`` itself, so a condition on the account or the
Region is never true and its resources are left out without a word.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from baseline.local import emulators

_ENGINE = "ministack.services.cloudformation.engine"
_NAME = "_evaluate_conditions"
_USERS = (
    _ENGINE,
    "ministack.services.cloudformation.changesets",
    "ministack.services.cloudformation.handlers",
    "ministack.services.cloudformation.provisioners",
    "ministack.services.cloudformation.stacks",
)


def know_pseudo_parameters() -> None:
    """Let every part of the engine evaluate conditions with the account and Region of the call."""
    evaluate = with_pseudo_parameters(getattr(emulators.module(_ENGINE), _NAME))
    for name in _USERS:
        module = emulators.module(name)
        if hasattr(module, _NAME):
            setattr(module, _NAME, evaluate)


def with_pseudo_parameters(original: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function that evaluates conditions as ``original``, and knows pseudo parameters.

    Source: CloudFormation User Guide, "Get AWS values using pseudo parameters".
    """

    @functools.wraps(original)
    def evaluate(template: Mapping[str, Any], params: Mapping[str, Any]) -> Any:  # noqa: ANN401 ministack has no types
        responses = emulators.module("ministack.core.responses")
        known = {
            "AWS::AccountId": responses.get_account_id(),
            "AWS::Partition": "aws",
            "AWS::Region": responses.get_region(),
            "AWS::URLSuffix": "amazonaws.com",
        }
        return original(template, {**{name: {"Value": known[name]} for name in known}, **params})

    return evaluate
