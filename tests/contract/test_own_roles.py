"""Every role of the baseline may do under the guardrails what its own policy lets it do.

The proof against locking oneself out names what roles need; this reads it from the templates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fnmatch import translate
from pathlib import Path
from typing import Any

import pytest

from baseline.config import Configuration, load
from baseline.guardrails.composition import compose
from baseline.guardrails.evaluation import Organization
from baseline.guardrails.facts import action_names
from baseline.guardrails.placement import levels_of
from baseline.guardrails.request import Request

Templates = dict[str, dict[str, Any]]
MEMBERS = {"555555555555": "Workloads/Production", "777777777777": "Sandbox"}
SUSPENDED = {"888888888888": "Suspended"}
CONTEXT = {"s3:x-amz-acl": "bucket-owner-full-control"}
"""What a recorder says when it delivers."""


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load(Path("baseline.yaml"))


@pytest.fixture(scope="module")
def organization(configuration: Configuration) -> Organization:
    levels = levels_of(compose(configuration))
    core = {
        account.id: account.ou
        for role, account in configuration.core_accounts().items()
        if role != "management" and account.ou
    }
    units = {**core, **MEMBERS, **SUSPENDED}
    return Organization(
        id=configuration.organization.id,
        management_account=configuration.core_accounts()["management"].id,
        accounts={account: levels[unit] for account, unit in units.items()},
    )


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def text(value: Any, account: str) -> str:
    """Give the text of a value; what only CloudFormation knows becomes ``x``."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and "Fn::Join" in value:
        glue, parts = value["Fn::Join"]
        return str(glue).join(text(part, account) for part in listed(parts))
    if isinstance(value, dict) and "Fn::Sub" in value:
        template = listed(value["Fn::Sub"])[0]
        return re.sub(r"\$\{([^}]*)\}", lambda name: known(name[1], account), template)
    if isinstance(value, dict) and "Ref" in value:
        return known(value["Ref"], account)
    return "x"


def known(name: str, account: str) -> str:
    values = {"AWS::AccountId": account, "AWS::Region": "eu-west-1", "AWS::Partition": "aws"}
    return values.get(name, "x")


def documents(template: dict[str, Any]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Give each role's logical ID and name with each policy document that it has here."""
    roles = {
        key: row for key, row in template["Resources"].items() if row["Type"] == "AWS::IAM::Role"
    }
    for key, role in roles.items():
        for policy in role["Properties"].get("Policies", []):
            yield key, role["Properties"].get("RoleName"), policy["PolicyDocument"]
    for row in template["Resources"].values():
        for target in row["Properties"].get("Roles", []) if "Properties" in row else []:
            if isinstance(target, dict) and target.get("Ref") in roles:
                role = roles[target["Ref"]]
                document = row["Properties"].get("PolicyDocument")
                if document is not None:
                    yield target["Ref"], role["Properties"].get("RoleName"), document


def spelled(pattern: str) -> list[str]:
    """Give the actions that a pattern covers."""
    service, _, name = pattern.partition(":")
    if "*" not in name:
        return [pattern]
    match = re.compile(translate(name), re.IGNORECASE)
    return [f"{service}:{one}" for one in action_names()[service] if match.match(one)]


def requests(stack: str, template: dict[str, Any], account: str) -> Iterator[tuple[str, Request]]:
    """Give what the roles of a template may do there, by their own policies."""
    for logical_id, named, document in documents(template):
        # CloudFormation begins the name of a role that has none with the stack's.
        name = text(named, account) if named else f"secbase-{stack}-{logical_id}-1A2B3C"
        for statement in listed(document["Statement"]):
            if statement["Effect"] != "Allow":
                continue
            for pattern in listed(statement.get("Action", [])):
                for action in spelled(pattern):
                    for resource in listed(statement.get("Resource", "*")):
                        arn = text(resource, account)
                        own = arn.replace("*", "x") if arn.startswith("arn:") else "*"
                        alias = ["alias/secbase-logs"] if action.startswith("kms:") else []
                        yield (
                            f"{stack}/{logical_id}",
                            Request(
                                principal_arn=f"arn:aws:iam::{account}:role/{name}",
                                action=action,
                                resource=own,
                                region="eu-west-1",
                                context={**CONTEXT, "kms:ResourceAliases": alias},
                            ),
                        )


def places(assembly: Path, templates: Templates) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Give each template with the accounts that it is deployed to and that guardrails bind."""
    manifest = json.loads((assembly / "manifest.json").read_text(encoding="utf-8"))
    for name, template in templates.items():
        if "/" in name:
            for account in {**MEMBERS, **SUSPENDED}:
                yield name.replace("/", "-"), template, account
        else:
            account = manifest["artifacts"][name]["environment"].split("/")[2]
            yield name, template, account


def test_no_guardrail_stops_what_a_role_of_ours_is_for(
    assembly: Path, templates: Templates, organization: Organization
) -> None:
    asked = 0
    stopped = []
    for stack, template, account in places(assembly, templates):
        for where, request in requests(stack, template, account):
            asked += 1
            decision = organization.evaluate(request)
            if not decision.allowed:
                stopped.append(f"{where}: {request.action} {request.resource}: {decision.reason}")
    assert asked > 200
    assert stopped == []


def test_a_role_of_another_name_would_be_stopped(
    assembly: Path, templates: Templates, organization: Organization
) -> None:
    stopped = {
        decision.sid
        for stack, template, account in places(assembly, templates)
        for _, request in requests(stack, template, account)
        if not (
            decision := organization.evaluate(
                Request(
                    principal_arn=f"arn:aws:iam::{account}:role/Somebody",
                    action=request.action,
                    resource=request.resource,
                    region=request.region,
                )
            )
        ).allowed
    }
    assert {"ProtectEbsEncryption", "ProtectS3PublicAccess", "ProtectSecurityHub"} <= stopped
