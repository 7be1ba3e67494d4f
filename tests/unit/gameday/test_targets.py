"""Where a scenario may act."""

from __future__ import annotations

from pathlib import Path

import pytest

from baseline.config import Configuration
from baseline.errors import BaselineError
from baseline.gameday.library import scenarios
from baseline.gameday.targets import accounts_of, lacking
from tests.unit.gameday.fakes import MEMBER, SECURITY, configuration

ALL = scenarios()
PORT, SAMPLES = ALL["open-port"], ALL["guardduty-samples"]
EXPERIMENTS = (
    "    experiments: { account: '666666666666', stop_alarms: ["
    "'arn:aws:cloudwatch:eu-west-1:666666666666:alarm:errors'] }\n"
)


@pytest.fixture
def example(tmp_path: Path) -> Configuration:
    return configuration(tmp_path)


def test_accounts_are_named_by_name_or_id(example: Configuration) -> None:
    named = ["payments-test", SECURITY]
    found = accounts_of([PORT, SAMPLES], example, named, local=False)
    assert found == {"open-port": MEMBER, "guardduty-samples": SECURITY}


@pytest.mark.parametrize(
    ("chosen", "named", "said"),
    [
        (PORT, [], "has to be named: --account NAME"),
        (SAMPLES, [], f"core account security, which has to be named: --account {SECURITY}"),
        (PORT, ["management"], "is the management account"),
        (PORT, ["111111111111"], "is the management account"),
        (SAMPLES, ["security", "111111111111"], "is the management account"),
        (PORT, ["payments-test", "security"], r"security \(333333333333\) is a core account"),
        (PORT, ["network"], "has to be named"),
        (SAMPLES, ["security", "payments-test"], "none of the scenarios acts in 666666666666"),
        (PORT, ["payments-test", "payments-production"], "2 are named"),
        (PORT, ["payment-test"], "did you mean payments-test"),
        (PORT, ["sandbox-platform"], "has no ID in the configuration"),
    ],
)
def test_a_wrong_account_is_refused(
    example: Configuration, chosen: object, named: list[str], said: str
) -> None:
    with pytest.raises(BaselineError, match=said):
        accounts_of([chosen], example, named, local=False)  # type: ignore[list-item]


def test_the_embedded_aws_needs_no_name_but_the_management_account_stays_refused(
    example: Configuration,
) -> None:
    found = accounts_of([PORT, SAMPLES], example, [], local=True)
    assert found == {"open-port": "555555555555", "guardduty-samples": SECURITY}
    with pytest.raises(BaselineError, match="management account"):
        accounts_of([PORT], example, ["management"], local=True)


def test_what_the_configuration_lacks_is_named(tmp_path: Path, example: Configuration) -> None:
    assert lacking(PORT, example) == []
    assert lacking(ALL["canary-key"], example) == ["response.canary_users"]
    assert lacking(ALL["zone-cut-off"], example) == ["response.game_days.experiments"]
    with_all = configuration(tmp_path, "  canary_users: [backup-exporter]\n")
    assert lacking(ALL["canary-key"], with_all) == []


def test_experiments_run_in_their_own_account(tmp_path: Path) -> None:
    file = tmp_path / "baseline.yaml"
    configuration(tmp_path)
    text = file.read_text(encoding="utf-8").replace(
        "  game_days: { inbox: true }\n", f"  game_days:\n{EXPERIMENTS}"
    )
    file.write_text(text, encoding="utf-8")
    from baseline.config import load  # noqa: PLC0415 - the file is written here

    found = load(file)
    zone = ALL["zone-cut-off"]
    assert lacking(PORT, found) == ["response.game_days.inbox: true"]
    assert accounts_of([zone], found, ["payments-test"], local=False) == {"zone-cut-off": MEMBER}
    with pytest.raises(BaselineError, match="account of the experiments, which has to be named"):
        accounts_of([zone], found, ["payments-production"], local=False)
