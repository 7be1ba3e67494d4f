"""Questions about a stack at work that wait for its end.

The ``cdk`` command asks for a stack's state every five seconds, however fast the stack is, and a
deployment is a chain of stacks. Its question, and ours, is answered when the stack has ended.
"""

import asyncio
import time

from baseline.local import emulators, internal
from baseline.local.requests import ApiRequest

_LONGEST_SECONDS = 20.0
"""After which the answer tells that the stack still works; clients give up after a minute."""

_LOOK_SECONDS = 0.02
_CDK = "aws-cdk/"


async def until_it_ends(request: ApiRequest, longest: float = _LONGEST_SECONDS) -> None:
    """Wait before the answer to ``DescribeStacks`` of one stack, as long as it is created, changed or deleted.

    Others see what is in progress, as on AWS.

    Args:
        request: The call.
        longest: Seconds after which it is answered in any case.
    """
    if (request.service, request.operation) != ("cloudformation", "DescribeStacks"):
        return
    name = request.parameters.get("StackName", "")
    if not name or not _waits(request):
        return
    deadline = time.monotonic() + longest
    while _works(request, name) and time.monotonic() < deadline:  # noqa: ASYNC110 the engine has no event
        await asyncio.sleep(_LOOK_SECONDS)


def _waits(request: ApiRequest) -> bool:
    """Tell whether the caller asks for nothing but the end."""
    if request.headers.get(internal.HEADER) == internal.SECRET:
        return True
    agents = ("user-agent", "x-amz-user-agent")
    return any(_CDK in request.headers.get(name, "") for name in agents)


def _works(request: ApiRequest, name: str) -> bool:
    """Tell whether a stack, by its name or its ID, is in progress; a review is none."""
    stacks = emulators.ministack("cloudformation")._stacks
    plain = name.split("/")[1] if name.startswith("arn:") else name
    stack = stacks.get_scoped(request.account, request.region, plain) or {}
    status = stack.get("StackStatus", "")
    return bool(status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS")
