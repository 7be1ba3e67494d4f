"""`baseline init` without a terminal: what it writes, refuses, and says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from baseline.config import Configuration, Standalone, read
from baseline.config.schema import rendered
from tests.support import ROOT
from tests.unit.init.flags import ORGANIZATION, STANDALONE, arguments, changed, run, written

HERE = ("--source", str(ROOT))


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder that looks like a clone of the repository."""
    folder = tmp_path / "clone"
    (folder / ".git").mkdir(parents=True)
    for name in ("app.py", "cdk.json", "baseline.yaml", ".gitignore"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    for name in ("stacks/composition.py", "baseline/config/configuration.py"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text("", encoding="utf-8")
    return folder


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_an_organization(tmp_path: Path) -> None:
    result = run(tmp_path, ORGANIZATION)
    assert result.exit_code == 0, result.output
    assert isinstance(read(tmp_path / "baseline.yaml"), Configuration)
    assert files(tmp_path) == {
        ".github/workflows/baseline.yml",
        ".gitignore",
        "baseline.schema.json",
        "baseline.yaml",
        "cdk.json",
    }


def test_one_account(tmp_path: Path) -> None:
    result = run(tmp_path, STANDALONE, "--ci", "gitlab")
    assert result.exit_code == 0, result.output
    assert isinstance(read(tmp_path / "baseline.yaml"), Standalone)
    jobs = yaml.safe_load((tmp_path / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    assert "baseline guardrails test" not in str(jobs["quality"]["script"])
    assert "DELIVERY_IMAGE" in result.output


def test_what_was_written_is_said(tmp_path: Path) -> None:
    result = run(tmp_path, ORGANIZATION)
    for name in files(tmp_path):
        assert f"{name}  " in result.output
    purposes = written(run(tmp_path, ORGANIZATION, "--json", "--force"))
    assert all(purposes.values())
    assert len(purposes) == len(files(tmp_path)) - 1  # .gitignore is complete


def test_json_is_all_that_a_program_reads(tmp_path: Path) -> None:
    result = run(tmp_path, ORGANIZATION, "--json")
    document = json.loads(result.stdout)
    assert set(document) == {"directory", "files", "found", "warnings", "next"}
    assert any(step.startswith("baseline validate") for step in document["next"])


def test_the_first_line_leads_to_the_schema(tmp_path: Path) -> None:
    run(tmp_path / "alone", ORGANIZATION)
    run(tmp_path / "beside", ORGANIZATION, *HERE, "--ci", "none")
    for name in ("alone", "beside"):
        file = tmp_path / name / "baseline.yaml"
        first = file.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema=")
        schema = (file.parent / first.partition("=")[2]).resolve()
        assert json.loads(schema.read_text(encoding="utf-8"))["$defs"]
    own = tmp_path / "alone" / "baseline.schema.json"
    assert own.read_text(encoding="utf-8") == rendered()


def test_outside_of_a_clone_it_says_what_is_needed(tmp_path: Path) -> None:
    result = run(tmp_path, ORGANIZATION)
    said = " ".join(result.output.split())
    assert "There is no clone of the baseline's repository around this directory" in said
    assert "git subtree add --squash --prefix security-baseline" in said
    app = json.loads((tmp_path / "cdk.json").read_text(encoding="utf-8"))["app"]
    assert app == "python3 security-baseline/app.py"


def test_in_a_folder_of_a_clone_it_uses_the_clone(clone: Path) -> None:
    result = run(clone / "acme", ORGANIZATION)
    assert result.exit_code == 0, result.output
    assert files(clone / "acme") == {".gitignore", "baseline.yaml", "cdk.json"}
    assert (clone / ".github/workflows/baseline.yml").is_file()
    app = json.loads((clone / "acme/cdk.json").read_text(encoding="utf-8"))["app"]
    assert app == "python3 ../app.py"
    assert "subtree" not in result.output


def test_in_the_clone_itself_only_the_configuration_is_replaced(clone: Path) -> None:
    before = (clone / "cdk.json").read_bytes()
    refused = run(clone, ORGANIZATION)
    assert refused.exit_code == 2
    assert "baseline.yaml is there already; --force replaces" in refused.output
    assert (clone / "baseline.yaml").read_bytes() == (ROOT / "baseline.yaml").read_bytes()
    assert run(clone, ORGANIZATION, "--force").exit_code == 0
    assert (clone / "cdk.json").read_bytes() == before
    found = read(clone / "baseline.yaml")
    assert isinstance(found, Configuration)
    assert not found.members


def test_a_source_outside_gets_no_file_for_ci(tmp_path: Path) -> None:
    result = run(tmp_path, ORGANIZATION, *HERE)
    assert result.exit_code == 0, result.output
    assert not (tmp_path / ".github").exists()
    assert ".github/workflows/baseline.yml was not written" in result.output


@pytest.mark.parametrize(
    "name", ["baseline.yaml", "cdk.json", "baseline.schema.json", ".github/workflows/baseline.yml"]
)
def test_no_file_is_replaced_unasked(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("mine", encoding="utf-8")
    result = run(tmp_path, ORGANIZATION)
    assert result.exit_code == 2
    assert f"{name} is there already" in result.output
    assert files(tmp_path) == {name}
    assert (tmp_path / name).read_text(encoding="utf-8") == "mine"
    assert run(tmp_path, ORGANIZATION, "--force").exit_code == 0
    assert (tmp_path / name).read_text(encoding="utf-8") != "mine"


def test_gitignore_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine\ncdk.out\n", encoding="utf-8")
    result = run(tmp_path, ORGANIZATION, "--force")
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "mine\ncdk.out\n"
    said = " ".join(result.output.split())
    assert ".gitignore is left as it is; add: report.html .baseline-local/" in said
    assert "add: cdk.out" not in said


def test_all_missing_flags_are_named_at_once(tmp_path: Path) -> None:
    result = run(tmp_path, {"--scope": ("organization",)})
    assert result.exit_code == 2
    assert len(result.output.splitlines()) == 1
    needed = [*ORGANIZATION, "--account security=ID", "--account-email network=ADDRESS"]
    needed += ["--contact billing=ADDRESS"]
    for flag in needed:
        if flag != "--scope":
            assert flag in result.output, flag
    for flag in ("--region,", "--lock", "--ci", "--prefix", "--with", "--control-tower"):
        assert flag not in result.output, flag


def test_missing_and_wrong_flags_are_told_together(tmp_path: Path) -> None:
    flags = changed(STANDALONE, account_id=("12",), phone=None, scope=None)
    result = run(tmp_path, flags)
    assert result.output.splitlines() == [
        "--account-id: '12' is not an AWS account ID: 12 digits",
        "missing flags: --phone",
    ]


def test_nothing_at_all_names_the_scope(tmp_path: Path) -> None:
    result = run(tmp_path, {})
    assert (result.exit_code, result.output) == (2, "missing flags: --scope\n")


BAD: dict[str, tuple[dict[str, tuple[str, ...] | None], str]] = {
    "short id": ({"account": ("security=123",)}, "--account security: '123' is not an AWS account ID: 12 digits"),
    "same id": ({"account": (*ORGANIZATION["--account"], "security=111111111111")}, "--account security: '111111111111' is that of management already"),
    "personal domain": ({"email_domain": ("gmail.com",)}, "--email-domain: 'gmail.com' is a public mail provider"),
    "personal contact": ({"contact": (*ORGANIZATION["--contact"], "billing=me@gmail.com")}, "--contact billing: 'me@gmail.com' is not in the mail domains [example.com]"),
    "personal reader": ({"findings": ("me@gmail.com",)}, "--findings: 'me@gmail.com' is at a public mail provider"),
    "unknown Region": ({"home_region": ("eu-wst-1",)}, "--home-region: 'eu-wst-1' is not a Region; did you mean 'eu-west-1'?"),
    "home not governed": ({"region": ("eu-central-1",)}, "--region: 'eu-west-1' is not in regions [eu-central-1]; add it there"),
    "home opt-in": ({"home_region": ("eu-south-2",)}, "--home-region: 'eu-south-2' is an opt-in Region"),
    "not there": ({"region": ("eu-west-1,eu-south-2",), "with_": ("macie",)}, "macie is not available in 'eu-south-2'"),
    "unknown extra": ({"with_": ("mace",)}, "--with: 'mace' is no choice; did you mean 'macie'?"),
    "unknown role": ({"account": ("logs=111111111111",)}, "--account 'logs=111111111111': write management|log_archive"),
    "no key": ({"contact": ("me@example.com",)}, "--contact 'me@example.com': write security|operations|billing=VALUE"),
    "phone": ({"phone": ("030 123",)}, "--phone: '030 123' is not a telephone number in E.164 form"),
    "prefix": ({"prefix": ("aws",)}, "prefix: 'aws' is reserved by AWS"),
    "dollars": ({"monthly_dollars": ("12.5",)}, "--monthly-dollars: '12.5' is not a number of dollars"),
    "branch": ({"branch": ("feature/*",)}, "branch 'feature/*' is not one branch"),
    "lock": ({"lock": ("none",)}, "--lock: 'none' is no choice"),
    "ci": ({"ci": ("jenkins",)}, "'jenkins' is not one of"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(BAD))
def test_a_wrong_answer_is_a_line_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    changes, message = BAD[name]
    result = run(tmp_path / "new", changed(ORGANIZATION, **changes))
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())
    assert "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("flags", "foreign"),
    [
        (changed(STANDALONE, with_=("macie",), control_tower=("none",)), "--control-tower, --with"),
        (changed(STANDALONE, account=("security=333333333333",)), "--account"),
        (changed(ORGANIZATION, network=("yes",)), "--network"),
    ],
)
def test_a_flag_of_the_other_scope_is_no_answer(
    tmp_path: Path, flags: dict[str, tuple[str, ...]], foreign: str
) -> None:
    result = run(tmp_path / "new", flags)
    assert result.exit_code == 2
    assert result.output.startswith(f"{foreign}: not for --scope {flags['--scope'][0]}")


def test_a_profile_reads_nothing_by_itself(tmp_path: Path) -> None:
    result = run(tmp_path / "new", ORGANIZATION, "--profile", "management")
    assert result.exit_code == 2
    assert result.output.startswith("--profile and --endpoint say how --from-organization reads")


def test_a_directory_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = run(tmp_path / "file", ORGANIZATION)
    assert result.exit_code == 2
    assert result.output.endswith("file is a file; name a directory\n")


def test_a_source_that_is_none(tmp_path: Path) -> None:
    result = run(tmp_path / "new", ORGANIZATION, "--source", str(tmp_path))
    assert result.exit_code == 2
    assert "is no clone of the baseline's repository" in result.output


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / ".github").write_text("", encoding="utf-8")  # the folder cannot be made
    result = run(tmp_path, ORGANIZATION)
    assert result.exit_code == 2
    assert "cannot be written" in result.output
    assert files(tmp_path) == {".github"}


def test_without_a_terminal_it_says_so() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from baseline.cli import main; main()", "init", "nowhere"],
        cwd=ROOT, capture_output=True, stdin=subprocess.DEVNULL, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "there is no terminal to ask at; missing flags: --scope\n"


def test_asking_needs_neither_boto3_nor_the_cdk() -> None:
    before = "import sys; sys.modules.update(dict.fromkeys(('boto3', 'botocore', 'aws_cdk')));"
    code = f"{before} from baseline.cli import main; main()"
    flags = arguments(changed(ORGANIZATION, phone=None))
    done = subprocess.run(
        [sys.executable, "-c", code, "init", "nowhere", "--yes", *flags],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == "missing flags: --phone\n"
