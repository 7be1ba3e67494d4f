"""A cloud assembly as the review sees it: stacks, resources, bodies of StackSets, controls."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from baseline.assembly import artifacts as artifacts_of
from baseline.assembly import json_object
from baseline.errors import BaselineError
from baseline.organization.protection import PROTECTED_KEY
from baseline.review.finding import Place
from baseline.review.values import as_list, canonical, plain

STACK = "aws:cloudformation:stack"
NESTED = "cdk:cloud-assembly"
STACK_SET = "AWS::CloudFormation::StackSet"

NOISE = frozenset({"AWS::ApiGateway::Deployment", "AWS::CDK::Metadata", "AWS::Lambda::Version"})
"""Types that the CDK makes anew with every change of code, and that protect nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """A resource of a stack.

    Attributes:
        place: where it stands; ``place.name`` is its logical ID.
        type: resource type.
        properties: its properties, comparable.
        deletion: what becomes of it when it leaves the template; ``Delete`` where nothing is said.
        replacement: the same for the old one when it is replaced.
        account: ID of the account; empty where the assembly does not say, as for StackSets.
        condition: name of the condition under which it is made; empty where it is made anyway.
    """

    place: Place
    type: str
    properties: Mapping[str, Any]
    deletion: str
    replacement: str
    account: str = ""
    condition: str = ""

    @property
    def own(self) -> bool:
        """Whether it carries the baseline's tag."""
        tags = as_list(self.properties.get("Tags"))
        return any(isinstance(each, dict) and each.get("Key") == PROTECTED_KEY for each in tags)

    @property
    def retained(self) -> bool:
        """Whether it stays when it leaves the template."""
        return self.deletion.startswith("Retain") or self.deletion == "Snapshot"

    def content(self) -> str:
        """Give what makes two resources the same."""
        return canonical([self.type, self.properties])


@dataclass(frozen=True, kw_only=True, slots=True)
class Stack:
    """A stack, or the body of a StackSet.

    Attributes:
        place: where it stands; ``place.name`` is empty.
        name: name of the deployed stack; empty for a StackSet's body.
        resources: by logical ID.
        outputs: values by name, as written.
        protected: whether the stack cannot be deleted by a slip.
        template: the template as written.
        account: ID of its account; empty where the assembly does not say.
        region: its Region; empty where the assembly does not say.
        after: paths of the stacks that are deployed before it.
        metadata: file with the construct paths of its resources; None where there is none.
    """

    place: Place
    name: str
    resources: Mapping[str, Resource]
    outputs: Mapping[str, Any]
    protected: bool
    template: Mapping[str, Any]
    account: str = ""
    region: str = ""
    after: tuple[str, ...] = ()
    metadata: Path | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Assembly:
    """What `cdk synth` wrote.

    Attributes:
        folder: where it was read.
        stacks: by path: the stack, then the StackSet in it.
        controls: capability and control, from ``controls.json``; None where there is no such file.
        cost: the estimate, from ``cost.json``; None where there is no such file.
    """

    folder: Path
    stacks: Mapping[str, Stack]
    controls: frozenset[tuple[str, str]] | None = None
    cost: Mapping[str, Any] | None = None

    def resources(self) -> Iterator[Resource]:
        """Give every resource of every stack and StackSet."""
        for stack in self.stacks.values():
            yield from stack.resources.values()


@dataclass
class _Reader:
    folder: Path
    found: dict[str, Stack] = field(default_factory=dict)

    def read(self, folder: Path) -> None:
        artifacts = artifacts_of(folder)
        for name, artifact in artifacts.items():
            if not isinstance(artifact, dict):
                continue
            properties = _mapping(artifact.get("properties"))
            if artifact.get("type") == NESTED:
                self.read(folder / str(properties.get("directoryName", name)))
            elif artifact.get("type") == STACK:
                path = folder / str(properties.get("templateFile", f"{name}.template.json"))
                place = Place(
                    file=path.relative_to(self.folder).as_posix(),
                    stack=str(artifact.get("displayName", name)),
                )
                account, region = _environment(artifact)
                self.add(
                    json_object(path),
                    place,
                    name=str(properties.get("stackName", name)),
                    account=account,
                    protected=properties.get("terminationProtection") is True,
                )
                beside = artifact.get("additionalMetadataFile")
                self.found[place.stack] = replace(
                    self.found[place.stack],
                    account=account,
                    region=region,
                    after=tuple(
                        str(artifacts[each].get("displayName", each))
                        for each in artifact.get("dependencies", ())
                        if artifacts.get(each, {}).get("type") == STACK
                    ),
                    metadata=folder / str(beside) if beside else None,
                )

    def add(
        self,
        template: dict[str, Any],
        place: Place,
        *,
        name: str = "",
        account: str = "",
        protected: bool = True,
    ) -> None:
        resources: dict[str, Resource] = {}
        rows = template.get("Resources")
        for logical_id, row in rows.items() if isinstance(rows, dict) else ():
            kind = str(row.get("Type", "")) if isinstance(row, dict) else ""
            if not kind or kind in NOISE:
                continue
            given = row.get("Properties")
            properties = dict(given) if isinstance(given, dict) else {}
            if kind == STACK_SET:
                body = _body(properties.pop("TemplateBody", None))
                if body is not None:
                    inside = plain(properties.get("StackSetName", logical_id))
                    self.add(body, Place(file=place.file, stack=f"{place.stack}/{inside}"))
            resources[logical_id] = Resource(
                place=Place(file=place.file, stack=place.stack, name=logical_id, type=kind),
                type=kind,
                properties=_mapping(plain(properties)),
                deletion=str(row.get("DeletionPolicy", "Delete")),
                replacement=str(row.get("UpdateReplacePolicy", "Delete")),
                account=account,
                condition=str(row.get("Condition", "")),
            )
        self.found[place.stack] = Stack(
            place=place,
            name=name,
            resources=resources,
            outputs=_mapping(template.get("Outputs")),
            protected=protected,
            template=template,
        )


def read_assembly(folder: Path) -> Assembly:
    """Read a folder that `cdk synth` wrote, bodies of StackSets included.

    Raises:
        BaselineError: it is no cloud assembly, or a file of it is no JSON object.
    """
    reader = _Reader(folder)
    reader.read(folder)
    if not reader.found:
        raise BaselineError(f"{folder} is a cloud assembly without stacks; synthesize it again")
    return Assembly(
        folder=folder, stacks=reader.found, controls=_controls(folder), cost=_cost(folder)
    )


def read_template(
    template: dict[str, Any], place: Place, *, account: str = "", protected: bool = True
) -> dict[str, Stack]:
    """Read one template, bodies of StackSets included: stacks by path, as an assembly has them.

    Args:
        template: the template, as JSON has it.
        place: where it stands.
        account: ID of its account; empty where nothing says it.
        protected: whether the stack cannot be deleted by a slip.
    """
    reader = _Reader(Path())
    reader.add(template, place, account=account, protected=protected)
    return reader.found


def _cost(folder: Path) -> Mapping[str, Any] | None:
    path = folder / "cost.json"
    if not path.is_file():
        return None
    found = json_object(path)
    if not isinstance(found.get("lines"), list) or "prices_checked" not in found:
        raise BaselineError(f"{path} is no estimate of costs; synthesize it again")
    return found


def _controls(folder: Path) -> frozenset[tuple[str, str]] | None:
    path = folder / "controls.json"
    if not path.is_file():
        return None
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return frozenset(
            (str(row["capability"]), control)
            for row in rows
            for control in (row["controls"] or [""])
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise BaselineError(f"{path} is no list of controls; synthesize it again") from None


def _environment(artifact: Mapping[str, Any]) -> tuple[str, str]:
    """Give account and Region of a stack, each empty where it is not known before deployment."""
    account, _, region = str(artifact.get("environment", "")).removeprefix("aws://").partition("/")
    return (
        account if account.isdigit() else "",
        "" if region.startswith("unknown") or not region else region,
    )


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _body(value: object) -> dict[str, Any] | None:
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return None
    return found if isinstance(found, dict) and "Resources" in found else None
