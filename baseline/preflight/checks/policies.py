"""Organization policies: the slots that others use, and the ones that ours need."""

from __future__ import annotations

from collections.abc import Iterator

from baseline.config import Configuration, quotas
from baseline.guardrails.composition import ACCOUNT, ROOT, Target, examine
from baseline.guardrails.model import PolicyType
from baseline.live.organization import LivePolicy
from baseline.preflight.checks.organization import READS_UNITS
from baseline.preflight.finding import Finding, Verdict
from baseline.preflight.look import Look

READS = (*READS_UNITS, "organizations:ListPolicies", "organizations:ListTargetsForPolicy")
PER_TARGET = {
    PolicyType.SCP: quotas.SCP_PER_TARGET,
    PolicyType.RCP: quotas.RCP_PER_TARGET,
}
RESERVED = {PolicyType.SCP: "reserved_scp_slots", PolicyType.RCP: "reserved_rcp_slots"}


def slots(look: Look) -> Iterator[Finding]:
    """Compare the slots of each unit with what the guardrails need there."""
    if not look.organization.knows(*READS):
        return
    targets, _ = examine(look.configuration)
    ids = _ids(look)
    for kind, quota in PER_TARGET.items():
        others = {
            target.path: _others(look, kind, ids[target.path])
            for target in targets
            if target.path in ids
        }
        crowded = {path: rows for path, rows in others.items() if rows}
        reserved = getattr(look.configuration.guardrails, RESERVED[kind])
        for target in targets:
            yield from _target(look, target, kind, crowded.get(target.path, []), quota)
        most = max((len(rows) for rows in crowded.values()), default=0)
        if most > reserved:
            yield _reserve(look, kind, most, crowded)


def _target(
    look: Look, target: Target, kind: PolicyType, others: list[LivePolicy], quota: int
) -> Iterator[Finding]:
    ours = [policy for policy in target.policies if policy.type is kind]
    if not ours and not others:
        return
    used = 1 + len(others) + len(ours)
    sizes = ", ".join(str(policy.size) for policy in ours)
    counted = f"{kind.short} slots: 1 AWS's own, {len(others)} of others, {len(ours)} ours"
    told = f"{counted} ({sizes} characters)" if ours else counted
    if used > quota:
        yield Finding(
            check="policies.full",
            verdict=Verdict.CONFLICT,
            place=target.path,
            message=f"{told}: {used} of {quota}; detach {used - quota}, or move guardrails elsewhere",
            commands=tuple(
                f"aws organizations detach-policy --policy-id {policy.id} --target-id "
                f"{_ids(look)[target.path]}"
                for policy in others[: used - quota]
            ),
        )
        return
    yield Finding(
        check="policies.full",
        verdict=Verdict.FINE,
        place=target.path,
        message=f"{told}: {used} of {quota}",
    )


def _reserve(
    look: Look, kind: PolicyType, most: int, crowded: dict[str, list[LivePolicy]]
) -> Finding:
    """Ask for room for others' policies, where the guardrails can spare it."""
    key = RESERVED[kind]
    names = sorted({policy.name for rows in crowded.values() for policy in rows})
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")  # noqa: PLR2004 as many as a line holds
    fits = most <= PER_TARGET[kind] - 1 and not _problems(look.configuration, key, most)
    room = "the guardrails are packed around them" if fits else "the guardrails do not fit beside"
    return Finding(
        check="policies.reserved",
        verdict=Verdict.ADOPT if fits else Verdict.CONFLICT,
        message=f"others attach up to {most} policies of type {kind.short} to a unit ({shown}): {room}"
        + ("" if fits else f" {most}; detach some, or name fewer guardrails there"),
        configuration={"guardrails": {key: most}} if fits else {},
    )


def _problems(configuration: Configuration, key: str, value: int) -> list[str]:
    settings = configuration.guardrails.model_copy(update={key: value})
    return examine(configuration.model_copy(update={"guardrails": settings}))[1]


def _others(look: Look, kind: PolicyType, target: str) -> list[LivePolicy]:
    """Give the policies at a target that are neither AWS's own nor the baseline's."""
    ours = f"{look.names.prefix}-{kind.short}-"
    return [
        policy
        for policy in look.organization.attached.get(target, ())
        if policy.type == kind.value and not policy.aws_managed and not policy.name.startswith(ours)
    ]


def _ids(look: Look) -> dict[str, str]:
    """Give the live ID of the root, of each unit and of accounts with guardrails of their own."""
    live = {unit.path: unit.id for unit in look.organization.walk_units()}
    if look.organization.root_id is not None:
        live[ROOT] = look.organization.root_id
    for name, account in look.configuration.all_accounts():
        if account.id is not None:
            live[f"{ACCOUNT}{name}"] = account.id
    return live
