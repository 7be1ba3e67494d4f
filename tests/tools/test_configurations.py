"""The checkers over the example configurations that make what the first example does not."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from baseline.detection.managed_rules import rule_table
from tests.contract.policy_lint import loose
from tests.support import ROOT, synthesize
from tests.tools.test_iam_policies import (
    ACCEPTED,
    BY_EDGE,
    FAILING,
    accepts,
    definitions_for,
    policies,
    validate,
)
from tests.tools.test_linters import cfn_lint

pytestmark = pytest.mark.tools
FOLDER = ROOT / "examples" / "configurations"
# Each capability on in one of these, off in the others; those without a word to each other are
# synthesized together, because a synthesis with every check takes its time.
GROUPS = {
    "machines": ("patching", "images", "endpoint", "inspector", "backups"),
    "records": (
        "template-validation",
        "notified",
        "recorded-sessions",
        "logs-copied",
        "game-days",
        "delivery",
        "evidence",
    ),
    **{
        name: (name,)
        for name in (
            "control-tower-controls",
            "control-tower-landing-zone",
            "detection",
            "edge",
            "exposure",
            "forensics",
            "security-hub",
            "security-lake",
            "siem",
            "standalone",
            "workload",
        )
    },
}
ELSEWHERE = {"connected", "enterprise", "small", "standalone-joined"}
"""Networks, sizes and changes of organizations that the unit tests compose and judge."""

# What makes more templates, or others, than the first example has; made in the test, because a
# suppression ends.
RULES_AND_LISTS = "rules-and-lists"
MORE = """
capabilities:
  security_hub: {{enabled: false}}
  trusted_advisor: {{enabled: false}}
  config:
    rules:
      evaluate: all
      own: {{cost-center: {{identifier: REQUIRED_TAGS, parameters: {{tag1Key: CostCenter}}}}}}
      remediate: [{repaired}]
  inspector:
    enabled: true
    critical: all
    sbom: {{enabled: false}}
    suppressions:
      build-tools:
        reason: The compiler stands in the build stage and is not shipped
        expires: {expires}
        packages: [gcc]
        repositories: [payments-build]
        fix_available: false
  guardduty:
    tuning:
      trusted_list: {lists}/trusted.txt
      threat_lists: {{pools: {lists}/pools.txt}}
      suppressions:
        scanner:
          reason: The vulnerability scanner probes ports on purpose
          expires: {expires}
          criteria:
            type: {{equals: ["Recon:EC2/Portscan"]}}
            resource.instanceDetails.tags.value: {{equals: [scanner]}}
"""
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

BY_GAME_DAYS = (
    "confused_deputy_risk",
    r"GameDaysKey\w{8}: .*`events.amazonaws.com`",
    "EventBridge sends no source condition (service_access.EXCEPTIONS)",
)


@pytest.fixture(scope="module", params=[*GROUPS, RULES_AND_LISTS])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The assembly of a group; the nag packs, the Guard rules and the CDK's validator passed it."""
    made = tmp_path_factory.mktemp("configuration")
    path = (
        rules_and_lists(made) if request.param == RULES_AND_LISTS else merged(made, request.param)
    )
    directory = tmp_path_factory.mktemp(request.param)
    return synthesize(directory, f"baseline:config={path}", validation=True)


def merged(folder: Path, group: str) -> Path:
    """Write the configurations of a group into one; beside each other they find their files."""
    document: dict[str, Any] = {}
    for name in GROUPS[group]:
        path = FOLDER / f"{name}.yaml"
        if len(GROUPS[group]) == 1:
            return path
        document = _merge(document, yaml.safe_load(path.read_text(encoding="utf-8")))
    (folder / "baseline.yaml").write_text(json.dumps(document, default=str), encoding="utf-8")
    return folder / "baseline.yaml"


def _merge(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: _merge(one.get(key), other.get(key)) for key in {**one, **other}}
    return one if other is None else other


def test_every_configuration_is_judged_somewhere() -> None:
    judged = {name for group in GROUPS.values() for name in group}
    assert judged | ELSEWHERE == {path.stem for path in FOLDER.glob("*.yaml")}


def rules_and_lists(folder: Path) -> Path:
    """Write the first example with every rule, repair, suppression and list."""
    (folder / "trusted.txt").write_text("8.8.8.8\nexample.org\n", encoding="utf-8")
    (folder / "pools.txt").write_text(f"pool.example\n{'a' * 64}\n", encoding="utf-8")
    repaired = ", ".join(rule.name for rule in rule_table() if rule.remediation)
    more = MORE.format(
        lists=folder,
        repaired=repaired,
        expires=datetime.now(tz=UTC).date() + timedelta(days=100),
    )
    text = (ROOT / "baseline.yaml").read_text(encoding="utf-8")
    (folder / "baseline.yaml").write_text(f"{text}\n{more}", encoding="utf-8")
    return folder / "baseline.yaml"


def templates(folder: Path) -> Templates:
    return {
        path.name.removesuffix(".template.json"): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.template.json"))
    }


def test_cfn_lint(folder: Path) -> None:
    matches = cfn_lint(*sorted(folder.glob("*.template.json")))
    assert [f"{Path(each['Filename']).name} {each['Message']}" for each in matches] == []


def test_service_principals_are_bound_to_a_source(folder: Path) -> None:
    assert loose(templates(folder)) == []


def test_templates_are_flat_and_small(folder: Path) -> None:
    for template in templates(folder).values():
        kinds = {each["Type"] for each in template["Resources"].values()}
        assert "AWS::CloudFormation::Stack" not in kinds
        assert len(template["Resources"]) < 400


def test_every_policy_is_valid(folder: Path, tmp_path: Path) -> None:
    found = templates(folder)
    definitions = definitions_for(found, tmp_path / "services")
    kinds: set[str] = set()
    for name, kind, document in policies(found):
        (tmp_path / kind).mkdir(exist_ok=True)
        text = json.dumps(document, separators=(",", ":"))
        (tmp_path / kind / f"{name}.json").write_text(text, encoding="utf-8")
        kinds.add(kind)
    issues = [
        (issue["issue_type"], f"{Path(result['policy_file']).stem}: {issue['message']}")
        for kind in sorted(kinds)
        for result in validate(kind, tmp_path / kind, definitions, tmp_path / f"{kind}.json")
        for issue in result["issues"]
        if issue["severity"] in FAILING
    ]
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
        *BY_SIEM,
    )
    assert [each for each in issues if not any(accepts(row, each) for row in rows)] == []
