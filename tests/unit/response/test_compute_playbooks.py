"""Playbooks about machines against moto: contained, unchanged, planned, and a fault at every step."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto import mock_aws

from baseline.response.playbooks import compromised_instance, crypto_mining, dns_exfiltration
from baseline.response.playbooks.model import Playbook
from tests.fast import sampled
from tests.unit.response import compute_world, machine
from tests.unit.response.compute_world import World, answered, member, quick, recorded
from tests.unit.response.machine import ALWAYS, Faults, Run, Tickets, run

COMPROMISED = compromised_instance.PLAYBOOK
MINING = crypto_mining.PLAYBOOK
EXFILTRATION = dns_exfiltration.PLAYBOOK
TYPES = {
    COMPROMISED: compromised_instance.TYPES,
    MINING: crypto_mining.TYPES,
    EXFILTRATION: dns_exfiltration.TYPES,
}
FIRST = {playbook.id: types[0] for playbook, types in TYPES.items()}
OF_FUNCTION = "CryptoCurrency:Lambda/BitcoinTool.B"
REMOTE = "93.184.215.14/32"
CHANGES = {
    "deregister_targets": "elbv2.DeregisterTargets",
    "detach_scaling": "autoscaling.DetachInstances",
    "drain_containers": "ecs.UpdateContainerInstancesState",
    "block_remote_addresses": "ec2.CreateNetworkAclEntry",
    "isolate_instance": "ec2.ModifyNetworkInterfaceAttribute",
    "detach_profile": "ec2.DisassociateIamInstanceProfile",
    "preserve_instance": "ec2.ModifyInstanceAttribute",
    "snapshot_volumes": "ec2.CreateSnapshots",
    "stop_instance": "ec2.StopInstances",
}
"""Each step that changes something, with a call that it makes."""


@pytest.fixture
def tickets() -> Iterator[Tickets]:
    with mock_aws(), machine.security_account() as found, quick():
        yield found


@pytest.fixture
def world(tickets: Tickets) -> Iterator[World]:
    assert tickets.items == {}
    made = compute_world.build()
    with answered(made):
        yield made


ISOLATE = ("isolate_instance",)
BLOCK = ("block_remote_addresses", *ISOLATE)
RESOLVE = ("block_domain",)


def answer(
    playbook: Playbook, world: World, number: int = 1, only: tuple[str, ...] = (), **more: Any
) -> Run:
    """Run a playbook for its first type; each number is a finding and an execution of its own.

    Args:
        playbook: the playbook.
        world: the machine and what belongs to it.
        number: of the finding and of the execution.
        only: steps that the test is about, for speed; all by default.
        more: as for ``run``, and the event.
    """
    if only:
        steps = tuple(each for each in playbook.steps if each.key in only)
        assert {each.key for each in steps} == set(only)
        playbook = replace(playbook, steps=steps)
    event = more.pop("event", None) or recorded(FIRST[playbook.id], world.instance)
    event["detail"]["id"] = f"finding-{number}"
    execution = machine.EXECUTION.replace("run-1", f"run-{number}")
    return run(playbook, event, execution=execution, **more)


def assert_isolated(world: World) -> None:
    for interface in world.interfaces:
        assert world.groups_of(interface) == ["secbase-isolation"]
    group = world.group("secbase-isolation")
    assert group is not None
    assert (group["IpPermissions"], group["IpPermissionsEgress"]) == ([], [])


def test_a_compromised_instance_is_contained(world: World) -> None:
    done = answer(COMPROMISED, world)
    assert done.status == "SUCCEEDED", done.state
    assert done.summary["outcome"] == "contained"
    assert_isolated(world)
    assert (world.targets(), world.classic()) == ([], [])
    assert world.instance not in world.scaled()
    assert world.container_status() == "DRAINING"
    assert world.profiles() == []
    assert world.state() == "stopped"
    assert world.denied(world.shared_subnet) == {(REMOTE, False), (REMOTE, True)}
    assert {each["VolumeId"] for each in world.snapshots()} == set(world.volumes)


def test_its_evidence_outlives_it(world: World) -> None:
    answer(COMPROMISED, world, only=("preserve_instance",))
    assert str(world.attribute("disableApiTermination")).lower() == "true"
    assert world.attribute("instanceInitiatedShutdownBehavior") == "stop"
    disks = world.described()["BlockDeviceMappings"]
    assert [each["Ebs"]["DeleteOnTermination"] for each in disks] == [False]
    tags = {each["Key"]: each["Value"] for each in world.described()["Tags"]}
    assert tags["SecurityBaselineIncident"].startswith("compromised-instance-")


def test_open_connections_are_cut_by_a_group_that_tracks_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[str, str]] = []
    real = BaseClient._make_api_call

    def watch(client: Any, operation: str, parameters: Any) -> Any:
        if operation == "ModifyNetworkInterfaceAttribute":
            [group] = parameters["Groups"]
            found = member("ec2").describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
            given.append((parameters["NetworkInterfaceId"], found["GroupName"]))
            if "untracked" in found["GroupName"]:
                ranges = [each.get("IpRanges") for each in found["IpPermissions"]]
                assert [{"CidrIp": "0.0.0.0/0"}] in ranges
        return real(client, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", watch)
    answer(COMPROMISED, world, only=ISOLATE)
    for interface in world.interfaces:
        names = [group for name, group in given if name == interface]
        assert names[0] == names[-1] == "secbase-isolation", "closed before and after"
        assert names[1].startswith("secbase-untracked-compromised-instance-")
    assert all("untracked" not in (each or "") for each in known_groups())


def test_connections_are_left_where_the_configuration_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPUTE", json.dumps({"cut_connections": False}))
    with Faults({"ec2.AuthorizeSecurityGroupIngress": ALWAYS}).injected() as faults:
        done = answer(COMPROMISED, world, only=ISOLATE)
    assert faults.failed == []
    assert_isolated(world)
    assert "cut_connections is false" in str(done.state["results"]["isolate_instance"])


def known_groups() -> list[str]:
    found = member("ec2").describe_security_groups()["SecurityGroups"]
    return [each["GroupName"] for each in found]


def test_a_subnet_with_nothing_else_in_it_is_closed_and_others_are_not(world: World) -> None:
    answer(COMPROMISED, world, only=ISOLATE)
    closed, shared = world.acl_of(world.lonely_subnet), world.acl_of(world.shared_subnet)
    assert closed["NetworkAclId"] != shared["NetworkAclId"]
    assert "allow" not in {each["RuleAction"] for each in closed["Entries"]}
    assert "allow" in {each["RuleAction"] for each in shared["Entries"]}


def test_addresses_inside_are_victims_and_are_not_denied(world: World) -> None:
    event = recorded(TYPES[COMPROMISED][0], world.instance)
    action = event["detail"]["service"]["action"]["networkConnectionAction"]
    action["remoteIpDetails"]["ipAddressV4"] = "10.0.3.9"
    done = answer(COMPROMISED, world, only=BLOCK, event=event)
    assert done.status_of("block_remote_addresses") == "skipped"
    assert world.denied(world.shared_subnet) == set()
    assert_isolated(world)


def test_a_shared_subnet_has_an_acl_of_its_owner_and_the_machine_is_isolated(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        compute_world.Answers, "DescribeNetworkAcls", lambda *_: {"NetworkAcls": []}, raising=False
    )
    done = answer(COMPROMISED, world, only=BLOCK)
    assert done.status == "SUCCEEDED", done.state["results"]
    said = str(done.state["results"]["block_remote_addresses"])
    assert "belongs to the account that shares" in said
    assert_isolated(world)


def test_an_acl_without_room_is_told_and_the_machine_isolated(world: World) -> None:
    ec2, acl = member("ec2"), world.acl_of(world.shared_subnet)["NetworkAclId"]
    for egress in (False, True):
        ec2.create_network_acl_entry(
            NetworkAclId=acl,
            RuleNumber=1,
            Protocol="-1",
            RuleAction="allow",
            Egress=egress,
            CidrBlock="0.0.0.0/0",
        )
    done = answer(COMPROMISED, world, only=BLOCK)
    assert any("no free number" in each for each in done.summary["problems"])
    assert_isolated(world)


@pytest.mark.parametrize("playbook", sampled(TYPES), ids=lambda each: each.id)
def test_a_second_run_changes_nothing(world: World, playbook: Playbook) -> None:
    answer(playbook, world)
    before = world.everything()
    machine.messages()
    done = answer(playbook, world, 2)
    assert set(done.statuses.values()) <= {"unchanged", "skipped"}, done.statuses
    assert world.everything() == before
    assert machine.messages() == []


@pytest.mark.parametrize("playbook", sampled(TYPES), ids=lambda each: each.id)
def test_a_dry_run_changes_nothing_and_says_what_it_would(world: World, playbook: Playbook) -> None:
    before = world.everything()
    done = answer(playbook, world, mode="dry_run")
    assert world.everything() == before
    assert "failed" not in done.statuses.values(), done.state["results"]
    skipped = {"block_remote_addresses"} if playbook is EXFILTRATION else set()
    for step in CHANGES.keys() - skipped:
        assert done.status_of(step) == "planned", step
    assert machine.evidence() == {}


@pytest.mark.parametrize(("step", "call"), sampled(CHANGES.items()))
def test_a_fault_leaves_the_rest_contained_and_the_next_run_completes(
    world: World, step: str, call: str
) -> None:
    with Faults({call: ALWAYS}).injected():
        done = answer(COMPROMISED, world)
    assert done.status == "FAILED"
    assert done.status_of(step) == "failed"
    assert any("injected" in str(each) for each in done.summary["lines"])
    assert done.status_of("detach_profile" if step != "detach_profile" else "isolate_instance") == (
        "changed"
    )
    if step != "isolate_instance":
        assert_isolated(world)
    assert answer(COMPROMISED, world, 2).status == "SUCCEEDED"
    assert_isolated(world)
    assert (world.targets(), world.profiles(), world.state()) == ([], [], "stopped")
    before = world.everything()
    third = answer(COMPROMISED, world, 3)
    assert set(third.statuses.values()) <= {"unchanged", "skipped"}
    assert world.everything() == before


@pytest.mark.parametrize(
    "call",
    sampled(
        [
            "ec2.CreateSecurityGroup",
            "ec2.RevokeSecurityGroupEgress",
            "ec2.AuthorizeSecurityGroupEgress",
            "ec2.DeleteSecurityGroup",
            "ec2.CreateNetworkAcl",
            "ec2.ReplaceNetworkAclAssociation",
            "ec2.CreateTags",
        ]
    ),
)
def test_each_call_of_the_isolation_may_fail_once(world: World, call: str) -> None:
    with Faults({call: 1}).injected() as faults:
        done = answer(COMPROMISED, world, only=("preserve_instance", *ISOLATE))
    assert faults.failed == [call]
    assert "failed" not in done.statuses.values()
    assert_isolated(world)
    assert all("untracked" not in each for each in known_groups())


def test_a_machine_is_isolated_even_where_connections_cannot_be_cut(world: World) -> None:
    with Faults({"ec2.AuthorizeSecurityGroupIngress": ALWAYS}).injected():
        done = answer(COMPROMISED, world, only=ISOLATE)
    assert_isolated(world)
    assert done.status_of("isolate_instance") == "failed"
    assert answer(COMPROMISED, world, 2, only=ISOLATE).status == "SUCCEEDED"
    assert all("untracked" not in each for each in known_groups())


def test_a_machine_is_isolated_where_no_open_group_can_be_made(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = BaseClient._make_api_call

    def refuse(client: Any, operation: str, parameters: Any) -> Any:
        if operation == "CreateSecurityGroup" and "untracked" in parameters["GroupName"]:
            error = {"Error": {"Code": "UnauthorizedOperation", "Message": "a guardrail"}}
            raise ClientError(error, operation)
        return real(client, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", refuse)
    done = answer(COMPROMISED, world, only=ISOLATE)
    assert_isolated(world)
    assert any("were not cut" in each for each in done.summary["problems"])


def test_an_interface_never_stays_in_the_open_group(world: World) -> None:
    """The second interface cannot be opened; the first is closed all the same."""
    real = BaseClient._make_api_call
    failed: list[str] = []

    def refuse(client: Any, operation: str, parameters: Any) -> Any:
        if operation == "ModifyNetworkInterfaceAttribute" and not failed:
            found = member("ec2").describe_security_groups(GroupIds=parameters["Groups"])
            name = found["SecurityGroups"][0]["GroupName"]
            if "untracked" in name and parameters["NetworkInterfaceId"] == world.interfaces[1]:
                failed.append(name)
                error = {"Error": {"Code": "InternalError", "Message": "injected"}}
                raise ClientError(error, operation)
        return real(client, operation, parameters)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(BaseClient, "_make_api_call", refuse)
        answer(COMPROMISED, world, only=ISOLATE)
    assert failed
    assert_isolated(world)
    assert all("untracked" not in each for each in known_groups())


def test_rules_that_somebody_added_to_the_isolation_group_are_removed(world: World) -> None:
    answer(COMPROMISED, world, only=ISOLATE)
    group = world.group("secbase-isolation")
    assert group is not None
    member("ec2").authorize_security_group_ingress(
        GroupId=group["GroupId"], IpProtocol="-1", CidrIp="0.0.0.0/0"
    )
    answer(COMPROMISED, world, 2, only=ISOLATE)
    assert_isolated(world)


def test_by_default_a_person_decides_about_a_compromised_instance(world: World) -> None:
    asked: list[str] = []

    def refuse(step: str) -> bool:
        asked.append(step)
        return False

    done = answer(
        COMPROMISED, world, only=(*ISOLATE, "snapshot_volumes", "stop_instance"), approve=refuse
    )
    assert "isolate_instance" in asked
    assert world.groups_of(world.interfaces[0]) != ["secbase-isolation"]
    assert done.status_of("snapshot_volumes") == "changed", "evidence does not wait"
    assert world.state() == "running"


@pytest.mark.parametrize("playbook", [MINING, EXFILTRATION], ids=lambda each: each.id)
def test_mining_and_exfiltration_are_contained_without_an_answer(
    world: World, playbook: Playbook
) -> None:
    done = answer(playbook, world, only=(*ISOLATE, "stop_instance"), approve=False)
    assert_isolated(world)
    assert world.state() == "running", "a person stops it"
    assert done.status_of("stop_instance") == "left out"


def test_secrets_of_the_user_data_are_not_evidence(world: World) -> None:
    answer(COMPROMISED, world, only=("collect_instance",))
    kept = machine.evidence()
    [said] = [body for name, body in kept.items() if name.endswith("user-data.json")]
    assert json.loads(said)["present"] is True
    assert not any(b"swordfish" in body for body in kept.values())
    names = {name.rpartition("/")[2] for name in kept}
    assert {"instance.json", "interfaces.json", "console.jpg", "inventory.json"} <= names
    [inventory] = [body for name, body in kept.items() if name.endswith("inventory.json")]
    assert b"xmrig" in inventory, "the second page, too"


def test_a_machine_without_agent_and_screen_is_described_all_the_same(world: World) -> None:
    missing = {"ssm.ListInventoryEntries": ALWAYS, "ec2.GetConsoleScreenshot": ALWAYS}
    with Faults(missing, code="UnsupportedOperation").injected():
        done = answer(COMPROMISED, world, only=("collect_instance",))
    said = str(done.state["results"]["collect_instance"])
    assert "no console.jpg: UnsupportedOperation" in said
    assert any(name.endswith("instance.json") for name in machine.evidence())


@pytest.mark.parametrize(
    ("playbook", "type"), [(each, kind) for each, kinds in TYPES.items() for kind in kinds]
)
def test_a_finding_of_every_type_is_answered(
    tickets: Tickets, playbook: Playbook, type: str
) -> None:
    """The recorded instance does not exist: there is nothing to do, and nothing fails."""
    done = run(playbook, recorded(type))
    assert done.status == "SUCCEEDED"
    assert done.summary["outcome"] == "nothing to do"
    target = done.state["incident"]["target"]
    assert target["id"] == ("resize" if type == OF_FUNCTION else "i-0123456789abcdef0")
    assert len(tickets.items) == 1


@pytest.mark.parametrize("playbook", TYPES, ids=lambda each: each.id)
def test_the_trigger_names_what_is_recorded_and_high_severity_alone(playbook: Playbook) -> None:
    [trigger] = playbook.triggers
    detail = trigger.pattern["detail"]
    assert tuple(detail["type"]) == TYPES[playbook]
    assert detail["severity"] == [{"numeric": [">=", 7]}]


def test_each_finding_type_starts_one_playbook() -> None:
    known = [kind for kinds in TYPES.values() for kind in kinds]
    assert len(known) == len(set(known))


def test_a_sample_names_nothing_that_is_there_and_wakes_nobody(world: World) -> None:
    before = world.everything()
    event = recorded(TYPES[COMPROMISED][0], "i-99999999")
    event["detail"]["service"]["additionalInfo"] = {"sample": True}
    done = run(COMPROMISED, event)
    assert (done.status, done.summary["outcome"]) == ("SUCCEEDED", "dry run")
    assert set(done.statuses.values()) == {"skipped"}
    assert (world.everything(), machine.messages()) == (before, [])


def test_a_fargate_task_names_no_instance(tickets: Tickets) -> None:
    event = recorded("Impact:Runtime/CryptoMinerExecuted")
    del event["detail"]["resource"]["instanceDetails"]
    done = run(MINING, event)
    assert (done.state["proceed"], tickets.items) == (False, {})
    assert "which instance" in done.state["reason"]


def test_what_the_miner_started_elsewhere_is_listed(world: World) -> None:
    launch = {
        "EventId": "e-1",
        "EventName": "RunInstances",
        "Username": "mallory",
        "AccessKeyId": "AKIAIOSFODNN7EXAMPLE",
        "Resources": [{"ResourceName": world.instance}],
    }
    world.launches = [launch, {**launch, "EventId": "e-2", "Resources": []}]
    world.launches.append({**launch, "EventId": "e-3", "EventName": "DescribeInstances"})
    done = answer(MINING, world)
    [kept] = [body for name, body in machine.evidence().items() if name.endswith("launches.json")]
    found = json.loads(kept)
    assert found["actor"]["Username"] == "mallory"
    assert {each["EventId"] for each in found["launches"][machine.REGION]} == {"e-1", "e-2"}
    assert f"2 launches by mallory in {machine.REGION}" in str(done.summary["lines"])


@pytest.fixture
def function(tickets: Tickets) -> str:
    assert tickets.items == {}
    role = member("iam").create_role(
        RoleName="resize",
        AssumeRolePolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            }
        ),
    )["Role"]["Arn"]
    member("lambda").create_function(
        FunctionName="resize",
        Runtime="python3.12",
        Role=role,
        Handler="index.handler",
        Code={"ZipFile": b"print()"},
        Environment={"Variables": {"TOKEN": "swordfish"}},
    )
    return "resize"


def reserved(function: str) -> int | None:
    found = member("lambda").get_function_concurrency(FunctionName=function)
    concurrency: int | None = found.get("ReservedConcurrentExecutions")
    return concurrency


def test_a_function_that_mines_is_invoked_by_nobody(function: str) -> None:
    event = recorded(OF_FUNCTION)
    done = run(MINING, event)
    assert (done.summary["outcome"], reserved(function)) == ("contained", 0)
    assert done.status_of("isolate_instance") == "skipped"
    assert not any(b"swordfish" in body for body in machine.evidence().values())
    event["detail"]["id"] = "finding-2"
    again = run(MINING, event, execution=machine.EXECUTION.replace("run-1", "run-2"))
    assert again.status_of("stop_function") == "unchanged"


def test_a_function_is_left_alone_in_a_dry_run_and_told_when_it_cannot_be_stopped(
    function: str,
) -> None:
    event = recorded(OF_FUNCTION)
    assert run(MINING, event, mode="dry_run").status_of("stop_function") == "planned"
    assert reserved(function) is None
    with Faults({"lambda.PutFunctionConcurrency": ALWAYS}).injected():
        done = run(MINING, event)
    assert (done.status, done.status_of("stop_function")) == ("FAILED", "failed")
    event["detail"]["id"] = "finding-2"
    run(MINING, event, execution=machine.EXECUTION.replace("run-1", "run-2"))
    assert reserved(function) == 0


def test_functions_of_the_baseline_are_not_stopped(tickets: Tickets) -> None:
    event = recorded(OF_FUNCTION)
    arn = event["detail"]["resource"]["lambdaDetails"]["functionArn"]
    event["detail"]["resource"]["lambdaDetails"]["functionArn"] = arn.replace(
        "resize", "secbase-playbooks"
    )
    done = run(MINING, event)
    assert "a person decides" in str(done.state["results"]["stop_function"])
    assert len(tickets.items) == 1


def test_a_domain_that_takes_data_does_not_resolve_any_more(world: World) -> None:
    answer(EXFILTRATION, world, only=RESOLVE)
    assert {"t1.tunnel.example.net.", "*.t1.tunnel.example.net."} <= set(world.domains)


def test_a_vpc_without_lists_of_ours_is_told(world: World) -> None:
    world.domains = []
    done = answer(EXFILTRATION, world, only=(*RESOLVE, *ISOLATE))
    assert world.domains == []
    assert "block t1.tunnel.example.net where" in str(done.state["results"]["block_domain"])
    assert_isolated(world)


@pytest.mark.parametrize(
    "domain", ["ssm.eu-central-1.amazonaws.com", "amazonaws.com", "no domain", None]
)
def test_names_of_aws_and_no_names_are_not_blocked(world: World, domain: str | None) -> None:
    event = recorded(TYPES[EXFILTRATION][0], world.instance)
    event["detail"]["service"]["action"]["dnsRequestAction"]["domain"] = domain
    done = answer(EXFILTRATION, world, only=RESOLVE, event=event)
    assert done.status_of("block_domain") == "skipped"
    assert world.domains == ["bad.example.com."]


def test_a_domain_that_cannot_be_blocked_does_not_hold_up_the_isolation(world: World) -> None:
    with Faults({"route53resolver.UpdateFirewallDomains": ALWAYS}).injected():
        done = answer(EXFILTRATION, world, only=(*RESOLVE, *ISOLATE))
    assert done.status_of("block_domain") == "failed"
    assert_isolated(world)
    assert answer(EXFILTRATION, world, 2, only=(*RESOLVE, *ISOLATE)).status == "SUCCEEDED"
    assert "t1.tunnel.example.net." in world.domains


def test_an_instance_on_instance_store_is_never_stopped(world: World) -> None:
    real = BaseClient._make_api_call

    def other(client: Any, operation: str, parameters: Any) -> Any:
        found = real(client, operation, parameters)
        if operation == "DescribeInstances":
            found["Reservations"][0]["Instances"][0]["RootDeviceType"] = "instance-store"
        return found

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(BaseClient, "_make_api_call", other)
        done = answer(COMPROMISED, world, only=("stop_instance",))
    assert done.status_of("stop_instance") == "skipped"
    assert world.state() == "running"
