"""Write down what a release keeps: the resources that an upgrade may neither replace nor lose.

Usage: ``python scripts/record_release.py VERSION``, on the commit of the release. The file that it writes
into tests/contract/releases is the contract of all later versions: tests/contract/test_upgrade.py and
tests/tools/test_configurations.py compare with the newest one.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from tests.contract.upgrades import FOLDER, stateful
from tests.support import ROOT, synthesize
from tests.tools.configurations import GROUPS, merged

EXAMPLE = "example"


def main() -> None:
    """Synthesize the example and each group of configurations, and write what they keep."""
    version = sys.argv[1]
    target = FOLDER / version
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "baseline.yaml", target / "baseline.yaml")
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in (EXAMPLE, *GROUPS):
            made = Path(folder, name)
            made.mkdir()
            path = ROOT / "baseline.yaml" if name == EXAMPLE else merged(made, name)
            assembly = synthesize(
                made / "assembly", f"baseline:config={path}", "baseline:nag=false"
            )
            found[name] = stateful(assembly)
            print(f"{name}: {sum(map(len, found[name].values()))} resources", flush=True)
    text = json.dumps(found, indent=1, sort_keys=True)
    (target / "stateful.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
