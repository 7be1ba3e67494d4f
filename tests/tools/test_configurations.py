"""The checkers over the example configurations that make what the first example does not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from baseline.controls.matrix import control_matrix
from baseline.uninstall.consequences import SOURCE as KEPT_TABLE
from baseline.uninstall.plan import uninstall_plan
from tests.contract.policy_lint import loose
from tests.contract.upgrades import Kept, broken, released, stateful
from tests.costs import drift, gaps
from tests.fast import Clean
from tests.support import ROOT, synthesize
from tests.tools.configurations import (
    EARLIER,
    ELSEWHERE,
    FOLDER,
    GROUPS,
    RULES_AND_LISTS,
    beside_others,
    merged,
    rules_and_lists,
)
from tests.tools.linting import cfn_lint
from tests.tools.policy_validation import failing, policies
from tests.tools.test_iam_policies import ACCEPTED, BY_EDGE, accepts

pytestmark = pytest.mark.tools
ALONE = [
    *(name for names in GROUPS.values() if len(names) > 1 for name in names),
    "notified",
    RULES_AND_LISTS,
]
SHARED = {"prefix", "organization", "accounts", "members", "contacts"}
"""Sections that the examples fill in each in its own way, for the same organization."""

Templates = dict[str, dict[str, Any]]

BY_AUTOMATION = (
    "missing_condition",
    r"RemediationPolicy\w{8}: Sensitive actions ",
    "a rule can find any resource; only Systems Manager of the account assumes the role",
)
BY_CONTROL_TOWER = (
    "missing_condition",
    r"StackSets\w{8}-AWSControlTowerStackSetRolePolicy: Sensitive action 'sts:AssumeRole'",
    "Control Tower demands this policy; it names one role, which trusts the management account",
)
BY_SIEM = (
    (
        "confused_deputy_risk",
        r"SiemPush\w+DeliveryRole\w{8}-trust: .*`firehose.amazonaws.com`",
        "Firehose sends the account that it works for as external ID, which the trust demands",
    ),
    (
        "confused_deputy_risk",
        r"SiemPushUndeliveredQueueKey\w{8}: .*`events.amazonaws.com`",
        "EventBridge sends no source condition (service_access.EXCEPTIONS)",
    ),
)

BY_IMAGES = (
    "missing_condition",
    r"images-EnvironmentMachinePolicy\w{8}: .*'ecr:GetAuthorizationToken'",
    "the token signs in to the registry of the account and opens no repository by itself",
)

BY_FINDINGS = (
    "confused_deputy_risk",
    r"FindingArchiveKey\w{8}: .*`events.amazonaws.com`",
    "EventBridge sends no source condition (service_access.EXCEPTIONS)",
)

BY_FLEET = (
    "missing_principal_condition_any_of",
    r"FleetMessagesKey\w{8}: ",
    "one role of this account by aws:PrincipalArn; it cannot be named as principal before it exists",
)

BY_REPLICATION = (
    "confused_deputy_risk",
    r"ReplicationRole\w{8}-trust: .*`s3\.amazonaws\.com`",
    "Amazon S3 documents no source in this session; the role passes to buckets of its account only",
)

BY_ACCOUNT = (
    "missing_principal_condition_any_of",
    r"network-VpcEndpoints\w{8,}: ",
    "aws:PrincipalAccount binds an account alone; a gateway endpoint takes no other principal than all",
)

BY_SIZE = (
    "policy_size_exceeded",
    r"(Features(IsComplete|OnEvent)|AccessLogsBucket)Policy\w{8}: Policy size \([67],\d{3} bytes\)",
    "6,144 is for managed policies; those in a role may have 10,240 characters, that of a bucket 20 KB",
)

BY_GAME_DAYS = (
    "confused_deputy_risk",
    r"GameDaysKey\w{8}: .*`events.amazonaws.com`",
    "EventBridge sends no source condition (service_access.EXCEPTIONS)",
)


@dataclass(frozen=True)
class Sample:
    """A configuration to judge.

    Attributes:
        name: of a group, or of a configuration.
        alone: whether the configuration is judged by itself.
    """

    name: str
    alone: bool = False

    def __str__(self) -> str:
        """Give the ID of its tests."""
        return f"{self.name}-alone" if self.alone else self.name

    def write(self, folder: Path) -> Path:
        """Give its file."""
        if self.name == RULES_AND_LISTS:
            return rules_and_lists(folder, ROOT / "baseline.yaml")
        if self.alone:
            return FOLDER / f"{self.name}.yaml"
        if self.name == "notified":
            return rules_and_lists(folder, merged(folder, self.name))
        return merged(folder, self.name)


BY_DAY = {"everything", "standalone"}
"""Groups of the default run; what the others have alone, the unit tests compose and judge."""

SAMPLES = [
    *(
        pytest.param(Sample(name), id=name, marks=() if name in BY_DAY else pytest.mark.nightly)
        for name in GROUPS
    ),
    *(
        pytest.param(each, id=str(each), marks=pytest.mark.nightly)
        for each in (Sample(name, alone=True) for name in ALONE)
    ),
]


@pytest.fixture(scope="module", params=SAMPLES)
def sample(request: pytest.FixtureRequest) -> Sample:
    given: Sample = request.param
    return given


@pytest.fixture(scope="module")
def file(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration of a sample."""
    return sample.write(tmp_path_factory.mktemp("configuration"))


@pytest.fixture(scope="module")
def folder(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The assembly of a sample; the nag packs, the Guard rules and the CDK's validator passed it."""
    directory = tmp_path_factory.mktemp("assembly")
    return synthesize(directory, f"baseline:config={file}", validation=True)


def test_every_configuration_is_judged_somewhere() -> None:
    judged = {name for group in GROUPS.values() for name in group}
    assert judged | ELSEWHERE == {path.stem for path in FOLDER.glob("*.yaml")}


def test_together_nothing_of_a_configuration_is_lost(tmp_path: Path) -> None:
    together = yaml.safe_load(merged(tmp_path, "everything").read_text(encoding="utf-8"))
    for name in GROUPS["everything"]:
        alone = beside_others(name)
        for section in alone.keys() - SHARED:
            assert lost(alone[section], together[section]) == [], name


def lost(alone: Any, together: Any, path: str = "") -> list[str]:
    """Give what a section says and the merged one does not."""
    if isinstance(alone, dict) and isinstance(together, dict):
        found = [lost(value, together.get(key), f"{path}.{key}") for key, value in alone.items()]
        return [each for rows in found for each in rows]
    if isinstance(alone, list) and isinstance(together, list):
        return [path for item in alone if item not in together]
    return [] if json.loads(json.dumps(alone, default=str)) == together else [path]


def templates(folder: Path) -> Templates:
    return {
        path.name.removesuffix(".template.json"): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.template.json"))
    }


def test_an_upgrade_keeps_every_stateful_resource(folder: Path, sample: Sample) -> None:
    now = in_one_organization(stateful(folder))
    for name in (sample.name, *(() if sample.alone else EARLIER.get(sample.name, ()))):
        assert set(broken(in_one_organization(released(name)), now)) == set(), name


def in_one_organization(kept: Kept) -> Kept:
    """Give what was kept of the organization that an example names otherwise."""
    text = json.dumps(kept)
    for name, ours in {"r-ctrl": "r-exam", "o-controlsonly": "o-exampleorgid"}.items():
        text = text.replace(name, ours)
    renamed: Kept = json.loads(text)
    return renamed


def test_what_stays_after_an_uninstallation_is_explained(folder: Path) -> None:
    explained = json.loads(KEPT_TABLE.read_text(encoding="utf-8"))
    plan = uninstall_plan(folder)
    assert {each.type for step in plan.steps for each in step.kept} <= set(explained)


def test_costs_follow_from_the_configuration(folder: Path, file: Path) -> None:
    assert drift(folder, file) == []
    assert gaps(folder) == []


def test_cfn_lint(folder: Path, linted: Clean) -> None:
    matches = cfn_lint(*sorted(folder.glob("*.template.json")), clean=linted)
    assert [f"{Path(each['Filename']).name} {each['Message']}" for each in matches] == []


def test_the_control_matrix_knows_all_that_constructs_declare(folder: Path) -> None:
    found = control_matrix(folder)
    assert found.unknown == ()
    assert any(row.deployed for row in found.capabilities)


def test_service_principals_are_bound_to_a_source(folder: Path) -> None:
    assert loose(templates(folder)) == []


def test_templates_are_flat_and_small(folder: Path) -> None:
    for template in templates(folder).values():
        kinds = {each["Type"] for each in template["Resources"].values()}
        assert "AWS::CloudFormation::Stack" not in kinds
        assert len(template["Resources"]) < 400


def test_every_policy_is_valid(folder: Path, validated: Clean, tmp_path: Path) -> None:
    issues = failing(policies(templates(folder)), tmp_path, clean=validated)
    rows = (
        *ACCEPTED,
        *BY_EDGE,
        BY_ACCOUNT,
        BY_CONTROL_TOWER,
        BY_AUTOMATION,
        BY_FINDINGS,
        BY_FLEET,
        BY_GAME_DAYS,
        BY_IMAGES,
        BY_REPLICATION,
        BY_SIZE,
        *BY_SIEM,
    )
    assert [each for each in issues if not any(accepts(row, each) for row in rows)] == []
