"""Patch Manager and maintenance windows, as the embedded AWS answers and reads back."""

from __future__ import annotations

import importlib
from collections import defaultdict
from types import SimpleNamespace
from typing import Any, cast

import pytest

from baseline.local.access import Access
from baseline.local.backends import registry, state
from baseline.local.provisioners import patching as provisioners
from baseline.local.provisioners import registry as provisioning
from baseline.local.provisioners import systems_manager as associations
from baseline.local.provisioners.resource import Resource
from baseline.local.readers import READERS, Place
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

ACCOUNT, HOME = "555555555555", "eu-west-1"
RULES = {
    "PatchRules": [
        {
            "ApproveAfterDays": 2,
            "ComplianceLevel": "CRITICAL",
            "PatchFilterGroup": {
                "PatchFilters": [{"Key": "CLASSIFICATION", "Values": ["Security"]}]
            },
        }
    ]
}
BASELINE: dict[str, Any] = {
    "Name": "secbase-patches-rhel",
    "OperatingSystem": "REDHAT_ENTERPRISE_LINUX",
    "ApprovalRules": RULES,
    "RejectedPatches": ["kernel*"],
    "RejectedPatchesAction": "BLOCK",
    "DefaultBaseline": True,
}
WINDOW: dict[str, Any] = {
    "Name": "secbase-patch-weekly",
    "Schedule": "cron(0 3 ? * SUN *)",
    "ScheduleTimezone": "UTC",
    "Duration": 4,
    "Cutoff": 1,
    "AllowUnassociatedTargets": False,
}
SCAN: dict[str, Any] = {
    "AssociationName": "secbase-patch-scan",
    "Name": "AWS-RunPatchBaseline",
    "ScheduleExpression": "rate(1 day)",
    "Targets": [{"Key": "InstanceIds", "Values": ["*"]}],
    "Parameters": {"Operation": ["Scan"]},
    "ComplianceSeverity": "HIGH",
    "MaxConcurrency": "20%",
    "MaxErrors": "100%",
    "OutputLocation": {
        "S3Location": {
            "OutputS3BucketName": "logs",
            "OutputS3KeyPrefix": "patches/555555555555/scan",
            "OutputS3Region": HOME,
        }
    },
}

# Their answers register with them.
for module in ("patching", "systems_manager"):
    importlib.import_module(f"baseline.local.backends.{module}")


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "_STATE", defaultdict(dict))


def ask(operation: str, **given: Any) -> Any:
    request = ApiRequest(
        account=ACCOUNT,
        region=HOME,
        service="ssm",
        operation=operation,
        parameters=given,
        principal_arn=f"arn:aws:iam::{ACCOUNT}:role/x",
        caller_arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/x/y",
    )
    answer = registry.answer_to(request)
    assert answer is not None, operation
    return answer(request)


class Client:
    """A client of the answers."""

    def __getattr__(self, name: str) -> Any:
        operation = "".join(word.title() for word in name.split("_"))
        return lambda **given: ask(operation, **given)


@pytest.fixture
def place() -> Place:
    access = SimpleNamespace(client=lambda *_: Client())
    return Place(cast("Access", access), ACCOUNT, HOME)


def resource(kind: str, properties: dict[str, Any]) -> Resource:
    provisioning.check_applied(kind, properties)
    made = Resource(
        type=kind, logical_id="X", stack="s", properties=properties, account=ACCOUNT, region=HOME
    )

    def call(_: str, method: str, **given: Any) -> Any:
        kept = {name: value for name, value in given.items() if value is not None}
        return getattr(Client(), method)(**kept)

    object.__setattr__(made, "call", call)
    return made


def differences(place: Place, kind: str, physical_id: str, expected: dict[str, Any]) -> set[str]:
    checks = list(READERS[kind].read(place, physical_id, expected))
    assert checks
    return {check.setting for check in checks if not check.ok}


def test_a_patch_baseline_is_made_changed_and_read_back(place: Place) -> None:
    kind = "AWS::SSM::PatchBaseline"
    old = resource(kind, BASELINE)
    made = provisioners._create_baseline(old)
    assert made.attributes["Id"] == made.id
    assert differences(place, kind, made.id, BASELINE) == set()
    changed = {**BASELINE, "ApprovedPatches": ["bash*"], "PatchGroups": ["databases"]}
    changed.pop("RejectedPatches")
    assert differences(place, kind, made.id, changed) == {"ApprovedPatches", "PatchGroups"}
    provisioners._update_baseline(made.id, old, resource(kind, changed))
    assert differences(place, kind, made.id, changed) == set()
    # What the template has no more is gone.
    assert "RejectedPatches" not in ask("GetPatchBaseline", BaselineId=made.id)
    provisioners._update_baseline(made.id, old, resource(kind, BASELINE))
    assert ask("GetPatchBaseline", BaselineId=made.id)["PatchGroups"] == []
    provisioners._delete_baseline(made.id, old)
    with pytest.raises(ServiceError, match="does not exist"):
        differences(place, kind, made.id, BASELINE)


def test_another_default_is_noticed(place: Place) -> None:
    kind = "AWS::SSM::PatchBaseline"
    first = provisioners._create_baseline(resource(kind, BASELINE))
    second = provisioners._create_baseline(resource(kind, BASELINE))
    assert differences(place, kind, first.id, BASELINE) == {"DefaultBaseline"}
    assert differences(place, kind, second.id, BASELINE) == set()
    other = ask("GetDefaultPatchBaseline")
    assert other["OperatingSystem"] == "WINDOWS"
    assert other["BaselineId"] not in {first.id, second.id}


def test_a_baseline_of_a_patch_group_is_not_deleted(place: Place) -> None:
    kind = "AWS::SSM::PatchBaseline"
    properties = {**BASELINE, "DefaultBaseline": False, "PatchGroups": ["databases"]}
    wanted = resource(kind, properties)
    made = provisioners._create_baseline(wanted)
    assert differences(place, kind, made.id, properties) == set()
    with pytest.raises(ServiceError, match="patch group uses"):
        ask("DeletePatchBaseline", BaselineId=made.id)
    provisioners._delete_baseline(made.id, wanted)


def test_a_window_is_made_changed_and_read_back(place: Place) -> None:
    kind = "AWS::SSM::MaintenanceWindow"
    old = resource(kind, WINDOW)
    made = provisioners._create_window(old)
    assert made.attributes["WindowId"] == made.id
    assert made.id.startswith("mw-")
    assert len(made.id) == 20
    assert differences(place, kind, made.id, WINDOW) == set()
    later = {**WINDOW, "Schedule": "cron(0 5 ? * SUN *)", "Cutoff": 0}
    assert differences(place, kind, made.id, later) == {"Schedule", "Cutoff"}
    provisioners._update_window(made.id, old, resource(kind, later))
    assert differences(place, kind, made.id, later) == set()
    provisioners._delete_window(made.id, old)
    with pytest.raises(ServiceError, match="does not exist"):
        differences(place, kind, made.id, later)


def test_targets_and_tasks_belong_to_a_window(place: Place) -> None:
    window = provisioners._create_window(resource("AWS::SSM::MaintenanceWindow", WINDOW)).id
    target = {
        "WindowId": window,
        "ResourceType": "INSTANCE",
        "Name": "secbase-patch-weekly",
        "OwnerInformation": "secbase-patch-weekly",
        "Targets": [{"Key": "tag:PatchWindow", "Values": ["weekly"]}],
    }
    kind = "AWS::SSM::MaintenanceWindowTarget"
    old = resource(kind, target)
    made = provisioners._create_target(old)
    assert differences(place, kind, made.id, target) == set()
    other = {**target, "Targets": [{"Key": "tag:Other", "Values": ["weekly"]}]}
    assert differences(place, kind, made.id, other) == {"Targets"}
    provisioners._update_target(made.id, old, resource(kind, other))
    assert differences(place, kind, made.id, other) == set()

    command = {
        "Parameters": {"Operation": ["Install"], "RebootOption": ["RebootIfNeeded"]},
        "OutputS3BucketName": "logs",
        "TimeoutSeconds": 600,
    }
    task = {
        "WindowId": window,
        "TaskType": "RUN_COMMAND",
        "TaskArn": "AWS-RunPatchBaseline",
        "Priority": 1,
        "MaxConcurrency": "10%",
        "MaxErrors": "5%",
        "CutoffBehavior": "CONTINUE_TASK",
        "Targets": [{"Key": "WindowTargetIds", "Values": [made.id]}],
        "TaskInvocationParameters": {"MaintenanceWindowRunCommandParameters": command},
    }
    kind = "AWS::SSM::MaintenanceWindowTask"
    done = provisioners._create_task(resource(kind, task))
    assert differences(place, kind, done.id, task) == set()
    quiet = {**command, "Parameters": {"Operation": ["Install"], "RebootOption": ["NoReboot"]}}
    changed = {
        **task,
        "MaxErrors": "0",
        "TaskInvocationParameters": {"MaintenanceWindowRunCommandParameters": quiet},
    }
    assert differences(place, kind, done.id, changed) == {"MaxErrors", "Parameters"}
    provisioners._update_task(done.id, resource(kind, task), resource(kind, changed))
    assert differences(place, kind, done.id, changed) == set()

    provisioners._delete_task(done.id, resource(kind, changed))
    provisioners._delete_target(made.id, resource("AWS::SSM::MaintenanceWindowTarget", other))
    with pytest.raises(ServiceError, match="does not exist"):
        ask("GetMaintenanceWindowTask", WindowId=window, WindowTaskId=done.id)
    assert ask("DescribeMaintenanceWindowTargets", WindowId=window)["Targets"] == []


def test_a_window_takes_its_parts_with_it() -> None:
    window = ask("CreateMaintenanceWindow", **WINDOW)["WindowId"]
    target = ask(
        "RegisterTargetWithMaintenanceWindow",
        WindowId=window,
        ResourceType="INSTANCE",
        Targets=[{"Key": "tag:PatchWindow", "Values": ["weekly"]}],
    )["WindowTargetId"]
    ask("DeleteMaintenanceWindow", WindowId=window)
    with pytest.raises(ServiceError, match=target):
        ask("UpdateMaintenanceWindowTarget", WindowId=window, WindowTargetId=target)
    with pytest.raises(ServiceError, match=window):
        ask("RegisterTaskWithMaintenanceWindow", WindowId=window, TaskArn="x", TaskType="LAMBDA")


def test_a_scan_keeps_its_parameters_and_thresholds(place: Place) -> None:
    kind = "AWS::SSM::Association"
    made = associations._create_association(resource(kind, SCAN))
    assert differences(place, kind, made.id, SCAN) == set()
    installing = {**SCAN, "Parameters": {"Operation": ["Install"]}, "MaxErrors": "5%"}
    assert differences(place, kind, made.id, installing) == {"Parameters", "MaxErrors"}
    elsewhere = {"S3Location": {"OutputS3BucketName": "mine"}}
    assert differences(place, kind, made.id, {**SCAN, "OutputLocation": elsewhere}) == {
        "OutputLocation"
    }


def test_no_machine_runs_here_so_none_is_listed() -> None:
    assert ask("DescribeInstanceInformation") == {"InstanceInformationList": []}
    assert ask("ListResourceComplianceSummaries") == {"ResourceComplianceSummaryItems": []}
