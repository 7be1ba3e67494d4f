"""What a change costs, in its review: a part about money, and silence where nothing costs more or less."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from baseline.cli.application import application
from baseline.cost.changes import compare
from baseline.review import comparison
from tests.unit.review.conftest import Write

# An app as `cdk synth` would run it: two files say what it makes and what that costs.
APP = """
import json, os, pathlib
folder = pathlib.Path(os.environ["CDK_OUTDIR"])
folder.mkdir(parents=True)
resources = json.loads(pathlib.Path("resources.json").read_text())
(folder / "app.template.json").write_text(json.dumps({"Resources": resources}))
(folder / "cost.json").write_text(pathlib.Path("estimate.json").read_text())
stack = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "app.template.json"},
         "environment": "aws://222222222222/eu-west-1"}
(folder / "manifest.json").write_text(json.dumps({"artifacts": {"app": stack}}))
"""


def estimate(*rows: tuple[str, float], checked: str = "2026-11-22", events: float = 5) -> Any:
    """Give an estimate as JSON: items of one capability and what they cost."""
    lines = [
        {
            "capability": "network",
            "account_class": "network",
            "account": "444444444444",
            "region": "eu-west-1",
            "item": item,
            "text": f"some {item}",
            "monthly": monthly,
        }
        for item, monthly in rows
    ]
    total = sum(monthly for _, monthly in rows)
    return {
        "lines": lines,
        "total": total,
        "by": {"capability": {"network": total}},
        "capabilities": {"network": "Network"},
        "prices_checked": checked,
        "assumptions": {"accounts": {"value": len(rows)}, "events": {"value": events}},
    }


def review(*arguments: object) -> Any:
    return CliRunner().invoke(application, ["review", *map(str, arguments)])


@pytest.fixture
def sides(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    monkeypatch.chdir(tmp_path)
    base, head = (write({"app": {}}, controls=[]) for _ in range(2))
    cost(base, ("kms.key", 3.0), ("vpc.nat-gateway", 38.0))
    cost(head, ("kms.key", 4.0), ("network-firewall.endpoint", 576.7))
    return base, head


def cost(folder: Path, *rows: tuple[str, float], **more: Any) -> None:
    (folder / "cost.json").write_text(json.dumps(estimate(*rows, **more)), encoding="utf-8")


def test_what_a_change_costs_is_a_part_of_the_comment(sides: tuple[Path, Path]) -> None:
    done = review(*sides)
    # Money is no finding: the exit status is that of security.
    assert done.exit_code == 0
    assert "### Cost: +$539.70 a month" in done.stdout
    assert "| Network | 41.00 | 580.70 | +539.70 |" in done.stdout
    assert "- `network-firewall.endpoint` `network, eu-west-1` some" in done.stdout
    assert "`vpc.nat-gateway`" in done.stdout


def test_less_cost_has_its_sign(sides: tuple[Path, Path]) -> None:
    assert "### Cost: -$539.70 a month" in review(sides[1], sides[0]).stdout


def test_json_has_every_item(sides: tuple[Path, Path]) -> None:
    found = json.loads(review(*sides, "--json").stdout)["cost"]
    assert (found["before"], found["after"], found["difference"]) == (41, 580.7, 539.7)
    assert [each["item"] for each in found["items"]] == [
        "network-firewall.endpoint",
        "vpc.nat-gateway",
        "kms.key",
    ]


def test_the_same_cost_is_no_part(sides: tuple[Path, Path]) -> None:
    done = review(sides[0], sides[0])
    assert "Cost" not in done.stdout
    assert json.loads(review(sides[0], sides[0], "--json").stdout)["cost"]["items"] == []


def test_a_fraction_of_a_cent_is_no_change(sides: tuple[Path, Path]) -> None:
    cost(sides[1], ("kms.key", 3.001), ("vpc.nat-gateway", 38.0))
    assert "Cost" not in review(*sides).stdout


def test_other_prices_and_assumptions_are_told(sides: tuple[Path, Path]) -> None:
    cost(sides[1], ("kms.key", 9.0), checked="2026-12-01", events=7)
    done = review(*sides)
    assert "prices of 2026-11-22 and 2026-12-01" in done.stdout
    assert "The sides assume different use: events 5 → 7." in done.stdout
    # The number of accounts is the change's own.
    assert "accounts 2" not in done.stdout


def test_a_side_without_an_estimate_is_told_and_two_are_not(sides: tuple[Path, Path]) -> None:
    (sides[0] / "cost.json").unlink()
    assert "A side has no cost.json, so costs were not compared." in review(*sides).stdout
    (sides[1] / "cost.json").unlink()
    assert "cost" not in review(*sides).stdout.lower()


@pytest.mark.parametrize("text", ["no JSON", "[]", "{}", '{"lines": [{}], "prices_checked": "x"}'])
def test_a_broken_estimate_is_one_line(sides: tuple[Path, Path], text: str) -> None:
    (sides[1] / "cost.json").write_text(text, encoding="utf-8")
    done = review(*sides)
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1
    assert "cost.json" in done.stderr


def test_a_title_cannot_format_the_table() -> None:
    base, head = estimate(("a", 1.0)), estimate(("a", 2.0))
    assert list(compare(base, head).capabilities()) == ["network"]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two refs: the second opens a port, weakens a key policy and buys a firewall."""
    monkeypatch.setattr(comparison, "template_findings", lambda _base, _head: ())
    folder = tmp_path / "repository"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "app.py").write_text(APP, "utf-8")
    (folder / "cdk.json").write_text('{"app": "python3 app.py", "context": {}}', "utf-8")

    def git(*arguments: str) -> None:
        who = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)

    git("init", "--initial-branch", "main")
    for tag, weak in (("base", False), ("pull-request", True)):
        (folder / "resources.json").write_text(json.dumps(resources(weak=weak)), "utf-8")
        rows = (("kms.key", 1.0), *((("network-firewall.endpoint", 288.35),) if weak else ()))
        (folder / "estimate.json").write_text(json.dumps(estimate(*rows)), "utf-8")
        git("add", "--all")
        git("commit", "--message", tag)
        git("tag", tag)
    return folder


def resources(*, weak: bool) -> dict[str, Any]:
    condition = {"StringEquals": {"aws:SourceAccount": "222222222222"}}
    use = {
        "Effect": "Allow",
        "Principal": {"Service": "logs.eu-west-1.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
        **({} if weak else {"Condition": condition}),
    }
    delete = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "kms:ScheduleKeyDeletion",
        "Resource": "*",
    }
    rules = [{"IpProtocol": "tcp", "FromPort": 3389, "ToPort": 3389, "CidrIp": "0.0.0.0/0"}]
    return {
        "Key": {
            "Type": "AWS::KMS::Key",
            "Properties": {
                "EnableKeyRotation": True,
                "KeyPolicy": {"Statement": [use] if weak else [use, delete]},
            },
        },
        "Group": {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {
                "GroupDescription": "machines",
                "SecurityGroupIngress": rules if weak else [],
            },
        },
    }


def test_a_pull_request_that_opens_a_port_and_weakens_a_key_policy_is_named(
    repository: Path,
) -> None:
    assert repository.is_dir()
    done = review("base", "pull-request")
    assert done.exit_code == 1, done.output
    assert "`app/Group` lets `0.0.0.0/0` in on `tcp 3389`" in done.stdout
    assert "`app/Key`" in done.stdout
    assert "`aws:SourceAccount" in done.stdout
    assert "kms:ScheduleKeyDeletion" in done.stdout
    assert "### Cost: +$288.35 a month" in done.stdout
    found = json.loads(review("base", "pull-request", "--json").stdout)["findings"]
    named = {(each["name"], each["severity"]) for each in found if each["noteworthy"]}
    assert {("Group", "error"), ("Key", "error")} <= named
    # The way back is better, and nothing to look at.
    assert review("pull-request", "base").exit_code == 0
