"""`baseline uninstall`: what stays, what stops, what is final, in the order in which it works."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import xform_name
from typer.testing import CliRunner

from baseline.cli.application import application
from baseline.errors import BaselineError
from baseline.uninstall import consequences
from baseline.uninstall.plan import Plan, Step, uninstall_plan

HOME = "aws://333333333333/eu-west-1"
AWAY = "aws://333333333333/eu-central-1"
Resources = dict[str, Any]
Write = Callable[..., Path]


@pytest.fixture(scope="module")
def example(assembly: Path) -> Plan:
    """The plan of the example organization."""
    return uninstall_plan(assembly)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write an assembly of stacks: name to environment, stacks before it, resources."""

    def make(**stacks: tuple[str, tuple[str, ...], Resources]) -> Path:
        artifacts, controls = {}, []
        for name, (environment, after, resources) in stacks.items():
            template = json.dumps({"Resources": resources})
            (tmp_path / f"{name}.template.json").write_text(template, "utf-8")
            paths = {
                f"/{name}/Thing/{key}": [{"type": "aws:cdk:logicalId", "data": key}]
                for key in resources
            }
            (tmp_path / f"{name}.metadata.json").write_text(json.dumps(paths), "utf-8")
            controls.append(
                {"capability": f"{name}-thing", "construct": f"{name}/Thing", "controls": []}
            )
            artifacts[name] = {
                "type": "aws:cloudformation:stack",
                "environment": environment,
                "displayName": name,
                "dependencies": list(after),
                "additionalMetadataFile": f"{name}.metadata.json",
                "properties": {
                    "templateFile": f"{name}.template.json",
                    "stackName": f"secbase-{name}",
                    "terminationProtection": True,
                },
            }
        (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": artifacts}), "utf-8")
        (tmp_path / "controls.json").write_text(json.dumps(controls), "utf-8")
        return tmp_path

    return make


def bucket(**properties: Any) -> Resources:
    return {"Type": "AWS::S3::Bucket", "Properties": properties}


def step(plan: Plan, stack: str) -> Step:
    return next(each for each in plan.steps if stack in each.stacks)


def run(*arguments: object) -> Any:
    return CliRunner().invoke(application, ["uninstall", *map(str, arguments)])


def test_a_stack_goes_before_what_it_was_deployed_after(example: Plan, assembly: Path) -> None:
    order = [stack for each in example.steps for stack in each.stacks]
    artifacts = json.loads((assembly / "manifest.json").read_text("utf-8"))["artifacts"]
    stacks = {
        key for key, value in artifacts.items() if value["type"] == "aws:cloudformation:stack"
    }
    assert sorted(order) == sorted(stacks)
    for name in stacks:
        for required in stacks & set(artifacts[name].get("dependencies", ())):
            assert order.index(name) < order.index(required), (name, required)


def test_guardrails_come_first_and_the_organization_last(example: Plan) -> None:
    assert example.steps[0].stacks == ("guardrails",)
    assert "Detach and delete them now" in example.steps[0].afterwards[0]
    assert example.steps[-1].stacks == ("organization",)


def test_every_stack_loses_its_protection_by_a_command_of_its_own(example: Plan) -> None:
    for each in example.steps:
        protected = [line for line in each.commands if "update-termination-protection" in line]
        assert len(protected) == len(each.stacks)
        assert each.commands[-1] == f"npx cdk destroy --exclusively {' '.join(each.stacks)}"


def test_what_has_evidence_is_named_as_kept(example: Plan) -> None:
    kept = {each.type: each for each in step(example, "log-archive").kept}
    assert "secbase-org-logs-222222222222-eu-west-1" in kept["AWS::S3::Bucket"].names
    assert "AWS::KMS::Key" in kept
    assert not step(example, "log-archive").removed


def test_logs_under_object_lock_are_final(example: Plan) -> None:
    texts = step(example, "log-archive").final
    assert any("secbase-org-logs-222222222222-eu-west-1" in each for each in texts)
    assert any("for 365 days" in each for each in texts)
    assert step(example, "network").final == ()


def test_what_stops_protecting_is_named(example: Plan) -> None:
    audit = step(example, "audit")
    assert "15 AWS::CloudWatch::Alarm" in audit.ends["activity-alarms"]
    assert "organization-trail" in audit.continues
    assert "organization-trail" not in audit.ends
    assert "open-port-closer" in step(example, "response").ends
    assert "incident-playbooks" in step(example, "playbooks").ends


def test_settings_stay_set_when_their_job_goes(example: Plan) -> None:
    settings = step(example, "settings")
    assert "account-settings" in settings.ends
    assert "stays set" in settings.continues["account-settings"]


def test_members_lose_what_the_stack_sets_made(example: Plan) -> None:
    members = step(example, "members")
    assert "event-forwarding" in members.ends
    assert "open-port-rule" in members.ends
    assert any("secbase-member-global" in each for each in members.before)
    recorder = next(e for e in members.kept if e.type == "AWS::Config::ConfigurationRecorder")
    assert "as long as its role is there" in recorder.effect
    assert "as long as its role" in members.continues["config-recorder"]


def test_the_way_in_goes_last(example: Plan) -> None:
    assert "emergency role" in example.afterwards[-1]
    assert any("Delegated administrators: stays" in each for each in example.afterwards)


def test_regions_that_differ_in_nothing_else_are_one_step(example: Plan) -> None:
    patching = step(example, "members-management-patching-eu-central-1")
    assert set(patching.regions) == {"eu-central-1", "eu-west-1"}


def test_one_region_can_be_left(assembly: Path) -> None:
    plan = uninstall_plan(assembly, region="eu-central-1")
    assert {region for each in plan.steps for region in each.regions} == {"eu-central-1"}
    assert "Take eu-central-1 out of `regions`" in plan.afterwards[0]


@pytest.mark.parametrize(
    ("region", "message"),
    [
        ("eu-west-1", "is the home Region"),
        ("us-east-1", "'us-east-1' is no governed Region .* can be left are eu-central-1"),
        ("mars", "'mars' is no governed Region"),
    ],
)
def test_other_regions_cannot(assembly: Path, region: str, message: str) -> None:
    with pytest.raises(BaselineError, match=message):
        uninstall_plan(assembly, region=region)


def test_everything_that_stays_in_the_example_is_explained(example: Plan) -> None:
    table = json.loads(consequences.SOURCE.read_text("utf-8"))
    assert {each.type for part in example.steps for each in part.kept} <= set(table)


def test_every_command_of_the_table_exists() -> None:
    rows = json.loads(consequences.SOURCE.read_text("utf-8"))
    for kind, (_, release) in rows.items():
        for command in (
            part for part in release.replace(", then ", ",").split(",") if "aws " in part
        ):
            words = command.strip().split()
            service = {"s3api": "s3", "configservice": "config"}.get(words[1], words[1])
            client = boto3.client(service, region_name="eu-west-1")
            name = client.meta.method_to_api_mapping[words[2].replace("-", "_")]
            shape = client.meta.service_model.operation_model(name).input_shape
            given = {
                word.removeprefix("--no-").removeprefix("--") for word in words if word[:2] == "--"
            }
            known = {xform_name(member, "-") for member in shape.members} if shape else set()
            assert given <= known, (kind, given - known)
            needed = {xform_name(each, "-") for each in shape.required_members} if shape else set()
            assert needed <= given, kind


def test_deleted_data_are_named_and_kept_ones_are_not(write: Write) -> None:
    folder = write(
        first=(
            HOME,
            (),
            {
                "Gone": bucket(BucketName="gone"),
                "Stays": {**bucket(BucketName="stays"), "DeletionPolicy": "Retain"},
                "Queue": {"Type": "AWS::SQS::Queue"},
            },
        )
    )
    found = uninstall_plan(folder).steps[0]
    assert found.lost == (
        "messages that nobody has read, in 1 queue",
        "the data of gone (AWS::S3::Bucket)",
    )
    assert [each.names for each in found.kept] == [("stays",)]
    assert found.ends == {"first-thing": ("1 AWS::S3::Bucket",)}
    assert found.continues == {}


def test_only_compliance_mode_is_final(write: Write) -> None:
    def locked(mode: str) -> Resources:
        retention = {"Mode": mode, "Years": 2}
        return bucket(
            BucketName=mode.lower(),
            ObjectLockConfiguration={"Rule": {"DefaultRetention": retention}},
        )

    folder = write(first=(HOME, (), {"One": locked("COMPLIANCE"), "Two": locked("GOVERNANCE")}))
    final = uninstall_plan(folder).steps[0].final
    assert len(final) == 1
    assert "objects in compliance cannot be deleted for 730 days" in final[0]


def test_vault_locks_accounts_and_shield_are_final(write: Write) -> None:
    lock = {"ChangeableForDays": 3, "MinRetentionDays": 7}
    vault = {"BackupVaultName": "vault", "LockConfiguration": lock}
    data = {"SecurityServicePolicyData": {"Type": "SHIELD_ADVANCED"}}
    folder = write(
        first=(
            HOME,
            (),
            {
                "Vault": {"Type": "AWS::Backup::BackupVault", "Properties": vault},
                "Account": {"Type": "AWS::Organizations::Account", "Properties": {}},
                "Shield": {"Type": "AWS::FMS::Policy", "Properties": data},
            },
        )
    )
    final = " ".join(uninstall_plan(folder).steps[0].final)
    assert "vault vault is final 3 days" in final
    assert "at least 7 days" in final
    assert "90 days" in final
    assert "Shield Advanced" in final


@pytest.mark.parametrize(
    ("kind", "properties", "text"),
    [
        ("AWS::EC2::VPC", {}, "network interface in use"),
        ("AWS::NetworkFirewall::Firewall", {"DeleteProtection": True}, "1 resources are protected"),
        (
            "AWS::Route53Resolver::FirewallRuleGroupAssociation",
            {"MutationProtection": "ENABLED"},
            "1 resources are protected",
        ),
        ("AWS::CloudFormation::GuardHook", {"FailureMode": "FAIL"}, "template_validation.hook"),
        (
            "AWS::NetworkFirewall::Firewall",
            {"SubnetChangeProtection": True},
            "1 resources are protected",
        ),
        (
            "AWS::DynamoDB::Table",
            {"DeletionProtectionEnabled": True},
            "deletion protection off of Thing",
        ),
        ("AWS::RDS::DBCluster", {"DeletionProtection": True}, "deletion protection off of Thing"),
        (
            "AWS::Cognito::UserPool",
            {"DeletionProtection": "ACTIVE"},
            "deletion protection off of Thing",
        ),
        (
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            {"LoadBalancerAttributes": [{"Key": "deletion_protection.enabled", "Value": "true"}]},
            "deletion protection off of Thing",
        ),
        ("AWS::Organizations::Policy", {}, "Decide what takes their place"),
    ],
)
def test_what_has_to_come_first_is_said(
    write: Write, kind: str, properties: Resources, text: str
) -> None:
    row = {"Type": kind, "Properties": properties}
    found = uninstall_plan(write(first=(HOME, (), {"Thing": row}))).steps[0]
    assert any(text in each for each in found.before)


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::NetworkFirewall::Firewall", {"DeleteProtection": False}),
        (
            "AWS::Route53Resolver::FirewallRuleGroupAssociation",
            {"MutationProtection": "DISABLED"},
        ),
        ("AWS::CloudFormation::GuardHook", {"FailureMode": "WARN"}),
        ("AWS::DynamoDB::Table", {"DeletionProtectionEnabled": False}),
        (
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            {"LoadBalancerAttributes": [{"Key": "deletion_protection.enabled", "Value": "false"}]},
        ),
    ],
)
def test_nothing_is_said_where_nothing_is_in_the_way(
    write: Write, kind: str, properties: Resources
) -> None:
    row = {"Type": kind, "Properties": properties}
    assert uninstall_plan(write(first=(HOME, (), {"Thing": row}))).steps[0].before == ()


def test_neighbours_of_other_content_stay_apart(write: Write) -> None:
    topic = {"Type": "AWS::SNS::Topic"}
    folder = write(one=(HOME, (), {"A": topic}), two=(AWAY, ("one",), {"A": topic, "B": topic}))
    assert [each.stacks for each in uninstall_plan(folder).steps] == [("two",), ("one",)]


def test_the_screen_has_every_step(assembly: Path) -> None:
    done = run("--assembly", assembly)
    assert done.exit_code == 0
    assert done.stdout.startswith("# Uninstall: ")
    assert "## 1. guardrails (account 111111111111, eu-west-1)" in done.stdout
    assert "**Cannot be undone**" in done.stdout
    assert done.stdout.rstrip().endswith("when there is another way in.")


def test_json_has_the_same_steps(assembly: Path, example: Plan) -> None:
    done = run("--assembly", assembly, "--json")
    found = json.loads(done.stdout)
    assert [each["stacks"] for each in found["steps"]] == [list(e.stacks) for e in example.steps]


def test_a_file_is_written(assembly: Path, tmp_path: Path) -> None:
    target = tmp_path / "tickets" / "plan.md"
    assert run("--assembly", assembly, "--output", target).exit_code == 0
    assert target.read_text("utf-8").startswith("# Uninstall")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--assembly", "nowhere"), "is no cloud assembly"),
        (("--region", "mars"), "is no governed Region"),
        (("--output", "/dev/null/plan.md"), "/dev/null/plan.md cannot be written"),
    ],
)
def test_wrong_input_is_one_line(assembly: Path, arguments: tuple[str, str], message: str) -> None:
    given = arguments if "--assembly" in arguments else ("--assembly", assembly, *arguments)
    done = run(*given)
    assert done.exit_code == 2
    assert message in done.stderr
    assert "Traceback" not in done.output


def test_an_assembly_of_another_app_is_refused(assembly: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(assembly, copy, ignore=shutil.ignore_patterns("asset.*"))
    (copy / "controls.json").unlink()
    done = run("--assembly", copy)
    assert done.exit_code == 2
    assert "does not tell what the stacks implement; synthesize with this app" in done.stderr
