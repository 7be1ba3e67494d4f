"""People, their parts and the assignment job as a state machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from baseline.config import Configuration, Names, load
from baseline.config.identity_center import Group
from baseline.errors import BaselineError
from baseline.identity.access_attributes import AccessAttributes
from baseline.identity.account_assignments import AccountAssignments
from baseline.identity.groups import IdentityGroups
from baseline.identity.people import ManagementPeople, People
from baseline.identity.permission_set import PermissionSet
from baseline.identity.permission_set_catalog import EXAMPLE_VALUES, catalog
from baseline.identity.permission_set_model import PermissionSetDefinition
from baseline.identity.unit_assignments import UnitAssignment, UnitAssignments

INSTANCE = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
GROUP_ID = "1234567890-0a000000-0000-4000-8000-000000000001"
Resources = dict[str, dict[str, Any]]


def of_type(stack: cdk.Stack, kind: str) -> list[dict[str, Any]]:
    found = assertions.Template.from_stack(stack).find_resources(kind)
    return [dict(resource) for resource in found.values()]


def definition(**changes: Any) -> PermissionSetDefinition:
    return PermissionSetDefinition.model_validate(
        {
            "name": "Mine",
            "description": "Looks at queues.",
            "why_everywhere": "Queues are listed by Region.",
            "policy": [
                {"Sid": "Look", "Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}
            ],
            **changes,
        }
    )


def changed(tmp_path: Path, **replacements: str) -> Configuration:
    text = Path("baseline.yaml").read_text(encoding="utf-8")
    for old, new in replacements.items():
        key = old.replace("__", ": ")
        assert text.count(key) == 1, key
        text = text.replace(key, new)
    path = tmp_path / "baseline.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


@pytest.fixture(scope="module")
def example() -> Configuration:
    return load(Path("baseline.yaml"))


def people(app: cdk.App, configuration: Configuration, account: str = "333333333333") -> cdk.Stack:
    stack = cdk.Stack(app, "identity", env=cdk.Environment(account=account, region="eu-west-1"))
    People(stack, "People", configuration=configuration, names=Names.of(configuration))
    return stack


def test_a_permission_set_has_every_property_of_its_file(stack: cdk.Stack) -> None:
    PermissionSet(
        stack,
        "Set",
        instance_arn=INSTANCE,
        definition=definition(
            session="PT2H",
            relay_state="https://console.aws.amazon.com/sqs/home",
            boundary={"customer_policy": {"name": "secbase-boundary"}},
            managed_policies=["arn:aws:iam::aws:policy/SecurityAudit"],
            customer_policies=[{"name": "queues", "path": "/team/"}],
            tags={"team": "queues"},
        ),
    )
    (found,) = of_type(stack, "AWS::SSO::PermissionSet")
    assert found["Properties"] == {
        "InstanceArn": INSTANCE,
        "Name": "Mine",
        "Description": "Looks at queues.",
        "SessionDuration": "PT2H",
        "RelayStateType": "https://console.aws.amazon.com/sqs/home",
        "ManagedPolicies": ["arn:aws:iam::aws:policy/SecurityAudit"],
        "CustomerManagedPolicyReferences": [{"Name": "queues", "Path": "/team/"}],
        "PermissionsBoundary": {
            "CustomerManagedPolicyReference": {"Name": "secbase-boundary", "Path": "/"}
        },
        "InlinePolicy": {
            "Version": "2012-10-17",
            "Statement": [
                {"Sid": "Look", "Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}
            ],
        },
        "Tags": [{"Key": "team", "Value": "queues"}],
    }


def test_without_arguments_a_session_lasts_an_hour(stack: cdk.Stack) -> None:
    PermissionSet(stack, "Set", instance_arn=INSTANCE, definition=definition())
    (found,) = of_type(stack, "AWS::SSO::PermissionSet")
    assert found["Properties"]["SessionDuration"] == "PT1H"


def test_a_boundary_of_aws_is_named_by_its_arn(stack: cdk.Stack) -> None:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    PermissionSet(
        stack, "Set", instance_arn=INSTANCE, definition=definition(boundary={"managed_policy": arn})
    )
    (found,) = of_type(stack, "AWS::SSO::PermissionSet")
    assert found["Properties"]["PermissionsBoundary"] == {"ManagedPolicyArn": arn}


def test_a_definition_that_escalates_is_refused(stack: cdk.Stack) -> None:
    wide = [{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}]
    with pytest.raises(
        BaselineError, match=r"permission set Mine policy\[0\]: allows iam:PassRole"
    ):
        PermissionSet(stack, "Set", instance_arn=INSTANCE, definition=definition(policy=wide))


def test_groups_are_adopted_or_created_and_kept(stack: cdk.Stack) -> None:
    groups = IdentityGroups(
        stack,
        "Groups",
        identity_store="d-1234567890",
        groups={"Adopted": Group(id=GROUP_ID), "Auditors / Internal": Group()},
    )
    (found,) = of_type(stack, "AWS::IdentityStore::Group")
    assert groups.ids["Adopted"] == GROUP_ID
    assert found["Properties"] == {
        "IdentityStoreId": "d-1234567890",
        "DisplayName": "Auditors / Internal",
        "Description": "Access to AWS accounts",
    }
    assert found["DeletionPolicy"] == "RetainExceptOnCreate"
    assert found["UpdateReplacePolicy"] == "Retain"


def test_attributes_are_session_tags_that_stay(stack: cdk.Stack) -> None:
    AccessAttributes(
        stack,
        "Attributes",
        instance_arn=INSTANCE,
        attributes={"CostCenter": "${path:enterprise.costCenter}"},
    )
    (found,) = of_type(stack, "AWS::SSO::InstanceAccessControlAttributeConfiguration")
    assert found["Properties"]["AccessControlAttributes"] == [
        {"Key": "CostCenter", "Value": {"Source": ["${path:enterprise.costCenter}"]}}
    ]
    assert found["DeletionPolicy"] == "RetainExceptOnCreate"


@pytest.mark.parametrize("count", [0, 51])
def test_no_attributes_and_too_many_are_refused(stack: cdk.Stack, count: int) -> None:
    given = {f"a{number}": "${path:userName}" for number in range(count)}
    with pytest.raises(BaselineError, match=f"has {count} entries; give 1 to 50"):
        AccessAttributes(stack, "Attributes", instance_arn=INSTANCE, attributes=given)


def test_an_account_is_assigned_once_and_must_be_known(stack: cdk.Stack) -> None:
    permission_set = PermissionSet(stack, "mine", instance_arn=INSTANCE, definition=definition())
    made = AccountAssignments(
        stack,
        "Accounts",
        instance_arn=INSTANCE,
        groups={"Ops": GROUP_ID},
        accounts={"network": "444444444444"},
    )
    made.assign(group="Ops", permission_set=permission_set, account="network")
    with pytest.raises(BaselineError, match="'Ops' has mine in account 'network' already"):
        made.assign(group="Ops", permission_set=permission_set, account="network")
    with pytest.raises(BaselineError, match="account 'security' is not known here"):
        made.assign(group="Ops", permission_set=permission_set, account="security")
    with pytest.raises(BaselineError, match="group 'Dev' is not known here"):
        made.assign(group="Dev", permission_set=permission_set, account="network")
    (found,) = of_type(stack, "AWS::SSO::Assignment")
    properties = found["Properties"]
    assert properties.pop("PermissionSetArn")["Fn::GetAtt"][1] == "PermissionSetArn"
    assert properties == {
        "InstanceArn": INSTANCE,
        "PrincipalId": GROUP_ID,
        "PrincipalType": "GROUP",
        "TargetId": "444444444444",
        "TargetType": "AWS_ACCOUNT",
    }


def test_the_management_account_has_permission_sets_of_its_own(
    app: cdk.App, example: Configuration
) -> None:
    stack = people(app, example)
    management = cdk.Stack(
        app, "management", env=cdk.Environment(account="111111111111", region="eu-west-1")
    )
    ManagementPeople(management, "People", configuration=example, names=Names.of(example))
    here = {row["Properties"]["Name"] for row in of_type(management, "AWS::SSO::PermissionSet")}
    there = {row["Properties"]["Name"] for row in of_type(stack, "AWS::SSO::PermissionSet")}
    assert here == {"ManagementAdministrator", "ManagementBilling"}
    assert here.isdisjoint(there)
    targets = {row["Properties"]["TargetId"] for row in of_type(management, "AWS::SSO::Assignment")}
    assert targets == {"111111111111"}
    others = {row["Properties"]["TargetId"] for row in of_type(stack, "AWS::SSO::Assignment")}
    assert "111111111111" not in others


def test_core_accounts_are_resources_and_units_are_parameters(
    app: cdk.App, example: Configuration
) -> None:
    stack = people(app, example)
    targets = sorted(
        row["Properties"]["TargetId"] for row in of_type(stack, "AWS::SSO::Assignment")
    )
    assert targets == ["333333333333", "444444444444", "999999999999"]
    parameters = [row["Properties"] for row in of_type(stack, "AWS::SSM::Parameter")]
    assert {row["Description"] for row in parameters} == {
        "Permission sets of AWS-Platform in units",
        "Permission sets of AWS-Security in units",
        "Permission sets of AWS-Developers in units",
    }
    assert all(
        row["Name"].startswith("/secbase/identity-center/assignments/") for row in parameters
    )
    (developers,) = [row for row in parameters if "Developers" in row["Description"]]
    text = "".join(
        part if isinstance(part, str) else "arn" for part in developers["Value"]["Fn::Join"][1]
    )
    rows = json.loads(text)["assignments"]
    assert [(row["name"], row["units"]) for row in rows] == [
        ("Developer", [["name:Workloads", "name:Test"], ["name:Sandbox"]]),
        ("ReadOnly", [["name:Workloads", "name:Production"]]),
    ]


def test_the_template_is_the_same_with_a_thousand_more_members(
    app: cdk.App, example: Configuration
) -> None:
    members = {
        f"member-{number}": {
            "id": str(100_000_000_000 + number),
            "email": f"aws-member-{number}@example.com",
            "ou": "Workloads/Test",
        }
        for number in range(1_000)
    }
    data = example.model_dump(mode="json")
    grown = Configuration.model_validate({**data, "members": {**data["members"], **members}})
    other = cdk.App(context=app.node.get_all_context(), analytics_reporting=False)
    one, two = people(app, example), people(other, grown)
    first = assertions.Template.from_stack(one).to_json()
    assert first == assertions.Template.from_stack(two).to_json()


def test_members_that_are_named_are_reached_by_the_job(app: cdk.App, tmp_path: Path) -> None:
    configuration = changed(
        tmp_path,
        **{
            "permission_set: administrator, accounts: [shared_services]": (
                "permission_set: administrator, accounts: [shared_services, payments-test]"
            )
        },
    )
    stack = people(app, configuration)
    (platform,) = [
        row["Properties"]["Value"]["Fn::Join"][1]
        for row in of_type(stack, "AWS::SSM::Parameter")
        if "Platform" in row["Properties"]["Description"]
    ]
    assert any('"units":[],"accounts":["666666666666"]' in str(part) for part in platform)
    targets = [row["Properties"]["TargetId"] for row in of_type(stack, "AWS::SSO::Assignment")]
    assert "666666666666" not in targets


def test_adopted_units_are_named_by_their_id(app: cdk.App, tmp_path: Path) -> None:
    configuration = changed(
        tmp_path,
        **{"  Sandbox: { guardrails": "  Sandbox: { id: ou-exam-12345678, guardrails"},
    )
    texts = json.dumps(of_type(people(app, configuration), "AWS::SSM::Parameter"))
    assert "id:ou-exam-12345678" in texts


def policy_of_the_job(stack: cdk.Stack) -> dict[str, dict[str, Any]]:
    (found,) = [
        row["Properties"]["PolicyDocument"]["Statement"]
        for row in of_type(stack, "AWS::IAM::ManagedPolicy")
        if any(
            each.get("Sid") == "Assign" for each in row["Properties"]["PolicyDocument"]["Statement"]
        )
    ]
    return {each["Sid"]: each for each in found}


def test_the_job_may_assign_the_configured_permission_sets_only(
    app: cdk.App, example: Configuration
) -> None:
    statements = policy_of_the_job(people(app, example))
    assign = statements["Assign"]
    named = [each for each in assign["Resource"] if isinstance(each, dict) and "Fn::GetAtt" in each]
    assert len(named) == 7
    assert INSTANCE in assign["Resource"]
    assert not any("permissionSet/" in json.dumps(each) for each in assign["Resource"])
    assert statements["RecordWhatWasMade"]["Action"] == [
        "dynamodb:DeleteItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
    ]
    assert statements["ReadConfiguration"]["Resource"].endswith(
        ":parameter/secbase/identity-center/assignments"
    )


def test_what_the_job_made_is_recorded_where_nobody_loses_it(
    app: cdk.App, example: Configuration
) -> None:
    (table,) = of_type(people(app, example), "AWS::DynamoDB::Table")
    assert table["DeletionPolicy"] == "Retain"
    properties = table["Properties"]
    assert properties["DeletionProtectionEnabled"] is True
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["SSESpecification"]["SSEType"] == "KMS"


def test_nothing_is_removed_unless_the_configuration_says_so(
    app: cdk.App, example: Configuration, tmp_path: Path
) -> None:
    def removes(stack: cdk.Stack) -> list[str]:
        return [
            row["Properties"]["Environment"]["Variables"]["REMOVE"]
            for row in of_type(stack, "AWS::Lambda::Function")
            if "REMOVE" in row["Properties"].get("Environment", {}).get("Variables", {})
        ]

    assert removes(people(app, example)) == ["false"]
    configuration = changed(
        tmp_path, **{"delegate: security": "remove_assignments: true\n  delegate: security"}
    )
    other = cdk.App(context=app.node.get_all_context(), analytics_reporting=False)
    assert removes(people(other, configuration)) == ["true"]


def schedules(stack: cdk.Stack) -> list[str]:
    return [
        row["Properties"]["ScheduleExpression"]
        for row in of_type(stack, "AWS::Events::Rule")
        if "ScheduleExpression" in row["Properties"]
    ]


def test_where_the_bus_is_new_accounts_start_the_job_and_elsewhere_the_hour(
    app: cdk.App, example: Configuration
) -> None:
    security = people(app, example)
    assert schedules(security) == ["cron(0 3 * * ? *)"]
    buses = [
        row["Properties"].get("EventBusName") for row in of_type(security, "AWS::Events::Rule")
    ]
    assert "secbase-security" in buses
    other = cdk.App(context=app.node.get_all_context(), analytics_reporting=False)
    management = people(other, example, account="111111111111")
    assert schedules(management) == ["rate(1 hour)"]


def test_the_alarms_reach_people_through_an_encrypted_topic(
    app: cdk.App, example: Configuration
) -> None:
    """SNS.1."""
    stack = people(app, example)
    (topic,) = of_type(stack, "AWS::SNS::Topic")
    assert "KmsMasterKeyId" in topic["Properties"]
    (subscription,) = of_type(stack, "AWS::SNS::Subscription")
    assert subscription["Properties"]["Endpoint"] == "security@example.com"
    assert len(of_type(stack, "AWS::CloudWatch::Alarm")) == 2


def test_without_units_there_is_no_job(app: cdk.App, tmp_path: Path) -> None:
    text = Path("baseline.yaml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if "units: [" not in line]
    path = tmp_path / "baseline.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    stack = people(app, load(path))
    assert of_type(stack, "AWS::StepFunctions::StateMachine") == []
    assert len(of_type(stack, "AWS::SSO::Assignment")) == 3


def test_without_an_instance_people_are_refused(app: cdk.App, example: Configuration) -> None:
    data = example.model_dump(mode="json")
    bare = Configuration.model_validate({**data, "identity_center": {}})
    with pytest.raises(BaselineError, match="identity_center has no instance"):
        people(app, bare)


def test_assignments_that_fit_into_no_parameter_are_refused(stack: cdk.Stack) -> None:
    permission_set = PermissionSet(stack, "mine", instance_arn=INSTANCE, definition=definition())
    rows = [
        UnitAssignment(group="Ops", permission_set=permission_set, units=((f"name:U{number}",),))
        for number in range(40)
    ]
    with pytest.raises(BaselineError, match="a parameter holds 4,096; assign to a unit further up"):
        UnitAssignments(
            stack,
            "Units",
            name="secbase-identity-assignments",
            parameter_path="/secbase/identity-center/assignments",
            instance_arn=INSTANCE,
            organization_id="o-exampleorgid",
            management_account="111111111111",
            permission_sets=[permission_set],
            groups={"Ops": GROUP_ID},
            assignments=rows,
            alarm_topic=cdk.aws_sns.Topic(stack, "Topic"),
        )


def test_the_rules_find_nothing(
    app: cdk.App, example: Configuration, findings: Callable[[cdk.App], list[str]]
) -> None:
    people(app, example)
    assert findings(app) == []


def test_the_catalog_s_sets_are_all_accepted(stack: cdk.Stack) -> None:
    for name, known in catalog().items():
        PermissionSet(stack, name, instance_arn=INSTANCE, definition=known.filled(EXAMPLE_VALUES))
    assert len(of_type(stack, "AWS::SSO::PermissionSet")) == len(catalog())
