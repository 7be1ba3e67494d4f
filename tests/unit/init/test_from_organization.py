"""A live organization becomes a configuration: what exists is adopted, what is open is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import NoCredentialsError
from moto import mock_aws

from baseline.config import Configuration, read
from baseline.live.organization import LiveOrganization, read_organization
from tests.unit.init.flags import ORGANIZATION, changed, run
from tests.unit.live.sessions import counting, refuse, refusing

DENY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
)
ARN = "arn:aws:controltower:eu-central-1:123456789012:landingzone/1A2B3C4D5E6F7G8H"
PEOPLE = {
    "--contact": ORGANIZATION["--contact"],
    "--phone": ORGANIZATION["--phone"],
    "--home-region": ("eu-west-1",),
}
ACCOUNTS = {
    "Log Archive": "Security",
    "Audit": "Security",
    "Network Hub": "Infrastructure",
    "SharedServices": "Infrastructure",
    "Shop Production": "Workloads/Production",
    "Shop: Test!": "Workloads",
    "Wild": "Köln",
    "Loose": "",
    "Private": "Workloads",
}


@pytest.fixture
def ids(aws: Any) -> dict[str, str]:
    """IDs of units by path and of accounts by name."""
    root = aws.list_roots()["Roots"][0]["Id"]
    found = {"": root}
    for path in ("Security", "Infrastructure", "Workloads", "Workloads/Production", "Köln"):
        parent, _, name = path.rpartition("/")
        made = aws.create_organizational_unit(ParentId=found[parent], Name=name)
        found[path] = made["OrganizationalUnit"]["Id"]
    for name, path in ACCOUNTS.items():
        mailbox = "".join(c for c in name.lower() if c.isalnum())
        domain = "gmail.com" if name == "Private" else "example.com"
        made = aws.create_account(AccountName=name, Email=f"{mailbox}@{domain}")
        found[name] = made["CreateAccountStatus"]["AccountId"]
        if path:
            aws.move_account(
                AccountId=found[name], SourceParentId=root, DestinationParentId=found[path]
            )
    return found


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        client = boto3.client("organizations", region_name="us-east-1")
        client.create_organization(FeatureSet="ALL")
        yield client


def started(folder: Path, **changes: tuple[str, ...] | None) -> tuple[Configuration, str]:
    result = run(folder, changed(PEOPLE, **changes), "--from-organization", "--ci", "none")
    assert result.exit_code == 0, result.output
    file = folder / "baseline.yaml"
    configuration = read(file)
    assert isinstance(configuration, Configuration)
    return configuration, file.read_text(encoding="utf-8")


def test_what_exists_is_adopted(tmp_path: Path, ids: dict[str, str]) -> None:
    found, _ = started(tmp_path)
    units = {path: unit.id for path, unit in found.walk_units()}
    adopted = ("Security", "Infrastructure", "Workloads", "Workloads/Production")
    assert units == {path: ids[path] for path in adopted}
    core = {role: account.id for role, account in found.core_accounts().items()}
    assert core == {
        "management": "123456789012",
        "log_archive": ids["Log Archive"],
        "security": ids["Audit"],
        "network": ids["Network Hub"],
        "shared_services": ids["SharedServices"],
    }
    assert {name: account.id for name, account in found.members.items()} == {
        "shop-production": ids["Shop Production"],
        "shop-test": ids["Shop: Test!"],
    }
    assert found.organization.root_id == ids[""]


def test_a_guess_is_shown_and_stands_in_the_file(tmp_path: Path, ids: dict[str, str]) -> None:
    result = run(tmp_path, PEOPLE, "--from-organization", "--ci", "none")
    assert f"security: {ids['Audit']} Audit (guessed by its name Audit)" in result.output
    text = (tmp_path / "baseline.yaml").read_text(encoding="utf-8")
    assert "ou: Security } # guessed by its name Audit" in text


@pytest.mark.usefixtures("ids")
def test_what_cannot_be_adopted_is_left_out_and_said(tmp_path: Path) -> None:
    found, text = started(tmp_path)
    assert "'Köln'" in text
    assert "rename it" in text
    assert "'Wild' is left out: its unit is left out" in text
    assert "'Loose' is left out: it stands in the root" in text
    assert "'Private' is left out: its root address 'private@gmail.com' is not in" in text
    assert not {"wild", "loose", "private"} & set(found.members)


@pytest.mark.usefixtures("ids")
def test_guardrails_bind_core_accounts_and_no_workloads_unasked(tmp_path: Path) -> None:
    found, text = started(tmp_path)
    assert found.guardrails_of("Security") == ("foundation", "protect-logs")
    assert found.guardrails_of("Infrastructure") == ("foundation",)
    assert found.guardrails_of("Workloads/Production") == ()
    assert "# decide: workloads run here; foundation, private-network, workload-limits" in text


def test_who_administers_guardduty_is_the_security_account(
    tmp_path: Path, aws: Any, ids: dict[str, str]
) -> None:
    aws.register_delegated_administrator(
        AccountId=ids["Shop Production"], ServicePrincipal="guardduty.amazonaws.com"
    )
    aws.register_delegated_administrator(
        AccountId=ids["Audit"], ServicePrincipal="macie.amazonaws.com"
    )
    found, text = started(tmp_path)
    assert found.accounts.security.id == ids["Shop Production"]
    assert f"{ids['Audit']} administers macie; the baseline names the security account" in text


def test_control_tower_and_policies_of_others_keep_their_place(
    tmp_path: Path, aws: Any, ids: dict[str, str]
) -> None:
    aws.enable_aws_service_access(ServicePrincipal="controltower.amazonaws.com")
    aws.enable_policy_type(RootId=ids[""], PolicyType="SERVICE_CONTROL_POLICY")
    for number in range(3):
        made = aws.create_policy(
            Content=DENY, Description="", Name=f"theirs-{number}", Type="SERVICE_CONTROL_POLICY"
        )
        policy = made["Policy"]["PolicySummary"]["Id"]
        aws.attach_policy(PolicyId=policy, TargetId=ids["Workloads"])
    found, text = started(tmp_path)
    assert found.control_tower == "controls"
    assert found.guardrails.reserved_scp_slots == 3
    assert "at most 3 at one place (theirs-0, theirs-1, theirs-2)" in text


class Zone:
    """Answers for Control Tower as its API does, which moto does not have."""

    def __init__(self, home: str, governed: list[str]) -> None:
        self.home, self.governed = home, governed

    def listen(self, session: Any) -> None:
        session.events.register("before-call.controltower", self._answer)

    def _answer(self, model: Any, params: dict[str, Any], **_: object) -> tuple[Any, Any]:
        here = f".{self.home}." in params["url"]
        answer = {
            "ListLandingZones": {"landingZones": [{"arn": ARN}] if here else []},
            "GetLandingZone": {"landingZone": {"manifest": {"governedRegions": self.governed}}},
        }[model.name]
        return AWSResponse("", 200, {}, None), answer


def test_the_regions_of_control_tower_are_the_defaults(
    tmp_path: Path, aws: Any, ids: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ids
    aws.enable_aws_service_access(ServicePrincipal="controltower.amazonaws.com")
    session = boto3.Session(region_name="eu-central-1")
    Zone("eu-central-1", ["eu-central-1", "eu-west-1", "xx-north-9"]).listen(session)
    monkeypatch.setattr(boto3, "Session", lambda **_: session)
    found, _ = started(tmp_path, home_region=None)
    assert found.home_region == "eu-central-1"
    assert found.regions == ("eu-central-1", "eu-west-1")


def test_another_home_region_is_no_region_of_control_tower(
    tmp_path: Path, aws: Any, ids: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ids
    aws.enable_aws_service_access(ServicePrincipal="controltower.amazonaws.com")
    session = boto3.Session(region_name="eu-central-1")
    Zone("us-east-1", ["us-east-1"]).listen(session)
    monkeypatch.setattr(boto3, "Session", lambda **_: session)
    found, _ = started(tmp_path, home_region=("eu-west-1",))
    assert found.regions == ("eu-west-1",)


def test_policies_of_the_baseline_need_no_slots(
    tmp_path: Path, aws: Any, ids: dict[str, str]
) -> None:
    aws.enable_policy_type(RootId=ids[""], PolicyType="SERVICE_CONTROL_POLICY")
    made = aws.create_policy(
        Content=DENY, Description="", Name="secbase-x", Type="SERVICE_CONTROL_POLICY"
    )
    aws.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=ids["Workloads"])
    found, _ = started(tmp_path)
    assert found.guardrails.reserved_scp_slots == 0


def test_a_flag_names_what_the_guess_does_not(tmp_path: Path, ids: dict[str, str]) -> None:
    found, _ = started(tmp_path, account=(f"network={ids['Loose']}",))
    assert found.accounts.network.id == ids["Loose"]
    assert found.accounts.network.ou == "Infrastructure"
    assert ids["Network Hub"] in {member.id for member in found.members.values()}
    text = (tmp_path / "baseline.yaml").read_text(encoding="utf-8")
    assert f"network ({ids['Loose']}) stands in the root: move it to Infrastructure" in text


def test_what_nobody_can_guess_is_a_missing_flag(tmp_path: Path, aws: Any) -> None:
    aws.create_account(AccountName="one", Email="one@example.com")
    result = run(tmp_path, PEOPLE, "--from-organization")
    assert result.exit_code == 2
    missing = result.output.partition("missing flags: ")[2]
    for role in ("log_archive", "security", "network", "shared_services"):
        assert f"--account {role}=ID" in missing
    assert "--account management" not in missing
    assert list(tmp_path.iterdir()) == []


def test_a_root_address_at_a_public_provider_has_to_be_replaced(
    tmp_path: Path, ids: dict[str, str]
) -> None:
    flags = changed(PEOPLE, account=(f"network={ids['Private']}",))
    result = run(tmp_path, flags, "--from-organization")
    assert result.exit_code == 2
    assert "missing flags: --account-email network=ADDRESS" in result.output
    found, _ = started(
        tmp_path,
        account=(f"network={ids['Private']}",),
        account_email=("network=net@example.com",),
    )
    assert found.accounts.network.email == "net@example.com"


@pytest.mark.usefixtures("ids")
def test_a_denied_call_is_said_and_no_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = boto3.Session(region_name="us-east-1")
    codes = {
        "organizations.ListDelegatedAdministrators": "AccessDeniedException",
        "organizations.ListPolicies": "AccessDeniedException",
    }
    refusing(codes, session)
    monkeypatch.setattr(boto3, "Session", lambda **_: session)
    _, text = started(tmp_path)
    assert "organizations:ListDelegatedAdministrators" in text
    assert "denied; allow organizations:ListDelegatedAdministrators" in text


@pytest.mark.usefixtures("ids")
def test_without_the_list_of_units_the_rest_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = boto3.Session(region_name="us-east-1")
    refusing({"organizations.ListRoots": "AccessDeniedException"}, session)
    monkeypatch.setattr(boto3, "Session", lambda **_: session)
    result = run(tmp_path, PEOPLE, "--from-organization")
    assert result.exit_code == 2
    assert "missing flags: --root-id" in result.output


@pytest.mark.usefixtures("ids")
def test_it_only_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = boto3.Session(region_name="us-east-1")
    calls = counting(session)
    monkeypatch.setattr(boto3, "Session", lambda **_: session)
    started(tmp_path)
    assert calls
    assert {name.partition(":")[2].split("O")[0][:4] for name in calls} <= {"Desc", "List", "GetC"}


def test_without_credentials_it_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = boto3.Session(region_name="us-east-1")
    refuse(session, "sts", NoCredentialsError())
    monkeypatch.setattr(boto3, "Session", lambda **_: session)
    result = run(tmp_path, PEOPLE, "--from-organization")
    assert result.exit_code == 2
    assert result.output.startswith("there are no usable AWS credentials")
    assert len(result.output.splitlines()) == 1


@pytest.mark.usefixtures("aws")
def test_an_unknown_profile_is_one_line(tmp_path: Path) -> None:
    result = run(tmp_path, PEOPLE, "--from-organization", "--profile", "nobodys")
    assert result.exit_code == 2
    assert result.output.startswith("--profile: The config profile (nobodys) could not be found")


def test_an_account_without_an_organization_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        result = run(tmp_path, PEOPLE, "--from-organization")
    assert result.exit_code == 2
    assert "is in no organization" in result.output
    assert "Traceback" not in result.output


@pytest.mark.usefixtures("ids")
def test_two_looks_write_the_same(tmp_path: Path) -> None:
    texts = [started(tmp_path / name)[1] for name in ("one", "two")]
    assert texts[0] == texts[1]


@pytest.mark.usefixtures("ids")
def test_the_reader_sees_what_the_fixture_made() -> None:
    live = read_organization(boto3.Session(region_name="us-east-1"))
    assert isinstance(live, LiveOrganization)
    assert {account.name for account in live.accounts} >= set(ACCOUNTS)
