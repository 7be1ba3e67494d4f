"""An application team installs the wheel and uses one construct, far from this repository.

The wheel is built and installed without a network: the build backend of this environment, and a
fresh virtual environment that borrows the dependencies and nothing else.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import ROOT

pytestmark = pytest.mark.tools
APP = ROOT / "examples" / "application_team" / "app.py"
BLUEPRINT = ROOT / "examples" / "blueprint"
PLAIN = """
import aws_cdk as cdk
import cdk_nag
from aws_cdk import aws_dynamodb as dynamodb

app = cdk.App()
stack = cdk.Stack(app, "Orders")
key = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
dynamodb.Table(stack, "Orders", partition_key=key)
cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))
app.synth()
"""


@dataclass(frozen=True, slots=True)
class Team:
    """An application team's machine: a virtual environment, and a folder to work in."""

    python: Path
    folder: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Python as the team does: nothing of this repository is on the path."""
        kept = {key: os.environ[key] for key in ("HOME", "JSII_NODE", "PATH") if key in os.environ}
        return subprocess.run(
            [str(self.python), *arguments],
            cwd=self.folder,
            env={**kept, "CDK_OUTDIR": str(self.folder / "cdk.out"), "CDK_VALIDATION": "false"},
            check=False,
            capture_output=True,
            text=True,
        )


@pytest.fixture(scope="module")
def team(built_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Team:
    """A fresh virtual environment with the wheel, and the team's app in a folder of its own."""
    folder = tmp_path_factory.mktemp("team")
    home = folder / "venv"
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    offline = ["--no-index", "--no-deps", "--disable-pip-version-check"]
    done = subprocess.run(
        [*pip, *offline, str(built_wheel)], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    # A path file adds the folder behind the environment's own, and reads no path file in it: the
    # editable installation of this repository stays out of sight.
    borrowed = home / "lib" / version / "site-packages" / "dependencies.pth"
    borrowed.write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    work = folder / "shop"
    work.mkdir()
    shutil.copy(APP, work / "app.py")
    (work / "plain.py").write_text(PLAIN, encoding="utf-8")
    return Team(python=python, folder=work)


def test_the_library_comes_from_the_wheel(team: Team) -> None:
    done = team.run("-c", "import baseline; print(baseline.__file__)")
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(team.python.parents[1])


def test_what_the_app_of_the_baseline_is_made_of_does_not_come_with_it(team: Team) -> None:
    assert "No module named 'stacks'" in team.run("-c", "import stacks").stderr


def test_one_construct_synthesizes_without_a_finding(team: Team) -> None:
    done = team.run("app.py")
    assert done.returncode == 0, done.stdout + done.stderr
    template = json.loads((team.folder / "cdk.out" / "Orders.template.json").read_text())
    (table,) = (
        row["Properties"]
        for row in template["Resources"].values()
        if row["Type"] == "AWS::DynamoDB::Table"
    )
    assert table["SSESpecification"]["SSEEnabled"] is True
    assert table["SSESpecification"]["SSEType"] == "KMS"
    assert table["DeletionProtectionEnabled"] is True
    # The app itself accepts nothing: a finding would have ended it.
    assert "acknowledge" not in APP.read_text(encoding="utf-8").lower()


def test_the_packs_of_the_app_do_find_something_in_a_plain_table(team: Team) -> None:
    done = team.run("plain.py")
    assert done.returncode != 0
    assert "AwsSolutions-DDB3" in done.stdout + done.stderr


def test_the_reference_workload_comes_with_the_wheel(team: Team) -> None:
    shutil.copy(ROOT / "examples" / "reference_workload" / "app.py", team.folder / "reference.py")
    done = team.run("reference.py")
    assert done.returncode == 0, done.stdout + done.stderr
    made = {path.name for path in (team.folder / "cdk.out").glob("*.template.json")}
    assert {"Web.template.json", "Edge.template.json", "Api.template.json"} <= made


def test_the_blueprint_hardens_a_teams_constructs_without_a_finding(team: Team) -> None:
    shutil.copy(BLUEPRINT / "app.py", team.folder / "blueprint.py")
    done = team.run("blueprint.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "acknowledge" not in (BLUEPRINT / "app.py").read_text(encoding="utf-8").lower()
    folder = team.folder / "cdk.out"
    report = json.loads((folder / "validation-report.json").read_text(encoding="utf-8"))
    assert report["pluginReports"] == []
    template = json.loads((folder / "Shop.template.json").read_text(encoding="utf-8"))
    (bucket,) = (
        row["Properties"]
        for name, row in template["Resources"].items()
        if name.startswith("Pictures") and row["Type"] == "AWS::S3::Bucket"
    )
    assert bucket["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] is True
    changes = json.loads((folder / "blueprint.json").read_text(encoding="utf-8"))["changes"]
    assert {"Shop/Pictures", "Shop/Ordered", "Shop/Orders", "Shop/Customers", "Shop/Internal"} <= {
        each["path"] for each in changes
    }
    assert "Shop/Carts" not in {each["path"] for each in changes}


def test_without_the_blueprint_the_same_app_is_full_of_findings(team: Team) -> None:
    text = (BLUEPRINT / "app.py").read_text(encoding="utf-8")
    call = "apply_baseline(app)  # before the first stack"
    assert call in text
    packs = "import cdk_nag; cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))"
    (team.folder / "bare.py").write_text(text.replace(call, packs), encoding="utf-8")
    done = team.run("bare.py")
    assert done.returncode != 0
    for rule in ("S1", "S10", "SNS3", "SQS4", "VPC7", "RDS2", "RDS10", "ELB2"):
        assert f"AwsSolutions-{rule}" in done.stdout + done.stderr, rule


def test_what_a_team_accepts_and_switches_off_is_in_the_report(team: Team) -> None:
    shutil.copy(BLUEPRINT / "accepted.py", team.folder / "accepted.py")
    done = team.run("accepted.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Site/Thumbnails block_public_access" in done.stdout
    assert "bucket.versioned is switched off" in done.stderr


def test_importing_the_blueprint_imports_none_of_the_extras(team: Team) -> None:
    extras = ["boto3", "cdk_nag", "jinja2", "moto", "rich", "typer"]
    code = f"import baseline.blueprint, sys; print([m for m in {extras} if m in sys.modules])"
    done = team.run("-c", code)
    assert done.stdout.strip() == "[]", done.stderr


def test_a_teams_types_are_checked_against_the_wheel(team: Team) -> None:
    wrong = "import aws_cdk as cdk\nfrom baseline.blueprint import apply_baseline\n"
    wrong += 'apply_baseline(cdk.App(), without="bucket", pack="AwsSolutions")\n'
    (team.folder / "wrong.py").write_text(wrong, encoding="utf-8")
    shutil.copy(BLUEPRINT / "app.py", team.folder / "typed.py")
    # The CDK's own types take a minute to read; the question is whether the wheel has any.
    settings = "[mypy]\nstrict = True\n[mypy-aws_cdk.*]\nfollow_imports = skip\n"
    (team.folder / "mypy.ini").write_text(settings, encoding="utf-8")

    def check(file: str) -> str:
        command = [sys.executable, "-m", "mypy", "--python-executable", str(team.python)]
        done = subprocess.run(
            [*command, "--cache-dir", str(team.folder / ".mypy"), file],
            cwd=team.folder,
            check=False,
            capture_output=True,
            text=True,
        )
        return done.stdout + done.stderr

    assert "Success" in check("typed.py")
    found = check("wrong.py")
    assert 'Unexpected keyword argument "pack"' in found
    assert 'expected "Mapping[str, str] | None"' in found
