"""The bill of materials (CycloneDX) of an installation of the wheel: the packages, versions, licences.

The dependencies are those of the locked environment; cyclonedx-bom reads their metadata in an
environment that has nothing else.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
import venv
from pathlib import Path
from typing import Any

from installed import closure

from baseline.delivery.scans.tools.toolbox import Toolbox

ROOT = Path(__file__).resolve().parents[1]
SPECIFICATION = "1.6"
SUFFIX = ".cdx.json"


def bill(*extras: str, wheel: Path | None = None) -> dict[str, Any]:
    """Give the bill of the package with these extras, the same bytes from the same lock.

    Args:
        extras: of the package; none is what importing constructs needs.
        wheel: whose SHA-256 the bill names as that of its subject.

    Raises:
        ScanError: the scanners are not installed; run ``make scan-tools``.
    """
    program = Toolbox.named(ROOT / ".venv-scan").program("cyclonedx")
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        venv.create(home, with_pip=False)
        (packages,) = home.glob("lib/*/site-packages")
        for name, each in closure(*extras).items():
            folder = packages / f"{name.replace('-', '_')}-{each.version}.dist-info"
            folder.mkdir()
            (folder / "METADATA").write_text(each.read_text("METADATA") or "", encoding="utf-8")
        command = [
            program,
            "environment",
            "--output-format",
            "JSON",
            "--mc-type",
            "library",
            "--no-validate",
        ]
        command += ["--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible"]
        command += ["--spec-version", SPECIFICATION, str(home)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    subject = found["metadata"]["component"]
    subject["purl"] = f"pkg:pypi/{subject['name']}@{subject['version']}"
    if wheel is not None:
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        subject["hashes"] = [{"alg": "SHA-256", "content": digest}]
    return found
