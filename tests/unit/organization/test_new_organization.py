"""An organization that does not exist yet: made once, kept, its IDs told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.controls.registry import declarations
from baseline.errors import BaselineError
from baseline.organization.new_organization import NewOrganization

ROOT = Path(__file__).parents[3]
ACCOUNTS = {
    "log-archive": "aws-log-archive@example.com",
    "security": "aws-security@example.com",
    "network": "aws-network@example.com",
}


def template(stack: cdk.Stack, **settings: Any) -> dict[str, Any]:
    arguments = {"email_domains": ["example.com"], "accounts": ACCOUNTS, **settings}
    NewOrganization(stack, "New", **arguments)
    found: dict[str, Any] = dict(Template.from_stack(stack).to_json())
    return found


def test_Account_2_accounts_are_made_one_after_another_in_an_organization(  # noqa: N802
    stack: cdk.Stack,
) -> None:
    resources = template(stack)["Resources"]
    assert [each["Type"].rpartition("::")[2] for each in resources.values()] == [
        "Organization",
        *["Account"] * 3,
    ]
    assert next(iter(resources.values()))["Properties"] == {"FeatureSet": "ALL"}
    for earlier, later in pairwise(resources):
        assert resources[later]["DependsOn"] == [earlier]
    assert {each["Properties"]["Email"] for each in list(resources.values())[1:]} == {
        *ACCOUNTS.values()
    }
    assert ["Account.2"] in [entry["controls"] for entry in declarations(stack)]


def test_nothing_of_it_is_deleted(stack: cdk.Stack) -> None:
    for each in template(stack)["Resources"].values():
        assert each["DeletionPolicy"] == each["UpdateReplacePolicy"] == "Retain"


def test_the_outputs_say_where_the_ids_belong(stack: cdk.Stack) -> None:
    told = {each["Description"] for each in template(stack)["Outputs"].values()}
    assert told == {
        f"Write this under {key} of the configuration"
        for key in (
            "organization.id",
            "organization.root_id",
            "accounts.log_archive.id",
            "accounts.security.id",
            "accounts.network.id",
        )
    }


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"accounts": {"security": "ops@gmail.com"}},
            r"accounts.security.email: 'ops@gmail.com' is not in email_domains \[example.com\]",
        ),
        (
            {"accounts": {"security": "a@example.com", "network": "a@example.com"}},
            "accounts.network.email: 'a@example.com' is the address of accounts.security already",
        ),
        (
            {"email_domains": ["gmail.com"], "accounts": {}},
            r"organization.email_domains\[0\]: 'gmail.com' is a public mail provider",
        ),
        ({"email_domains": [], "accounts": {}}, "email_domains: is empty"),
        ({"accounts": {"Security Team": "a@example.com"}}, "account name 'Security Team' has no"),
        ({"accounts": {"security": "example.com"}}, "'example.com' is not an e-mail address"),
    ],
)
def test_a_wrong_address_is_an_error(
    stack: cdk.Stack, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(BaselineError, match=message):
        template(stack, **settings)


def test_the_example_needs_no_bootstrap(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples/new_organization/app.py")],
        env={**os.environ, "CDK_OUTDIR": str(tmp_path)},
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    made = json.loads((tmp_path / "NewOrganization.template.json").read_text(encoding="utf-8"))
    assert len(made["Resources"]) == 1 + 4
    assert "Parameters" not in made
    assert "Rules" not in made
