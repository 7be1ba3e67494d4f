"""What the stacks would make, read from a cloud assembly: stacks, names and how many of each type."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from baseline.assembly import artifacts, json_object
from baseline.errors import BaselineError

EVERY_MEMBER: Final = "*"
"""In the place of an account: every account but the management account."""

_STACK: Final = "aws:cloudformation:stack"
_STACK_SET: Final = "AWS::CloudFormation::StackSet"

NAME_OF: Final[Mapping[str, str]] = {
    "AWS::Events::EventBus": "Name",
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::KMS::Alias": "AliasName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::Organizations::Policy": "Name",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}
"""Types whose names are compared with what exists, and the property with the name."""

GLOBAL_TYPES: Final = frozenset(
    {kind for kind in NAME_OF if kind.startswith(("AWS::IAM::", "AWS::S3::"))}
    | {"AWS::Organizations::Policy"}
)
"""Types whose names count in the whole account."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A resource with a name of its own.

    Attributes:
        type: Resource type.
        name: Its name.
        account: ID of the account, or ``EVERY_MEMBER``.
        region: Region.
        stack: ID of the stack in the app; of a StackSet's body, the StackSet's name.
        stack_name: Name of the deployed stack; empty for a StackSet's body.
        logical_id: Logical ID.
        retained: Whether it stays when the stack goes.
        key: Logical ID of the key of an alias, empty for all others.
    """

    type: str
    name: str
    account: str
    region: str
    stack: str
    stack_name: str
    logical_id: str
    retained: bool
    key: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpectedStack:
    """A stack of the app, where it is deployed, and how many resources of each type it makes."""

    id: str
    name: str
    account: str
    region: str
    types: Mapping[str, int]
    logical_ids: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """Everything that the baseline would make.

    Attributes:
        stacks: The stacks of the app.
        stack_sets: Names of the StackSets, which the management account's stacks make.
        named: Resources with names of their own.
        bootstrap_version: The least version of the bootstrap stack that the stacks accept.
    """

    stacks: tuple[ExpectedStack, ...]
    stack_sets: tuple[str, ...]
    named: tuple[Named, ...]
    bootstrap_version: int

    def stack(self, account: str, region: str, kind: str) -> tuple[ExpectedStack, str] | None:
        """Give the stack that makes the only resource of a type there, and its logical ID."""
        for stack in self.stacks:
            if (stack.account, stack.region) == (account, region) and kind in stack.logical_ids:
                return stack, stack.logical_ids[kind][0]
        return None

    def count(self, kind: str, account: str, region: str | None = None) -> int:
        """Give how many resources of a type an account gets, in one Region or in all."""
        return sum(
            stack.types.get(kind, 0)
            for stack in self.stacks
            if stack.account == account and region in {None, stack.region}
        )


@dataclass
class _Reading:
    folder: Path
    stacks: list[ExpectedStack] = field(default_factory=list)
    stack_sets: list[str] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)
    version: int = 0

    def stack(self, artifact: Mapping[str, Any], name: str) -> None:
        properties = artifact.get("properties", {})
        account, region = artifact["environment"].removeprefix("aws://").split("/")
        resources = json_object(self.folder / properties["templateFile"]).get("Resources", {})
        types = Counter(row["Type"] for row in resources.values())
        self.stacks.append(
            ExpectedStack(
                id=artifact.get("displayName", name),
                name=properties.get("stackName", name),
                account=account,
                region=region,
                types=types,
                logical_ids={
                    kind: tuple(name for name, row in resources.items() if row["Type"] == kind)
                    for kind in types
                },
            )
        )
        self.version = max(self.version, properties.get("requiresBootstrapStackVersion", 0))
        made = self.stacks[-1]
        self._names(resources, account, region, made.id, made.name)
        for row in resources.values():
            if row["Type"] == _STACK_SET:
                self._stack_set(row["Properties"])

    def _stack_set(self, properties: Mapping[str, Any]) -> None:
        name = properties["StackSetName"]
        self.stack_sets.append(name)
        body = json.loads(properties.get("TemplateBody") or "{}")
        regions = {
            region
            for group in properties.get("StackInstancesGroup", ())
            for region in group["Regions"]
        }
        for region in sorted(regions):
            self._names(body.get("Resources", {}), EVERY_MEMBER, region, name, "")

    def _names(
        self, resources: Mapping[str, Any], account: str, region: str, stack: str, stack_name: str
    ) -> None:
        for logical_id, row in resources.items():
            properties = row.get("Properties", {})
            name = properties.get(NAME_OF.get(row["Type"], ""))
            if isinstance(name, str):
                self.named.append(
                    Named(
                        type=row["Type"],
                        name=name,
                        account=account,
                        region=region,
                        stack=stack,
                        stack_name=stack_name,
                        logical_id=logical_id,
                        retained=row.get("DeletionPolicy", "Delete").startswith("Retain"),
                        key=_key(properties.get("TargetKeyId")),
                    )
                )


def read_expected(folder: Path) -> Expected:
    """Read a folder that `cdk synth` wrote.

    Raises:
        BaselineError: It is no cloud assembly.
    """
    reading = _Reading(folder)
    found = artifacts(folder)
    try:
        for name, artifact in found.items():
            if artifact.get("type") == _STACK:
                reading.stack(artifact, name)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise BaselineError(
            f"{folder} is no cloud assembly of the baseline; synthesize it again"
        ) from None
    if not reading.stacks:
        raise BaselineError(f"{folder} is a cloud assembly without stacks; synthesize it again")
    return Expected(
        stacks=tuple(reading.stacks),
        stack_sets=tuple(reading.stack_sets),
        named=tuple(dict.fromkeys(reading.named)),
        bootstrap_version=reading.version,
    )


def _key(target: object) -> str:
    """Give the logical ID of an alias's key."""
    if isinstance(target, dict):
        value = target.get("Fn::GetAtt", target.get("Ref", ""))
        return str(value[0] if isinstance(value, list) else value)
    return ""
