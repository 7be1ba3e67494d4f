"""Applying a mixin to a construct that is not made yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import aws_cdk as cdk
import jsii
from constructs import Construct, IConstruct

LOAD_BALANCER_LOGS: Final = "load-balancer-logs"
PRIVATE_INSTANCES: Final = "private-cluster-instances"
MIXINS: Final[Mapping[str, str]] = {
    LOAD_BALANCER_LOGS: "a mixin that switches the access logs of load balancers on",
    PRIVATE_INSTANCES: "a mixin that makes the instances of database clusters private",
}
"""What no argument of an L2 does, by the name by which it is switched off."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mixed:
    """A mixin, and what it is applied to.

    Attributes:
        name: one of ``MIXINS``.
        mixin: the mixin.
        resource_type: type of the resources below the construct; the construct itself where None.
    """

    name: str
    mixin: cdk.Mixin
    resource_type: str | None = None


@jsii.implements(cdk.IAspect)
class _Later:
    """Applies a mixin to one construct, once, when the tree is complete."""

    def __init__(self, scope: Construct, target: str, mixed: Mixed) -> None:
        self._scope = scope
        self._target = target
        self._mixed = mixed

    def visit(self, node: IConstruct) -> None:  # noqa: ARG002 - the CDK passes the leaf
        construct = self._scope.node.try_find_child(self._target)
        if construct is None:
            return
        kind = self._mixed.resource_type
        select = cdk.ConstructSelector
        chosen = select.only_itself() if kind is None else select.resources_of_type(kind)
        cdk.Mixins.of(construct, chosen).apply(self._mixed.mixin)


def apply_later(scope: Construct, id: str, mixed: Mixed) -> None:
    """Apply a mixin to a construct that is not made yet.

    An aspect on the scope would ask Python about every construct below it; one on a construct
    without children is asked once.

    Args:
        scope: parent of the construct.
        id: its ID.
        mixed: what to apply.
    """
    leaf = Construct(scope, f"{id}Blueprint")
    later = _Later(scope, id, mixed)
    cdk.Aspects.of(leaf).add(later, priority=cdk.AspectPriority.MUTATING)
