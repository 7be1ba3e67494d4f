"""The hardening scripts, run in a scratch root, and the tests that run in the build, run on it."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from baseline.images.documents import component_document

FAKE = """#!/bin/sh
echo "$(basename "$0") $*" >> "$CALLS"
exit 0
"""
Run = Callable[..., subprocess.CompletedProcess[str]]


def commands(component: str) -> list[tuple[str, str]]:
    document = yaml.safe_load(component_document(component).text)
    return [
        (step["name"], command)
        for phase in document["phases"]
        for step in phase["steps"]
        for command in step["inputs"]["commands"]
    ]


def write(root: Path, path: str, text: str = "", mode: int = 0o644) -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return file


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give the root of a machine as careless people leave it."""
    root = tmp_path / "root"
    write(root, "etc/passwd", "root:x:0:0::/root:/bin/bash\n", 0o666)
    write(
        root, "etc/shadow", "root:$6$salt$hash:19000:0:99999:7:::\nec2-user:!:19000::::::\n", 0o640
    )
    write(root, "etc/crontab", "", 0o644)
    write(root, "etc/cron.daily/job", "", 0o755)
    write(root, "etc/login.defs", "PASS_MAX_DAYS\t99999\nUMASK 022\nMAIL_DIR /var/mail\n")
    write(root, "etc/ssh/sshd_config", "PermitRootLogin yes\n")
    write(root, "etc/ssh/ssh_host_ed25519_key", "secret", 0o600)
    write(root, "etc/application.conf", "", 0o666)
    write(root, "etc/machine-id", "0123456789abcdef\n")
    (root / "etc/open").mkdir(mode=0o777)
    (root / "etc/open").chmod(0o777)
    (root / "etc/audit").mkdir()
    write(root, "root/.ssh/authorized_keys", "ssh-ed25519 AAAA me\n", 0o600)
    write(root, "root/.bash_history", "aws configure\n")
    write(root, "home/ec2-user/.aws/credentials", "[default]\n", 0o600)
    write(root, "home/ec2-user/deploy.pem", "key\n", 0o600)
    write(root, "var/log/messages", "secret in a log\n")
    write(root, "usr/bin/passwd", "", 0o4755)
    write(root, "bin/mount", "", 0o2755)
    return root


@pytest.fixture
def run(root: Path, tmp_path: Path) -> Run:
    """Run the steps of a component on the scratch root; some or all of them."""
    fakes = tmp_path / "bin"
    fakes.mkdir()
    for name in ("systemctl", "sysctl"):
        write(fakes, name, FAKE, 0o755)

    def steps(component: str, *only: str, root: Path = root) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": f"{fakes}:{os.environ['PATH']}",
            "BASELINE_ROOT": str(root),
            "CALLS": str(tmp_path / "calls"),
        }
        done = subprocess.CompletedProcess(args=[], returncode=0, stdout="", stderr="")
        for name, command in commands(component):
            if only and name not in only:
                continue
            done = subprocess.run(
                ["bash", "-c", command],
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
            if done.returncode:
                return done
        return done

    return steps


CHECKS = (
    "NothingInEtcIsWritableByAll",
    "NoKeysAreLeft",
    "RootHasNoPassword",
    "SettingsHold",
)


def test_the_build_makes_what_its_own_tests_accept(run: Run) -> None:
    assert run("harden-linux").returncode == 0
    assert run("clean-up-linux").returncode == 0
    done = run("verify-linux", *CHECKS)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("check", CHECKS)
def test_a_machine_as_it_was_found_fails_every_test(run: Run, check: str) -> None:
    assert run("verify-linux", check).returncode != 0


@pytest.mark.parametrize(
    ("check", "path", "text", "permissions"),
    [
        ("NothingInEtcIsWritableByAll", "etc/late.conf", "", 0o666),
        ("NoKeysAreLeft", "home/ec2-user/.ssh/authorized_keys", "ssh-ed25519 AAAA\n", 0o600),
        ("NoKeysAreLeft", "home/ec2-user/id_ed25519", "key", 0o600),
        ("NoKeysAreLeft", "root/.aws/credentials", "[default]\n", 0o600),
        ("NoKeysAreLeft", "root/server.key", "key", 0o600),
        ("RootHasNoPassword", "etc/shadow", "root:$6$salt$hash:1::::::\n", 0o600),
        ("SettingsHold", "etc/ssh/sshd_config.d/00-baseline.conf", "PermitRootLogin yes\n", 0o600),
        ("SettingsHold", "etc/modprobe.d/60-baseline.conf", "", 0o644),
    ],
)
def test_what_somebody_adds_later_fails_its_test(
    run: Run, root: Path, *, check: str, path: str, text: str, permissions: int
) -> None:
    run("harden-linux")
    run("clean-up-linux")
    write(root, path, text, permissions)
    assert run("verify-linux", check).returncode != 0


def test_ssh_reads_the_settings_first_and_twice_is_once(run: Run, root: Path) -> None:
    for _ in range(2):
        assert run("harden-linux").returncode == 0
    config = (root / "etc/ssh/sshd_config").read_text(encoding="utf-8").splitlines()
    assert config == ["Include /etc/ssh/sshd_config.d/*.conf", "PermitRootLogin yes"]
    settings = (root / "etc/ssh/sshd_config.d/00-baseline.conf").read_text(encoding="utf-8")
    assert "PermitRootLogin no\nPasswordAuthentication no\n" in settings
    assert mode(root / "etc/ssh/sshd_config") == 0o600


def test_passwords_and_files_are_restricted(run: Run, root: Path) -> None:
    run("harden-linux")
    definitions = (root / "etc/login.defs").read_text(encoding="utf-8").splitlines()
    assert "PASS_MAX_DAYS\t365" in definitions
    assert "UMASK\t027" in definitions
    assert "MAIL_DIR /var/mail" in definitions
    assert not [row for row in definitions if "99999" in row or "022" in row]
    shadow = (root / "etc/shadow").read_text(encoding="utf-8")
    assert shadow.startswith("root:!*:19000:")
    assert "ec2-user:!:19000" in shadow
    assert mode(root / "etc/passwd") == 0o644
    assert mode(root / "etc/shadow") == 0o600
    assert mode(root / "etc/crontab") == 0o600
    assert mode(root / "etc/cron.daily") == 0o700
    assert mode(root / "etc/open") == 0o775
    assert (root / "etc/issue.net").read_text(encoding="utf-8").startswith("Authorized use")


def test_the_kernel_is_told_in_its_own_words(run: Run, root: Path) -> None:
    run("harden-linux")
    settings = (root / "etc/sysctl.d/60-baseline.conf").read_text(encoding="utf-8")
    rows = dict(row.split(" = ") for row in settings.strip().splitlines())
    assert rows["kernel.randomize_va_space"] == "2"
    assert rows["net.ipv4.conf.all.accept_redirects"] == "0"
    modules = (root / "etc/modprobe.d/60-baseline.conf").read_text(encoding="utf-8")
    assert "install usb-storage /bin/false\nblacklist usb-storage\n" in modules
    rules = (root / "etc/audit/rules.d/60-baseline.rules").read_text(encoding="utf-8")
    assert rules.startswith("-w /etc/passwd -p wa -k identity\n")


def test_services_that_exist_are_masked(tmp_path: Path, run: Run) -> None:
    lists = """#!/bin/sh
echo "$*" >> "$CALLS"
if [ "$1" = list-unit-files ] && [ "$2" = 'rpcbind*' ]; then echo 'rpcbind.service enabled'; fi
"""
    write(tmp_path / "bin", "systemctl", lists, 0o755)
    assert run("harden-linux", "Services").returncode == 0
    calls = (tmp_path / "calls").read_text(encoding="utf-8").splitlines()
    assert [call for call in calls if call.startswith(("disable", "mask"))] == [
        "disable --now rpcbind",
        "mask rpcbind",
    ]


def test_an_image_without_the_agent_is_not_built(tmp_path: Path, run: Run) -> None:
    """SSM.1."""
    done = run("agents-linux", "Enable")
    assert done.returncode != 0
    assert "agent of Systems Manager is not installed" in done.stderr
    write(tmp_path / "bin", "systemctl", "#!/bin/sh\necho found\necho $* >> $CALLS\n", 0o755)
    assert run("agents-linux", "Enable").returncode == 0
    assert "enable amazon-ssm-agent.service" in (tmp_path / "calls").read_text(encoding="utf-8")


def test_nothing_of_the_build_machine_stays(run: Run, root: Path) -> None:
    assert run("clean-up-linux").returncode == 0
    gone = (
        "etc/ssh/ssh_host_ed25519_key",
        "root/.ssh",
        "root/.bash_history",
        "home/ec2-user/.aws",
        "home/ec2-user/deploy.pem",
    )
    assert [path for path in gone if (root / path).exists()] == []
    assert (root / "var/log/messages").read_text(encoding="utf-8") == ""
    assert (root / "etc/machine-id").read_text(encoding="utf-8") == ""


@pytest.mark.parametrize(("answer", "accepted"), [("401", True), ("200", False)])
def test_imdsv1_has_to_refuse(tmp_path: Path, run: Run, answer: str, *, accepted: bool) -> None:
    """EC2.8."""
    curl = f"""#!/bin/sh
case "$*" in
  *PUT*) echo token ;;
  *metadata-token:*) exit 0 ;;
  *) printf {answer} ;;
esac
"""
    write(tmp_path / "bin", "curl", curl, 0o755)
    assert (run("verify-linux", "MetadataNeedsAToken").returncode == 0) is accepted


def test_a_container_image_keeps_no_program_that_becomes_root(run: Run, root: Path) -> None:
    assert run("verify-container", "NobodyBecomesRoot").returncode != 0
    assert run("verify-container", "NothingInEtcIsWritableByAll").returncode != 0
    assert run("verify-container", "NoKeysAreLeft").returncode != 0
    assert run("harden-container").returncode == 0
    run("clean-up-linux")
    done = run("verify-container")
    assert (done.returncode, done.stderr) == (0, "")
    assert mode(root / "usr/bin/passwd") == 0o755


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize(("content", "installed"), [("package", True), ("altered", False)])
def test_an_agent_is_installed_only_with_its_hash(
    tmp_path: Path, content: str, *, installed: bool
) -> None:
    package = Path("/var/tmp/baseline-agent-test.rpm")  # noqa: S108 - where the component puts it
    write(tmp_path / "bin", "dnf", FAKE, 0o755)
    package.write_text(content, encoding="utf-8")
    known = subprocess.run(
        ["sha256sum"], input="package", capture_output=True, text=True, check=True
    ).stdout.split()[0]
    (script,) = [text for name, text in _agent_steps(known) if name == "Install"]
    done = subprocess.run(
        ["bash", "-c", script],
        env={
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
            "CALLS": str(tmp_path / "calls"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    package.unlink(missing_ok=True)
    assert (done.returncode == 0) is installed
    called = (tmp_path / "calls").exists()
    assert called is installed


def _agent_steps(known: str) -> list[tuple[str, str]]:
    values = {"Sha256": known, "File": "baseline-agent-test.rpm", "Service": "agentd"}
    found = []
    document = yaml.safe_load(component_document("endpoint-agent-linux").text)
    for step in document["phases"][0]["steps"]:
        if step["action"] == "ExecuteBash":
            text = step["inputs"]["commands"][0]
            for key, value in values.items():
                text = text.replace("{{ " + key + " }}", value)
            found.append((step["name"], text))
    return found
