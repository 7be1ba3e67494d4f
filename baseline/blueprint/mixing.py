"""Applying a mixin to a construct that is not made yet."""

from __future__ import annotations

from typing import Any, Final

import aws_cdk as cdk
import jsii
from constructs import Construct, IConstruct

MIXIN: Final = "load-balancer-logs"
"""Name by which the mixins are switched off; there is one."""


@jsii.implements(cdk.IAspect)
class _Later:
    """Applies a mixin to one construct, once, when the tree is complete."""

    def __init__(self, target: str, mixin: cdk.Mixin) -> None:
        self._target = target
        self._mixin = mixin

    def visit(self, node: IConstruct) -> None:
        parent: Any = node.node.scope
        child = parent.node.try_find_child(self._target)
        if child is not None:
            cdk.Mixins.of(child, cdk.ConstructSelector.only_itself()).apply(self._mixin)


def apply_later(scope: Construct, id: str, mixin: cdk.Mixin) -> None:
    """Apply a mixin to a construct that is not made yet.

    An aspect on the scope would ask Python about every construct below it; one on a construct
    without children is asked once.

    Args:
        scope: parent of the construct.
        id: its ID.
        mixin: what to apply.
    """
    leaf = Construct(scope, f"{id}Blueprint")
    cdk.Aspects.of(leaf).add(_Later(id, mixin), priority=cdk.AspectPriority.MUTATING)
