"""What a construct declares to implement, and the list of it for a whole app."""

from __future__ import annotations

import re
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from constructs import Construct, IConstruct

from baseline.errors import BaselineError

CONTROL_ID = re.compile(r"[A-Z][A-Za-z0-9]*\.\d+")
"""A Security Hub control ID, such as ``CloudTrail.2``."""

# Kept here and not in the construct tree: reading metadata back asks the CDK's process three times
# for each entry of each construct.
_declared: WeakKeyDictionary[Construct, list[tuple[str, list[str]]]] = WeakKeyDictionary()


def implements(construct: Construct, *, capability: str, controls: Sequence[str]) -> None:
    """Declare the capability and the Security Hub controls that a construct implements.

    Args:
        construct: the construct that makes the resources.
        capability: name of the capability, in kebab case, such as ``organization-trail``.
        controls: Security Hub control IDs; each needs a test that bears the ID.

    Raises:
        BaselineError: when an ID is not of the form ``Service.number``.
    """
    for control in controls:
        if not CONTROL_ID.fullmatch(control):
            raise BaselineError(
                f"control {control!r} of {construct.node.path} is not a Security Hub control ID; "
                "write it as in 'CloudTrail.2'"
            )
    _declared.setdefault(construct, []).append((capability, sorted(controls)))


def declarations(scope: IConstruct) -> list[dict[str, object]]:
    """List what all constructs of a scope declare, sorted by capability and path.

    Args:
        scope: an app, or a part of one.

    Returns:
        One entry per declaration: ``capability``, ``construct`` (its path) and ``controls``.
    """
    root = scope.node.root
    prefix = f"{scope.node.path}/".lstrip("/")
    found: list[dict[str, object]] = [
        {"capability": capability, "controls": controls, "construct": path}
        for construct, entries in list(_declared.items())
        if construct.node.root is root
        for path in [construct.node.path]
        if f"{path}/".startswith(prefix)
        for capability, controls in entries
    ]
    return sorted(found, key=lambda entry: (str(entry["capability"]), str(entry["construct"])))
