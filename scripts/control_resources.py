"""Write which types of resources each capability has in the templates, over all examples.

Usage: ``python scripts/control_resources.py``. It synthesizes ``baseline.yaml`` and every file of
``examples/configurations``, which takes minutes; ``tests/tools/test_control_matrix.py`` does the same
and fails when ``baseline/controls/data/resources.json`` is out of date.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from baseline.controls.kinds import SOURCE
from baseline.controls.resources import resources

ROOT = Path(__file__).resolve().parents[1]
CONFIGURATIONS = (ROOT / "baseline.yaml", *sorted((ROOT / "examples/configurations").glob("*.yaml")))


def assemblies(folder: Path) -> Iterator[Path]:
    """Synthesize every configuration without the checks, and give the folders."""
    context = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    for configuration in CONFIGURATIONS:
        target = folder / configuration.stem
        given = {**context, "baseline:config": str(configuration), "baseline:nag": "false"}
        settings = {
            "CDK_OUTDIR": str(target),
            "CDK_CONTEXT_JSON": json.dumps(given),
            "CDK_VALIDATION": "false",
        }
        subprocess.run(  # noqa: S603 - the app of this repository
            [sys.executable, str(ROOT / "app.py")],
            cwd=ROOT,
            env={**os.environ, **settings},
            check=True,
        )
        yield target


def kinds(found: Iterable[Path]) -> dict[str, list[str]]:
    """Give capability to the types of its resources in any of the assemblies."""
    types: dict[str, set[str]] = defaultdict(set)
    for assembly in found:
        for capability, counts in resources(assembly).items():
            types[capability] |= set(counts)
    return {capability: sorted(found) for capability, found in sorted(types.items())}


def main() -> None:
    """Write the file."""
    with tempfile.TemporaryDirectory() as folder:
        document = kinds(assemblies(Path(folder)))
    SOURCE.write_text(f"{json.dumps(document, indent=2)}\n", encoding="utf-8")
    print(f"{SOURCE.relative_to(ROOT)}: written")


if __name__ == "__main__":
    main()
