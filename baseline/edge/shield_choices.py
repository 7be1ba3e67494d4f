"""What Shield Advanced protects, and the commitment that somebody has to have read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import aws_cdk as cdk

from baseline.config import edge
from baseline.errors import BaselineError

COMMITMENT = edge.COMMITMENT
"""What has to be passed word for word. Source: AWS Shield pricing, "AWS Shield Advanced"."""

MOST_CONTACTS = 10
EMAIL = re.compile(r"\S+@\S+\.\S+")
PHONE = re.compile(r"\+[1-9][0-9]{1,14}")

Response = Literal["BLOCK", "COUNT"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ProtectedResource:
    """A resource that Shield Advanced protects.

    Attributes:
        arn: a load balancer, distribution, Elastic IP address, hosted zone or accelerator.
        health_check_arn: Route 53 health check that tells when it suffers, so that detection is
            faster and more certain; None by default.
        response: ``BLOCK`` or ``COUNT`` lets Shield write rules into the web ACL before it during
            an attack; None by default. Load balancers and distributions only.
    """

    arn: str
    health_check_arn: str | None = None
    response: Response | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EmergencyContact:
    """Whom the Shield Response Team calls.

    Attributes:
        email: address that a team reads.
        phone: number in E.164 form, such as ``+4930123456``.
        notes: when and how to call; none by default.
    """

    email: str
    phone: str
    notes: str | None = None


def check_commitment(acknowledged: str) -> None:
    """Raise unless the commitment was passed word for word.

    Raises:
        BaselineError: says what Shield Advanced costs, and what to pass.
    """
    if acknowledged != COMMITMENT:
        raise BaselineError(
            f"acknowledge_commitment is {acknowledged!r}; Shield Advanced is a subscription of the "
            f"whole organization that nobody can end early. Pass {COMMITMENT!r} once it is agreed "
            "with who pays, or use the anti-DDoS rule group of WebAcl, which has no commitment"
        )


def check_protections(
    protections: Mapping[str, ProtectedResource], contacts: Sequence[EmergencyContact]
) -> None:
    """Raise for protections and contacts that Shield Advanced does not take.

    Raises:
        BaselineError: names the protection or the contact.
    """
    if not protections:
        raise BaselineError("protections is empty; name the resources that are worth the price")
    for name, each in protections.items():
        known = not cdk.Token.is_unresolved(each.arn)
        if known and not each.arn.startswith("arn:"):
            raise BaselineError(f"protections {name}: {each.arn!r} is not an ARN")
    if not contacts:
        return
    if len(contacts) > MOST_CONTACTS:
        raise BaselineError(f"contacts holds {len(contacts)} contacts, at most {MOST_CONTACTS}")
    for contact in contacts:
        if not EMAIL.fullmatch(contact.email) or not PHONE.fullmatch(contact.phone):
            raise BaselineError(
                f"contacts holds {contact.email!r} with {contact.phone!r}; write an address and a "
                "number as in '+4930123456'"
            )
    if not any(each.health_check_arn for each in protections.values()):
        raise BaselineError(
            "contacts asks the Shield Response Team to call, and no protection has a "
            "health_check_arn; the team calls when a health check fails during an attack, so name "
            "one"
        )
