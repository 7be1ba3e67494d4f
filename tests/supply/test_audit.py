"""`make audit`: a flaw fails, and so does a package that nobody answered for."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.support import ROOT
from tests.tools.advisory_service import advisory_service

sys.path.append(str(ROOT / "scripts"))

import audit

pytestmark = pytest.mark.tools
CI = (ROOT / ".ci" / "run").read_text("utf-8")


def installed(folder: Path, name: str, version: str) -> str:
    """Make an environment that seems to have one package."""
    venv.create(folder, with_pip=False)
    (packages,) = folder.glob("lib/*/site-packages")
    metadata = packages / f"{name}-{version}.dist-info"
    metadata.mkdir()
    text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    (metadata / "METADATA").write_text(text, encoding="utf-8")
    return str(folder)


def audited(*targets: str, osv: str, output: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    options = ["--advisories", "osv", "--osv-url", osv, "--output", str(output)]
    monkeypatch.setattr(sys, "argv", ["audit.py", *options])
    return audit.main(targets)


def test_a_known_flaw_fails_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    flawed = installed(tmp_path / "flawed", "jinja2", "2.11.2")
    clean = installed(tmp_path / "clean", "jinja2", "3.1.6")
    missing = str(tmp_path / "missing")
    with advisory_service() as service:
        osv = f"{service}/osv"
        both = audited(flawed, missing, osv=osv, output=tmp_path, monkeypatch=monkeypatch)
        said = capsys.readouterr().out
        fine = audited(clean, osv=osv, output=tmp_path, monkeypatch=monkeypatch)
    assert (both, fine) == (audit.FLAWED, audit.CLEAN)
    assert "CVE-2020-28493" in said
    assert f"{missing}: NOT AUDITED" in said


def test_a_service_that_cannot_be_asked_is_not_a_clean_audit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = installed(tmp_path / "any", "jinja2", "3.1.6")
    status = audited(target, osv="http://127.0.0.1:9/osv", output=tmp_path, monkeypatch=monkeypatch)
    assert status == audit.NOT_AUDITED
    assert "NOT AUDITED" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("status", "advisories", "ends"),
    [(0, "required", 0), (1, "", 1), (2, "", 0), (2, "required", 1)],
)
def test_ci_fails_for_a_flaw_and_where_an_answer_is_required(
    tmp_path: Path, status: int, advisories: str, ends: int
) -> None:
    # The lines of .ci/run itself, with a command in place of the audit.
    start = CI.index("printf '\\n== make audit")
    report = tmp_path / "report"
    report.write_text("the report\n", encoding="utf-8")
    script = f"set -euo pipefail\naudited={report}\n(exit {status}) &\naudit=$!\n{CI[start:]}"
    done = subprocess.run(
        ["bash", "-c", script],
        env={"PATH": "/usr/bin:/bin", "CI_ADVISORIES": advisories},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == ends
    assert "the report" in done.stdout
