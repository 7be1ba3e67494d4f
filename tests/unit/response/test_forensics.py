"""The forensic account: its key and role, copies that end there, and memory that is captured."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template
from botocore.client import BaseClient
from moto import mock_aws

from baseline.config import Configuration, load
from baseline.config.names import Names
from baseline.config.response import Response
from baseline.response.forensics import ForensicCopies, ForensicKey
from baseline.response.playbooks import compromised_instance
from baseline.response.playbooks.choice import chosen_families
from baseline.response.playbooks.compute_shared import COLLECT, HAND_OVER, MEMORY, SNAPSHOT
from tests.handlers import ROOT
from tests.unit.response import compute_world, machine
from tests.unit.response.compute_world import World, answered, member, quick, recorded
from tests.unit.response.machine import ALWAYS, Faults, Run, run

FORENSIC = "666666666666"
SETTINGS = {
    "account": FORENSIC,
    "key_alias": "alias/secbase-forensics",
    "role": "secbase-forensic-copies",
}
CAPTURE = {"tool": "s3://tools/avml", "sha256": "9f" * 32, "output": "s3://images/memory"}
PLAYBOOK = replace(
    compromised_instance.PLAYBOOK, mode="contain", steps=(COLLECT, SNAPSHOT, MEMORY, HAND_OVER)
)


@pytest.fixture
def world() -> Iterator[World]:
    with mock_aws(), machine.security_account(), quick():
        made = compute_world.build()
        with answered(made):
            yield made


def answer(world: World, number: int = 1, **more: Any) -> Run:
    event = recorded("Backdoor:EC2/C&CActivity.B", world.instance)
    event["detail"]["id"] = f"finding-{number}"
    return run(PLAYBOOK, event, execution=f"{machine.EXECUTION}{number}", **more)


def forensic() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = machine.member("ec2", FORENSIC).describe_snapshots(
        OwnerIds=["self"], Filters=[{"Name": "tag-key", "Values": ["SecurityBaselineIncident"]}]
    )["Snapshots"]
    return found


def shared() -> list[str]:
    """Give the snapshots that the member account shares with the forensic account."""
    ec2 = member("ec2")
    found = ec2.describe_snapshots(
        Filters=[{"Name": "tag-key", "Values": ["SecurityBaselineIncidentSource"]}]
    )["Snapshots"]
    return [
        each["SnapshotId"]
        for each in found
        if {"UserId": FORENSIC}
        in ec2.describe_snapshot_attribute(
            SnapshotId=each["SnapshotId"], Attribute="createVolumePermission"
        )["CreateVolumePermissions"]
    ]


@pytest.fixture
def with_forensics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPUTE", json.dumps({"forensics": SETTINGS}))


@pytest.fixture
def visible(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the forensic account copy what is shared with it; moto looks in the caller's account."""
    real = BaseClient._make_api_call

    def copy(client: Any, operation: str, parameters: Any) -> Any:
        if operation != "CopySnapshot" or parameters["SourceSnapshotId"] not in shared():
            return real(client, operation, parameters)
        volume = real(client, "CreateVolume", {"Size": 8, "AvailabilityZone": f"{machine.REGION}a"})
        given = {
            "VolumeId": volume["VolumeId"],
            "Description": parameters["Description"],
            "TagSpecifications": parameters["TagSpecifications"],
        }
        assert parameters["Encrypted"] is True
        return real(client, "CreateSnapshot", given)

    monkeypatch.setattr(BaseClient, "_make_api_call", copy)


@pytest.mark.usefixtures("with_forensics", "visible")
def test_snapshots_end_in_the_forensic_account_under_its_key(world: World) -> None:
    asked: list[Any] = []
    real = BaseClient._make_api_call

    def watch(client: Any, operation: str, parameters: Any) -> Any:
        if operation == "CopySnapshot":
            asked.append(parameters["KmsKeyId"])
        return real(client, operation, parameters)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(BaseClient, "_make_api_call", watch)
        done = answer(world)
    assert done.status == "SUCCEEDED", done.state["results"]
    assert len(shared()) == len(world.volumes) == len(forensic())
    key = f"arn:aws:kms:{machine.REGION}:{FORENSIC}:alias/secbase-forensics"
    assert set(asked) == {key}
    assert f"in account {FORENSIC}" in str(done.state["results"]["hand_over_snapshots"])


@pytest.mark.usefixtures("with_forensics", "visible")
def test_a_second_run_copies_nothing_again(world: World) -> None:
    answer(world)
    before = (len(world.snapshots()), len(forensic()))
    done = answer(world, 2)
    assert set(done.statuses.values()) <= {"unchanged", "skipped"}
    assert (len(world.snapshots()), len(forensic())) == before


@pytest.mark.usefixtures("with_forensics", "visible")
@pytest.mark.parametrize("call", ["ec2.CopySnapshot", "ec2.ModifySnapshotAttribute"])
def test_a_hand_over_that_fails_is_told_and_completed_later(world: World, call: str) -> None:
    with Faults({call: ALWAYS}).injected():
        done = answer(world)
    assert done.status_of("hand_over_snapshots") == "failed"
    assert (forensic(), done.status_of("snapshot_volumes")) == ([], "changed")
    assert answer(world, 2).status == "SUCCEEDED"
    assert len(forensic()) == len(world.volumes)


@pytest.mark.usefixtures("with_forensics")
def test_a_dry_run_hands_nothing_over(world: World) -> None:
    done = answer(world, mode="dry_run")
    assert done.status_of("snapshot_volumes") == "planned"
    assert f"account {FORENSIC} gets copies" in str(done.state["results"]["hand_over_snapshots"])
    assert (world.snapshots(), forensic()) == ([], [])


def test_without_a_forensic_account_snapshots_stay_and_their_keys_are_told(world: World) -> None:
    done = answer(world)
    assert done.status_of("hand_over_snapshots") == "skipped"
    assert "is not encrypted" in str(done.state["results"]["hand_over_snapshots"])
    assert shared() == []


@pytest.fixture
def with_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPUTE", json.dumps({"memory": CAPTURE}))


@pytest.mark.usefixtures("with_memory")
def test_memory_is_captured_by_the_tool_with_the_known_hash(world: World) -> None:
    world.agent = {"PingStatus": "Online", "PlatformType": "Linux"}
    done = answer(world)
    assert done.visited.count("Capture the machine's memory") == 3, "sent, running, done"
    [sent] = world.commands
    script = "\n".join(sent["Parameters"]["commands"])
    check, use = script.index("sha256sum --check"), script.index("./tool --compress")
    assert check < use
    assert CAPTURE["sha256"] in script
    assert "s3://images/memory/compromised-instance-" in script
    kept = [body for name, body in machine.evidence().items() if name.endswith("command.json")]
    assert b"9f86d0  image" in kept[0]
    assert answer(world, 2).status_of("capture_memory") == "unchanged"
    assert len(world.commands) == 1


@pytest.mark.usefixtures("with_memory")
def test_a_capture_that_fails_is_told(world: World) -> None:
    world.agent = {"PingStatus": "Online", "PlatformType": "Linux"}
    with Faults({"ssm.SendCommand": ALWAYS}).injected():
        assert answer(world).status_of("capture_memory") == "failed"
    assert world.commands == []
    done = answer(world, 2, mode="dry_run")
    assert (done.status_of("capture_memory"), world.commands) == ("planned", [])


@pytest.mark.usefixtures("with_memory")
@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (None, "does not reach the machine"),
        ({"PingStatus": "ConnectionLost", "PlatformType": "Linux"}, "does not reach"),
        ({"PingStatus": "Online", "PlatformType": "Windows"}, "memory of Windows"),
    ],
)
def test_a_machine_that_cannot_capture_is_told(world: World, agent: Any, said: str) -> None:
    world.agent = agent
    done = answer(world)
    assert done.status_of("capture_memory") == "skipped"
    assert said in str(done.state["results"]["capture_memory"])
    assert world.commands == []


def test_memory_is_not_captured_unless_a_tool_is_named(world: World) -> None:
    world.agent = {"PingStatus": "Online", "PlatformType": "Linux"}
    done = answer(world)
    assert "names no tool" in str(done.state["results"]["capture_memory"])
    assert world.commands == []


@pytest.fixture(scope="module")
def template(names: Names) -> Template:
    stack = cdk.Stack(
        cdk.App(), "forensics", env=cdk.Environment(account=FORENSIC, region=machine.REGION)
    )
    ForensicKey(stack, "Key", names=names)
    ForensicCopies(stack, "Copies", names=names)
    return Template.from_stack(stack)


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load(ROOT / "baseline.yaml")


@pytest.fixture(scope="module")
def names(configuration: Configuration) -> Names:
    return Names.of(configuration)


@pytest.mark.parametrize("control", ["KMS.4"])
def test_only_responders_of_the_organization_use_the_key_and_only_through_ec2(
    template: Template, control: str
) -> None:
    [key] = template.find_resources("AWS::KMS::Key").values()
    assert key["Properties"]["EnableKeyRotation"] is True, control
    statements = [
        each
        for each in key["Properties"]["KeyPolicy"]["Statement"]
        if each.get("Sid", "").startswith("Responders")
    ]
    assert len(statements) == 2
    for each in statements:
        equals = each["Condition"]["StringEquals"]
        assert equals["aws:PrincipalOrgID"] == "o-exampleorgid"
        assert "ec2." in str(equals["kms:ViaService"])
        assert "role/secbase-responder-compute" in str(each["Condition"]["ArnLike"])
    [grants] = [each for each in statements if each["Action"] == "kms:CreateGrant"]
    assert grants["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}


def test_the_role_copies_and_deletes_nothing(template: Template) -> None:
    [policy] = template.find_resources("AWS::IAM::ManagedPolicy").values()
    actions = actions_of(policy["Properties"]["PolicyDocument"]["Statement"])
    assert {each for each in actions if each.startswith("ec2:")} == {
        "ec2:CopySnapshot",
        "ec2:CreateTags",
        "ec2:DescribeSnapshots",
    }
    [role] = template.find_resources("AWS::IAM::Role").values()
    [trust] = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert "role/secbase-playbooks-compute" in str(trust["Condition"]["ArnEquals"])


def actions_of(statements: Any) -> set[str]:
    return {
        action
        for each in statements
        for action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
    }


def permissions(configuration: Configuration) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Give what the responder may do in an account, and what the function is told."""
    [family] = [each for each in chosen_families(configuration) if each.id == "compute"]
    statements = [each.to_statement_json() for each in family.statements()]
    return statements, json.loads(family.environment["COMPUTE"])


def with_settings(configuration: Configuration, response: Any) -> Configuration:
    return configuration.model_copy(update={"response": Response.model_validate(response)})


def test_by_default_responders_share_no_disk_and_run_nothing(configuration: Configuration) -> None:
    statements, told = permissions(configuration)
    actions = actions_of(statements)
    assert not actions & {"ec2:ModifySnapshotAttribute", "ec2:CopySnapshot", "ssm:SendCommand"}
    assert not [each for each in actions if each.startswith("kms:") and each != "kms:DescribeKey"]
    assert told == {"cut_connections": True, "forensics": None, "memory": None}


def test_responders_never_terminate_delete_or_touch_iam(configuration: Configuration) -> None:
    actions = actions_of(permissions(configuration)[0])
    assert not [each for each in actions if each.startswith(("iam:", "sts:"))]
    assert "ec2:TerminateInstances" not in actions
    assert [each for each in actions if ":Delete" in each] == ["ec2:DeleteSecurityGroup"]


def test_disks_are_shared_with_the_forensic_account_alone(configuration: Configuration) -> None:
    chosen = with_settings(configuration, {"forensics": {"account": FORENSIC}})
    statements, told = permissions(chosen)
    [sharing] = [each for each in statements if each["Action"] == "ec2:ModifySnapshotAttribute"]
    assert sharing["Condition"]["StringEquals"] == {"ec2:Add/userId": FORENSIC}
    assert sharing["Condition"]["Null"]
    assert told["forensics"] == SETTINGS


def test_commands_run_on_tagged_machines_alone(configuration: Configuration) -> None:
    chosen = with_settings(configuration, {"compute": {"memory": CAPTURE}})
    statements, told = permissions(chosen)
    sending = [each for each in statements if each["Action"] == "ssm:SendCommand"]
    assert len(sending) == 2
    for each in sending:
        on_machines = "instance/" in str(each["Resource"])
        assert on_machines is ("Condition" in each)
    assert told["memory"] == CAPTURE


def test_a_unit_with_one_account_names_the_forensic_account(configuration: Configuration) -> None:
    chosen = with_settings(configuration, {"forensics": {"unit": "Workloads/Test"}})
    assert permissions(chosen)[1]["forensics"]["account"] == FORENSIC
