"""What is printed can be used: lines validate, commands exist, imports name what CloudFormation asks for."""

from __future__ import annotations

import json
import shlex
from io import StringIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import xform_name
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER
from ruamel.yaml import YAML

from baseline.preflight.checks.administrators import LISTINGS
from baseline.preflight.expected import NAME_OF, read_expected
from baseline.preflight.finding import Finding, Imported, Verdict, merged
from baseline.preflight.report import (
    as_json,
    as_markdown,
    as_yaml,
    gathered,
    mappings,
    outcome,
)
from baseline.preflight.run import preflight
from tests.unit.preflight.brownfield import brown_field
from tests.unit.preflight.world import HOME, MANAGEMENT, SECURITY, World, blocking, changed


@pytest.fixture(scope="module")
def found() -> list[Finding]:
    """What an organization with a past gives."""
    return preflight(brown_field().look())


def test_a_new_organization_gives_nothing_but_the_missing_assembly() -> None:
    found = preflight(World().look())
    assert [row.check for row in blocking(found)] == ["unknown.assembly"]


def test_the_past_is_found_in_every_area(found: list[Finding]) -> None:
    assert {
        "administrators.delegated",
        "administrators.regional",
        "bootstrap.missing",
        "config.recorder",
        "control-tower.mode",
        "guardduty.administrator",
        "names.bucket",
        "names.retained",
        "organization.resource-policy",
        "policies.reserved",
        "quotas.full",
        "regions.disabled",
        "roles.emergency",
        "security-hub.home-region",
        "trail.retained",
        "unknown.denied",
        "units.exists",
    } <= {row.check for row in blocking(found)}


def test_the_worst_comes_first(found: list[Finding]) -> None:
    ranks = [list(Verdict).index(row.verdict) for row in found]
    assert ranks == sorted(ranks)


def test_all_lines_together_validate_and_what_they_answer_is_gone(found: list[Finding]) -> None:
    lines = merged(found)
    world = brown_field()
    world.configuration = changed(**lines)
    again = preflight(world.look())
    answered = {
        (row.check, row.place)
        for row in found
        if row.verdict in {Verdict.ADOPT, Verdict.SKIP} and row.configuration
    }
    left = {(row.check, row.place) for row in again if row.configuration and row.blocks}
    assert answered
    assert not answered & left


def test_the_lines_of_each_finding_validate_alone(found: list[Finding]) -> None:
    rows = [row for row in found if row.configuration]
    assert len(rows) > 5
    for row in rows:
        text = as_yaml(row.configuration)
        assert YAML(typ="safe").load(StringIO(text)) == json.loads(
            json.dumps(dict(row.configuration))
        )
        changed(**row.configuration)


def test_account_ids_keep_their_quotes() -> None:
    assert as_yaml({"members": {"shop": {"id": "012345678901"}}}) == (
        "members:\n  shop:\n    id: '012345678901'\n"
    )


def _aws_commands(found: list[Finding]) -> list[str]:
    return sorted({line for row in found for line in row.commands if line.startswith("aws ")})


CLI_SERVICES = {"configservice": "config", "s3": None}
"""Names of the AWS CLI that are not boto3's; `aws s3` is the CLI's own."""


def test_every_command_exists_with_its_options(found: list[Finding]) -> None:
    lines = _aws_commands(found)
    assert len(lines) > 10
    for line in lines:
        _check(line)


def _check(line: str) -> None:
    """Check that a command of the AWS CLI and its options exist."""
    _, service, command, *options = shlex.split(line)
    name = CLI_SERVICES.get(service, service)
    if name is None:
        assert command == "rb"
        return
    model = boto3.client(name, region_name=HOME).meta.service_model
    operation = {xform_name(each, "-"): each for each in model.operation_names}[command]
    shape = model.operation_model(operation).input_shape
    members = {xform_name(each, "-") for each in (shape.members if shape is not None else ())}
    given = {option[2:] for option in options if option.startswith("--")} - {"region"}
    assert {option.removeprefix("no-") for option in given} <= members, line


def test_every_way_to_take_an_administrator_back_exists() -> None:
    undo = [listing.undo.format(account=MANAGEMENT) for listing in LISTINGS.values()]
    assert len(undo) == 6
    for line in undo:
        _check(line)


def _identifier(kind: str) -> list[str]:
    schema: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    return [each.rpartition("/")[2] for each in schema["primaryIdentifier"]]


@pytest.mark.parametrize(
    ("kind", "identifier"),
    [
        ("AWS::CloudTrail::Trail", "TrailName"),
        ("AWS::ControlTower::EnabledBaseline", "EnabledBaselineIdentifier"),
        ("AWS::Events::EventBus", "Name"),
        ("AWS::GuardDuty::Detector", "Id"),
        ("AWS::IAM::Group", "GroupName"),
        ("AWS::IAM::ManagedPolicy", "PolicyArn"),
        ("AWS::IAM::Role", "RoleName"),
        ("AWS::IAM::User", "UserName"),
        ("AWS::KMS::Alias", "AliasName"),
        ("AWS::KMS::Key", "KeyId"),
        ("AWS::Logs::LogGroup", "LogGroupName"),
        ("AWS::Organizations::Policy", "Id"),
        ("AWS::S3::Bucket", "BucketName"),
        ("AWS::SNS::Topic", "TopicArn"),
        ("AWS::SecurityHub::FindingAggregator", "FindingAggregatorArn"),
        ("AWS::SecurityHub::Hub", "ARN"),
        ("AWS::StepFunctions::StateMachine", "Arn"),
    ],
)
def test_imports_name_the_identifier_of_the_type(kind: str, identifier: str) -> None:
    assert _identifier(kind) == [identifier]


def test_an_import_file_has_all_resources_of_a_stack() -> None:
    rows = [
        Finding(
            check="names.retained",
            verdict=Verdict.IMPORT,
            message="",
            imported=(Imported(stack="audit", logical_id=name, identifier={"X": name}),),
        )
        for name in ("A", "B")
    ]
    assert mappings(rows) == {"audit": {"A": {"X": "A"}, "B": {"X": "B"}}}


def test_json_has_everything_and_markdown_everything_but_what_is_fine(found: list[Finding]) -> None:
    document = json.loads(as_json(found, profile="organization", accounts=[MANAGEMENT, SECURITY]))
    assert (document["profile"], document["in_the_way"]) == ("organization", True)
    assert sum(document["counts"].values()) == len(document["findings"]) == len(found)
    assert document["configuration"] == json.loads(json.dumps(merged(found)))
    text = as_markdown(found)
    for row in found:
        assert (f"**{row.check}**" in text) is (
            row.verdict is not Verdict.FINE
            or any(each.check == row.check and each.verdict is not Verdict.FINE for each in found)
        )
    assert "```yaml\norganization" in text or "## All lines together" in text


def test_markdown_shows_names_of_others_as_text() -> None:
    row = Finding(check="trail.second", verdict=Verdict.NOTE, message="<img src=x> *a* `b`")
    assert "\\<img src=x\\> \\*a\\* \\`b\\`" in as_markdown([row])


def test_two_numbers_leave_room_for_both_and_lines_of_notes_are_not_written() -> None:
    rows = [
        Finding(
            check=f"x.{value}",
            verdict=Verdict.ADOPT,
            message="",
            configuration={"guardrails": {"reserved_scp_slots": value}},
        )
        for value in (1, 3, 2)
    ]
    note = Finding(check="n", verdict=Verdict.NOTE, message="", configuration={"prefix": "other"})
    assert merged([*rows, note]) == {"guardrails": {"reserved_scp_slots": 3}}


def test_the_assembly_of_the_example_has_names_stacks_and_stack_sets(assembly: Path) -> None:
    expected = read_expected(assembly)
    kinds = {row.type for row in expected.named}
    assert set(NAME_OF) <= kinds | {"AWS::IAM::Group", "AWS::IAM::User"}
    buckets = {row.name for row in expected.named if row.type == "AWS::S3::Bucket"}
    assert "secbase-org-logs-222222222222-eu-west-1" in buckets
    alias = next(row for row in expected.named if row.name == "alias/secbase-logs")
    assert (alias.stack, alias.retained) == ("log-archive", True)
    stack, logical_id = expected.stack(MANAGEMENT, HOME, "AWS::CloudTrail::Trail") or (None, "")
    assert stack is not None
    assert (stack.name, bool(logical_id)) == ("secbase-audit", True)
    assert "secbase-member-global" in expected.stack_sets
    roles = [row for row in expected.named if row.name == "secbase-responder"]
    assert {row.account for row in roles} == {MANAGEMENT, "*"}
    assert expected.bootstrap_version >= 6
    key = {row.key for row in expected.named if row.name == "alias/secbase-logs"}
    assert key <= set(
        next(s for s in expected.stacks if s.id == "log-archive").logical_ids["AWS::KMS::Key"]
    )


def test_findings_that_differ_in_their_place_are_read_together() -> None:
    rows = [
        Finding(check="x.y", verdict=Verdict.NOTE, message=message, place=place)
        for message, place in (("a", "1"), ("b", "1"), ("a", "2"))
    ]
    assert [(row.message, row.place) for row in gathered(rows)] == [("a", "1, 2"), ("b", "1")]


def test_the_outcome_tells_what_is_unknown_from_what_is_in_the_way() -> None:
    note = Finding(check="x.y", verdict=Verdict.NOTE, message="")
    unknown = Finding(check="x.y", verdict=Verdict.UNKNOWN, message="")
    conflict = Finding(check="x.y", verdict=Verdict.CONFLICT, message="")
    assert outcome([note]) == "nothing is in the way"
    assert "not everything could be read" in outcome([note, unknown])
    assert outcome([unknown, conflict]) == "something is in the way"
