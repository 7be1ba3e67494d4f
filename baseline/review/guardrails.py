"""Requests whose verdict flips: the proofs, asked of the organization policies of both sides."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from baseline.errors import BaselineError
from baseline.guardrails.cases import Case
from baseline.guardrails.documents import (
    FULL_AWS_ACCESS,
    RCP_FULL_AWS_ACCESS,
    Policy,
    PolicyKind,
    compile_policy,
)
from baseline.guardrails.evaluation import Level, Organization
from baseline.review.assembly import Assembly, Resource, Stack
from baseline.review.finding import Category, Change, Finding, Place, Severity, code, listed
from baseline.review.values import as_list, canonical, leaves, text

if TYPE_CHECKING:
    from baseline.guardrails.world import World

POLICY = "AWS::Organizations::Policy"
UNIT = "AWS::Organizations::OrganizationalUnit"
KINDS = {kind.value: kind for kind in PolicyKind}
OUTPUT = re.compile(r"\$\{([^.{}]+)\.([^{}]+)\}")
ROOT = "root"
EXAMPLES = 3

KINDS_OF_FLIPS = {
    ("allowed", "denied"): "opened",
    ("allowed", "allowed"): "relaxed",
    ("denied", "allowed"): "stopped",
    ("denied", "denied"): "closed",
}
"""By the new verdict and the one that the guardrail wants."""

FLIPS: dict[str, tuple[Severity, Change, str]] = {
    "opened": ("error", "worse", "must be denied, and are allowed now"),
    "relaxed": ("warning", "worse", "were denied, and are allowed now, as it wants"),
    "stopped": ("error", "worse", "must stay allowed, and are denied now"),
    "closed": ("note", "better", "are denied now, as it wants"),
}


@dataclass(slots=True)
class _Node:
    """The root, a unit or an account.

    Attributes:
        name: as people know it; a unit's is its path.
        parent: key of the unit above; empty for the root and where it is not known.
        policies: SCPs and RCPs by kind.
        others: content of the other policies by type.
        file: the template of its policies.
    """

    name: str
    parent: str = ""
    policies: dict[PolicyKind, list[tuple[str, dict[str, Any]]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    others: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    file: str = ""


def decides(resource: Resource) -> bool:
    """Whether a resource is a policy whose statements are compared here, however they are packed."""
    return resource.type == POLICY and resource.properties.get("Type") in KINDS


def guardrails(
    base: Assembly, head: Assembly, *, world: World | None, cases: Iterable[Case]
) -> Iterator[Finding]:
    """Compare what the organization policies of both sides decide.

    Args:
        base: one side.
        head: the other.
        world: accounts that stand in each unit; None where nobody gave a configuration, and then
            statements are compared only.
        cases: requests, each with the verdict that its guardrail wants.

    Raises:
        BaselineError: a policy that no engine reads.
    """
    before, after = _by_name(base), _by_name(head)
    _beside(before, after)
    _beside(after, before)
    asked = list(cases)
    for name in sorted({*before, *after}):
        if name not in before or name not in after:
            continue
        old, new = before[name], after[name]
        yield from _declared(name, old[-1], new[-1])
        changed = _statements(old) ^ _statements(new)
        if not changed:
            continue
        flips = list(_flips(name, old, new, world, asked)) if world else []
        yield from flips
        own = _statements(old[-1:]) ^ _statements(new[-1:])
        if own and not flips:
            proved = "no proof's verdict flips" if world else "nothing was proved"
            yield Finding(
                category=Category.GUARDRAILS,
                kind="policy-changed",
                severity="warning",
                place=Place(file=new[-1].file, stack=ROOT if name == ROOT else f"unit {name}"),
                text=f"statements changed, and {proved}: {listed({sid for sid, _ in own})}",
            )


def _flips(
    name: str, old: list[_Node], new: list[_Node], world: World, cases: list[Case]
) -> Iterator[Finding]:
    first, second = _organization(old, world), _organization(new, world)
    found: dict[tuple[str, str], list[tuple[Case, str]]] = defaultdict(list)
    for case in cases:
        was, is_ = first.evaluate(case.request), second.evaluate(case.request)
        if was.verdict != is_.verdict:
            kind = KINDS_OF_FLIPS[is_.verdict, case.expected]
            found[kind, case.guardrail].append((case, was.sid or is_.sid))
    for (kind, guardrail), rows in sorted(found.items()):
        severity, change, sentence = FLIPS[kind]
        examples = dict.fromkeys(
            f"{code(case.request.action)} by {code(case.request.principal_arn)}: {case.why}"
            f"{f' (statement {code(sid)})' if sid else ''}"
            for case, sid in rows
        )
        yield Finding(
            category=Category.GUARDRAILS,
            kind=f"verdict-{kind}",
            severity=severity,
            place=Place(file=new[-1].file, stack=ROOT if name == ROOT else f"unit {name}"),
            text=f"{code(guardrail)}: {_requests(len(rows), sentence)}",
            change=change,
            details=tuple(examples)[:EXAMPLES],
        )


def _requests(number: int, sentence: str) -> str:
    """Give the sentence for one request or for several."""
    if number > 1:
        return f"{number} of its requests {sentence}"
    return f"one of its requests {sentence.replace('were ', 'was ').replace('are ', 'is ')}"


def _declared(name: str, old: _Node, new: _Node) -> Iterator[Finding]:
    """Compare policies that set something, such as EC2's account attributes."""
    for kind in sorted({*old.others, *new.others}):
        before = {(".".join(path), str(value)) for path, value in leaves(old.others.get(kind))}
        after = {(".".join(path), str(value)) for path, value in leaves(new.others.get(kind))}
        for path in sorted({path for path, _ in before ^ after}):
            was = [value for key, value in before if key == path]
            is_ = [value for key, value in after if key == path]
            yield Finding(
                category=Category.GUARDRAILS,
                kind="setting-changed",
                severity="warning",
                place=Place(
                    file=new.file or old.file, stack=ROOT if name == ROOT else f"unit {name}"
                ),
                text=f"{code(kind)} sets {code(path)} to {listed(is_) or 'nothing'} instead of "
                f"{listed(was) or 'nothing'}",
            )


def _organization(levels: list[_Node], world: World) -> Organization:
    compiled = (
        *(
            Level(
                name=node.name,
                scps=(FULL_AWS_ACCESS, *_compiled(node, PolicyKind.SCP)),
                rcps=(RCP_FULL_AWS_ACCESS, *_compiled(node, PolicyKind.RCP)),
            )
            for node in levels
        ),
        Level(name="account"),
    )
    return Organization(
        id=world.organization,
        management_account=world.management,
        accounts=dict.fromkeys(world.accounts.values(), compiled),
    )


def _compiled(node: _Node, kind: PolicyKind) -> list[Policy]:
    try:
        return [compile_policy(name, content, kind) for name, content in node.policies[kind]]
    except ValueError as error:
        raise BaselineError(f"a policy of {node.name} cannot be read: {error}") from None


def _statements(levels: Iterable[_Node]) -> set[tuple[str, str]]:
    """Give Sid and content of every statement, however statements are packed into policies."""
    return {
        (str(row.get("Sid", "without a Sid")), f"{kind}{canonical(row)}")
        for node in levels
        for kind, policies in node.policies.items()
        for _, content in policies
        for row in as_list(content.get("Statement"))
        if isinstance(row, dict)
    }


def _by_name(assembly: Assembly) -> dict[str, list[_Node]]:
    """Give each place of the organization with the levels above it, the root first."""
    nodes = _nodes(assembly)
    found = {}
    for node in nodes.values():
        chain = [node]
        while chain[0].parent in nodes and len(chain) <= len(nodes):
            chain.insert(0, nodes[chain[0].parent])
        if chain[0] is not nodes[ROOT]:
            chain.insert(0, nodes[ROOT])
        found[node.name] = chain
    return found


def _beside(one: dict[str, list[_Node]], other: Mapping[str, list[_Node]]) -> None:
    """Add accounts that have policies on the other side only; a unit that goes is told elsewhere."""
    for name, chain in other.items():
        if name not in one and not chain[-1].parent and name != ROOT:
            one[name] = [*one[ROOT], _Node(name, file=chain[-1].file)]


def _nodes(assembly: Assembly) -> dict[str, _Node]:
    nodes = {ROOT: _Node(ROOT)}
    for stack in assembly.stacks.values():
        for resource in stack.resources.values():
            if resource.type == UNIT:
                parent = _key(resource.properties.get("ParentId"), stack, assembly)
                key = f"{stack.place.stack}/{resource.place.name}"
                nodes[key] = _Node(text(resource.properties.get("Name", "")), parent)
    for node in nodes.values():
        if node.parent in nodes.keys() - {ROOT}:
            node.name = _path(node, nodes)
    for stack in assembly.stacks.values():
        for resource in stack.resources.values():
            if resource.type == POLICY:
                _attach(resource, stack, assembly, nodes)
    return nodes


def _path(node: _Node, nodes: Mapping[str, _Node]) -> str:
    # A parent may have its path already; its last part is its name.
    parts: list[str] = []
    while node.name != ROOT and len(parts) <= len(nodes):
        parts.insert(0, node.name.rpartition("/")[2])
        node = nodes.get(node.parent, nodes[ROOT])
    return "/".join(parts)


def _attach(resource: Resource, stack: Stack, assembly: Assembly, nodes: dict[str, _Node]) -> None:
    properties = resource.properties
    content = properties.get("Content")
    if not isinstance(content, dict):
        return
    for target in as_list(properties.get("TargetIds")):
        key = _key(target, stack, assembly)
        node = nodes.setdefault(key, _Node(f"account {key}" if key.isdigit() else key))
        node.file = resource.place.file
        kind = str(properties.get("Type"))
        if kind in KINDS:
            node.policies[KINDS[kind]].append((str(properties.get("Name")), content))
        else:
            node.others[kind].append(content)


def _key(target: object, stack: Stack, assembly: Assembly, *, hops: int = 3) -> str:
    """Give what a target is: the root, a unit of the assembly, or an ID."""
    name = text(target)
    if name.startswith("r-"):
        return ROOT
    found = OUTPUT.fullmatch(name)
    if found is None or not hops:
        return name
    if found[2] == "Id" and found[1] in stack.resources:
        return f"{stack.place.stack}/{found[1]}"
    for other in assembly.stacks.values():
        if other.name == found[1] and found[2] in other.outputs:
            output = other.outputs[found[2]]
            value = output.get("Value") if isinstance(output, dict) else None
            return _key(value, other, assembly, hops=hops - 1)
    return name
