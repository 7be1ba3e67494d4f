"""Emergency: every use of the break-glass role."""

from __future__ import annotations

from dataclasses import dataclass

from baseline.detection.event_patterns.shapes import API_CALL, SIGN_IN, Pattern


@dataclass(frozen=True, kw_only=True, slots=True)
class Emergency:
    """The emergency role and its users, whose every use is told.

    Attributes:
        role: name of the role, the same in every account.
        users: names of the users.
        account: account of the users.
    """

    role: str
    users: tuple[str, ...]
    account: str


def emergency_use(emergency: Emergency) -> dict[str, Pattern]:
    """Give the patterns of every use of the emergency role, by name.

    ``BreakGlassRole`` matches whoever assumes it or tries to, in the account of the caller and in
    that of the role; ``BreakGlassSession`` the switch of roles in the console and every change that
    a session makes; ``BreakGlassUsers`` the sign-ins of the users, failed ones too, and whatever
    they do themselves. EventBridge leaves out calls that only read; ``AssumeRole`` is not among
    those, as it does not start like them.

    Source: Amazon EventBridge User Guide, "Receiving read-only management events from AWS
    services"; AWS CloudTrail User Guide, "CloudTrail userIdentity element".
    """
    session = f"arn:*:sts::*:assumed-role/{emergency.role}/*"
    found: dict[str, Pattern] = {
        "BreakGlassRole": {
            "source": ["aws.sts"],
            "detail-type": [API_CALL],
            "detail": {
                "eventSource": ["sts.amazonaws.com"],
                "eventName": [{"prefix": "AssumeRole"}],
                "requestParameters": {"roleArn": [{"suffix": f":role/{emergency.role}"}]},
            },
        },
        "BreakGlassSession": {
            "source": [{"prefix": "aws."}],
            "detail-type": [API_CALL, SIGN_IN],
            "detail": {"userIdentity": {"arn": [{"wildcard": session}]}},
        },
    }
    if emergency.users:
        found["BreakGlassUsers"] = {
            "source": [{"prefix": "aws."}],
            "account": [emergency.account],
            "detail-type": [API_CALL, SIGN_IN],
            "detail": {"userIdentity": {"type": ["IAMUser"], "userName": list(emergency.users)}},
        }
    return found
