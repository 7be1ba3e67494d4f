"""What the removal of a stack deletes, keeps and loses, and what of it is final."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from baseline.controls.ledger import entries
from baseline.review.assembly import Assembly, Resource, Stack
from baseline.review.resources import STATEFUL

BOOTSTRAP = "BootstrapVersion"
"""Parameter of every template that was deployed with the roles of a bootstrap stack."""

SOURCE = Path(__file__).with_name("kept.json")
UNKNOWN = ("stays as it is", "by hand, in the console of its service")
QUEUE = "AWS::SQS::Queue"
KEYS = frozenset({"AWS::KMS::Key", "AWS::KMS::ReplicaKey"})
DAYS_PER_YEAR = 365


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """Resources of a type that outlive their stack.

    Attributes:
        type: CloudFormation type.
        names: their physical names where the template has them, otherwise their logical IDs.
        effect: what they go on doing.
        release: the command, or the way, to let go of them.
    """

    type: str
    names: tuple[str, ...]
    effect: str
    release: str


def within(stack: Stack, assembly: Assembly) -> list[Resource]:
    """Give the resources of a stack, with those that its StackSets make in every account."""
    prefix = f"{stack.place.stack}/"
    bodies = [body for path, body in assembly.stacks.items() if path.startswith(prefix)]
    return [each for one in (stack, *bodies) for each in one.resources.values()]


def removed(stack: Stack, assembly: Assembly) -> dict[str, int]:
    """Count what is deleted, by type; what a StackSet makes counts once, whatever the accounts."""
    found = Counter(each.type for each in within(stack, assembly) if not each.retained)
    return dict(sorted(found.items()))


def kept(stack: Stack, assembly: Assembly) -> Iterator[Kept]:
    """Give what stays, by type."""
    table: dict[str, list[str]] = json.loads(SOURCE.read_text(encoding="utf-8"))
    names: dict[str, list[str]] = {}
    for each in within(stack, assembly):
        if each.retained:
            names.setdefault(each.type, []).append(_name(each))
    for kind, found in sorted(names.items()):
        effect, release = table.get(kind, UNKNOWN)
        yield Kept(type=kind, names=tuple(sorted(set(found))), effect=effect, release=release)


def lost(stack: Stack, assembly: Assembly) -> Iterator[str]:
    """Name what has data and is deleted with its stack."""
    found = [
        each for each in within(stack, assembly) if each.type in STATEFUL and not each.retained
    ]
    queues = sum(each.type == QUEUE for each in found)
    if queues:
        yield f"messages that nobody has read, in {queues} queue{'s' if queues > 1 else ''}"
    yield from (f"the data of {_name(each)} ({each.type})" for each in found if each.type != QUEUE)


def final(stack: Stack, assembly: Assembly) -> Iterator[str]:
    """Tell what nobody can undo or hasten."""
    found = within(stack, assembly)
    for each in found:
        yield from _object_lock(each)
        yield from _vault_lock(each)
    if any(each.type == "AWS::Organizations::Account" for each in found):
        yield "a closed account can be opened again for 90 days, by AWS Support; then its resources are gone"
    if any(_shield(each) for each in found):
        yield "the subscription of Shield Advanced runs to the end of its year, whatever is deleted"


def _object_lock(resource: Resource) -> Iterator[str]:
    configuration = resource.properties.get("ObjectLockConfiguration")
    rule = configuration.get("Rule") if isinstance(configuration, dict) else None
    retention = rule.get("DefaultRetention") if isinstance(rule, dict) else None
    if isinstance(retention, dict) and retention.get("Mode") == "COMPLIANCE":
        days = int(retention.get("Days") or int(retention.get("Years", 0)) * DAYS_PER_YEAR)
        yield (
            f"objects in {_name(resource)} cannot be deleted for {days} days from the day when each was written, "
            "by nobody; nor can their account be closed without them"
        )


def _vault_lock(resource: Resource) -> Iterator[str]:
    lock = resource.properties.get("LockConfiguration")
    if resource.type == "AWS::Backup::BackupVault" and isinstance(lock, dict):
        grace = lock.get("ChangeableForDays")
        if grace is not None:
            yield (
                f"the lock of vault {_name(resource)} is final {grace} days after it was made; recovery points "
                f"stay at least {lock.get('MinRetentionDays', 1)} days"
            )


def _shield(resource: Resource) -> bool:
    return resource.type == "AWS::FMS::Policy" and "SHIELD_ADVANCED" in json.dumps(
        resource.properties
    )


def _name(resource: Resource) -> str:
    for key, value in sorted(resource.properties.items()):
        named = key in {"Name", "AliasName", "TrailName"} or (
            key.endswith("Name") and key[:-4].lower() in resource.type.lower()
        )
        if named and isinstance(value, str):
            return value
    return resource.place.name


def afterwards(stacks: Sequence[Stack], *, region: str) -> Iterator[str]:
    """Tell what remains to be done when every step is done."""
    if region:
        yield (
            f"Take {region} out of `regions` in baseline.yaml and deploy: the StackSets delete their stacks there in "
            "every account, and the guardrails deny the Region from then on."
        )
        yield (
            f"GuardDuty, Security Hub, Inspector and Macie stay on in {region} where they were, and are paid for, "
            "until they are turned off there: their administrator does it for its members."
        )
        yield (
            f"Delete the bootstrap stack of {region} (`toolkitStackName` in cdk.json) in each core account that "
            "has one there."
        )
        return
    yield from _switches(stacks)
    keys = sum(
        each.retained and each.type in KEYS for stack in stacks for each in stack.resources.values()
    )
    yield (
        f"{keys} keys and the buckets stay and are paid for: `baseline cost` tells how much. A key that is deleted "
        "takes everything with it that it encrypted, the logs included, and nobody brings it back."
    )
    places = sorted(
        {
            f"{stack.account} {stack.region}"
            for stack in stacks
            if BOOTSTRAP in (stack.template.get("Parameters") or {})
        }
    )
    yield (
        "Delete the bootstrap stacks (`toolkitStackName` in cdk.json) last, because no deployment works without "
        f"them. Accounts and Regions: {', '.join(places)}."
    )
    yield "The emergency role, its users and their policies go by hand, when there is another way in."


def _switches(stacks: Iterable[Stack]) -> Iterator[str]:
    """Tell which switches of the organization stay on, from the ledger of custom resources."""
    types = {each.type for stack in stacks for each in stack.resources.values()}
    for row in entries():
        if row.type in types and row.type == "Custom::OrganizationFeatures":
            part = f"{row.part[:1].upper()}{row.part[1:]}"
            yield f"{part}: stays where it was turned on. {row.delete.removeprefix('Nothing. ')}"
