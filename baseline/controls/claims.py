"""What the code claims and which tests prove it: read from ``data/claims.json``, which is generated.

``scripts/generate_docs.py`` writes the file from the calls of ``implements(...)`` and from the tests,
because neither the tests nor the sources have to be there where the package is installed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parent / "data" / "claims.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """What stands behind one capability.

    Attributes:
        constructs: dotted names of the classes that declare it, or of the command's module.
        controls: Security Hub controls that one of them can declare.
        tests: node IDs of all tests of the capability.
        proofs: control to the node IDs of the tests that bear its ID.
    """

    constructs: tuple[str, ...]
    controls: tuple[str, ...]
    tests: tuple[str, ...]
    proofs: Mapping[str, tuple[str, ...]]


@cache
def claims() -> dict[str, Claim]:
    """Give the claims by capability."""
    document: dict[str, dict[str, Any]] = json.loads(SOURCE.read_text(encoding="utf-8"))
    return {
        name: Claim(
            constructs=tuple(row["constructs"]),
            controls=tuple(row["proofs"]),
            tests=tuple(row["tests"]),
            proofs={control: tuple(tests) for control, tests in row["proofs"].items()},
        )
        for name, row in document.items()
    }
