"""Credentials that nobody uses on an ordinary day: break-glass, and a canary's."""

from __future__ import annotations

from baseline.gameday import world
from baseline.gameday.actions.action import Action, Place


def break_glass(place: Place, *, role: str) -> None:
    """Assume the emergency role of the account, and do nothing with it."""
    sts = place.world.client_as(world.BREAK_GLASS, "sts", place.region)
    caller = sts.get_caller_identity()["Arn"]
    sts.assume_role(RoleArn=role, RoleSessionName=caller.rpartition("/")[2], DurationSeconds=900)
    place.record(
        "sts",
        "AssumeRole",
        {"userIdentity": {"type": "AWSAccount", "arn": caller}},
        request={"roleArn": role},
    )


def use_canary(place: Place) -> None:
    """Ask who a canary is, as a thief of its key does first."""
    sts = place.world.client_as(world.CANARY, "sts", place.region)
    caller = sts.get_caller_identity()["Arn"]
    name = caller.rpartition("/")[2]
    place.facts["canary"] = name
    identity = {
        "type": "IAMUser",
        "userName": name,
        "arn": caller,
        "accountId": place.account,
    }
    place.record("sts", "GetCallerIdentity", {"userIdentity": identity}, request={})


BREAK_GLASS = Action(
    name="break-glass",
    run=break_glass,
    says="assumes the emergency role as a break-glass user and does nothing with it",
    requires=frozenset({"role"}),
)
USE_CANARY = Action(
    name="use-canary-key",
    run=use_canary,
    says="asks who the owner of a canary's access key is",
    gives=frozenset({"canary"}),
)
