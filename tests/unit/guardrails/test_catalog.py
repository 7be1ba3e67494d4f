"""The catalog's files: valid, of actions that exist, and true to their proofs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from baseline.errors import BaselineError
from baseline.guardrails import catalog
from baseline.guardrails.model import PolicyType
from tests.unit.guardrails import harness, iam_data

NAMES = [row.id for row in harness.deciding()]
SCPS = [row.id for row in harness.deciding() if row.type is PolicyType.SCP]


def texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


def patterns(name: str) -> set[str]:
    """Give the actions and action patterns of a guardrail, with all switches on."""
    rows = harness.rendered(name, switches=True).statements
    return {text for row in rows for text in texts([row.get("Action"), row.get("NotAction")])}


@pytest.mark.parametrize("switches", harness.SWITCHES)
@pytest.mark.parametrize("name", NAMES)
def test_the_proofs_of_a_guardrail_hold_for_it_alone(name: str, switches: bool) -> None:
    statements = harness.rendered(name, switches=switches).statements
    organization = harness.alone(name, statements, switches=switches)
    assert not list(harness.failures(harness.cases(name, switches=switches), organization))


@pytest.mark.parametrize("name", NAMES)
def test_every_action_of_a_guardrail_exists(name: str) -> None:
    for pattern in patterns(name) - {"*"}:
        service, _, action = pattern.partition(":")
        known = iam_data.actions(service)
        assert any(fnmatchcase(spelled, action) for spelled in known.values()), pattern


@pytest.mark.parametrize("name", NAMES)
def test_every_action_of_a_proof_exists(name: str) -> None:
    for case in harness.cases(name, switches=True) + harness.cases(name):
        service, _, action = case.request.action.partition(":")
        assert action in iam_data.actions(service).values(), case.request.action


@pytest.mark.parametrize("name", SCPS)
def test_every_guardrail_with_actions_of_its_own_covers_a_user_of_cloudformation(name: str) -> None:
    denied = harness.cases(name) + harness.cases(name, switches=True)
    assert any(
        case.request.context.get("aws:ViaAWSService") == "true" for case in denied
    ) or name in {
        "deny-imitated-roles",  # asks for nothing but the principal
        "deny-root-user",
        "deny-everything",
    }


BY_UNIT = {
    "protect-template-hooks",
    "deny-imitated-roles",  # comes by itself
    "private-network",
    "protect-firewall-manager",  # where there is one: the security account's
    "protect-log-archive",
    "protect-log-resources",
    "deny-everything",
    "sandbox-limits",
    "workload-limits",
    "require-permissions-boundary",
}
"""What a unit names for itself; everything else belongs to the foundation."""


def test_every_guardrail_belongs_to_the_foundation_or_to_a_unit() -> None:
    foundation = [row.id for row in catalog.resolve(["foundation"])]
    assert len(foundation) == len(set(foundation))
    assert set(foundation) == set(NAMES) - BY_UNIT


def test_the_staging_unit_gets_what_everybody_gets() -> None:
    assert catalog.resolve(["policy-staging"]) == catalog.resolve(["foundation"])


def test_the_logs_are_protected_from_both_sides() -> None:
    assert [row.type.short for row in catalog.resolve(["protect-logs"])] == ["scp", "rcp"]


def test_sids_are_unique_in_the_catalog() -> None:
    sids = [sid for name in NAMES for sid in harness.rendered(name, switches=True).sids]
    assert len(sids) == len(set(sids))


def test_the_region_restriction_lets_through_what_control_tower_does() -> None:
    reference = Path("/work/shared/reference/guardrails.md")
    known = patterns("deny-regions")
    missed = {
        "bcm-data-exports:*",
        "billing:*",
        "cloudtrail:LookupEvents",
        "cost-optimization-hub:*",
        "ecr-public:*",
        "pricingplanmanager:*",
        "route53domains:*",
        "savingsplans:*",
        "supportplans:*",
    }
    assert missed <= known
    if reference.exists():
        listed = re.findall(r'^"([\w:*-]+)"$', reference.read_text(encoding="utf-8"), re.MULTILINE)
        assert set(listed) <= known


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2"])
def test_no_region_of_global_services_is_open_as_such(region: str) -> None:
    rows = harness.rendered("deny-regions", switches=True).statements
    first = next(row for row in rows if "NotAction" in row)
    governed = harness.configuration().regions
    condition: Any = first["Condition"]
    assert condition["StringNotEquals"]["aws:RequestedRegion"] == list(governed)
    assert region not in governed


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("guardduty", "protect-guardduty"),
        ("macie2", "protect-macie"),
        ("securityhub", "protect-security-hub"),
    ],
)
def test_both_names_of_the_same_call_are_denied(service: str, name: str) -> None:
    assert {
        f"{service}:DisassociateFromMasterAccount",
        f"{service}:DisassociateFromAdministratorAccount",
    } <= patterns(name)


LET_THROUGH = {
    "inspector2:BatchDisassociateCodeSecurityScanConfiguration",  # scans that a team sets up
    "inspector2:StopCisSession",  # the agent ends its own session
}


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("access-analyzer", "protect-access-analyzer"),
        ("config", "protect-config"),
        ("detective", "protect-detective"),
        ("fms", "protect-firewall-manager"),
        ("guardduty", "protect-guardduty"),
        ("inspector2", "protect-inspector"),
        ("macie2", "protect-macie"),
        ("securityhub", "protect-security-hub"),
    ],
)
def test_every_disassociate_disable_and_stop_verb_is_denied(service: str, name: str) -> None:
    verbs = re.compile(r"(Batch)?(Disassociate|Disable|Stop)([A-Z]|$)")
    found = {f"{service}:{a}" for a in iam_data.actions(service).values() if verbs.match(a)}
    assert found - LET_THROUGH <= patterns(name)


def test_every_delete_verb_of_guardduty_is_denied() -> None:
    names = iam_data.actions("guardduty").values()
    found = {f"guardduty:{name}" for name in names if name.startswith("Delete")}
    assert found <= patterns("protect-guardduty")


@pytest.mark.parametrize(
    "name",
    ["deny-purchases", "sandbox-limits"],
)
def test_every_purchase_is_denied(name: str) -> None:
    found = {
        f"{service}:{action}"
        for service in iam_data.services()
        for action in iam_data.actions(service).values()
        if re.match(r"Purchase(?!d)", action)
    }
    other = {"awsmarketplace", "connect"}
    assert {action for action in found if action.split(":")[0] not in other} <= patterns(name)


def test_every_change_of_a_role_is_kept_from_exempt_names() -> None:
    path = iam_data.PACKAGE / "data/actions/iam.json"
    rows = json.loads(path.read_text(encoding="utf-8")).values()
    changes = {
        f"iam:{row['name']}"
        for row in rows
        if row["accessLevel"] not in {"Read", "List"}
        and any(kind["name"] == "role" for kind in row.get("resourceTypes", []))
    }
    of_aws = {"iam:CreateServiceLinkedRole", "iam:DeleteServiceLinkedRole"}
    assert changes - of_aws <= patterns("protect-exempt-roles")


def test_names_are_known_without_the_cdk_and_include_sets() -> None:
    script = (
        "import sys; from baseline.guardrails.catalog import known_names; "
        "print(sorted(known_names())); sys.exit('aws_cdk' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=iam_data.ROOT,
    )
    assert done.returncode == 0, done.stderr
    assert "'foundation'" in done.stdout
    assert "'deny-regions'" in done.stdout
    assert "guardduty-organization" not in done.stdout


def test_an_unknown_guardrail_is_refused_with_the_known_names() -> None:
    with pytest.raises(
        BaselineError, match=r"'deny-region' is not in the catalog; known: .*deny-regions"
    ):
        catalog.resolve(["deny-region"])


@pytest.fixture
def valid() -> dict[str, Any]:
    path = catalog.CATALOG / "scp/protect-config.json"
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def save(folder: Path, document: object, name: str = "protect-config.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "Protect Config"}, r"protect-config.json id: String should match"),
        ({"id": "other"}, r"id: 'other' is not the file's name"),
        ({"titel": "x"}, r"titel: Extra inputs are not permitted"),
        ({"title": "x"}, r"title: String should have at least 10"),
        ({"phase": 4}, r"phase: Input should be 1, 2 or 3"),
        ({"type": "SCP"}, r"type: Input should be 'SERVICE_CONTROL_POLICY'"),
        ({"exemptions": ["admins"]}, r"exemptions.0: Input should be 'break_glass'"),
        ({"denied": []}, r"denied: at least 3 proofs, got 0"),
        ({"allowed": []}, r"allowed: at least 3 proofs, got 0"),
        ({"statements": []}, r"has statements and no content"),
        ({"content": {"a": 1}}, r"has statements and no content"),
        ({"statements": [{"Resource": {"$parameter": "x"}}]}, r"parameters: x not declared"),
        (
            {"parameters": {"x": {"type": "string", "description": "d"}}},
            r"parameters: x declared but not used",
        ),
        ({"parameters": {"x": {"type": "text", "description": "d"}}}, r"parameters.x.type: Input"),
        ({"type": "GUARDDUTY_POLICY"}, r"has content, not statements"),
    ],
)
def test_a_malformed_guardrail_is_refused_with_file_and_field(
    tmp_path: Path, valid: dict[str, Any], changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(BaselineError, match=message):
        catalog.load_file(save(tmp_path, valid | changes))


@pytest.mark.parametrize("content", ["{", "[]"])
def test_a_file_that_holds_no_object_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BaselineError, match=r"x.json: "):
        catalog.load_file(path)


def test_the_facts_are_those_of_the_reference() -> None:
    for name, values in (
        ("rcp_services", iam_data.rcp_services()),
        ("condition_keys", iam_data.condition_keys()),
    ):
        document = json.loads((iam_data.FACTS / f"{name}.json").read_text(encoding="utf-8"))
        assert document["values"] == values, "run tests/unit/guardrails/iam_data.py"
