"""The questions at a real pseudo-terminal: answers, second tries, Ctrl-C."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from baseline.config import Configuration, Standalone, read
from tests.support import ROOT
from tests.unit.init.flags import ORGANIZATION, STANDALONE, arguments, changed
from tests.unit.init.terminal import Terminal, ask

INTERRUPTED = 130


@pytest.fixture(scope="module")
def organization(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Configuration]:
    """The screen of a whole interview with slips, and what was written."""
    folder = tmp_path_factory.mktemp("asked")
    status, screen = ask(
        ["init", "acme"],
        [
            "1", "",  # scope, prefix
            "o-x", "o-exampleorgid", "r-exam",
            "gmail.com", "example.com",
            "eu-wst-1", "eu-west-1", "eu-central-1", "eu-west-1, eu-central-1",
            "2",  # Control Tower
            "111", "111111111111", "",
            "111111111111", "222222222222", "",
            "333333333333", "sec@gmail.com", "sec@example.com",
            "444444444444", "", "999999999999", "",
            "", "", "", "030", "+4930123450", "",
            "GOVERNANCE", "20,000", "no", "1, macie", "gitlab",
        ],
        cwd=folder,
    )  # fmt: skip
    assert status == 0, screen
    found = read(folder / "acme" / "baseline.yaml")
    assert isinstance(found, Configuration)
    return screen, found


def test_answers_are_written(organization: tuple[str, Configuration]) -> None:
    _, found = organization
    assert found.organization.id == "o-exampleorgid"
    assert found.regions == ("eu-west-1", "eu-central-1")
    assert found.control_tower == "controls"
    assert found.accounts.security.email == "sec@example.com"
    assert found.accounts.network.email == "aws-network@example.com"
    assert found.contacts.billing.email == "billing@example.com"
    assert found.log_archive.object_lock_mode == "GOVERNANCE"
    assert found.billing.monthly_dollars == 20000
    assert found.network.interface_endpoints == ()
    on = (found.capabilities.inspector.enabled, found.capabilities.macie.enabled)
    assert on == (True, True)


def test_a_slip_is_told_and_asked_again(organization: tuple[str, Configuration]) -> None:
    screen, _ = organization
    for line in (
        "'o-x' is not an organization ID",
        "'gmail.com' is a public mail provider",
        "did you mean 'eu-west-1'?",
        "'eu-west-1' is not in regions [eu-central-1]",
        "'111' is not an AWS account ID: 12 digits",
        "'111111111111' is that of management already",
        "'sec@gmail.com' is not in the mail domains",
        "'030' is not a telephone number",
    ):
        assert line in screen, line


def test_each_choice_says_what_it_costs(organization: tuple[str, Configuration]) -> None:
    screen, _ = organization
    for question in ("Home Region", "Object Lock of the logs", "Interface endpoints"):
        after = screen.partition(question)[2]
        assert "costs  " in after.partition("> ")[0], question
    assert "wrote    acme/baseline.yaml" in screen
    assert "Next, in acme:" in screen


def test_nothing_runs_over_the_edge(organization: tuple[str, Configuration]) -> None:
    screen, _ = organization
    asked = screen.partition("wrote ")[0]
    assert max(len(line.rstrip()) for line in asked.splitlines()) <= 80


def test_one_account(tmp_path: Path) -> None:
    answers = ["standalone", "acme", "121212121212", "example.com", "", "eu-central-1", "", "", "", "",
               "+4930123450", "", "", "", "", "none"]  # fmt: skip
    status, screen = ask(["init"], answers, cwd=tmp_path)
    assert status == 0, screen
    found = read(tmp_path / "baseline.yaml")
    assert isinstance(found, Standalone)
    assert (found.prefix, found.account.email) == ("acme", "aws@example.com")
    assert found.regions == ("eu-central-1",)
    assert found.network is None


def test_flags_are_not_asked_again(tmp_path: Path) -> None:
    flags = changed(ORGANIZATION, prefix=("acme",), phone=None, lock=("COMPLIANCE",))
    terminal = Terminal("init", *arguments(flags), cwd=tmp_path)
    terminal.expect()
    assert "Governed Regions" in terminal.screen
    assert "Home Region\n" not in terminal.screen
    terminal.answer("", "", "+4930123450", "", "", "", "", "none")
    assert terminal.end() == 0, terminal.screen


@pytest.mark.parametrize(("keys", "after"), [("\x03", 0), ("\x03", 6), ("\x04", 6)])
def test_leaving_writes_nothing(tmp_path: Path, keys: str, after: int) -> None:
    terminal = Terminal("init", "new", cwd=tmp_path)
    terminal.answer(*["1", "", "o-exampleorgid", "r-exam", "example.com", ""][:after])
    terminal.expect()
    terminal.send(keys)
    assert terminal.end() == INTERRUPTED
    assert terminal.screen.endswith("Nothing was written.\n")
    assert "Traceback" not in terminal.screen
    assert list(tmp_path.iterdir()) == []


def test_existing_files_are_told_before_the_first_question(tmp_path: Path) -> None:
    (tmp_path / "baseline.yaml").write_text("mine", encoding="utf-8")
    terminal = Terminal("init", cwd=tmp_path)
    assert terminal.end() == 2
    assert "baseline.yaml is there already; --force replaces" in terminal.screen
    assert "What is to be protected" not in terminal.screen


def test_a_file_of_the_platform_that_exists_is_another_question(tmp_path: Path) -> None:
    (tmp_path / ".gitlab-ci.yml").write_text("mine", encoding="utf-8")
    flags = changed(STANDALONE, prefix=("acme",), lock=("COMPLIANCE",), network=("no",))
    flags = changed(flags, monthly_dollars=("none",), region=("eu-west-1",))
    flags = changed(flags, findings=("security@example.com",))
    status, screen = ask(["init", *arguments(flags)], ["gitlab", "github"], cwd=tmp_path)
    assert status == 0, screen
    assert ".gitlab-ci.yml is there already" in screen
    assert "Next, in this directory:" in screen
    assert (tmp_path / ".gitlab-ci.yml").read_text(encoding="utf-8") == "mine"


def test_a_wrong_flag_ends_it_at_once(tmp_path: Path) -> None:
    terminal = Terminal("init", "--prefix", "X", "--scope", "standalone", cwd=tmp_path)
    assert terminal.end() == 2
    assert "--prefix: 'X' is not a prefix" in terminal.screen


def test_the_help_names_every_flag() -> None:
    terminal = Terminal("init", "--help", cwd=ROOT, columns=120)
    assert terminal.end() == 0
    for flag in (*ORGANIZATION, "--account-id", "--root-email", "--from-organization", "--force"):
        assert flag in terminal.screen, flag


@pytest.fixture
def emulated(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, dict[str, str]]]:
    """An organization behind an address on loopback, and the IDs of its accounts by name."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    client = boto3.client("organizations", endpoint_url=address, region_name="us-east-1")
    client.create_organization(FeatureSet="ALL")
    ids = {}
    for name in ("Log Archive", "Audit", "Hub", "Tools"):
        mailbox = name.lower().replace(" ", "")
        made = client.create_account(AccountName=name, Email=f"{mailbox}@example.com")
        ids[name] = made["CreateAccountStatus"]["AccountId"]
    yield address, ids
    server.stop()


def test_a_live_organization_is_shown_and_taken_over(
    tmp_path: Path, emulated: tuple[str, dict[str, str]]
) -> None:
    address, ids = emulated
    number = str(1 + sorted([ids["Hub"], ids["Tools"]]).index(ids["Hub"]))
    answers = ["", "", "", "", "", "", "", "", "", "", "", "", "", number, "", "1", ""]
    answers += ["", "", "", "+4930123450", "", "", "", "", ""]
    live = ["--from-organization", "--endpoint", address]
    status, screen = ask(["init", *live, "--ci", "github"], answers, cwd=tmp_path)
    assert status == 0, screen
    assert f"found  security: {ids['Audit']} Audit (guessed by its name Audit)" in screen
    assert f"{ids['Tools']}  Tools, in the root" in screen
    found = read(tmp_path / "baseline.yaml")
    assert isinstance(found, Configuration)
    assert found.accounts.network.id == ids["Hub"]
    assert found.accounts.shared_services.id == ids["Tools"]
    assert found.accounts.security.email == "audit@example.com"
