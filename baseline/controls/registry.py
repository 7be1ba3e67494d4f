"""What a construct declares to implement, and the list of it for a whole app."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from constructs import Construct, IConstruct

from baseline.errors import BaselineError

METADATA_TYPE = "baseline:implements"

CONTROL_ID = re.compile(r"[A-Z][A-Za-z0-9]*\.\d+")
"""A Security Hub control ID, such as ``CloudTrail.2``."""


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
    construct.node.add_metadata(
        METADATA_TYPE,
        json.dumps({"capability": capability, "controls": sorted(controls)}, sort_keys=True),
    )


def declarations(root: IConstruct) -> list[dict[str, object]]:
    """List what all constructs below ``root`` declare, sorted by capability and path.

    Returns:
        One entry per declaration: ``capability``, ``construct`` (its path) and ``controls``.
    """
    found: list[dict[str, object]] = []
    for construct in root.node.find_all():
        # Only constructs of ours carry the metadata; asking the others costs a call each.
        if type(construct).__module__.startswith("aws_cdk"):
            continue
        found.extend(
            {**json.loads(entry.data), "construct": construct.node.path}
            for entry in construct.node.metadata
            if entry.type == METADATA_TYPE
        )
    return sorted(found, key=lambda entry: (str(entry["capability"]), str(entry["construct"])))
