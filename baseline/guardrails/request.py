"""A request as the policies see it: who calls which action on what, from where.

Source: IAM User Guide, "AWS global condition context keys", "How IAM roles differ from other
principals: the principal ARN of a session is its role's".
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

from baseline.errors import BaselineError
from baseline.guardrails.conditions import as_text

_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z0-9]+")
_PRINCIPAL = re.compile(r"arn:(aws[a-z-]*):(iam|sts)::(\d{12}):(.+)")
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")
_SERVICE_LINKED = "role/aws-service-role/"

Kind = Literal["Account", "User", "AssumedRole", "FederatedUser", "Service", "Anonymous"]
_KINDS: dict[str, Kind] = {
    "iam:root": "Account",
    "iam:user": "User",
    "iam:role": "AssumedRole",
    "sts:assumed-role": "AssumedRole",
    "sts:federated-user": "FederatedUser",
}

Scalar = str | bool | int | float


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls.

    Attributes:
        arn: The value of ``aws:PrincipalArn``: for a session the ARN of its role. Empty for a
            service and an anonymous caller.
        account: The account of the caller, empty as above.
        kind: The value of ``aws:PrincipalType``.
        service: The service principal (``backup.amazonaws.com``), empty for others.
        user: The name of an IAM user, empty for others.
    """

    arn: str
    account: str
    kind: Kind
    service: str = ""
    user: str = ""

    @property
    def is_service_linked(self) -> bool:
        """Tell whether this is a service-linked role: only AWS can make a role on that path."""
        return f":{_SERVICE_LINKED}" in self.arn


@lru_cache(maxsize=8192)
def parse_principal(text: str) -> Principal:
    """Read a principal: an IAM or STS ARN, a service principal, or ``*`` for nobody known.

    A session ARN (``assumed-role/Name/session``) says nothing of the role's path, so give the
    role's own ARN where the path matters.

    Raises:
        BaselineError: The text is none of these.
    """
    if text == "*":
        return Principal("", "", "Anonymous")
    if _SERVICE.fullmatch(text):
        return Principal("", "", "Service", service=text)
    matched = _PRINCIPAL.fullmatch(text)
    if matched is None:
        raise BaselineError(
            f"principal {text!r} is not an IAM or STS ARN, a service principal or '*'"
        )
    partition, service, account, resource = matched.groups()
    family, _, name = resource.partition("/")
    kind = _KINDS.get(f"{service}:{family}")
    if kind is None or bool(name) is (kind == "Account"):
        raise BaselineError(f"principal {text!r} is not a user, role, session or the root user")
    user = name.rsplit("/", 1)[-1] if kind == "User" else ""
    session = family == "assumed-role"
    arn = f"arn:{partition}:iam::{account}:role/{name.split('/')[0]}" if session else text
    return Principal(arn, account, kind, user=user)


@lru_cache(maxsize=8)
def _time(second: int) -> Mapping[str, tuple[str, ...]]:
    """Give the condition keys that tell the time."""
    return {
        "aws:currenttime": (datetime.fromtimestamp(second, UTC).isoformat(),),
        "aws:epochtime": (str(second),),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request.

    Attributes:
        principal_arn: IAM or STS ARN of the caller, a service principal, or ``*`` (anonymous).
        action: ``service:Action`` without wildcards.
        resource: ARN of the resource, ``*`` for an action without one.
        account: The account that owns the resource; by default the one in the resource's ARN,
            else the caller's.
        region: The Region whose endpoint is called (``us-east-1`` for most global services).
        context: Further condition keys; they win over those that are filled in. An empty list
            takes a key away that AWS would fill in.

    Raises:
        BaselineError: The action or the principal is malformed.
    """

    principal_arn: str
    action: str
    region: str
    resource: str = "*"
    account: str = ""
    context: Mapping[str, Scalar | list[str] | tuple[str, ...]] = field(default_factory=dict)
    # What ``keys`` gives whatever the time: proofs evaluate a request hundreds of times.
    _keys: dict[str, tuple[str, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        """Refuse what is no request: a typing error must not look like an allowed action."""
        if not _ACTION.fullmatch(self.action):
            raise BaselineError(f"action {self.action!r} is not of the form service:Action")
        parse_principal(self.principal_arn)

    @property
    def principal(self) -> Principal:
        """Give the caller."""
        return parse_principal(self.principal_arn)

    @property
    def service(self) -> str:
        """Give the action's service prefix."""
        return self.action.partition(":")[0]

    @property
    def resource_account(self) -> str:
        """Give the account that owns the resource."""
        parts = self.resource.split(":", 5)
        in_arn = parts[4] if len(parts) > 4 else ""  # noqa: PLR2004 (the fifth part of an ARN)
        return self.account or in_arn or self.principal.account

    def keys(self) -> dict[str, tuple[str, ...]]:
        """Give the condition keys that AWS sets on every request, and those of ``context``."""
        if not self._keys:
            self._keys.update(self._lasting_keys())
        return {**_time(int(time.time())), **self._keys}

    def _lasting_keys(self) -> dict[str, tuple[str, ...]]:
        """Give the keys that do not depend on the time, unless ``context`` sets the time."""
        principal, owner = self.principal, self.resource_account
        keys: dict[str, tuple[str, ...]] = {
            "aws:requestedregion": (self.region,),
            "aws:principaltype": (principal.kind,),
            "aws:principalisawsservice": (as_text(bool(principal.service)),),
            "aws:viaawsservice": ("false",),
            "aws:securetransport": ("true",),
        }
        if principal.arn:
            keys["aws:principalarn"] = (principal.arn,)
            keys["aws:principalaccount"] = (principal.account,)
        if principal.user:
            keys["aws:username"] = (principal.user,)
        if principal.service:
            keys["aws:principalservicename"] = (principal.service,)
        if owner:
            keys["aws:resourceaccount"] = (owner,)
        for key, value in self.context.items():
            values = value if isinstance(value, list | tuple) else (value,)
            keys[key.lower()] = tuple(as_text(item) for item in values)
        return keys
