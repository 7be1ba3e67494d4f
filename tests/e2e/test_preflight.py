"""`baseline preflight` where everything is deployed, and where somebody was there first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from typer.testing import CliRunner

from baseline.cli.application import application
from tests.e2e.organization import Organization

# What the embedded AWS does not have.
LACKING = ("controltower:", "servicequotas:")
DENY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}


def look(organization: Organization, patch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Run the command as a user of the management account does; give what it found."""
    patch.setenv("AWS_ACCESS_KEY_ID", organization.names.management)
    patch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    arguments = [
        "preflight",
        *("--config", str(organization.session.file)),
        *("--assembly", str(organization.session.state.assembly)),
        *("--endpoint", organization.access.endpoint),
        "--json",
    ]
    done = CliRunner().invoke(application, arguments)
    assert done.exit_code == 1, done.output  # not everything can be read
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return [row for row in found if not row["message"].startswith(LACKING)]


def in_the_way(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(row["check"], row["message"]) for row in found if row["in_the_way"]]


def test_nothing_of_a_deployed_organization_is_in_the_way(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = look(organization, monkeypatch)
    assert in_the_way(found) == []
    fine = {row["check"] for row in found if row["verdict"] == "fine"}
    assert {"bootstrap.missing", "config.recorder", "names.taken", "policies.full"} <= fine


@contextmanager
def policies_of_others(organization: Organization) -> Iterator[None]:
    """Attach two policies of somebody else to a unit for a while."""
    client = organization.client("organizations", organization.names.management)
    root = client.list_roots()["Roots"][0]["Id"]
    units = client.list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"]
    target = next(unit["Id"] for unit in units if unit["Name"] == "Suspended")
    made = [
        client.create_policy(
            Content=json.dumps(DENY),
            Description="theirs",
            Name=f"theirs-{number}",
            Type="SERVICE_CONTROL_POLICY",
        )["Policy"]["PolicySummary"]["Id"]
        for number in range(2)
    ]
    try:
        for policy in made:
            client.attach_policy(PolicyId=policy, TargetId=target)
        yield
    finally:
        for policy in made:
            client.detach_policy(PolicyId=policy, TargetId=target)
            client.delete_policy(PolicyId=policy)


def test_what_others_attach_is_found_and_gone_again(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    with policies_of_others(organization):
        found = look(organization, monkeypatch)
    rows = [row for row in found if row["check"] == "policies.reserved"]
    assert [row["configuration"] for row in rows] == [{"guardrails": {"reserved_scp_slots": 2}}]
    assert in_the_way(look(organization, monkeypatch)) == []
