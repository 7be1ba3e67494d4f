"""Write which types of resources each capability has in the templates, over all examples.

Usage: ``python scripts/control_resources.py [NAME ...]``. It synthesizes ``baseline.yaml`` and every file
of ``examples/configurations``, which takes minutes; with names only those, and adds what they have.
``tests/contract/test_controls.py`` tells when ``baseline/controls/data/resources.json`` lacks something.
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
CONFIGURATIONS = (
    ROOT / "baseline.yaml",
    *sorted((ROOT / "examples/configurations").glob("*.yaml")),
)


def assemblies(folder: Path, names: Iterable[str] = ()) -> Iterator[Path]:
    """Synthesize configurations without the checks, and give the folders."""
    wanted = set(names)
    context = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    for configuration in CONFIGURATIONS:
        if wanted and configuration.stem not in wanted:
            continue
        target = folder / configuration.stem
        given = {**context, "baseline:config": str(configuration), "baseline:nag": "false"}
        settings = {
            "CDK_OUTDIR": str(target),
            "CDK_CONTEXT_JSON": json.dumps(given),
            "CDK_VALIDATION": "false",
        }
        subprocess.run(
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
    return {capability: sorted(each) for capability, each in sorted(types.items())}


def main() -> None:
    """Write the file."""
    names = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        document = kinds(assemblies(Path(folder), names))
    if names:
        known = json.loads(SOURCE.read_text(encoding="utf-8"))
        document = {
            each: sorted({*known.get(each, ()), *document.get(each, ())})
            for each in sorted({*known, *document})
        }
    SOURCE.write_text(f"{json.dumps(document, indent=2)}\n", encoding="utf-8")
    print(f"{SOURCE.relative_to(ROOT)}: written")


if __name__ == "__main__":
    main()
