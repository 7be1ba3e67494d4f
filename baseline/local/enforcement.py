"""Guardrails that bite: SCPs and RCPs attached in the embedded AWS decide on calls to it.

As on AWS, a policy type counts only while it is enabled at the root; the management account and
service-linked roles are exempt; a policy that cannot be understood denies, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from baseline.errors import BaselineError
from baseline.guardrails.documents import (
    FULL_AWS_ACCESS,
    RCP_FULL_AWS_ACCESS,
    Policy,
    PolicyKind,
    compile_policy,
)
from baseline.guardrails.evaluation import Decision, Level, Organization
from baseline.guardrails.request import Request
from baseline.local import emulators, organization, root_tasks
from baseline.local.actions import action_of, resource_of
from baseline.local.requests import ApiRequest, Denial

_CACHED_ORGANIZATIONS = 64
_LOOPBACK = "127.0.0.1"


class Attached(NamedTuple):
    """An attached policy as it is now: the same values compile to the same policy."""

    id: str
    arn: str
    name: str
    kind: PolicyKind
    content: str
    managed: bool


class Node(NamedTuple):
    """The root, a unit or an account, with the policies attached to it."""

    id: str
    name: str
    policies: tuple[Attached, ...]


class State(NamedTuple):
    """What decides about a call: the organization and the levels of the accounts involved."""

    id: str
    management: str
    accounts: tuple[tuple[str, tuple[Node, ...]], ...]


def check(request: ApiRequest) -> Denial | None:
    """Evaluate a call against the guardrails of the emulated organization.

    Args:
        request: The call, with the caller's principal.

    Returns:
        The denial, with the message that AWS gives; ``None`` when nothing denies.
    """
    management = organization.management_of(request.account)
    if management is None:
        return None
    asked = _request(request)
    if request.root_task and asked.action not in root_tasks.ACTIONS[request.root_task]:
        return _outside_the_task(request, asked)
    state = _state(organization.backend(management), {request.account, asked.resource_account})
    try:
        decision = _compiled(state).evaluate(asked)
    except BaselineError as error:
        return _refusal(request, asked, error)
    return None if decision.allowed else _denial(request, asked, decision, state)


def _request(request: ApiRequest) -> Request:
    """Give the call as policies see it."""
    resource = resource_of(request)
    context: dict[str, str | list[str]] = {"aws:SourceIp": _LOOPBACK}
    if request.is_root:
        context["aws:AssumedRoot"] = str(bool(request.root_task)).lower()
    context |= {f"aws:PrincipalTag/{key}": value for key, value in request.session_tags.items()}
    if agent := request.headers.get("user-agent"):
        context["aws:UserAgent"] = agent
    if request.service == "kms" and (aliases := _aliases(resource)):
        context["kms:ResourceAliases"] = aliases
    return Request(
        principal_arn=request.principal_arn,
        action=action_of(request),
        resource=resource,
        region=request.region,
        context=context,
    )


def _aliases(key: str) -> list[str]:
    """Give the aliases of a KMS key of the embedded AWS."""
    identifier = key.rpartition("/")[2]
    stored = emulators.ministack("kms")._aliases._data
    arns = (scoped[-1] for scoped, owner in stored.items() if owner == identifier)
    return sorted(f"alias/{arn.partition(':alias/')[2]}" for arn in arns)


def _state(backend: Any, accounts: set[str]) -> State:  # noqa: ANN401 - moto publishes no types
    """Read the levels of accounts from the emulated Organizations."""
    units = {unit.id: unit for unit in backend.ou}
    members = {account.id: account for account in backend.accounts}
    root = units[backend.org.root_id]
    enabled = frozenset(row["Type"] for row in root.policy_types if row["Status"] == "ENABLED")
    involved = sorted(accounts & members.keys())
    return State(
        id=backend.org.id,
        management=backend.org.master_account_id,
        accounts=tuple((account, _nodes(members[account], units, enabled)) for account in involved),
    )


def _nodes(
    account: Any,  # noqa: ANN401 - moto publishes no types
    units: Mapping[str, Any],
    enabled: frozenset[str],
) -> tuple[Node, ...]:
    """Give the levels of an account, root first."""
    chain = [Node(account.id, f"account {account.id}", _attached(account, enabled))]
    parent = account.parent_id
    while parent:
        unit = units[parent]
        above = getattr(unit, "parent_id", None)
        name = f"OU {unit.name}" if above else "root"
        chain.insert(0, Node(unit.id, name, _attached(unit, enabled)))
        parent = above
    return tuple(chain)


def _attached(target: Any, enabled: frozenset[str]) -> tuple[Attached, ...]:  # noqa: ANN401 - moto
    """Give the policies of a target that decide on requests, if their type is enabled."""
    return tuple(
        Attached(
            policy.id,
            policy.arn,
            policy.name,
            PolicyKind(policy.type),
            policy.content,
            policy.aws_managed,
        )
        for policy in target.attached_policies
        if policy.type in enabled and policy.type in set(PolicyKind)
    )


@lru_cache(maxsize=_CACHED_ORGANIZATIONS)
def _compiled(state: State) -> Organization:
    """Compile the policies of a state; calls between two changes share the result."""
    accounts = {account: [_level(node) for node in nodes] for account, nodes in state.accounts}
    return Organization(id=state.id, management_account=state.management, accounts=accounts)


def _level(node: Node) -> Level:
    """Compile the policies of one level."""
    scps = tuple(_policy(row) for row in node.policies if row.kind is PolicyKind.SCP)
    rcps = tuple(_policy(row) for row in node.policies if row.kind is PolicyKind.RCP)
    # AWS keeps at least one SCP at every level and never detaches RCPFullAWSAccess; moto does not
    # attach them to accounts, so a level without any has AWS's own.
    return Level(
        name=node.name,
        id=node.id,
        scps=scps or (FULL_AWS_ACCESS,),
        rcps=(RCP_FULL_AWS_ACCESS, *rcps),
    )


@lru_cache(maxsize=1024)
def _policy(attached: Attached) -> Policy:
    """Compile one policy under its ID; AWS's own stand compiled already."""
    if attached.managed:
        return FULL_AWS_ACCESS if attached.kind is PolicyKind.SCP else RCP_FULL_AWS_ACCESS
    return compile_policy(attached.id, attached.content, attached.kind)


def _denial(request: ApiRequest, asked: Request, decision: Decision, state: State) -> Denial:
    """Give the denial with AWS's wording, which names the policy."""
    kind = decision.kind or PolicyKind.SCP
    spoken = "service control policy" if kind is PolicyKind.SCP else "resource control policy"
    found = next(
        (
            row
            for _, nodes in state.accounts
            for node in nodes
            for row in node.policies
            if row.id == decision.policy
        ),
        None,
    )
    start = _start(request, asked)
    if found is None:
        message = f"{start} because no {spoken} allows the {asked.action} action ({decision.level})"
        return Denial(
            action=asked.action,
            policy_id="",
            policy_name="",
            policy_type=kind.value,
            message=message,
        )
    return Denial(
        action=asked.action,
        policy_id=found.id,
        policy_name=found.name,
        policy_type=kind.value,
        message=f"{start} with an explicit deny in a {spoken}: {found.arn} "
        f"({found.name}, statement {decision.sid})",
    )


def _refusal(request: ApiRequest, asked: Request, error: BaselineError) -> Denial:
    """Give the denial by a policy that the engine does not understand."""
    return Denial(
        action=asked.action,
        policy_id="",
        policy_name="",
        policy_type=PolicyKind.SCP.value,
        message=f"{_start(request, asked)} because a policy cannot be evaluated: {error}",
    )


def _outside_the_task(request: ApiRequest, asked: Request) -> Denial:
    """Give the denial of what a root session was not opened for."""
    return Denial(
        action=asked.action,
        policy_id="",
        policy_name=request.root_task,
        policy_type=PolicyKind.SCP.value,
        message=f"{_start(request, asked)} with an explicit deny in a session policy: "
        f"{root_tasks.arn(request.root_task)}",
    )


def _start(request: ApiRequest, asked: Request) -> str:
    """Give the start of AWS's message: who may not do what."""
    on = f" on resource: {asked.resource}" if asked.resource != "*" else ""
    return f"User: {request.caller_arn} is not authorized to perform: {asked.action}{on}"
