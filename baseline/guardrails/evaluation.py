"""Evaluates requests against the organization policies of accounts, with AWS's own exemptions.

An SCP decides on what principals of an account may do, an RCP on what may be done to resources of
an account. Both apply at each level from the root to the account: a request has to be allowed at
every level and denied at none. The engine knows no identity or resource policies: "allowed" means
that no organization policy stands in the way.

Source: Organizations User Guide, "SCP evaluation", "Tasks and entities not restricted by SCPs",
"Resources and entities not restricted by RCPs".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from baseline.guardrails.documents import (
    FULL_AWS_ACCESS,
    RCP_FULL_AWS_ACCESS,
    Policy,
    PolicyKind,
    Statement,
)
from baseline.guardrails.facts import rcp_services
from baseline.guardrails.patterns import Context
from baseline.guardrails.request import Request

_CACHED_ACTIONS = 4096

UNRESTRICTED = "sts:getcalleridentity"
"""Needs no permission and cannot be denied. Source: STS API Reference, GetCallerIdentity."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Level:
    """The root, an OU or an account, with the policies attached to it directly.

    Attributes:
        name: As messages show it: ``root``, ``OU Workloads``, ``account 111111111111``.
        id: Organizations' ID, for ``aws:PrincipalOrgPaths``; empty when not known.
        scps: Attached SCPs, ``FullAWSAccess`` among them (AWS attaches it itself).
        rcps: Attached RCPs, likewise with ``RCPFullAWSAccess``.
    """

    name: str
    id: str = ""
    scps: tuple[Policy, ...] = (FULL_AWS_ACCESS,)
    rcps: tuple[Policy, ...] = (RCP_FULL_AWS_ACCESS,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the organization policies say, and which statement said it.

    Attributes:
        verdict: ``allowed`` or ``denied``.
        reason: One sentence for people.
        kind: The type of the deciding policy; ``None`` when nothing denied.
        policy: Name of the deciding policy, empty when none.
        sid: Sid of the deciding statement, empty when none.
        level: Name of the level that the policy is attached to, empty when none.
    """

    verdict: Literal["allowed", "denied"]
    reason: str
    kind: PolicyKind | None = None
    policy: str = ""
    sid: str = ""
    level: str = ""

    @property
    def allowed(self) -> bool:
        """Tell whether the request passes the organization policies."""
        return self.verdict == "allowed"


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A statement with where it comes from."""

    statement: Statement
    policy: Policy
    level: str


_Covering = tuple[list[_Candidate], list[tuple[Level, list[_Candidate]]]]


@dataclass(slots=True)
class _Chain:
    """The statements of one policy type on the way from the root to an account.

    Which statements cover an action depends on nothing else, so that is worked out once per
    action; what remains per request are resources and conditions.
    """

    kind: PolicyKind
    levels: tuple[Level, ...]
    _attached: list[list[_Candidate]] = field(init=False)
    _covering: dict[str, _Covering] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """List the statements of this type by level."""
        self._attached = [
            [
                _Candidate(row, policy, level.name)
                for policy in (level.scps if self.kind is PolicyKind.SCP else level.rcps)
                for row in policy.statements
            ]
            for level in self.levels
        ]

    def decide(self, request: Request, context: Context) -> Decision | None:
        """Give the denial, or ``None`` when this policy type lets the request pass."""
        denials, allowances = self._statements(request.action.lower())
        for candidate in denials:
            if candidate.statement.matches(request.resource, context):
                return self._explicit(request, candidate)
        for level, candidates in allowances:
            if not any(row.statement.matches(request.resource, context) for row in candidates):
                return self._implicit(request, level)
        return None

    def _statements(self, action: str) -> _Covering:
        """Give the statements that cover an action: the denials, and the allowances by level.

        A level that allows the action to everybody, as AWS's own policy does, has nothing to say.
        """
        known = self._covering.get(action)
        if known is not None:
            return known
        by_level = [
            [row for row in rows if row.statement.covers(action)] for rows in self._attached
        ]
        denials = [row for rows in by_level for row in rows if row.statement.effect == "Deny"]
        allowances = [
            (level, allowing)
            for level, rows in zip(self.levels, by_level, strict=True)
            for allowing in [[row for row in rows if row.statement.effect == "Allow"]]
            if not any(row.statement.always for row in allowing)
        ]
        if len(self._covering) >= _CACHED_ACTIONS:
            self._covering.clear()
        self._covering[action] = (denials, allowances)
        return denials, allowances

    def _explicit(self, request: Request, found: _Candidate) -> Decision:
        """Give the decision of a statement that denies."""
        return Decision(
            verdict="denied",
            reason=f"{request.action} is denied by statement {found.statement.sid} of "
            f"{found.policy.name} at {found.level}",
            kind=self.kind,
            policy=found.policy.name,
            sid=found.statement.sid,
            level=found.level,
        )

    def _implicit(self, request: Request, level: Level) -> Decision:
        """Give the decision of a level at which nothing allows the action."""
        return Decision(
            verdict="denied",
            reason=f"no {self.kind.name} at {level.name} allows {request.action}",
            kind=self.kind,
            level=level.name,
        )


class Organization:
    """The accounts of an organization with their effective policies; evaluates requests.

    Args:
        id: Organization ID (``o-…``), the value of ``aws:PrincipalOrgID``.
        management_account: The account that no SCP and no RCP restricts.
        accounts: Account ID to its levels, root first, the account itself last.
    """

    def __init__(
        self, *, id: str, management_account: str, accounts: Mapping[str, Sequence[Level]]
    ) -> None:
        self.id = id
        self.management_account = management_account
        self._levels = {account: tuple(levels) for account, levels in accounts.items()}
        self._chains: dict[tuple[PolicyKind, tuple[Level, ...]], _Chain] = {}
        self._places: dict[str, dict[str, tuple[str, ...]]] = {}

    def evaluate(self, request: Request) -> Decision:
        """Decide on a request by the SCPs of the caller's and the RCPs of the resource's account."""
        if request.action.lower() == UNRESTRICTED:
            return Decision(verdict="allowed", reason=f"{request.action} cannot be denied")
        context = self.context(request)
        restricted = False
        if scps := self._scps(request):
            restricted = True
            if denial := scps.decide(request, context):
                return denial
        if rcps := self._rcps(request):
            restricted = True
            if denial := rcps.decide(request, context):
                return denial
        if restricted:
            return Decision(verdict="allowed", reason=f"nothing denies {request.action}")
        return Decision(verdict="allowed", reason=self._exemption(request))

    def context(self, request: Request) -> Context:
        """Give the condition keys of a request, with those that the organization adds."""
        keys = request.keys()
        principal, resource = request.principal.account, request.resource_account
        return {
            **self._place("aws:principal", principal),
            **self._place("aws:resource", resource),
            **keys,
        }

    def _place(self, prefix: str, account: str) -> dict[str, tuple[str, ...]]:
        """Give the condition keys that say where in the organization an account stands."""
        name = prefix + account
        if name not in self._places:
            found: dict[str, tuple[str, ...]] = {}
            if account in self._levels or account == self.management_account:
                found[f"{prefix}orgid"] = (self.id,)
                if path := self._path(account):
                    found[f"{prefix}orgpaths"] = (path,)
            self._places[name] = found
        return self._places[name]

    def _path(self, account: str) -> str:
        """Give an account's place in the organization (``o-…/r-…/ou-…/``), if the IDs are known."""
        units = self._levels.get(account, ())[:-1]
        if not units or not all(level.id for level in units):
            return ""
        return "/".join([self.id, *(level.id for level in units)]) + "/"

    def _scps(self, request: Request) -> _Chain | None:
        """Give the SCPs that restrict the caller, ``None`` when AWS exempts it."""
        principal = request.principal
        if principal.is_service_linked:
            return None
        return self._chain(PolicyKind.SCP, principal.account)

    def _rcps(self, request: Request) -> _Chain | None:
        """Give the RCPs that restrict access to the resource, ``None`` when AWS exempts it."""
        if request.principal.is_service_linked or request.action.lower() == "kms:retiregrant":
            return None
        if request.service not in rcp_services():
            return None
        return self._chain(PolicyKind.RCP, request.resource_account)

    def _chain(self, kind: PolicyKind, account: str) -> _Chain | None:
        """Give an account's statements of a type; accounts in one place share them."""
        levels = self._levels.get(account)
        if levels is None or account == self.management_account:
            return None
        key = (kind, levels)
        if key not in self._chains:
            self._chains[key] = _Chain(kind, levels)
        return self._chains[key]

    def _exemption(self, request: Request) -> str:
        """Say why no organization policy applies."""
        if request.principal.is_service_linked:
            return "service-linked roles are not restricted by organization policies"
        if request.principal.account == self.management_account:
            return "the management account is not restricted by organization policies"
        return "neither the caller's nor the resource's account is restricted by this organization"
