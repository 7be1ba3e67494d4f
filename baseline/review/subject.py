"""A policy of a resource, as the review speaks of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from baseline.review.assembly import Resource
from baseline.review.finding import Category, Change, Finding, Severity, code
from baseline.review.statements import ANYBODY

TRUST: Final = "AssumeRolePolicyDocument"
ENDPOINT: Final = "AWS::EC2::VPCEndpoint"
IDENTITIES: Final = ("AWS::IAM::", "AWS::SSO::PermissionSet")
ACCOUNT: Final = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")


@dataclass(frozen=True, slots=True)
class Subject:
    """A policy of a resource.

    Attributes:
        resource: the resource.
        path: its property.
        new: whether the resource comes with the change.
        accounts: IDs of the accounts that the assembly deploys to.
    """

    resource: Resource
    path: str
    new: bool
    accounts: frozenset[str]

    @property
    def kind(self) -> str:
        """What it is to people: trust, policy, endpoint's policy, permissions."""
        if self.path.endswith(TRUST):
            return "trust"
        if self.resource.type == ENDPOINT:
            return "endpoint policy"
        identity = self.resource.type.startswith(IDENTITIES)
        return "permissions" if identity else "policy"

    @property
    def category(self) -> Category:
        """Permissions of an identity are privilege; who else gets in is exposure."""
        privilege = self.kind in {"permissions", "trust"}
        return Category.PRIVILEGE if privilege else Category.EXPOSURE

    def finding(
        self,
        kind: str,
        severity: Severity,
        sentence: str,
        *,
        change: Change = "worse",
    ) -> Finding:
        """Give a finding about the policy."""
        return Finding(
            category=self.category,
            kind=f"{self.kind.replace(' ', '-')}-{kind}",
            severity=severity,
            place=self.resource.place,
            text=sentence,
            change=change,
        )


def who(principal: str) -> str:
    """Give the start of a sentence about a principal; empty for an identity's own policy."""
    if principal == ANYBODY:
        return "everybody: "
    return f"{code(principal)}: " if principal else ""
