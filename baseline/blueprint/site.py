"""Where a construct is being made: its scope, its arguments, and what its stack has for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

if TYPE_CHECKING:
    from baseline.blueprint.platform import Platform
    from baseline.blueprint.stores import Stores

Value: TypeAlias = Any
"""An argument as it comes from the CDK's process: no type of Python describes them all."""


def module(name: str) -> Value:
    """Import a module of the CDK that whoever makes such a construct has imported already."""
    return import_module(f"aws_cdk.{name}")


@dataclass(kw_only=True)
class Site:
    """A construct that is about to be made.

    Attributes:
        scope: its parent.
        id: its ID.
        path: its path in the construct tree.
        explicit: names of the arguments that the team, or another construct, gave.
        props: all arguments so far, those that earlier settings gave among them.
        platform: values of the platform.
        stores: what is made once per stack.
    """

    scope: Construct
    id: str
    path: str
    explicit: frozenset[str]
    platform: Platform
    stores: Stores
    props: dict[str, Any] = field(default_factory=dict)

    @property
    def stack(self) -> cdk.Stack:
        """The stack of the construct."""
        return self.scope if isinstance(self.scope, cdk.Stack) else cdk.Stack.of(self.scope)

    @property
    def made_by(self) -> str:
        """Name of the class in which the construct is made: ``Stack`` or an L2, such as ``Instance``."""
        return type(self.scope).__name__

    def key(self) -> kms.IKey | None:
        """Give the key of the stack; None where it is switched off."""
        return self.stores.key(self.stack)

    def log_group(self) -> logs.LogGroup:
        """Make a log group beside the construct; it comes out hardened like any other."""
        return logs.LogGroup(self.scope, f"{self.id}Logs")

    def access_logs(self) -> s3.IBucket | None:
        """Give the bucket of the stack's access logs; None where it is switched off."""
        return self.stores.access_logs(self.stack)
