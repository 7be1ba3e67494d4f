"""One account without an organization: what its file may say, and where a mistake stands in it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from baseline.config import Configuration, Names, Standalone, load, read, schema
from baseline.config.document import Document, Value
from baseline.config.document import read as read_document
from baseline.config.expansion import expanded
from baseline.config.finding import dotted
from baseline.config.loader import check_standalone
from baseline.errors import ConfigurationError

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "configurations" / "standalone.yaml"
ACCOUNT = "121212121212"

Found = Callable[[dict[str, object]], list[str]]


def plain(path: Path) -> Any:
    return read_document(path.read_text(encoding="utf-8")).value


@pytest.fixture(scope="module")
def value() -> Value:
    found: Value = plain(EXAMPLE)
    return found


@pytest.fixture
def found(value: Value) -> Found:
    """Give the findings of the example after changes (dotted path to value)."""

    def findings(changes: dict[str, object]) -> list[str]:
        changed: Any = copy.deepcopy(value)
        for path, new in changes.items():
            *parents, last = path.split(".")
            at = changed
            for part in parents:
                at = at.setdefault(part, {})
            at[last] = new
        return [f"{dotted(f.path)}: {f.message}" for f in check_standalone(Document(changed))[1]]

    return findings


def test_a_region_without_the_block_of_public_snapshots_is_refused(found: Found) -> None:
    (line,) = found({"regions": ["eu-west-1", "ap-east-2"]})
    assert line.startswith("regions[1]: CloudFormation has no AWS::EC2::SnapshotBlockPublicAccess")
    assert found({"regions": ["eu-west-1", "ap-east-1"]}) == []


def test_the_file_says_which_profile_it_is() -> None:
    assert isinstance(read(EXAMPLE), Standalone)
    assert isinstance(read(ROOT / "baseline.yaml"), Configuration)


def test_who_needs_an_organization_says_so_in_one_line() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(EXAMPLE)
    (problem,) = caught.value.problems
    assert (problem.line, problem.path) == (7, "account")
    assert problem.message.startswith("this is one account without an organization")


def test_a_mistake_is_told_with_its_line(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    broken = tmp_path / "baseline.yaml"
    broken.write_text(f"{text}\nmembers: {{}}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        read(broken)
    (problem,) = caught.value.problems
    assert (problem.line, problem.column) == (text.count("\n") + 2, 1)
    assert problem.message.startswith("needs an organization")


def test_the_account_has_every_role() -> None:
    names = Names.of(read(EXAMPLE))
    assert {names.management, names.log_archive, names.security, names.network} == {ACCOUNT}
    assert names.core_accounts == (ACCOUNT,)
    assert names.standalone
    assert names.cloudtrail_bucket == f"secbase-org-logs-{ACCOUNT}-eu-west-1"


def test_an_organization_is_not_standalone() -> None:
    assert not Names.of(read(ROOT / "baseline.yaml")).standalone


def test_expanded_it_has_the_same_names_and_nothing_that_needs_an_organization() -> None:
    alone = read(EXAMPLE)
    assert isinstance(alone, Standalone)
    configuration = expanded(alone)
    assert Names.of(configuration) == Names.of(alone)
    assert configuration.log_archive == alone.log_archive
    assert configuration.notifications == alone.notifications
    assert not configuration.capabilities.trusted_advisor.enabled
    assert not configuration.capabilities.config.aggregator
    assert not configuration.response.playbooks.enabled
    assert not configuration.patching.enabled


@pytest.mark.parametrize(
    ("path", "new", "message"),
    [
        ("identity_center", {}, "identity_center: needs an organization"),
        ("capabilities.macie", {"enabled": True}, "capabilities.macie: needs an organization"),
        (
            "log_archive.replication",
            {"region": "eu-central-1"},
            "log_archive.replication: needs an organization",
        ),
        ("notifications.team_tag", "Team", "notifications.team_tag: needs an organization"),
        (
            "billing.account_dollars",
            {"payments": 5},
            "billing.account_dollars: needs an organization",
        ),
        ("network.inspection", {"form": "central"}, "network.inspection.form: 'central' shares"),
        ("colour", "red", "colour: unknown key"),
    ],
)
def test_what_an_account_alone_cannot_have_is_refused(
    found: Found, path: str, new: object, message: str
) -> None:
    findings = found({path: new})
    assert [each for each in findings if each.startswith(message)], findings


@pytest.mark.parametrize(
    ("path", "new", "message"),
    [
        ("account.email", "root@gmail.com", "account.email: 'root@gmail.com' is not in"),
        ("account.email_domains", ["gmail.com"], "account.email_domains[0]: 'gmail.com' is a"),
        ("account.id", "12", "account.id: '12' is not an AWS account ID"),
        ("home_region", "us-east-1", "home_region: 'us-east-1' is not in regions"),
        ("regions", ["eu-wst-1"], "regions[0]: 'eu-wst-1' is not a Region"),
        ("prefix", "aws", "prefix: 'aws'"),
        (
            "log_archive.object_lock_days",
            9_000,
            "log_archive.retention_days: ",
        ),
        ("network.cidr", "8.8.8.0/24", "network.cidr: "),
        (
            "capabilities.config.enabled",
            False,
            "capabilities.config.enabled: Security Hub evaluates",
        ),
    ],
)
def test_the_checks_of_organizations_judge_it_too(
    found: Found, path: str, new: object, message: str
) -> None:
    findings = found({path: new})
    assert [each for each in findings if each.startswith(message)], findings


def test_nothing_is_told_twice(found: Found) -> None:
    findings = found({"account.email_domains": ["example.com", "Example.com"]})
    assert len(findings) == len(set(findings)) > 0


def test_built_in_python_it_is_checked_as_well(value: Value) -> None:
    assert isinstance(value, dict)
    with pytest.raises(ValidationError, match="home_region"):
        Standalone.model_validate({**value, "home_region": "us-east-1"})


def test_an_editor_knows_both_profiles(value: Value) -> None:
    validator = jsonschema.Draft202012Validator(schema.json_schema())
    assert isinstance(value, dict)
    validator.validate(value)
    assert not validator.is_valid({**value, "members": {}})
    organization = plain(ROOT / "baseline.yaml")
    assert not validator.is_valid({**organization, "account": value["account"]})


def joined(**changes: object) -> dict[str, Any]:
    document = plain(ROOT / "baseline.yaml")
    alone = plain(EXAMPLE)
    shop = {"id": ACCOUNT, "email": "aws@example.com", "ou": "Workloads/Production"}
    document["members"]["shop"] = shop
    return {**document, "standalone": {**alone, **changes}}


def test_an_account_that_was_alone_joins_with_its_former_file() -> None:
    configuration = Configuration.model_validate(joined())
    assert configuration.standalone is not None
    assert configuration.standalone.account.id == ACCOUNT


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (joined() | {"members": {}}, "standalone.account.id: '121212121212' is no account"),
        (joined(prefix="other"), "is not the prefix 'other' of standalone"),
        (joined(regions=["eu-west-1", "us-east-1"]), "standalone.regions\\[1\\]: 'us-east-1'"),
        (joined(home_region="eu-north-1"), "home_region: 'eu-north-1' is not in"),
    ],
)
def test_a_file_that_would_lose_its_logs_is_refused(document: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Configuration.model_validate(document)


def test_a_core_account_was_never_alone() -> None:
    document = joined()
    document["standalone"]["account"]["id"] = document["accounts"]["network"]["id"]
    with pytest.raises(ValidationError, match="is a core account"):
        Configuration.model_validate(document)
