"""Which operations are answered here, and what follows a successful call of an emulator.

An answer takes the :class:`~baseline.local.requests.ApiRequest` and gives the operation's output
as a dict; it raises :class:`~baseline.local.wire.ServiceError` for an AWS error.
"""

from collections.abc import Callable
from typing import Any

from baseline.local.requests import ApiRequest

Answer = Callable[[ApiRequest], dict[str, Any]]
Follower = Callable[[ApiRequest], None]

_ANSWERS: dict[tuple[str, str], Answer] = {}
_ROOT_ANSWERS: dict[tuple[str, str], Answer] = {}
_FOLLOWERS: dict[tuple[str, str], Follower] = {}


def answers(service: str, *operations: str) -> Callable[[Answer], Answer]:
    """Register the decorated function as the answer to operations of a SigV4 service."""

    def register(function: Answer) -> Answer:
        for operation in operations:
            _ANSWERS[(service, operation)] = function
        return function

    return register


def answers_root(service: str, *operations: str) -> Callable[[Answer], Answer]:
    """Register the decorated function as the answer to a root user who calls about itself.

    Calls of others, and those about a named user, go where they went before.
    """

    def register(function: Answer) -> Answer:
        for operation in operations:
            _ROOT_ANSWERS[(service, operation)] = function
        return function

    return register


def follows(service: str, *operations: str) -> Callable[[Follower], Follower]:
    """Register the decorated function to run after each successful call of the operations."""

    def register(function: Follower) -> Follower:
        for operation in operations:
            _FOLLOWERS[(service, operation)] = function
        return function

    return register


def answer_to(request: ApiRequest) -> Answer | None:
    """Give the answer to a call, or None when an emulator answers it."""
    operation = (request.service, request.operation)
    if request.is_root and not request.parameters.get("UserName") and operation in _ROOT_ANSWERS:
        return _ROOT_ANSWERS[operation]
    return _ANSWERS.get(operation)


def follower_of(service: str, operation: str) -> Follower | None:
    """Give what has to happen after an operation, or None."""
    return _FOLLOWERS.get((service, operation))
