"""Installation: only where machines carry a tag, everywhere by name, nowhere by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from baseline.config import Names
from baseline.config.patching import MAXIMUM_WINDOWS, Patching, PatchWindow
from baseline.config.quotas import TEMPLATE_INLINE_BYTES
from baseline.errors import BaselineError
from baseline.organization.member_template import render
from baseline.patching.command import weekly
from baseline.patching.everywhere import InstallationEverywhere
from baseline.patching.installation import create_installation
from baseline.patching.logs import PatchLogPolicy
from baseline.patching.window_role import PatchWindowRole
from baseline.patching.windows import WeeklyInstallation
from stacks.member_patching import MemberPatchingStack
from tests.support import CONTEXT
from tests.unit.patching.conftest import NAMES

Resources = dict[str, dict[str, Any]]
Made = Callable[..., Resources]
OfType = Callable[[Resources, str], list[dict[str, Any]]]
WINDOW = "AWS::SSM::MaintenanceWindow"
TARGET = f"{WINDOW}Target"
TASK = f"{WINDOW}Task"
ASSOCIATION = "AWS::SSM::Association"


def test_ssm_2_patches_are_installed_weekly_on_machines_that_name_the_window(
    made: Made, of_type: OfType
) -> None:
    (window,) = of_type(made(), WINDOW)
    assert window == {
        "Name": "secbase-patch-weekly",
        "Description": "Security baseline: installation of patches",
        "Schedule": "cron(0 3 ? * SUN *)",
        "ScheduleTimezone": "UTC",
        "Duration": 4,
        "Cutoff": 1,
        "AllowUnassociatedTargets": False,
    }
    (target,) = of_type(made(), TARGET)
    assert target["Targets"] == [{"Key": "tag:PatchWindow", "Values": ["weekly"]}]
    assert target["OwnerInformation"] == "secbase-patch-weekly"
    assert target["ResourceType"] == "INSTANCE"
    (task,) = of_type(made(), TASK)
    assert task["TaskArn"] == "AWS-RunPatchBaseline"
    assert task["TaskType"] == "RUN_COMMAND"
    assert (task["MaxConcurrency"], task["MaxErrors"]) == ("10%", "5%")
    assert task["CutoffBehavior"] == "CONTINUE_TASK"
    assert ":role/secbase-patch-window" in json.dumps(task["ServiceRoleArn"])
    command = task["TaskInvocationParameters"]["MaintenanceWindowRunCommandParameters"]
    assert command["Parameters"] == {"Operation": ["Install"], "RebootOption": ["RebootIfNeeded"]}
    assert command["OutputS3BucketName"] == "secbase-session-logs-222222222222-eu-west-1"
    assert command["OutputS3KeyPrefix"] == {
        "Fn::Join": ["", ["patches/", {"Ref": "AWS::AccountId"}, "/install"]]
    }
    assert command["TimeoutSeconds"] == 600


def test_target_and_task_are_those_of_the_window(made: Made) -> None:
    rows = made()
    ids = {row["Type"]: key for key, row in rows.items()}
    assert rows[ids[TARGET]]["Properties"]["WindowId"] == {"Ref": ids[WINDOW]}
    assert rows[ids[TASK]]["Properties"]["WindowId"] == {"Ref": ids[WINDOW]}
    assert rows[ids[TASK]]["Properties"]["Targets"] == [
        {"Key": "WindowTargetIds", "Values": [{"Ref": ids[TARGET]}]}
    ]


def test_by_default_nothing_is_installed_on_every_machine(made: Made, of_type: OfType) -> None:
    operations = [each["Parameters"]["Operation"] for each in of_type(made(), ASSOCIATION)]
    assert operations == [["Scan"]]


def test_a_window_is_as_it_is_described(made: Made, of_type: OfType) -> None:
    described = {
        "day": "tuesday",
        "hour": 22,
        "timezone": "Europe/Berlin",
        "duration_hours": 6,
        "cutoff_hours": 2,
        "at_cutoff": "CANCEL_TASK",
        "reboot": "NoReboot",
        "concurrency": "5",
        "errors": "0",
    }
    found = made(windows={"databases": described, "weekly": {}}, tag="Patches", logs=False)
    windows = {each["Name"]: each for each in of_type(found, WINDOW)}
    assert set(windows) == {"secbase-patch-databases", "secbase-patch-weekly"}
    mine = windows["secbase-patch-databases"]
    assert (mine["Schedule"], mine["ScheduleTimezone"]) == ("cron(0 22 ? * TUE *)", "Europe/Berlin")
    assert (mine["Duration"], mine["Cutoff"]) == (6, 2)
    tasks = {each["Name"]: each for each in of_type(found, TASK)}
    task = tasks["secbase-patch-databases"]
    assert (task["MaxConcurrency"], task["MaxErrors"]) == ("5", "0")
    assert task["CutoffBehavior"] == "CANCEL_TASK"
    command = task["TaskInvocationParameters"]["MaintenanceWindowRunCommandParameters"]
    assert command["Parameters"]["RebootOption"] == ["NoReboot"]
    assert "OutputS3BucketName" not in command
    keys = {each["Targets"][0]["Key"] for each in of_type(found, TARGET)}
    assert keys == {"tag:Patches"}


@pytest.mark.parametrize(
    ("day", "expected"),
    [("monday", "MON"), ("thursday", "THU"), ("saturday", "SAT"), ("sunday", "SUN")],
)
def test_days_are_spelled_as_systems_manager_reads_them(day: str, expected: str) -> None:
    window = PatchWindow.model_validate({"day": day, "hour": 0})
    assert weekly(window) == f"cron(0 0 ? * {expected} *)"


def test_everywhere_is_asked_for_by_name(made: Made, of_type: OfType) -> None:
    found = made(install="all", windows={"night": {"reboot": "NoReboot", "errors": "2%"}})
    assert of_type(found, WINDOW) == []
    install = {each["AssociationName"]: each for each in of_type(found, ASSOCIATION)}[
        "secbase-patch-install"
    ]
    assert install["Targets"] == [{"Key": "InstanceIds", "Values": ["*"]}]
    assert install["Parameters"] == {"Operation": ["Install"], "RebootOption": ["NoReboot"]}
    assert install["ScheduleExpression"] == "cron(0 3 ? * SUN *)"
    # Else every machine would be patched, and restarted, the moment the association is made.
    assert install["ApplyOnlyAtCronInterval"] is True
    assert (install["MaxConcurrency"], install["MaxErrors"]) == ("10%", "2%")
    assert install["ComplianceSeverity"] == "CRITICAL"
    prefix = install["OutputLocation"]["S3Location"]["OutputS3KeyPrefix"]
    assert prefix["Fn::Join"][1][-1] == "/install"


def test_nowhere_is_asked_for_by_name(made: Made, of_type: OfType) -> None:
    found = made(install="none")
    assert {row["Type"] for row in found.values()} == {"AWS::SSM::PatchBaseline", ASSOCIATION}
    assert len(of_type(found, ASSOCIATION)) == 1


def test_failures_are_forwarded_and_those_of_scans_are_not(made: Made, of_type: OfType) -> None:
    (rule,) = of_type(made(), "AWS::Events::Rule")
    assert rule["Name"] == "secbase-forward-patch-failures"
    assert rule["State"] == "ENABLED"
    (target,) = rule["Targets"]
    assert target["Arn"] == "arn:aws:events:eu-west-1:333333333333:event-bus/secbase-security"
    assert ":role/secbase-event-forwarding" in json.dumps(target["RoleArn"])
    kinds = [each["detail-type"] for each in rule["EventPattern"]["$or"]]
    assert ["EC2 State Manager Association State Change"] not in kinds
    (rule,) = of_type(made(install="all"), "AWS::Events::Rule")
    association = rule["EventPattern"]["$or"][-1]
    assert association["detail"]["schedule-expression"] == ["cron(0 3 ? * SUN *)"]


def test_a_cut_off_that_leaves_no_time_is_refused(stack: cdk.Stack, names: Names) -> None:
    window = PatchWindow(duration_hours=2, cutoff_hours=2)
    with pytest.raises(BaselineError, match="the cut-off of 2 hours is not less than"):
        WeeklyInstallation(
            stack, "Window", names=names, window_name="weekly", window=window, tag="PatchWindow"
        )


def test_everywhere_takes_one_window_in_utc(stack: cdk.Stack, names: Names) -> None:
    with pytest.raises(BaselineError, match="knows UTC only, not Asia/Tokyo"):
        InstallationEverywhere(
            stack, "Everywhere", names=names, window=PatchWindow(timezone="Asia/Tokyo")
        )
    two = Patching(install="all", windows={"one": PatchWindow(), "two": PatchWindow()})
    with pytest.raises(BaselineError, match="here are 2"):
        create_installation(stack, names=names, settings=two)


@pytest.fixture(scope="module")
def roles() -> Resources:
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    stack = cdk.Stack(app, "Roles")
    settings = Patching(windows={"weekly": PatchWindow(), "nightly": PatchWindow()})
    PatchWindowRole(stack, "Windows", names=NAMES, settings=settings)
    PatchLogPolicy(stack, "Logs", names=NAMES)
    resources: Resources = assertions.Template.from_stack(stack).to_json()["Resources"]
    return resources


def statements(roles: Resources, name: str) -> dict[str, dict[str, Any]]:
    (policy,) = [
        row["Properties"]
        for key, row in roles.items()
        if row["Type"] == "AWS::IAM::ManagedPolicy" and key.startswith(name)
    ]
    return {row["Sid"]: row for row in policy["PolicyDocument"]["Statement"]}


def test_the_windows_role_sends_one_command_to_tagged_machines_only(roles: Resources) -> None:
    found = statements(roles, "Windows")
    tagged = found["TaggedMachines"]
    assert tagged["Action"] == "ssm:SendCommand"
    assert tagged["Condition"] == {
        "StringEquals": {"ssm:resourceTag/PatchWindow": ["nightly", "weekly"]}
    }
    assert all("instance/*" in json.dumps(each) for each in tagged["Resource"])
    document = found["PatchDocument"]["Resource"]["Fn::Join"][1]
    assert document[-1] == ":ssm:*::document/AWS-RunPatchBaseline"
    others = set(found["FollowCommands"]["Action"])
    assert not others & {"ssm:SendCommand", "ssm:StartAutomationExecution", "iam:PassRole"}
    (role,) = [row["Properties"] for row in roles.values() if row["Type"] == "AWS::IAM::Role"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "ssm.amazonaws.com"}
    assert role["RoleName"] == "secbase-patch-window"


def test_machines_write_their_own_account_s_logs_only(roles: Resources) -> None:
    found = statements(roles, "Logs")
    account = {"Ref": "AWS::AccountId"}
    bucket = "arn:aws:s3:::secbase-session-logs-222222222222-eu-west-1"
    own = {"Fn::Join": ["", [f"{bucket}/patches/", account, "/*"]]}
    assert found["WritePatchLogs"] == {
        "Sid": "WritePatchLogs",
        "Effect": "Allow",
        "Action": "s3:PutObject",
        "Resource": own,
    }
    assert found["GivePatchLogsAway"]["Resource"] == own
    assert set(found) == {
        "WritePatchLogs",
        "GivePatchLogsAway",
        "CheckBucket",
        "EncryptPatchLogs",
    }
    encrypt = found["EncryptPatchLogs"]["Condition"]
    assert encrypt["StringLike"]["kms:EncryptionContext:aws:s3:arn"] == [bucket, f"{bucket}/*"]


def test_as_many_windows_as_are_allowed_fit_a_stack_set() -> None:
    reason = "r" * 20
    patches = {f"kernel-{number:02}-{'x' * 80}": reason for number in range(50)}
    settings = Patching.model_validate(
        {
            "operating_systems": [*Patching().operating_systems, "debian", "amazon-linux-2"],
            "windows": {f"window-{number}": {} for number in range(MAXIMUM_WINDOWS)},
            "baselines": {"rhel": {"rejected": patches}},
        }
    )
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    rendered = render(
        app,
        {
            "patching": lambda scope, name, synthesizer: MemberPatchingStack(
                scope, name, names=NAMES, settings=settings, synthesizer=synthesizer
            )
        },
    )["patching"]
    assert len(json.dumps(rendered, separators=(",", ":")).encode()) < TEMPLATE_INLINE_BYTES


@pytest.mark.parametrize("install", ["tagged", "all", "none"])
def test_the_template_is_the_same_in_every_account_and_leaves_no_finding(
    findings: Callable[[cdk.App], list[str]], install: str
) -> None:
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    settings = Patching.model_validate({"install": install})
    here = cdk.Environment(account="111111111111", region="eu-west-1")
    known = MemberPatchingStack(app, "known", names=NAMES, settings=settings, env=here)
    unknown = MemberPatchingStack(app, "unknown", names=NAMES, settings=settings)
    assert findings(app) == []
    templates = [assertions.Template.from_stack(each).to_json() for each in (known, unknown)]
    assert templates[0] == templates[1]
