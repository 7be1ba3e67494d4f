"""Wrong input of Identity Center: one clear line each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from baseline.config import load
from baseline.config.document import Value
from baseline.errors import ConfigurationError

Found = Callable[[dict[str, object]], list[str]]
SECTION = "identity_center"
GROUP_ID = "1234567890-0a000000-0000-4000-8000-000000000009"


def assignment(**changes: object) -> dict[str, object]:
    return {"group": "AWS-Network", "permission_set": "billing", **changes}


def with_assignments(example: Value, *rows: dict[str, object]) -> dict[str, object]:
    """Give a change that adds assignments to those of the example."""
    assert isinstance(example, dict)
    section: Any = example[SECTION]
    return {f"{SECTION}.assignments": [*section["assignments"], *rows]}


LAST = f"{SECTION}.assignments[8]"


def test_the_example_is_right(found: Found) -> None:
    assert found({}) == []


def test_without_the_section_nothing_is_asked_for(found: Found) -> None:
    assert found({SECTION: "<absent>"}) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {f"{SECTION}.instance": "<absent>"},
            f"{SECTION}: has no instance; `aws sso-admin list-instances` shows it as InstanceArn",
        ),
        (
            {f"{SECTION}.identity_store": "<absent>"},
            f"{SECTION}: has no identity_store; `aws sso-admin list-instances` shows it as IdentityStoreId",
        ),
        (
            {f"{SECTION}.instance": "arn:aws:sso:eu-west-1::instance/ssoins-1234567890abcdef"},
            (
                f"{SECTION}.instance: 'arn:aws:sso:eu-west-1::instance/ssoins-1234567890abcdef' is not the ARN of "
                "an Identity Center instance: arn:aws:sso:::instance/ssoins- and 16 letters or digits"
            ),
        ),
        (
            {f"{SECTION}.identity_store": "1234567890"},
            f"{SECTION}.identity_store: '1234567890' is not the ID of an identity store: d- and 10 hexadecimal digits",
        ),
        (
            {f"{SECTION}.region": "us-east-1"},
            (
                f"{SECTION}.region: 'us-east-1' is not one of regions (eu-west-1, eu-central-1); permission sets are "
                "deployed in the Region of the instance, so govern it too"
            ),
        ),
        (
            {f"{SECTION}.start_url": "http://d-1234567890.awsapps.com/start"},
            (
                f"{SECTION}.start_url: 'http://d-1234567890.awsapps.com/start' is not the address of an access portal, "
                "such as https://d-0123456789.awsapps.com/start"
            ),
        ),
        (
            {f"{SECTION}.source": "okta"},
            f"{SECTION}.source: 'okta' is not one of identity-center, active-directory, external",
        ),
        (
            {f"{SECTION}.delegate": "network"},
            f"{SECTION}.delegate: 'network' is not one of security, shared_services",
        ),
        (
            {f"{SECTION}.groups.AWS-New": {"description": "New"}},
            (
                f"{SECTION}.groups.AWS-New: has no id, and with source external groups are provisioned, not created; "
                "`aws identitystore get-group-id` shows its id"
            ),
        ),
        (
            {f"{SECTION}.groups.AWS-New": {"id": "AWS-New"}},
            (
                f"{SECTION}.groups.AWS-New.id: 'AWS-New' is not the ID of a group in the identity store, such as "
                "906712345a-11111111-2222-3333-4444-555555555555"
            ),
        ),
        (
            {
                f"{SECTION}.groups.AWS-New": {
                    "id": "1234567890-0a000000-0000-4000-8000-000000000001"
                }
            },
            (
                f"{SECTION}.groups.AWS-New.id: '1234567890-0a000000-0000-4000-8000-000000000001' is the ID of "
                "'AWS-Platform' already"
            ),
        ),
        (
            {f"{SECTION}.custom_folder": "none"},
            f"{SECTION}.custom_folder: none is not a folder",
        ),
        (
            {f"{SECTION}.permission_sets": ["developr"]},
            f"{SECTION}.permission_sets[0]: 'developr' is not a permission set; did you mean 'developer'?",
        ),
        (
            {f"{SECTION}.attributes": {"Team": "enterprise.department"}},
            (
                f"{SECTION}.attributes.Team: 'enterprise.department' is not an attribute, such as "
                '"${path:enterprise.costCenter}"'
            ),
        ),
        (
            {f"{SECTION}.attributes": {"Mail": "${dir:email}"}},
            (
                f"{SECTION}.attributes.Mail: '${{dir:email}}' is an attribute of Active Directory, and source is "
                "external; use one of the identity store, such as ${path:enterprise.department}"
            ),
        ),
        (
            {f"{SECTION}.assignment": []},
            f"{SECTION}.assignment: unknown key; did you mean 'assignments'?",
        ),
    ],
)
def test_a_mistake_of_the_section_is_one_line(
    found: Found, change: dict[str, object], message: str
) -> None:
    assert found(change) == [message]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            assignment(group="AWS-Netwrk", accounts=["network"]),
            f"{LAST}.group: 'AWS-Netwrk' is not one of {SECTION}.groups; did you mean 'AWS-Network'?",
        ),
        (
            assignment(permission_set="biling", accounts=["network"]),
            f"{LAST}.permission_set: 'biling' is not a permission set; did you mean 'billing'?",
        ),
        (
            assignment(),
            f"{LAST}: reaches no account; name units or accounts",
        ),
        (
            assignment(units=["Workloads/Prod"]),
            (
                f"{LAST}.units[0]: 'Workloads/Prod' is not a unit of organizational_units; did you mean "
                "'Workloads/Production'?"
            ),
        ),
        (
            assignment(accounts=["netwrok"]),
            f"{LAST}.accounts[0]: 'netwrok' is not an account here; did you mean 'network'?",
        ),
        (
            assignment(accounts=["sandbox-platform"]),
            (
                f"{LAST}.accounts[0]: 'sandbox-platform' has no id yet; deploy, enter its id, then assign it here, "
                "or assign its unit now"
            ),
        ),
        (
            assignment(accounts=["management"]),
            (
                f"{LAST}.accounts[0]: the management account has permission sets of its own, which a delegated "
                f"administrator cannot change; assign them in {SECTION}.management_assignments"
            ),
        ),
        (
            assignment(accounts=["network"], grup="x"),
            f"{LAST}.grup: unknown key; did you mean 'group'?",
        ),
        (
            assignment(permission_set="network-administrator", accounts=["network"]),
            (
                f"{LAST}.accounts[0]: 'AWS-Network' has 'network-administrator' there already, from "
                f"{SECTION}.assignments[2].accounts[0]; keep one"
            ),
        ),
        (
            assignment(
                group="AWS-Security", permission_set="security-auditor", accounts=["network"]
            ),
            (
                f"{LAST}.accounts[0]: 'AWS-Security' has 'security-auditor' there already, from "
                f"{SECTION}.assignments[3].units[0]; keep one"
            ),
        ),
        (
            assignment(
                group="AWS-Security", permission_set="security-auditor", units=["Workloads/Test"]
            ),
            (
                f"{LAST}.units[0]: 'AWS-Security' has 'security-auditor' there already, from "
                f"{SECTION}.assignments[3].units[2]; keep one"
            ),
        ),
        (
            assignment(group="AWS-Developers", permission_set="developer", units=["Workloads"]),
            (
                f"{LAST}.units[0]: 'AWS-Developers' has 'developer' there already, from "
                f"{SECTION}.assignments[6].units[0]; keep one"
            ),
        ),
        (
            assignment(permission_set="read-only", units=["Sandbox", "Sandbox"]),
            f"{LAST}.units[1]: 'Sandbox' stands in the list already; remove it",
        ),
        (
            assignment(group="AWS-Developers", permission_set="developer", units=["Sandbox"]),
            (
                f"{LAST}.units[0]: 'AWS-Developers' has 'developer' there already, from "
                f"{SECTION}.assignments[6].units[1]; keep one"
            ),
        ),
    ],
)
def test_a_mistake_of_an_assignment_is_one_line(
    found: Found, example: Value, row: dict[str, object], message: str
) -> None:
    assert found(with_assignments(example, row)) == [message]


def test_a_missing_group_is_said_to_be_missing(found: Found, example: Value) -> None:
    row = assignment(accounts=["network"])
    del row["group"]
    assert found(with_assignments(example, row)) == [
        f"{LAST}.group: is missing (Name of the group, one of `groups`)"
    ]


def test_units_whose_names_begin_alike_do_not_overlap(found: Found, example: Value) -> None:
    rows = [assignment(units=["Workloads"]), assignment(units=["Work"])]
    changes = with_assignments(example, *rows)
    assert found({**changes, "organizational_units.Work": {}}) == []


def test_another_permission_set_in_the_same_account_is_no_overlap(
    found: Found, example: Value
) -> None:
    assert found(with_assignments(example, assignment(accounts=["network"]))) == []


def test_a_group_that_is_created_serves_the_management_account_or_the_others(
    found: Found, example: Value
) -> None:
    changes: dict[str, object] = {
        f"{SECTION}.source": "identity-center",
        f"{SECTION}.groups.AWS-Network": {},
        f"{SECTION}.management_assignments": [
            {"group": "AWS-Network", "permission_set": "read-only"}
        ],
    }
    del example
    assert found(changes) == [
        (
            f"{SECTION}.management_assignments[0].group: 'AWS-Network' also stands in "
            f"{SECTION}.assignments[2].group; whoever administers the other accounts could add themselves, so give "
            "the management account a group of its own"
        )
    ]
    assert found({**changes, f"{SECTION}.groups.AWS-Network": {"id": GROUP_ID}}) == []


def test_the_management_account_is_assigned_once(found: Found) -> None:
    row = {"group": "AWS-Finance", "permission_set": "billing"}
    assert found({f"{SECTION}.management_assignments": [row, dict(row)]}) == [
        f"{SECTION}.management_assignments[1]: 'AWS-Finance' has 'billing' here already; remove it"
    ]


def test_with_the_built_in_directory_groups_are_created(found: Found) -> None:
    assert not found({f"{SECTION}.source": "identity-center", f"{SECTION}.groups.AWS-New": {}})


def test_with_active_directory_its_attributes_may_be_used(found: Found) -> None:
    assert not found(
        {f"{SECTION}.source": "active-directory", f"{SECTION}.attributes": {"Mail": "${dir:email}"}}
    )


def test_too_many_attributes_are_counted(found: Found) -> None:
    given = {f"a{number}": "${path:userName}" for number in range(51)}
    assert found({f"{SECTION}.attributes": given}) == [
        f"{SECTION}.attributes: has 51 attributes; at most 50"
    ]


def own(tmp_path: Path, text: str, name: str = "mine") -> str:
    (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return str(tmp_path)


SET = "name: {name}\ndescription: x\nmanaged_policies: [arn:aws:iam::aws:policy/SecurityAudit]\n"


def test_a_name_that_is_too_long_is_found_in_its_file(found: Found, tmp_path: Path) -> None:
    folder = own(tmp_path, SET.format(name="x" * 33))
    assert found({f"{SECTION}.custom_folder": folder}) == [
        f"{SECTION}.custom_folder: mine.yaml:1:1 name: '{'x' * 33}' is too long: at most 32 characters"
    ]


def test_a_name_may_be_too_long_for_the_management_account_only(
    found: Found, tmp_path: Path
) -> None:
    folder = own(tmp_path, SET.format(name="x" * 23))
    row = {"group": "AWS-Finance", "permission_set": "mine"}
    changes: dict[str, object] = {
        f"{SECTION}.custom_folder": folder,
        f"{SECTION}.management_assignments": [row],
    }
    assert found(changes) == [
        (
            f"{SECTION}.management_assignments[0].permission_set: is named 'Management{'x' * 23}' in the management "
            "account, 33 characters; a name has at most 32"
        )
    ]


def test_two_permission_sets_of_one_name_are_found(found: Found, tmp_path: Path) -> None:
    folder = own(tmp_path, SET.format(name="developer"))
    changes: dict[str, object] = {
        f"{SECTION}.custom_folder": folder,
        f"{SECTION}.permission_sets": ["mine"],
    }
    assert found(changes) == [
        f"{SECTION}.permission_sets[0]: is named 'developer', as 'developer' is; give it another name"
    ]


def test_a_broken_own_file_is_no_unknown_permission_set_too(found: Found, tmp_path: Path) -> None:
    folder = own(tmp_path, "nome: x\n")
    changes: dict[str, object] = {
        f"{SECTION}.custom_folder": folder,
        f"{SECTION}.permission_sets": ["mine"],
    }
    problems = found(changes)
    assert problems
    assert all(problem.startswith(f"{SECTION}.custom_folder: mine.yaml:") for problem in problems)


def test_a_folder_is_found_from_where_the_file_stands_and_problems_have_a_place(
    tmp_path: Path,
) -> None:
    (tmp_path / "sets").mkdir()
    own(tmp_path / "sets", SET.format(name="x" * 33))
    text = Path("baseline.yaml").read_text(encoding="utf-8")
    text = text.replace("  delegate: security", "  custom_folder: sets\n  delegate: security")
    path = tmp_path / "baseline.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as raised:
        load(path)
    (problem,) = raised.value.problems
    line = text.splitlines().index("  custom_folder: sets") + 1
    assert (problem.line, problem.column) == (line, 3)
    assert "mine.yaml:1:1 name:" in problem.message
