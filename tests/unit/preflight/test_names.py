"""Bootstrap, quotas and names: each finding, present and absent."""

from __future__ import annotations

from typing import Any

import pytest

from baseline.preflight.checks import bootstrap, names, quotas
from baseline.preflight.expected import EVERY_MEMBER
from baseline.preflight.finding import Verdict
from tests.unit.preflight.world import (
    HOME,
    LOGS,
    MANAGEMENT,
    NETWORK,
    OTHER,
    SECURITY,
    World,
    blocking,
    changed,
    expected,
    expected_stack,
    named,
    of,
    role,
    toolkit,
)


def test_bootstrapped_accounts_are_fine() -> None:
    found = list(bootstrap.state(World().look()))
    assert len(found) == 6  # five accounts at home, the management account in the other Region
    assert blocking(found) == []


def test_an_account_without_bootstrap_gets_the_command_with_its_trust() -> None:
    world = World()
    world.set("cloudformation:DescribeStacks", "ValidationError", account=LOGS)
    (found,) = blocking(bootstrap.state(world.look()))
    assert found.commands == (
        (
            "npx cdk bootstrap --app '' --qualifier secbase --toolkit-stack-name secbase-toolkit "
            f"--trust {MANAGEMENT} --cloudformation-execution-policies "
            f"arn:aws:iam::aws:policy/AdministratorAccess aws://{LOGS}/{HOME}"
        ),
    )


def test_the_management_account_trusts_nobody() -> None:
    world = World()
    world.set("cloudformation:DescribeStacks", "ValidationError", account=MANAGEMENT, region=OTHER)
    (found,) = blocking(bootstrap.state(world.look()))
    assert "--trust" not in found.commands[0]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"version": "5"}, "version 5"),
        ({"trusted": ""}, "does not trust"),
    ],
)
def test_an_outdated_bootstrap_is_done_again(given: dict[str, str], said: str) -> None:
    world = World()
    world.set("cloudformation:DescribeStacks", toolkit(**given), account=LOGS)
    (found,) = blocking(bootstrap.state(world.look()))
    assert (found.check, said in found.message) == ("bootstrap.outdated", True)


def test_a_failed_bootstrap_is_deleted_first() -> None:
    world = World()
    failed = toolkit(state="ROLLBACK_COMPLETE")
    world.set("cloudformation:DescribeStacks", failed, account=LOGS)
    (found,) = blocking(bootstrap.state(world.look()))
    assert "delete-stack" in found.commands[0]


def test_a_bucket_of_an_earlier_bootstrap_is_in_the_way() -> None:
    world = World()
    world.set("cloudformation:DescribeStacks", "ValidationError", account=LOGS)
    world.set("s3:HeadBucket", {}, account=LOGS)
    assert of("bootstrap.bucket", bootstrap.state(world.look())) == []
    world.set("s3:HeadBucket", {"BucketRegion": HOME}, account=LOGS)
    (found,) = of("bootstrap.bucket", bootstrap.state(world.look()))
    assert found.verdict is Verdict.CONFLICT


def small(world: World, value: float) -> World:
    """Give the world a network with a VPC and addresses, and small quotas."""
    network = expected_stack(
        "network", NETWORK, AWS__EC2__VPC=("Vpc",), AWS__EC2__EIP=("A", "B"), AWS__IAM__Role=("R",)
    )
    world.expected = expected(stacks=(network,))
    world.set("ec2:DescribeVpcs", {"Vpcs": [{"VpcId": f"vpc-{number}"} for number in range(5)]})
    world.set("service-quotas:GetServiceQuota", {"Quota": {"Value": value}})
    return world


def test_a_full_quota_is_a_conflict_with_the_request_for_more() -> None:
    found = blocking(quotas.resources(small(World(), 5).look()))
    by_what = {row.message.split(":")[0]: row for row in found}
    assert set(by_what) == {"VPCs", "IAM roles"}
    assert by_what["VPCs"].commands == (
        (
            "aws service-quotas request-service-quota-increase --service-code vpc --quota-code L-F678F1CE "
            f"--desired-value 6 --region {HOME}"
        ),
    )


def test_a_quota_with_room_is_fine_and_what_is_deployed_is_not_counted_twice() -> None:
    assert blocking(quotas.resources(small(World(), 1000).look())) == []
    world = small(World(), 5)
    world.stack("secbase-network", NETWORK)
    assert blocking(quotas.resources(world.look())) == []


def test_accounts_that_are_created_need_room() -> None:
    world = World()
    assert blocking(quotas.accounts(world.look())) == []
    world.set("service-quotas:GetServiceQuota", {"Quota": {"Value": 7.0}})
    (found,) = blocking(quotas.accounts(world.look()))
    assert "7 of 7, the baseline makes 1" in found.message
    assert "L-E619E033" in found.commands[0]


def test_few_concurrent_functions_are_noted_with_a_line_that_validates() -> None:
    world = World()
    (fine,) = quotas.concurrency(world.look())
    assert fine.verdict is Verdict.FINE
    limit = {"AccountLimit": {"ConcurrentExecutions": 10}}
    world.set("lambda:GetAccountSettings", limit, account=SECURITY)
    (found,) = quotas.concurrency(world.look())
    assert found.verdict is Verdict.NOTE
    assert changed(**found.configuration).account_settings.accounts_at_once == 2


def test_a_quota_that_cannot_be_read_is_unknown_and_not_fine() -> None:
    world = small(World(), 5)
    world.set("service-quotas:GetServiceQuota", "AccessDeniedException")
    look = world.look()
    assert list(quotas.resources(look)) == []
    assert look.readers[NETWORK].unknown


BUCKET = "secbase-org-logs-222222222222-eu-west-1"


def test_free_names_are_fine() -> None:
    world = World()
    world.expected = expected(named("AWS::S3::Bucket", BUCKET))
    assert blocking(names.resources(world.look())) == []


def test_a_bucket_left_of_an_uninstall_is_imported() -> None:
    world = World()
    world.expected = expected(named("AWS::S3::Bucket", BUCKET, logical_id="Logs1"))
    world.set("s3:ListBuckets", {"Buckets": [{"Name": BUCKET}]}, account=LOGS)
    (found,) = blocking(names.resources(world.look()))
    assert found.verdict is Verdict.IMPORT
    (row,) = found.imported
    assert (row.stack, row.logical_id, row.identifier) == (
        "log-archive",
        "Logs1",
        {"BucketName": BUCKET},
    )
    world.stack("secbase-log-archive", LOGS)
    assert blocking(names.resources(world.look())) == []


@pytest.mark.parametrize("answer", ["403", "301", {"BucketRegion": HOME}])
def test_a_bucket_name_of_another_account_asks_for_another_prefix(answer: Any) -> None:
    world = World()
    world.expected = expected(named("AWS::S3::Bucket", BUCKET))
    world.set("s3:HeadBucket", answer)
    (found,) = blocking(names.resources(world.look()))
    assert found.check == "names.bucket"
    assert changed(**found.configuration).prefix == "secbase-2"


def test_buckets_that_cannot_be_listed_are_not_called_somebody_elses() -> None:
    world = World()
    world.expected = expected(named("AWS::S3::Bucket", BUCKET))
    world.set("s3:ListBuckets", "AccessDenied")
    world.set("s3:HeadBucket", "403")
    look = world.look()
    assert list(names.resources(look)) == []
    assert look.readers[LOGS].unknown


def test_an_alias_brings_its_key_along() -> None:
    world = World()
    world.expected = expected(named("AWS::KMS::Alias", "alias/secbase-logs", key="Key1"))
    row = {"AliasName": "alias/secbase-logs", "TargetKeyId": "0a1b"}
    world.set("kms:ListAliases", {"Aliases": [row]}, account=LOGS, region=HOME)
    (found,) = blocking(names.resources(world.look()))
    assert [each.identifier for each in found.imported] == [
        {"AliasName": "alias/secbase-logs"},
        {"KeyId": "0a1b"},
    ]
    assert found.imported[1].logical_id == "Key1"


@pytest.mark.parametrize(
    ("kind", "name", "call", "answer", "identifier"),
    [
        (
            "AWS::Logs::LogGroup",
            "secbase-cloudtrail",
            "logs:DescribeLogGroups",
            {"logGroups": [{"logGroupName": "secbase-cloudtrail"}]},
            {"LogGroupName": "secbase-cloudtrail"},
        ),
        (
            "AWS::SNS::Topic",
            "secbase-findings-critical",
            "sns:ListTopics",
            {"Topics": [{"TopicArn": "arn:aws:sns:eu-west-1:1:secbase-findings-critical"}]},
            {"TopicArn": "arn:aws:sns:eu-west-1:1:secbase-findings-critical"},
        ),
        (
            "AWS::IAM::ManagedPolicy",
            "secbase-boundary",
            "iam:ListPolicies",
            {
                "Policies": [
                    {"PolicyName": "secbase-boundary", "Arn": "arn:aws:iam::222222222222:policy/x"}
                ]
            },
            {"PolicyArn": "arn:aws:iam::222222222222:policy/x"},
        ),
        (
            "AWS::Events::EventBus",
            "secbase-security",
            "events:ListEventBuses",
            {"EventBuses": [{"Name": "secbase-security"}]},
            {"Name": "secbase-security"},
        ),
        (
            "AWS::IAM::Group",
            "secbase-break-glass",
            "iam:ListGroups",
            {
                "Groups": [
                    {
                        "GroupName": "secbase-break-glass",
                        "Path": "/",
                        "GroupId": "AGPAEXAMPLEEXAMPLE123",
                        "Arn": "arn:aws:iam::222222222222:group/secbase-break-glass",
                        "CreateDate": "2026-11-01T00:00:00Z",
                    }
                ]
            },
            {"GroupName": "secbase-break-glass"},
        ),
        (
            "AWS::IAM::User",
            "break-glass-1",
            "iam:ListUsers",
            {
                "Users": [
                    {
                        "UserName": "break-glass-1",
                        "Path": "/",
                        "UserId": "AIDAEXAMPLEEXAMPLE123",
                        "Arn": "arn:aws:iam::222222222222:user/break-glass-1",
                        "CreateDate": "2026-11-01T00:00:00Z",
                    }
                ]
            },
            {"UserName": "break-glass-1"},
        ),
        (
            "AWS::StepFunctions::StateMachine",
            "secbase-settings",
            "stepfunctions:ListStateMachines",
            {
                "stateMachines": [
                    {
                        "name": "secbase-settings",
                        "stateMachineArn": "arn:aws:states:eu-west-1:1:stateMachine:secbase-settings",
                        "type": "STANDARD",
                        "creationDate": "2026-11-01T00:00:00Z",
                    }
                ]
            },
            {"Arn": "arn:aws:states:eu-west-1:1:stateMachine:secbase-settings"},
        ),
    ],
)
def test_every_type_with_a_name_is_found_and_free_without_it(
    kind: str, name: str, call: str, answer: Any, identifier: dict[str, str]
) -> None:
    world = World()
    world.expected = expected(named(kind, name))
    assert blocking(names.resources(world.look())) == []
    world.set(call, answer, account=LOGS)
    (found,) = blocking(names.resources(world.look()))
    assert found.imported[0].identifier == identifier
    world.expected = expected(named(kind, name, retained=False))
    (found,) = blocking(names.resources(world.look()))
    assert (found.check, found.verdict) == ("names.taken", Verdict.CONFLICT)


def test_a_role_of_a_stack_set_is_looked_for_in_every_account_but_management() -> None:
    world = World()
    body = named(
        "AWS::IAM::Role",
        "secbase-responder",
        account=EVERY_MEMBER,
        stack="secbase-member-global",
        stack_name="",
        retained=True,
    )
    world.expected = expected(body)
    world.set("iam:ListRoles", {"Roles": [role("secbase-responder")]}, account=NETWORK)
    world.set("iam:ListRoles", {"Roles": [role("secbase-responder")]}, account=MANAGEMENT)
    (found,) = blocking(names.resources(world.look()))
    assert (found.place, found.verdict) == ("network", Verdict.CONFLICT)
    world.stack("StackSet-secbase-member-global-0a", NETWORK)
    assert blocking(names.resources(world.look())) == []


def test_a_stack_that_failed_is_deleted_and_one_that_works_is_fine() -> None:
    world = World()
    world.expected = expected(stacks=(expected_stack("audit", MANAGEMENT),))
    assert blocking(names.stacks(world.look())) == []
    world.stack("secbase-audit", MANAGEMENT, state="ROLLBACK_COMPLETE")
    (found,) = blocking(names.stacks(world.look()))
    assert [line.split()[2] for line in found.commands] == [
        "update-termination-protection",
        "delete-stack",
    ]
    world = World()
    world.expected = expected(stacks=(expected_stack("audit", MANAGEMENT),))
    world.stack("secbase-audit", MANAGEMENT, state="UPDATE_COMPLETE")
    assert blocking(names.stacks(world.look())) == []


def test_a_stack_set_without_its_stack_is_a_conflict() -> None:
    world = World()
    world.expected = expected(stack_sets=("secbase-member-global",))
    assert blocking(names.stack_sets(world.look())) == []
    rows = {"Summaries": [{"StackSetName": "secbase-member-global", "Status": "ACTIVE"}]}
    world.set("cloudformation:ListStackSets", rows)
    (found,) = blocking(names.stack_sets(world.look()))
    assert found.check == "names.stack-set"
    world.stack("secbase-members", MANAGEMENT)
    assert blocking(names.stack_sets(world.look())) == []


def test_policies_that_were_kept_are_imported_by_their_id() -> None:
    world = World()
    world.expected = expected(
        named(
            "AWS::Organizations::Policy",
            "secbase-scp-root-1",
            account=MANAGEMENT,
            stack="guardrails",
            logical_id="Policy1",
        )
    )
    assert blocking(names.policies(world.look())) == []
    world.policy("secbase-scp-root-1")
    (found,) = blocking(names.policies(world.look()))
    assert found.imported[0].identifier == {"Id": "p-00000000"}
    world.stack("secbase-guardrails", MANAGEMENT)
    assert blocking(names.policies(world.look())) == []
