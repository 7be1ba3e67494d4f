"""Who may do more, or is held back less: trust, policies of resources, endpoints and identities."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from baseline.review.assembly import Resource
from baseline.review.finding import Category, Change, Finding, Severity, code, listed
from baseline.review.statements import ANYBODY, Grant, Policy, Variant, policies_of
from baseline.review.values import as_list, text

TRUST = "AssumeRolePolicyDocument"
ENDPOINT = "AWS::EC2::VPCEndpoint"
ORGANIZATION_POLICY = "AWS::Organizations::Policy"
IDENTITIES = ("AWS::IAM::", "AWS::SSO::PermissionSet")
BOUNDARY = "PermissionsBoundary"
ACCOUNT = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
NEGATIVE = ("Not", "Null")

GRAVE = frozenset(
    action.lower()
    for action in (
        "iam:AddUserToGroup",
        "iam:AttachGroupPolicy",
        "iam:AttachRolePolicy",
        "iam:AttachUserPolicy",
        "iam:CreateAccessKey",
        "iam:CreateLoginProfile",
        "iam:CreatePolicyVersion",
        "iam:CreateRole",
        "iam:DeleteRolePermissionsBoundary",
        "iam:PassRole",
        "iam:PutGroupPolicy",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
        "iam:PutUserPolicy",
        "iam:SetDefaultPolicyVersion",
        "iam:UpdateAssumeRolePolicy",
        "kms:PutKeyPolicy",
        "kms:ScheduleKeyDeletion",
        "lambda:AddPermission",
        "organizations:LeaveOrganization",
        "s3:BypassGovernanceRetention",
        "s3:PutBucketPolicy",
        "secretsmanager:PutResourcePolicy",
        "sts:AssumeRole",
        "sts:AssumeRoot",
    )
)
"""Actions by which somebody gets more, or makes evidence go."""


@dataclass(frozen=True, slots=True)
class _Subject:
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
        return Finding(
            category=self.category,
            kind=f"{self.kind.replace(' ', '-')}-{kind}",
            severity=severity,
            place=self.resource.place,
            text=sentence,
            change=change,
        )


def access(
    base: Resource | None, head: Resource, accounts: frozenset[str] = frozenset()
) -> Iterator[Finding]:
    """Compare the policies of a resource; a new one is compared with nothing.

    Args:
        base: the resource before; None where it is new.
        head: the resource.
        accounts: IDs of the accounts that the assembly deploys to; all others are strangers.
    """
    if head.type == ORGANIZATION_POLICY:
        return
    before = policies_of(base.type, base.properties) if base else {}
    after = policies_of(head.type, head.properties)
    for path in sorted({*before, *after}):
        subject = _Subject(head, path, new=base is None, accounts=accounts)
        old, new = before.get(path, Policy()), after.get(path, Policy())
        if path in before and path not in after and subject.kind == "endpoint policy":
            sentence = "has no policy any more, so everything passes through it"
            yield subject.finding("removed", "error", sentence)
            continue
        yield from _allows(subject, old, new)
        if base is not None:
            yield from _denies(subject, old, new)
    yield from _attached(base, head, accounts)


def _allows(subject: _Subject, old: Policy, new: Policy) -> Iterator[Finding]:
    gained: dict[tuple[str, frozenset[Variant], bool], list[str]] = defaultdict(list)
    for grant in sorted(new.allows.keys() - old.allows.keys()):
        if _was_allowed(grant, new.allows[grant], old.allows):
            continue
        grave = _wild(grant[1]) or grant[1].lower() in GRAVE
        gained[grant[0], frozenset(new.allows[grant]), grave].append(grant[1])
    plain: list[str] = []
    for (principal, variants, _), actions in sorted(gained.items(), key=lambda row: row[1]):
        severity = _severity(subject, principal, variants, actions)
        if subject.new and not principal and severity == "warning":
            plain += actions
        elif severity is not None:
            yield _gained(subject, principal, variants, actions, severity)
    if plain:
        # What comes new is read as a whole; a line for each of its statements hides the others.
        yield subject.finding("new", "warning", f"is new and allows {listed(set(plain))}")
    lost: dict[str, list[str]] = defaultdict(list)
    for principal, action in sorted(old.allows.keys() - new.allows.keys()):
        lost[principal].append(action)
    for principal, actions in lost.items():
        sentence = f"{_who(principal)}no longer allows {listed(actions)}"
        cut = [action for action in actions if not _covered(principal, action, new.allows)]
        if cut and _cut_off(subject, principal, cut):
            yield subject.finding("cut-off", "warning", sentence)
        else:
            yield subject.finding("narrowed", "note", sentence, change="better")
    yield from _fewer(subject, old.allows, new.allows)
    yield from _widened(subject, old.allows, new.allows)


def _fewer(
    subject: _Subject, old: Mapping[Grant, set[Variant]], new: Mapping[Grant, set[Variant]]
) -> Iterator[Finding]:
    """Tell what a service delivers less than before, of what it may still deliver elsewhere."""
    for grant in sorted(old.keys() & new.keys()):
        principal, action = grant
        lost = old[grant] - new[grant]
        if not lost or new[grant] - old[grant] or not _cut_off(subject, principal, [action]):
            continue
        places = {row.resource for row in lost} - {row.resource for row in new[grant]}
        conditions = {f"{key} {values}" for row in lost for key, values in row.conditions}
        where = f"on {listed(places)}" if places else f"if {listed(conditions)}"
        sentence = f"{_who(principal)}no longer allows {code(action)} {where}"
        yield subject.finding("cut-off", "warning", sentence)


def _covered(principal: str, action: str, allows: Mapping[Grant, set[Variant]]) -> bool:
    """Tell whether everybody may do it now, or a part of what a wildcard covered is named instead."""
    return any(
        who == ANYBODY or (who == principal and fnmatchcase(one.lower(), action.lower()))
        for who, one in allows
        if one == action or who == principal
    )


def _cut_off(subject: _Subject, principal: str, actions: list[str]) -> bool:
    """Tell whether a service cannot deliver any more, or nobody can manage a key any more."""
    if subject.kind != "policy":
        return False
    manages = subject.resource.type == "AWS::KMS::Key" and "kms:*" in actions
    return manages or principal.startswith("Service ")


def _was_allowed(grant: Grant, variants: set[Variant], old: Mapping[Grant, set[Variant]]) -> bool:
    """Tell whether a wildcard before covered what is named now: then less is allowed, and not more."""
    principal, action = grant
    covered: set[Variant] = set()
    for (who, pattern), there in old.items():
        # fnmatch knows brackets, which are no wildcards of IAM; actions have none.
        if who == principal and "*" in pattern and fnmatchcase(action.lower(), pattern.lower()):
            covered |= there
    return variants <= covered


def _gained(
    subject: _Subject,
    principal: str,
    variants: frozenset[Variant],
    actions: list[str],
    severity: Severity,
) -> Finding:
    places = {variant.resource for variant in variants} - {""}
    conditions = {f"{key} {value}" for variant in variants for key, value in variant.conditions}
    sentence = f"{_who(principal)}now allows {listed(actions)}"
    if places and subject.kind != "trust":
        sentence += f" on {listed(places, at_most=3)}"
    if conditions:
        sentence += f", if {listed(conditions, at_most=3)}"
    return subject.finding(_kind(principal, actions), severity, sentence)


def _kind(principal: str, actions: list[str]) -> str:
    if principal == ANYBODY:
        return "public"
    if any(_wild(action) for action in actions):
        return "wildcard"
    if any(action.lower() == "iam:passrole" for action in actions):
        return "pass-role"
    return "widened"


def _severity(
    subject: _Subject, principal: str, variants: frozenset[Variant], actions: list[str]
) -> Severity | None:
    """Say how bad new grants are; None for what every new resource of its type has."""
    confined = all(variant.confined for variant in variants)
    if principal == ANYBODY or principal.startswith("everybody but"):
        return ("warning" if confined else "error") if not (subject.new and confined) else None
    wild = any(_wild(action) for action in actions)
    if not principal:
        anywhere = any(variant.resource in {"*", ""} for variant in variants)
        grave = any(action.lower() in GRAVE for action in actions)
        return "error" if (wild and anywhere) or grave else "warning"
    if principal.startswith("Service "):
        return None if subject.new and (confined or subject.kind == "trust") else "warning"
    named = set(ACCOUNT.findall(principal))
    at_home = named <= subject.accounts and (bool(named) or "${" in principal)
    if not at_home or (wild and not subject.new):
        return "error"
    own = subject.resource.account in named or "${AWS::AccountId}" in principal
    return None if subject.new and own else "warning"


def _widened(
    subject: _Subject, old: Mapping[Grant, set[Variant]], new: Mapping[Grant, set[Variant]]
) -> Iterator[Finding]:
    """Compare what both sides allow: conditions that went, resources that came."""
    told: dict[tuple[str, str, Severity, str], list[str]] = defaultdict(list)
    places: dict[tuple[str, Severity, tuple[str, ...]], list[str]] = defaultdict(list)
    for grant in sorted(old.keys() & new.keys()):
        principal, action = grant
        for kind, severity, how in _weaker(old[grant], new[grant]):
            told[principal, kind, severity, how].append(action)
    for (principal, kind, severity, how), actions in told.items():
        if kind == "widened":
            places[principal, severity, tuple(actions)].append(how)
            continue
        change: Change = "better" if kind == "narrowed" else "worse"
        sentence = f"{_who(principal)}allows {listed(actions)} {how}"
        yield subject.finding(kind, severity, sentence, change=change)
    for (principal, severity, several), found in places.items():
        sentence = f"{_who(principal)}allows {listed(several)} on {listed(found)} as well"
        yield subject.finding("widened", severity, sentence)


def _weaker(old: set[Variant], new: set[Variant]) -> Iterator[tuple[str, Severity, str]]:
    for variant in sorted(new - old, key=str):
        before = [row for row in old if row.resource == variant.resource]
        if not before:
            severity: Severity = "error" if variant.resource == "*" else "warning"
            yield "widened", severity, variant.resource
        elif any(row.conditions < variant.conditions for row in before):
            yield "narrowed", "note", "under more conditions"
        else:
            yield from _otherwise(before, variant)


def _otherwise(before: list[Variant], variant: Variant) -> Iterator[tuple[str, Severity, str]]:
    """Say what is different about the conditions under which the same is allowed on the same."""
    # The same key under another operator is another condition, and none that went.
    gone = {_key(key) for row in before for key, _ in row.conditions}
    gone -= {_key(key) for key, _ in variant.conditions}
    if gone:
        yield "condition-removed", "error", f"without the condition {listed(gone)}"
        return
    dropped = _dropped(before, variant)
    if dropped:
        yield "condition-removed", "error", f"without the condition {listed(dropped)}"
        return
    old: dict[str, set[str]] = defaultdict(set)
    for row in before:
        for key, values in row.conditions:
            old[key] |= {text(each) for each in json.loads(values)}
    more = {
        f"{key} {value}"
        for key, values in variant.conditions
        for value in {text(each) for each in json.loads(values)} - old[key]
    }
    negative = any(word in _operator(key) for key, _ in variant.conditions for word in NEGATIVE)
    if more or negative:
        changed = listed(more) if more else "fewer values"
        yield "condition-changed", "warning", f"under another condition: {changed}"
    else:
        yield "narrowed", "note", "under narrower conditions"


def _dropped(before: list[Variant], variant: Variant) -> set[str]:
    """Give operators with keys that went and that nothing came for, such as the ``Null`` of a set."""
    names = {key for key, _ in variant.conditions}
    all_before = ({key for key, _ in row.conditions} for row in before)
    return {key for row in all_before if names < row for key in row - names}


def _operator(key: str) -> str:
    return key.partition(" ")[0]


def _key(key: str) -> str:
    return key.rpartition(" ")[2]


def _denies(subject: _Subject, old: Policy, new: Policy) -> Iterator[Finding]:
    lost: dict[str, list[str]] = defaultdict(list)
    for principal, action in sorted(old.denies.keys() - new.denies.keys()):
        lost[principal].append(action)
    for principal, actions in lost.items():
        sentence = f"{_who(principal)}no longer denies {listed(actions)}"
        yield subject.finding("deny-removed", "error", sentence)
    if new.denies.keys() - old.denies.keys():
        actions = [action for _, action in new.denies.keys() - old.denies.keys()]
        yield subject.finding("narrowed", "note", f"denies {listed(actions)}", change="better")
    for grant in sorted(old.denies.keys() & new.denies.keys()):
        if old.denies[grant] - new.denies[grant]:
            # A condition more makes a denial smaller, so every change of one has to be read.
            sentence = f"{_who(grant[0])}denies {code(grant[1])} in other cases than before"
            yield subject.finding("deny-changed", "error", sentence)


def _attached(base: Resource | None, head: Resource, accounts: frozenset[str]) -> Iterator[Finding]:
    """Compare AWS's policies that an identity has, and its boundary."""
    if not head.type.startswith(IDENTITIES):
        return
    subject = _Subject(head, "", new=base is None, accounts=accounts)
    before = _arns(base.properties) if base else set()
    for arn in sorted(_arns(head.properties) - before):
        severity: Severity = (
            "error"
            if arn.endswith(("/AdministratorAccess", "/IAMFullAccess", "/PowerUserAccess"))
            else "warning"
        )
        yield subject.finding("attached", severity, f"has the policy {code(arn)}")
    if base is not None and base.properties.get(BOUNDARY) and not head.properties.get(BOUNDARY):
        yield subject.finding("boundary-removed", "error", "has no permissions boundary any more")


def _arns(properties: Mapping[str, Any]) -> set[str]:
    keys = ("ManagedPolicyArns", "ManagedPolicies")
    return {text(each) for key in keys for each in as_list(properties.get(key))}


def _wild(action: str) -> bool:
    return action == "*" or action.endswith(":*") or action.startswith("everything but")


def _who(principal: str) -> str:
    if principal == ANYBODY:
        return "everybody: "
    return f"{code(principal)}: " if principal else ""
