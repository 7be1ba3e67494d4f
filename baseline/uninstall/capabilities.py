"""Which capabilities end with a stack, and which go on without it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from baseline.controls.ledger import entries
from baseline.errors import BaselineError
from baseline.review.assembly import Assembly, Resource, Stack

Declared = Mapping[str, tuple[tuple[str, str], ...]]
"""Stack to its capabilities, each with the path of its construct."""

PLUMBING = (
    "AWS::CloudWatch::Alarm",
    "AWS::IAM::",
    "AWS::Lambda::",
    "AWS::Logs::",
    "AWS::SNS::",
    "AWS::SQS::",
    "AWS::S3::BucketPolicy",
)
"""Starts of types that serve what a capability is about; they decide where there is nothing else."""

STORES = ("AWS::KMS::", "AWS::Logs::LogGroup")
"""Starts of types that outlive everything, and do nothing by themselves."""

STAYS = {
    "AWS::Config::ConfigurationRecorder": "it records as long as its role is there, which goes with the roles' stack",
    "AWS::Organizations::Policy": "it goes on allowing and denying until it is detached",
}
"""What is to be said of types that stay, where it is more than that."""

JOBS = {
    "access-key-rotation": "credentials",
    "account-settings": "account settings",
    "identity-center-assignments": "unit assignments",
    "trusted-advisor": "detection",
}
"""Capability to the entries of the ledger that its job keeps set."""


def declared(assembly: Assembly) -> Declared:
    """Read what the constructs of an assembly declare.

    Raises:
        BaselineError: the assembly has no ``controls.json``, or something else in its place.
    """
    path = assembly.folder / "controls.json"
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        found: dict[str, list[tuple[str, str]]] = {}
        for row in rows:
            stack = str(row["construct"]).split("/")[0]
            found.setdefault(stack, []).append((str(row["capability"]), str(row["construct"])))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise BaselineError(
            f"{path} does not tell what the stacks implement; synthesize with this app: make synth"
        ) from None
    return {stack: tuple(rows) for stack, rows in found.items()}


def of(stack: Stack, found: Declared) -> tuple[str, ...]:
    """Give the names of a stack's capabilities, each once."""
    return tuple(dict.fromkeys(name for name, _ in found.get(stack.place.stack, ())))


def fate(
    stack: Stack, assembly: Assembly, found: Declared
) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Tell what becomes of the capabilities of a stack when it is deleted.

    Returns:
        Those that end, with the types that go; those that go on, with what keeps them going.
    """
    ends: dict[str, Counter[str]] = {}
    continues: dict[str, str] = {}
    for one, twin in [(stack, stack), *_bodies(stack, assembly)]:
        places = _places(twin)
        for name in of(twin, found):
            paths = [path for each, path in found[twin.place.stack] if each == name]
            parts = [
                resource
                for key, resource in one.resources.items()
                if any(f"{places.get(key, '')}/".startswith(f"{path}/") for path in paths)
            ]
            _judge(name, parts, ends, continues)
    gone = {
        name: tuple(f"{count} {kind}" for kind, count in sorted(types.items()))
        for name, types in ends.items()
    }
    return gone, continues


def _judge(
    name: str,
    parts: Iterable[Resource],
    ends: dict[str, Counter[str]],
    continues: dict[str, str],
) -> None:
    working = _working(parts)
    going = Counter(
        each.type for each in working if not each.retained and not each.type.startswith("Custom::")
    )
    settings = [row.delete for row in entries() if row.type == JOBS.get(name)]
    if going:
        ends.setdefault(name, Counter()).update(going)
    else:
        settings += sorted({each for part in working for each in _settings(part.type)})
    if settings:
        stays = settings[0].removeprefix("Nothing. ")
        continues[name] = f"what it set stays set, and nobody maintains it. {stays}"
    elif working and not going:
        stays = next(
            (STAYS[each.type] for each in working if each.type in STAYS), "what it made stays"
        )
        continues[name] = f"{stays}, and nobody maintains it"


def _bodies(stack: Stack, assembly: Assembly) -> Iterator[tuple[Stack, Stack]]:
    """Give the bodies of a stack's StackSets, each with the stack that is the same for one account.

    Bodies declare nothing: they are made in apps of their own. The management account, which StackSets skip, gets
    the same constructs as stacks.
    """
    for path, body in assembly.stacks.items():
        if path.startswith(f"{stack.place.stack}/"):
            twin = max(
                (each for each in assembly.stacks.values() if each.name),
                key=lambda each: len(body.resources.keys() & each.resources.keys()),
            )
            if body.resources.keys() & twin.resources.keys():
                yield body, twin


def _working(parts: Iterable[Resource]) -> list[Resource]:
    found = [each for each in parts if not each.type.startswith(STORES)]
    return [each for each in found if not each.type.startswith(PLUMBING)] or found


def _settings(kind: str) -> Iterator[str]:
    if kind.startswith("Custom::"):
        yield from (row.delete for row in entries() if row.type == kind)


def _places(stack: Stack) -> dict[str, str]:
    """Give logical ID to construct path."""
    rows: object = {}
    if stack.metadata is not None:
        try:
            rows = json.loads(stack.metadata.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            raise BaselineError(
                f"{stack.metadata} is no JSON object; synthesize the assembly again"
            ) from None
    found = {}
    for path, items in rows.items() if isinstance(rows, dict) else ():
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict) and item.get("type") == "aws:cdk:logicalId":
                found[str(item.get("data"))] = str(path).lstrip("/")
    return found
