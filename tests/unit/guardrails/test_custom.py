"""Guardrails of one's own: the same format, proofs and checks; at units and at accounts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template
from ruamel.yaml import YAML

from baseline.config import Configuration, load
from baseline.errors import BaselineError, ConfigurationError
from baseline.guardrails.cases import cases_of
from baseline.guardrails.composition import compose
from baseline.guardrails.policies import OrganizationPolicies
from baseline.guardrails.verification import problems_of
from baseline.guardrails.world import World
from tests.unit.guardrails import iam_data

PROOF = {"why": "a developer", "actions": ["sqs:DeleteQueue"]}
OWN: dict[str, Any] = {
    "id": "keep-queues",
    "title": "Nobody deletes queues in these accounts",
    "why": "Messages in a deleted queue are lost.",
    "type": "SERVICE_CONTROL_POLICY",
    "phase": 1,
    "exemptions": ["break_glass"],
    "statements": [
        {"Sid": "KeepQueues", "Effect": "Deny", "Action": "sqs:DeleteQueue", "Resource": "*"}
    ],
    "denied": [
        PROOF,
        {**PROOF, "why": "an administrator", "principal": "role/Administrator"},
        {**PROOF, "why": "a user", "principal": "user/anna"},
    ],
    "allowed": [
        {"why": "sending", "actions": ["sqs:SendMessage"]},
        {"why": "receiving", "actions": ["sqs:ReceiveMessage"]},
        {"why": "emptying", "actions": ["sqs:PurgeQueue"]},
    ],
}
RCP = {
    **OWN,
    "id": "own-rcp",
    "type": "RESOURCE_CONTROL_POLICY",
    "exemptions": [],
    "statements": [
        {
            "Sid": "OwnRcp",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:DeleteQueue",
            "Resource": "*",
        }
    ],
}


class Place:
    """A folder with a configuration and somebody's own guardrails."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "baseline.yaml"
        self.own = folder / "own"
        self.own.mkdir()
        text = (iam_data.ROOT / "baseline.yaml").read_text(encoding="utf-8")
        self.raw: Any = YAML(typ="safe").load(text)
        self.raw["guardrails"] = {"custom_folder": "own"}

    def save(self, document: dict[str, Any], name: str = "") -> None:
        path = self.own / f"{name or document['id']}.json"
        path.write_text(json.dumps(document), encoding="utf-8")

    def attach(self, *names: str, unit: str = "Sandbox") -> None:
        self.raw["organizational_units"][unit]["guardrails"] += names

    def load(self) -> Configuration:
        with self.file.open("w", encoding="utf-8") as file:
            YAML().dump(self.raw, file)
        return load(self.file)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_guardrail_of_ones_own_is_attached_and_proved(place: Place) -> None:
    place.save(OWN)
    place.attach("keep-queues")
    configuration = place.load()
    assert problems_of(configuration) == []
    sandbox = next(row for row in compose(configuration) if row.path == "Sandbox")
    own = next(row for row in sandbox.guardrails if row.guardrail.id == "keep-queues")
    reasons = {case.why for case in cases_of(own.guardrail, World.of(configuration))}
    assert reasons >= {"break_glass are exempt", "imitates break_glass", "deployers are not exempt"}


def test_the_folder_is_read_from_where_the_file_stands(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place.save(OWN)
    place.attach("keep-queues")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    sandbox = next(row for row in compose(place.load()) if row.path == "Sandbox")
    assert "keep-queues" in {row.guardrail.id for row in sandbox.guardrails}


def test_a_set_of_ones_own(place: Place) -> None:
    place.save(OWN)
    (place.own / "sets.json").write_text(
        json.dumps({"ours": {"title": "Ours", "guardrails": ["keep-queues", "require-tls"]}}),
        encoding="utf-8",
    )
    place.attach("ours", unit="Suspended")
    suspended = next(row for row in compose(place.load()) if row.path == "Suspended")
    assert {"keep-queues", "require-tls"} <= {row.guardrail.id for row in suspended.guardrails}


def test_a_policy_for_a_service_of_ones_own(place: Place) -> None:
    content = {"s3_attributes": {"public_access_block_configuration": {"@@assign": "none"}}}
    own = {key: OWN[key] for key in ("title", "why", "phase")} | {
        "id": "public-buckets",
        "type": "S3_POLICY",
        "content": content,
    }
    place.save(own)
    place.attach("public-buckets")
    sandbox = next(row for row in compose(place.load()) if row.path == "Sandbox")
    assert [row.content for row in sandbox.policies if row.type.short == "s3"] == [content]


@pytest.mark.parametrize("name", ["payments-test", "security"])
def test_an_account_has_guardrails_too(place: Place, name: str) -> None:
    place.save(OWN)
    section = "accounts" if name == "security" else "members"
    place.raw[section][name]["guardrails"] = ["keep-queues", "foundation"]
    configuration = place.load()
    target = next(row for row in compose(configuration) if row.path == f"account {name}")
    assert [row.guardrail.id for row in target.guardrails] == [
        "keep-queues"
    ]  # the rest is inherited
    assert problems_of(configuration) == []
    app = cdk.App()
    units = {path: f"ou-{number}" for number, (path, _) in enumerate(configuration.walk_units())}
    account = configuration.core_accounts().get(name) or configuration.members[name]
    stack = cdk.Stack(app, "S")
    OrganizationPolicies(
        stack,
        "P",
        configuration=configuration,
        unit_ids=units,
        account_ids={name: str(account.id)},
    )
    Template.from_stack(stack).has_resource_properties(
        "AWS::Organizations::Policy",
        {"Name": f"secbase-scp-account-{name}-1", "TargetIds": [account.id]},
    )
    broken = {**OWN, "allowed": [*OWN["allowed"], {**PROOF, "why": "wrong on purpose"}]}
    place.save(broken)
    (problem,) = problems_of(place.load())
    assert problem.startswith(f"account {name}: keep-queues: wrong on purpose")


def test_the_management_account_has_none(place: Place) -> None:
    place.raw["accounts"]["management"]["guardrails"] = ["foundation"]
    with pytest.raises(ConfigurationError, match="do not restrict the management account"):
        place.load()


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({**OWN, "denied": [PROOF]}, "keep-queues.json: Value error, denied: at least 3 proofs"),
        ({**OWN, "id": "other"}, "keep-queues.json id: 'other' is not the file's name"),
        (
            {**OWN, "statements": [{**OWN["statements"][0], "Principal": "*"}]},
            "keep-queues.json statement 1: an SCP has no Principal",
        ),
        (
            {
                **RCP,
                "id": "keep-queues",
                "statements": [
                    {
                        "Sid": "X",
                        "Effect": "Deny",
                        "Principal": "*",
                        "NotAction": "sqs:*",
                        "Resource": "*",
                    }
                ],
            },
            "keep-queues.json statement 1: an RCP has no NotAction",
        ),
        (
            {**RCP, "id": "keep-queues", "statements": OWN["statements"]},
            'an RCP needs "Principal": "*"',
        ),
    ],
)
def test_a_file_with_a_mistake_is_named(
    place: Place, document: dict[str, Any], message: str
) -> None:
    place.save(document, "keep-queues")
    place.attach("keep-queues")
    with pytest.raises(ConfigurationError) as error:
        place.load()
    assert message in str(error.value)
    assert "guardrails.custom_folder" in str(error.value)


def test_a_name_of_the_catalog_is_taken(place: Place) -> None:
    place.save({**OWN, "id": "require-tls"})
    with pytest.raises(ConfigurationError, match="the catalog has a guardrail or set of this name"):
        place.load()


def test_a_folder_that_is_not_there(place: Place) -> None:
    place.raw["guardrails"]["custom_folder"] = "nowhere"
    with pytest.raises(ConfigurationError, match="nowhere is not a folder"):
        place.load()


def test_a_proof_that_fails_says_request_expected_got_and_statement(place: Place) -> None:
    wrong = {**OWN, "allowed": [*OWN["allowed"], {**PROOF, "why": "wrong on purpose"}]}
    place.save(wrong)
    place.attach("keep-queues")
    (problem,) = problems_of(place.load())
    assert "keep-queues: wrong on purpose" in problem
    assert "role/Developer sqs:DeleteQueue * in eu-west-1" in problem
    assert "expected allowed, got denied" in problem
    assert "denied by statement KeepQueues" in problem


def test_a_parameter_without_value_is_named(place: Place) -> None:
    statement = {**OWN["statements"][0], "Resource": {"$parameter": "queue"}}
    parameter = {"queue": {"type": "string", "description": "A queue."}}
    place.save({**OWN, "statements": [statement], "parameters": parameter})
    place.attach("keep-queues")
    assert "guardrail keep-queues: parameter queue has no value" in problems_of(place.load())


def test_a_guardrail_that_locks_out_the_deployers_is_refused(place: Place) -> None:
    statement = {"Sid": "All", "Effect": "Deny", "Action": "iam:CreateRole", "Resource": "*"}
    place.save(
        {
            **OWN,
            "statements": [statement],
            "denied": [{**PROOF, "why": str(n), "actions": ["iam:CreateRole"]} for n in range(3)],
            "exemptions": [],
        }
    )
    place.attach("keep-queues")
    found = problems_of(place.load())
    assert found[0] == "guardrails would lock out the baseline's roles:"
    with pytest.raises(BaselineError, match="lock out"):
        OrganizationPolicies(cdk.Stack(), "P", configuration=place.load(), unit_ids={})


def test_one_run_tells_everything(place: Place) -> None:
    """Unknown names, a quota, a parameter, a proof, NotAction in an RCP, Principal in an SCP, a lint."""
    not_action = {**RCP["statements"][0], "NotAction": "sqs:*"}
    del not_action["Action"]
    parameter = {"queue": {"type": "string", "description": "A queue."}}
    needs = {**OWN["statements"][0], "Sid": "Needs", "Resource": {"$parameter": "queue"}}
    misspelt = {
        **OWN["statements"][0],
        "Sid": "Misspelt",
        "Action": ["sqs:DeletQ"],
    }
    place.save({**RCP, "id": "with-not-action", "statements": [not_action]})
    place.save(
        {**OWN, "id": "with-principal", "statements": [{**OWN["statements"][0], "Principal": "*"}]}
    )
    place.save({**OWN, "id": "with-parameter", "statements": [needs], "parameters": parameter})
    place.save({**OWN, "id": "with-typo", "statements": [misspelt]})
    wrong = {**OWN["statements"][0], "Sid": "Wrong"}
    proofs = [*OWN["allowed"], {**PROOF, "why": "wrong on purpose"}]
    place.save({**OWN, "id": "with-wrong-proof", "statements": [wrong], "allowed": proofs})
    place.attach("with-parameter", "with-typo", "nope", "with-wrong-proof")
    place.raw["guardrails"]["reserved_scp_slots"] = 8
    with pytest.raises(ConfigurationError) as error:
        place.load()
    told = str(error.value)
    for message in (
        "an RCP has no NotAction",
        "an SCP has no Principal",
        "'nope' is not a guardrail or set",
        "guardrail with-parameter: parameter queue has no value",
        "guardrail with-typo, statement Misspelt: action 'sqs:DeletQ' does not exist",
        "with-wrong-proof: wrong on purpose",
        "lower guardrails.reserved_scp_slots (8 now)",
    ):
        assert message in told, message
