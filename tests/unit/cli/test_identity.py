"""`baseline identity profiles`: a configuration that the AWS CLI and the SDKs understand."""

from __future__ import annotations

import json
from pathlib import Path

import botocore.configloader
import pytest
from typer.testing import CliRunner, Result

from baseline.cli.application import application
from baseline.config import load
from baseline.identity.profiles import MARKER, profiles_of

RUNNER = CliRunner()


def run(*arguments: str) -> Result:
    return RUNNER.invoke(application, ["identity", "profiles", *arguments])


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = Path("baseline.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    path = tmp_path / "baseline.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_botocore_reads_every_profile_with_its_session(tmp_path: Path) -> None:
    target = tmp_path / "config"
    assert run("--output", str(target)).exit_code == 0
    parsed = botocore.configloader.load_config(str(target))
    assert parsed["sso_sessions"] == {
        "secbase": {
            "sso_start_url": "https://d-1234567890.awsapps.com/start",
            "sso_region": "eu-west-1",
            "sso_registration_scopes": "sso:account:access",
        }
    }
    profiles, _ = profiles_of(load(Path("baseline.yaml")))
    assert list(parsed["profiles"]) == [profile.name for profile in profiles]
    assert parsed["profiles"]["payments-test-Developer"] == {
        "sso_session": "secbase",
        "sso_account_id": "666666666666",
        "sso_role_name": "Developer",
        "region": "eu-west-1",
    }


def test_the_sdk_finds_its_sso_settings_in_a_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import botocore.session  # noqa: PLC0415
    from botocore.credentials import SSOProvider  # noqa: PLC0415

    target = tmp_path / "config"
    run("--output", str(target))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(target))
    session = botocore.session.Session(profile="management-ManagementBilling")
    provider = SSOProvider(
        load_config=lambda: session.full_config,
        client_creator=session.create_client,
        profile_name="management-ManagementBilling",
    )
    assert provider._load_sso_config() == {
        "sso_session": "secbase",
        "sso_region": "eu-west-1",
        "sso_start_url": "https://d-1234567890.awsapps.com/start",
        "sso_account_id": "111111111111",
        "sso_role_name": "ManagementBilling",
    }


def test_the_management_account_has_its_own_roles_and_accounts_their_units() -> None:
    found = json.loads(run("--json").stdout)
    names = [row["name"] for row in found["profiles"]]
    assert names == sorted(names)
    assert len(names) == len(set(names))
    assert "management-ManagementAdministrator" in names
    assert "log-archive-SecurityAuditor" in names
    assert "payments-production-ReadOnly" in names
    assert "payments-production-Developer" not in names
    assert found["without_id"] == ["sandbox-platform"]


def test_a_group_sees_its_own_profiles() -> None:
    found = json.loads(run("--json", "--group", "AWS-Finance").stdout)
    assert [row["role"] for row in found["profiles"]] == ["ManagementBilling"]


def test_an_account_without_an_id_is_named() -> None:
    result = run()
    assert "sandbox-platform" not in result.stdout
    assert "members.sandbox-platform has no id yet" in result.stderr
    assert result.exit_code == 0


def test_a_second_run_writes_the_same_and_a_foreign_file_stays(tmp_path: Path) -> None:
    target = tmp_path / "config"
    run("--output", str(target))
    first = target.read_text(encoding="utf-8")
    assert first.startswith(MARKER)
    assert target.stat().st_mode & 0o777 == 0o600
    assert run("--output", str(target)).exit_code == 0
    assert target.read_text(encoding="utf-8") == first
    target.write_text("[default]\nregion = eu-west-1\n", encoding="utf-8")
    result = run("--output", str(target))
    assert result.exit_code == 2
    assert "exists and was not written by this command" in result.stderr
    assert target.read_text(encoding="utf-8").startswith("[default]")
    assert run("--output", str(target), "--force").exit_code == 0
    assert target.read_text(encoding="utf-8") == first


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "  start_url: https://d-1234567890.awsapps.com/start\n",
            "",
            "identity_center has no start_url",
        ),
        ("group: AWS-Network,", "group: AWS-Netwrk,", "did you mean 'AWS-Network'?"),
    ],
)
def test_wrong_input_is_a_line_and_status_2(tmp_path: Path, old: str, new: str, said: str) -> None:
    result = run("--config", str(changed(tmp_path, old, new)))
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == ""


def test_an_unknown_group_and_a_folder_that_is_none_are_said(tmp_path: Path) -> None:
    result = run("--group", "nope")
    assert (result.exit_code, "group 'nope' is not in identity_center.groups" in result.stderr) == (
        2,
        True,
    )
    result = run("--output", str(tmp_path / "none" / "config"))
    assert result.exit_code == 2
    assert "cannot be written: No such file or directory" in result.stderr


def test_without_identity_center_there_is_nothing_to_write(tmp_path: Path) -> None:
    text = Path("baseline.yaml").read_text(encoding="utf-8")
    start = text.index("identity_center:")
    end = text.index("\n\n", start)
    path = tmp_path / "baseline.yaml"
    path.write_text(text[:start] + text[end:], encoding="utf-8")
    result = run("--config", str(path))
    assert result.exit_code == 2
    assert "names no instance" in result.stderr
