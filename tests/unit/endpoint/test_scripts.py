"""The scripts, run by bash on a machine of stubs: installed once, checked daily, and no token shown."""

from __future__ import annotations

import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from baseline.endpoint.preset import Preset, presets
from baseline.endpoint.script import NOT_ENTERED, linux_script, windows_script
from tests.unit.endpoint.machine import TOKEN, Machine

MANAGERS = {"apt-get": "deb", "dnf": "rpm", "yum": "rpm", "zypper": "rpm"}
SCRIPTS = ("install", "uninstall", "check")
ALL = [(name, script) for name in sorted(presets()) for script in SCRIPTS]
PROGRAM = """#!/bin/bash
printf '%s\\n' "$@" >"{folder}/registered-with"
echo "the vendor prints $*"
exit "$(cat "{folder}/program_status" 2>/dev/null || echo 0)"
"""


def preset(folder: Path, *, use: dict[str, Any] | None, repository: bool = False) -> Preset:
    """Give a preset of two packages and a service, whose paths lie on the machine of stubs."""
    family = {"packages": ["agent", "agent-data"], "services": ["agentd"]}
    program = folder / "agentctl"
    program.write_text(PROGRAM.format(folder=folder), encoding="utf-8")
    program.chmod(0o755)
    return Preset.model_validate(
        {
            "id": "stub",
            "title": "It's a stub; $(touch harmed)",
            "secret": "token" if use else None,
            "linux": {
                "rpm": family,
                "deb": family,
                "platforms": ["amazon"] if repository else [],
                "token": use,
                "application": "agent",
            },
            "source": ["none"],
        }
    )


def machine(folder: Path, manager: str = "dnf", **settings: Any) -> Machine:
    made = Machine.make(folder / "machine", manager=manager, **settings)
    # The stub installs the packages that the installer lists.
    (made.package / f"installer.{MANAGERS[manager]}").write_text("agent\nagent-data\n")
    return made


def command(made: Machine, *words: str) -> dict[str, Any]:
    return {"when": "after", "command": [str(made.folder / "agentctl"), *words]}


@pytest.mark.parametrize(("name", "script"), ALL)
def test_bash_reads_every_script(name: str, script: str, tmp_path: Path) -> None:
    path = tmp_path / "script.sh"
    path.write_text(linux_script(presets()[name], script), encoding="utf-8")
    done = subprocess.run(["bash", "-n", str(path)], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "{{" not in path.read_text(encoding="utf-8")  # Systems Manager would read a parameter


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
@pytest.mark.parametrize(("name", "script"), ALL)
def test_shellcheck_finds_nothing(name: str, script: str, tmp_path: Path) -> None:
    path = tmp_path / "script.sh"
    path.write_text(linux_script(presets()[name], script), encoding="utf-8")
    done = subprocess.run(["shellcheck", str(path)], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("manager", MANAGERS)
def test_the_installer_is_installed_and_the_service_runs(tmp_path: Path, manager: str) -> None:
    made = machine(tmp_path, manager)
    done = made.run(linux_script(preset(made.folder, use=None), "install"))
    assert done.returncode == 0, done.stderr
    assert made.installed() == ["agent", "agent-data"]
    assert made.running() == {"agentd"}
    assert not [call for call in made.calls() if call.startswith("aws")]
    assert not list(tmp_path.rglob("harmed"))  # a title is never a command


@pytest.mark.parametrize("manager", MANAGERS)
def test_without_an_installer_packages_come_from_the_repositories(
    tmp_path: Path, manager: str
) -> None:
    made = Machine.make(tmp_path / "machine", manager=manager)
    done = made.run(linux_script(preset(made.folder, use=None, repository=True), "install"))
    assert done.returncode == 0, done.stderr
    assert made.installed() == ["agent", "agent-data"]


def test_a_command_gets_the_token_and_nobody_sees_it(tmp_path: Path) -> None:
    made = machine(tmp_path)
    done = made.run(
        linux_script(preset(made.folder, use=command(made, "--cid={token}")), "install")
    )
    assert done.returncode == 0, done.stderr
    assert (made.folder / "registered-with").read_text() == f"--cid={TOKEN}\n"
    assert TOKEN not in done.stdout + done.stderr + "".join(made.calls())
    (fetched,) = [call for call in made.calls() if call.startswith("aws")]
    assert "--region eu-west-1 --secret-id arn:aws:secretsmanager:eu-west-1" in fetched


def test_words_become_arguments_of_their_own(tmp_path: Path) -> None:
    made = machine(tmp_path, token="dsm://a:443/ tenantID:1 token:2*")
    done = made.run(
        linux_script(preset(made.folder, use=command(made, "-a", "{words}")), "install")
    )
    assert done.returncode == 0, done.stderr
    assert (made.folder / "registered-with").read_text().split("\n")[:-1] == [
        "-a",
        "dsm://a:443/",
        "tenantID:1",
        "token:2*",
    ]


def test_a_machine_registers_once(tmp_path: Path) -> None:
    made = machine(tmp_path)
    script = linux_script(preset(made.folder, use=command(made, "{token}")), "install")
    assert made.run(script).returncode == 0
    (made.folder / "registered-with").unlink()
    again = made.run(script)
    assert again.returncode == 0, again.stderr
    assert "registered before" in again.stdout
    assert not (made.folder / "registered-with").exists()


def test_a_registration_that_fails_is_tried_again(tmp_path: Path) -> None:
    made = machine(tmp_path)
    script = linux_script(preset(made.folder, use=command(made, "{token}")), "install")
    (made.folder / "program_status").write_text("1")
    failed = made.run(script)
    assert failed.returncode == 1
    assert "does not take the token" in failed.stderr
    assert TOKEN not in failed.stdout + failed.stderr
    (made.folder / "program_status").unlink()
    assert made.run(script).returncode == 0
    assert (made.folder / "registered-with").exists()


@pytest.mark.parametrize(
    "token", [TOKEN, '{"a": "b & c \\\\ \'d\'", "e": "$(x) `y`"}', "two\nlines"]
)
def test_a_file_holds_the_token_for_root_alone(tmp_path: Path, token: str) -> None:
    made = machine(tmp_path, token=token)
    file = made.folder / "etc" / "agent" / "onboard.json"
    use = {"when": "after", "file": str(file), "content": "<{token}>"}
    done = made.run(linux_script(preset(made.folder, use=use), "install"))
    assert done.returncode == 0, done.stderr
    assert file.read_text() == f"<{token}>"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not file.with_name("onboard.json.new").exists()


def test_a_file_that_the_installer_reads_is_gone_afterwards(tmp_path: Path) -> None:
    made = machine(tmp_path)
    use = {
        "when": "before",
        "file": "install.config",
        "content": "TOKEN={token}\n",
        "environment": "AGENT_CONFIG",
    }
    manager = made.folder / "bin" / "dnf"
    seen = 'cat "$AGENT_CONFIG" >"$MACHINE/seen"\n'
    manager.write_text(manager.read_text().replace('echo "$(base', f'{seen}echo "$(base', 1))
    done = made.run(linux_script(preset(made.folder, use=use), "install"))
    assert done.returncode == 0, done.stderr
    assert (made.folder / "seen").read_text() == f"TOKEN={TOKEN}\n"
    assert not list(made.package.glob("install.config*"))


@pytest.mark.parametrize(
    ("token", "message"),
    [
        (None, "the token cannot be read"),
        ("", "the secret of the token is empty"),
        (f'{{"{NOT_ENTERED}":"x"}}', "nobody has entered the token yet"),
    ],
)
def test_without_a_token_the_installation_fails(
    tmp_path: Path, token: str | None, message: str
) -> None:
    made = machine(tmp_path, token=token)
    done = made.run(linux_script(preset(made.folder, use=command(made, "{token}")), "install"))
    assert done.returncode == 1
    assert message in done.stderr
    assert not (made.folder / "registered-with").exists()


def test_without_the_aws_cli_the_message_says_what_is_missing(tmp_path: Path) -> None:
    made = machine(tmp_path)
    (made.folder / "bin" / "aws").unlink()
    done = made.run(linux_script(preset(made.folder, use=command(made, "{token}")), "install"))
    assert done.returncode == 1
    assert "the AWS CLI is missing" in done.stderr


def test_an_installer_that_fails_fails(tmp_path: Path) -> None:
    made = machine(tmp_path)
    (made.folder / "installer_status").write_text("3")
    done = made.run(linux_script(preset(made.folder, use=None), "install"))
    assert done.returncode == 1
    assert "cannot be installed" in done.stderr
    assert made.running() == set()


def test_an_installer_without_the_agent_fails(tmp_path: Path) -> None:
    made = machine(tmp_path)
    (made.package / "installer.rpm").write_text("something-else\n")
    done = made.run(linux_script(preset(made.folder, use=None), "install"))
    assert done.returncode == 1
    assert "package agent is not installed afterwards" in done.stderr


@pytest.mark.parametrize("count", [0, 2])
def test_a_package_has_one_installer(tmp_path: Path, count: int) -> None:
    made = machine(tmp_path)
    (made.package / "installer.rpm").unlink()
    for number in range(count):
        (made.package / f"{number}.rpm").touch()
    done = made.run(linux_script(preset(made.folder, use=None), "install"))
    assert done.returncode == 1
    assert f"the package has {count} installers of type rpm, 1 is needed" in done.stderr


def test_a_service_that_does_not_start_fails(tmp_path: Path) -> None:
    made = machine(tmp_path)
    (made.folder / "broken").touch()
    done = made.run(linux_script(preset(made.folder, use=None), "install"))
    assert done.returncode == 1
    assert "service agentd does not run" in done.stderr


def test_a_machine_without_a_package_manager_fails(tmp_path: Path) -> None:
    made = machine(tmp_path)
    (made.folder / "bin" / "dnf").unlink()
    done = made.run(linux_script(preset(made.folder, use=None), "check"))
    assert done.returncode == 1
    assert "no apt-get, dnf, yum or zypper" in done.stderr


@pytest.mark.parametrize("manager", ["apt-get", "dnf"])
def test_the_check_starts_what_was_stopped_and_reports_what_is_missing(
    tmp_path: Path, manager: str
) -> None:
    made = machine(tmp_path, manager)
    check = linux_script(preset(made.folder, use=None), "check")
    missing = made.run(check)
    assert (missing.returncode, made.running()) == (1, set())
    assert "package agent is not installed" in missing.stderr
    (made.folder / "installed").write_text("agent\nagent-data\n")
    assert made.run(check).returncode == 0
    assert made.running() == {"agentd"}


@pytest.mark.parametrize("manager", MANAGERS)
def test_a_removal_takes_packages_services_and_token(tmp_path: Path, manager: str) -> None:
    made = machine(tmp_path, manager)
    file = made.folder / "etc" / "token"
    stub = preset(made.folder, use={"when": "after", "file": str(file)})
    assert made.run(linux_script(stub, "install")).returncode == 0
    assert file.exists()
    done = made.run(linux_script(stub, "uninstall"))
    assert done.returncode == 0, done.stderr
    assert (made.installed(), made.running(), file.exists()) == ([], set(), False)


def test_windows_values_are_quoted() -> None:
    falcon = presets()["crowdstrike-falcon"]
    assert falcon.windows is not None
    harmful = falcon.windows.model_copy(update={"application": "It's $(harm)"})
    text = windows_script(falcon, harmful, "uninstall")
    assert "$Application = 'It''s $(harm)'" in text
    install = windows_script(falcon, falcon.windows, "install")
    assert "$Arguments = @('/install', '/quiet', '/norestart', 'CID={token}')" in install
    assert "$UsesToken = $true" in install
