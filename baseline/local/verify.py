"""Read back what is deployed, through boto3, and compare it with the templates."""

import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from baseline.errors import BaselineError
from baseline.local.access import STACK_SETS, Access
from baseline.local.declared import declared_resources
from baseline.local.driver import Stack
from baseline.local.readers import READERS, Check, Place
from baseline.local.readers.values import ABSENT

UNPROTECTED_TYPES: Mapping[str, str] = {
    "AWS::CDK::Metadata": "only counts constructs",
    "AWS::EC2::InternetGateway": "has no settings; its attachment is read",
    "AWS::Lambda::LayerVersion": "code, not a setting",
}
"""Types without a security setting of their own, each with the reason."""

UNPROTECTED_PROPERTIES = frozenset(
    {"Tags", "Description", "Code", "Architectures", "ServiceToken", "ServiceTimeout"}
    | {"HostedZoneTags", "ResourceTags", "TagsToAdd", "FileSystemConfigs", "Layers", "PackageType"}
)
"""Properties without a security meaning wherever they stand."""

UNREADABLE: Mapping[tuple[str, str], str] = {
    ("AWS::KMS::Key", "PendingWindowInDays"): "KMS tells it only once a deletion is scheduled",
}
"""Properties that no API gives back, each with the reason."""

_ERRORS = (ClientError, BotoCoreError, KeyError, IndexError, StopIteration)
_GOOD_STACK = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})
_AT_ONCE = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One compared property of one deployed resource."""

    account: str
    region: str
    stack: str
    resource: str
    type: str
    capability: str
    check: Check

    @property
    def ok(self) -> bool:
        """Whether it is as the template says."""
        return self.check.ok


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """Something that is deployed and that was not compared: type, property (``*`` is all), reason."""

    type: str
    property: str
    reason: str
    count: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """The outcome of a verification.

    Attributes:
        findings: Every compared property.
        not_read: Properties that a template sets and no reader compares.
        not_applied: What the embedded AWS only recorded.
        stacks: Number of stacks that were read, those of StackSets included.
        resources: Number of resources in them.
    """

    findings: tuple[Finding, ...]
    not_read: tuple[Gap, ...]
    not_applied: tuple[Gap, ...]
    stacks: int
    resources: int

    @property
    def mismatches(self) -> tuple[Finding, ...]:
        """What differs."""
        return tuple(finding for finding in self.findings if not finding.ok)

    @property
    def ok(self) -> bool:
        """Whether something was compared and nothing differs."""
        return bool(self.findings) and not self.mismatches


def verify(
    access: Access, *, expected_stacks: Iterable[Stack] = (), governed: Iterable[str] | None = None
) -> Report:
    """Compare every deployed resource with the properties that its template gives it.

    Args:
        access: The embedded AWS.
        expected_stacks: Stacks that have to be deployed from their templates; one that is not is
            a mismatch.
        governed: Regions in which guardrails let an administrator read, by default all; elsewhere the
            role reads that deployed there.
    """
    stacks = access.page("/_baseline/resources")
    coverage = access.page("/_baseline/coverage")
    declared = _declared(coverage)
    regions = None if governed is None else frozenset(governed)
    resources = [(stack, resource) for stack in stacks for resource in stack["resources"]]
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        read = pool.map(
            lambda pair: tuple(_read(_place(access, pair[0], regions), pair[0], pair[1], declared)),
            resources,
        )
        findings = [finding for each in read for finding in each]
    findings += _stack_findings(stacks, expected_stacks)
    return Report(
        findings=tuple(findings),
        not_read=_not_read(resources, declared),
        not_applied=_not_applied(coverage),
        stacks=len(stacks),
        resources=len(resources),
    )


Declared = Mapping[tuple[str, str, str, str], tuple[str, ...]]
_Json = Mapping[str, Any]


def _declared(coverage: _Json) -> Declared:
    """Give, for each resource that is not wholly applied, the properties that are only recorded."""
    return {
        (each["account"], each["region"], each["stack"], each["logical_id"]): tuple(
            each["declared_only"]
        )
        for each in coverage["declared_only"]
    }


def _only_recorded(stack: _Json, resource: _Json, declared: Declared) -> tuple[str, ...]:
    key = (stack["account"], stack["region"], stack["stack"], resource["logical_id"])
    return declared.get(key, ())


def _place(access: Access, stack: _Json, governed: frozenset[str] | None) -> Place:
    region = stack["region"]
    role = "" if governed is None or region in governed else STACK_SETS
    return Place(access, stack["account"], region, role)


def _read(place: Place, stack: _Json, resource: _Json, declared: Declared) -> Iterator[Finding]:
    reader = READERS.get(resource["type"])
    recorded = _only_recorded(stack, resource, declared)
    if reader is None or "*" in recorded:
        return
    expected = {
        name: value for name, value in resource["properties"].items() if name not in recorded
    }
    try:
        checks = list(reader.read(place, resource["physical_id"], expected))
    except _ERRORS as error:
        found = f"{type(error).__name__}: {error}"
        checks = [Check(setting="(read)", expected=resource["physical_id"], found=found)]
    for check in checks:
        yield Finding(
            account=stack["account"],
            region=stack["region"],
            stack=stack["stack"],
            resource=resource["path"] or resource["logical_id"],
            type=resource["type"],
            capability=reader.capability,
            check=check,
        )


def _stack_findings(stacks: Iterable[_Json], wanted: Iterable[Stack]) -> Iterator[Finding]:
    """Check that each stack is there, from the template that was synthesized, and complete.

    A stack that was rolled back is as good as before, so its template decides about it.
    """
    found = {(each["account"], each["region"], each["stack"]): each for each in stacks}
    templates = {(each.account, each.region, each.name): each.template for each in wanted}
    for place in dict.fromkeys([*templates, *found]):
        stack = found.get(place, {"status": ABSENT})
        good = _GOOD_STACK
        if place in templates and place in found:
            good = good | {"UPDATE_ROLLBACK_COMPLETE"}
            text = templates[place].read_text(encoding="utf-8")
            declared = json.loads(text)["Resources"]
            deployed = stack["template"].get("Resources")
            yield _finding(place, "template", expected=declared, found=deployed)
        status = "complete" if stack["status"] in good else stack["status"]
        yield _finding(place, "status", expected="complete", found=status)
        yield from _existence(place, stack)


def _existence(place: tuple[str, str, str], stack: _Json) -> Iterator[Finding]:
    """Check that the engine deployed every resource that the template declares here."""
    account, region, _ = place
    deployed = {each["logical_id"] for each in stack.get("resources", ())}
    try:
        declared = declared_resources(
            stack.get("template", {}), stack.get("parameters", {}), account, region
        )
    except BaselineError as error:
        yield _finding(place, "resources", expected="conditions that are known", found=str(error))
        return
    wanted = sorted(name for name, wanted in declared.items() if wanted)
    there = sorted(name for name in declared if name in deployed)
    yield _finding(place, "resources", expected=wanted, found=there)


def _finding(
    place: tuple[str, str, str], setting: str, *, expected: object, found: object
) -> Finding:
    account, region, name = place
    return Finding(
        account=account,
        region=region,
        stack=name,
        resource=name,
        type="AWS::CloudFormation::Stack",
        capability="Stacks",
        check=Check(setting=setting, expected=expected, found=found),
    )


def _not_read(resources: Iterable[tuple[_Json, _Json]], declared: Declared) -> tuple[Gap, ...]:
    """Give what templates set and nothing compares, so that a green table hides no gap."""
    counts: dict[tuple[str, str], int] = {}
    for stack, resource in resources:
        recorded = _only_recorded(stack, resource, declared)
        if resource["type"] in UNPROTECTED_TYPES or "*" in recorded:
            continue
        reader = READERS.get(resource["type"])
        covered = (reader.covers if reader else frozenset()) | set(recorded)
        names = set(resource["properties"]) - UNPROTECTED_PROPERTIES - covered
        for name in sorted(names) if reader else ["*"]:
            key = (resource["type"], name)
            counts[key] = counts.get(key, 0) + 1
    return tuple(
        Gap(
            type=kind,
            property=name,
            reason=UNREADABLE.get((kind, name), "no reader compares it"),
            count=count,
        )
        for (kind, name), count in sorted(counts.items())
    )


def _not_applied(coverage: _Json) -> tuple[Gap, ...]:
    counts: dict[tuple[str, str, str], int] = {}
    for entry in coverage["declared_only"]:
        for name in entry["declared_only"]:
            key = (entry["type"], name, entry["reason"])
            counts[key] = counts.get(key, 0) + 1
    return tuple(
        Gap(type=kind, property=name, reason=reason, count=count)
        for (kind, name, reason), count in sorted(counts.items())
    )
