"""Who may do more, or is held back less: trust, policies of resources, endpoints and identities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from baseline.review.assembly import Resource
from baseline.review.conditions import widened
from baseline.review.finding import Finding, Severity, code, listed
from baseline.review.statements import ANYBODY, Grant, Policy, Variant, policies_of
from baseline.review.subject import ACCOUNT, IDENTITIES, Subject, who
from baseline.review.values import as_list, text

ORGANIZATION_POLICY = "AWS::Organizations::Policy"
BOUNDARY = "PermissionsBoundary"

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
        subject = Subject(head, path, new=base is None, accounts=accounts)
        old, new = before.get(path, Policy()), after.get(path, Policy())
        if path in before and path not in after and subject.kind == "endpoint policy":
            sentence = "has no policy any more, so everything passes through it"
            yield subject.finding("removed", "error", sentence)
            continue
        yield from _allows(subject, old, new)
        if base is not None:
            yield from _denies(subject, old, new)
    yield from _attached(base, head, accounts)


def _allows(subject: Subject, old: Policy, new: Policy) -> Iterator[Finding]:
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
        sentence = f"{who(principal)}no longer allows {listed(actions)}"
        cut = [action for action in actions if not _covered(principal, action, new.allows)]
        if cut and _cut_off(subject, principal, cut):
            yield subject.finding("cut-off", "warning", sentence)
        else:
            yield subject.finding("narrowed", "note", sentence, change="better")
    yield from _fewer(subject, old.allows, new.allows)
    yield from widened(subject, old.allows, new.allows)


def _fewer(
    subject: Subject, old: Mapping[Grant, set[Variant]], new: Mapping[Grant, set[Variant]]
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
        sentence = f"{who(principal)}no longer allows {code(action)} {where}"
        yield subject.finding("cut-off", "warning", sentence)


def _covered(principal: str, action: str, allows: Mapping[Grant, set[Variant]]) -> bool:
    """Tell whether everybody may do it now, or a part of what a wildcard covered is named instead."""
    return any(
        who == ANYBODY or (who == principal and fnmatchcase(one.lower(), action.lower()))
        for who, one in allows
        if one == action or who == principal
    )


def _cut_off(subject: Subject, principal: str, actions: list[str]) -> bool:
    """Tell whether a service cannot deliver any more, or nobody can manage a key any more."""
    if subject.kind != "policy":
        return False
    manages = subject.resource.type == "AWS::KMS::Key" and "kms:*" in actions
    return manages or principal.startswith("Service ")


def _was_allowed(grant: Grant, variants: set[Variant], old: Mapping[Grant, set[Variant]]) -> bool:
    """Tell whether a wildcard before covered what is named now: then less is allowed, and not more."""
    principal, action = grant
    covered: set[Variant] = set()
    for (other, pattern), there in old.items():
        # fnmatch knows brackets, which are no wildcards of IAM; actions have none.
        if other == principal and "*" in pattern and fnmatchcase(action.lower(), pattern.lower()):
            covered |= there
    return variants <= covered


def _gained(
    subject: Subject,
    principal: str,
    variants: frozenset[Variant],
    actions: list[str],
    severity: Severity,
) -> Finding:
    places = {variant.resource for variant in variants} - {""}
    conditions = {f"{key} {value}" for variant in variants for key, value in variant.conditions}
    sentence = f"{who(principal)}now allows {listed(actions)}"
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
    subject: Subject, principal: str, variants: frozenset[Variant], actions: list[str]
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


def _denies(subject: Subject, old: Policy, new: Policy) -> Iterator[Finding]:
    lost: dict[str, list[str]] = defaultdict(list)
    for principal, action in sorted(old.denies.keys() - new.denies.keys()):
        lost[principal].append(action)
    for principal, actions in lost.items():
        sentence = f"{who(principal)}no longer denies {listed(actions)}"
        yield subject.finding("deny-removed", "error", sentence)
    if new.denies.keys() - old.denies.keys():
        actions = [action for _, action in new.denies.keys() - old.denies.keys()]
        yield subject.finding("narrowed", "note", f"denies {listed(actions)}", change="better")
    for grant in sorted(old.denies.keys() & new.denies.keys()):
        if old.denies[grant] - new.denies[grant]:
            # A condition more makes a denial smaller, so every change of one has to be read.
            sentence = f"{who(grant[0])}denies {code(grant[1])} in other cases than before"
            yield subject.finding("deny-changed", "error", sentence)


def _attached(base: Resource | None, head: Resource, accounts: frozenset[str]) -> Iterator[Finding]:
    """Compare AWS's policies that an identity has, and its boundary."""
    if not head.type.startswith(IDENTITIES):
        return
    subject = Subject(head, "", new=base is None, accounts=accounts)
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
