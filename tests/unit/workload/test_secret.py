"""Secrets are generated, rotate, and are denied to everyone outside the organization."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_secretsmanager as secretsmanager

from baseline.errors import BaselineError
from baseline.workload.database import HardenedDatabase
from baseline.workload.hosted_rotation import BUILDERS, HostedDatabase
from baseline.workload.rotation_adapters import DatabaseUser, OwnAdapter
from baseline.workload.secret import RotatedSecret
from tests.unit.workload import conftest

if TYPE_CHECKING:
    from tests.unit.workload.conftest import Workload


OWN_ADAPTER = Path(__file__).parent / "own_adapter"


def test_no_template_holds_a_value(workload: Workload) -> None:
    for secret in workload.of("secrets", "AWS::SecretsManager::Secret"):
        assert "SecretString" not in secret
        assert secret["GenerateSecretString"]["PasswordLength"] == 48
        assert secret["GenerateSecretString"]["RequireEachIncludedType"] is True
        assert secret["KmsKeyId"]["Fn::GetAtt"][1] == "Arn"
    documents = [
        secret["GenerateSecretString"].get("SecretStringTemplate")
        for secret in workload.of("secrets", "AWS::SecretsManager::Secret")
    ]
    assert documents == [None, '{"username": "partner"}']


def test_every_secret_rotates_monthly(workload: Workload) -> None:
    """SecretsManager.1, SecretsManager.4."""
    found = workload.of("secrets", "AWS::SecretsManager::RotationSchedule")
    assert [rotation["RotationRules"] for rotation in found] == [{"AutomaticallyAfterDays": 30}] * 2
    assert workload.controls["rotated-secret"] == {"SecretsManager.1", "SecretsManager.4"}


def test_the_first_rotation_waits_for_its_permission(workload: Workload) -> None:
    for name, resource in workload.stacks["secrets"].items():
        if resource["Type"] == "AWS::SecretsManager::RotationSchedule":
            permission = workload.stacks["secrets"][resource["DependsOn"][0]]["Properties"]
            assert permission["Principal"] == "secretsmanager.amazonaws.com", name
            assert permission["SourceAccount"] == "333333333333"
            assert permission["SourceArn"] == resource["Properties"]["SecretId"]


def test_outsiders_and_cleartext_are_denied(workload: Workload) -> None:
    for policy in workload.of("secrets", "AWS::SecretsManager::ResourcePolicy"):
        assert policy["BlockPublicPolicy"] is True
        outsiders, cleartext = policy["ResourcePolicy"]["Statement"]
        assert (outsiders["Effect"], outsiders["Action"]) == ("Deny", "secretsmanager:*")
        assert outsiders["Principal"] == {"AWS": "*"}
        assert outsiders["Condition"] == {
            "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-exampleorgid"},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        }
        assert (cleartext["Effect"], cleartext["Condition"]) == (
            "Deny",
            {"Bool": {"aws:SecureTransport": "false"}},
        )


def test_a_replica_has_a_key_there(workload: Workload) -> None:
    found = [
        secret["ReplicaRegions"]
        for secret in workload.of("secrets", "AWS::SecretsManager::Secret")
        if "ReplicaRegions" in secret
    ]
    arn = "arn:aws:kms:eu-central-1:333333333333:key/replica"
    assert found == [[{"KmsKeyId": arn, "Region": "eu-central-1"}]]


def test_the_function_may_rotate_its_own_secret_only(workload: Workload) -> None:
    policies = workload.of("secrets", "AWS::IAM::ManagedPolicy")
    rotating = [
        statement
        for policy in policies
        for statement in policy["PolicyDocument"]["Statement"]
        if statement.get("Sid") == "Rotate"
    ]
    assert len(rotating) == 2
    for statement in rotating:
        assert list(statement["Resource"]) == ["Ref"]
        assert not [action for action in statement["Action"] if "*" in action]


def test_a_failed_rotation_is_told(workload: Workload) -> None:
    rules = workload.of("secrets", "AWS::Events::Rule")
    assert len(rules) == 2
    for rule in rules:
        assert rule["EventPattern"]["detail"]["eventName"] == [
            "RotationAbandoned",
            "RotationFailed",
        ]
        assert rule["Targets"][0]["RoleArn"]["Fn::GetAtt"][1] == "Arn"
        assert "<secret>" in rule["Targets"][0]["InputTransformer"]["InputTemplate"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rotate_after_days": 91}, "rotate_after_days must be between 1 and 90 days, got 91"),
        ({"rotate_after_days": 0}, "rotate_after_days must be between 1 and 90 days, got 0"),
        ({"length": 23}, "length must be between 24 and 4096 characters, got 23"),
        ({"template": {"username": "a"}}, "name the key of the generated value in field"),
        (
            {"field": "password", "template": {"password": "hunter2"}},
            "template holds the field 'password', whose value is generated",
        ),
        (
            {"hosted": secretsmanager.HostedRotation.postgre_sql_single_user()},
            "hosted rotation reads a document with username and password",
        ),
        ({"organization_id": "example"}, "organization_id is 'example'"),
    ],
)
def test_what_cannot_be_safe_is_refused(
    stack: cdk.Stack, settings: dict[str, Any], message: str
) -> None:
    messages, key = conftest.topic(stack)
    values = {"organization_id": conftest.ORGANIZATION} | settings
    with pytest.raises(BaselineError) as error:
        RotatedSecret(stack, "Secret", description="x", topic=messages, topic_key=key, **values)
    assert message in str(error.value)
    assert "hunter2" not in str(error.value)


def test_hosted_rotation_replaces_ours(stack: cdk.Stack) -> None:
    """SecretsManager.1, SecretsManager.4."""
    network = conftest.vpc(stack)
    messages, key = conftest.topic(stack)
    RotatedSecret(
        stack,
        "Secret",
        description="Reader of reports",
        organization_id=conftest.ORGANIZATION,
        topic=messages,
        topic_key=key,
        field="password",
        template={"username": "reports", "engine": "postgres", "host": "orders.example.com"},
        rotate_after_days=7,
        hosted=secretsmanager.HostedRotation.postgre_sql_single_user(
            vpc=network, security_groups=[conftest.client(stack)]
        ),
    )
    template = cdk.assertions.Template.from_stack(stack).to_json()
    rotations = [
        row["Properties"]
        for row in template["Resources"].values()
        if row["Type"] == "AWS::SecretsManager::RotationSchedule"
    ]
    assert len(rotations) == 1
    assert rotations[0]["RotationRules"] == {"ScheduleExpression": "rate(7 days)"}
    assert rotations[0]["HostedRotationLambda"]["RotationType"] == "PostgreSQLSingleUser"
    assert "RotationLambdaARN" not in rotations[0]


# Adapters


def test_a_user_s_rotation_may_use_one_cluster_and_its_secrets(workload: Workload) -> None:
    (cluster,) = workload.of("rotations", "AWS::RDS::DBCluster")
    assert cluster["EnableHttpEndpoint"] is True
    statements = {
        statement["Sid"]: statement
        for policy in workload.of("rotations", "AWS::IAM::ManagedPolicy")
        for statement in policy["PolicyDocument"]["Statement"]
        if "Sid" in statement
    }
    assert statements["SetPassword"]["Action"] == "rds-data:ExecuteStatement"
    assert "*" not in json.dumps(statements["SetPassword"]["Resource"]).replace("arn:", "")
    read = statements["SignIn"]["Resource"]
    assert read[0]["Fn::GetAtt"][1] == "MasterUserSecret.SecretArn"
    assert statements["TryPassword"]["Resource"] == read[1]


def test_what_is_tried_is_read_by_the_rotation_alone(workload: Workload) -> None:
    policies = [
        {row["Sid"]: row for row in policy["ResourcePolicy"]["Statement"]}
        for policy in workload.of("rotations", "AWS::SecretsManager::ResourcePolicy")
    ]
    (probe,) = [policy for policy in policies if "OnlyRotationReads" in policy]
    denied = probe["OnlyRotationReads"]
    assert (denied["Effect"], denied["Principal"]) == ("Deny", {"AWS": "*"})
    role = denied["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]["Fn::GetAtt"][0]
    assert workload.stacks["rotations"][role]["Type"] == "AWS::IAM::Role"


def test_hours_are_an_expression_and_a_token_waits_for_its_first_value(workload: Workload) -> None:
    rotations = workload.of("rotations", "AWS::SecretsManager::RotationSchedule")
    by_rule = {json.dumps(row["RotationRules"]): row for row in rotations}
    user = by_rule['{"ScheduleExpression": "rate(4 hours)"}']
    assert "RotateImmediatelyOnUpdate" not in user
    token = by_rule['{"AutomaticallyAfterDays": 30}']
    assert token["RotateImmediatelyOnUpdate"] is False


def test_the_secret_of_a_user_has_what_clients_need(workload: Workload) -> None:
    (document,) = [
        row["GenerateSecretString"]
        for row in workload.of("rotations", "AWS::SecretsManager::Secret")
        if "SecretStringTemplate" in row["GenerateSecretString"]
    ]
    assert document["GenerateStringKey"] == "password"
    text = json.dumps(document["SecretStringTemplate"])
    for part in ("reports", "orders", "postgres", "5433", "Endpoint.Address"):
        assert part in text


def hosted_database(stack: cdk.Stack, **changes: Any) -> HostedDatabase:
    network = conftest.vpc(stack)
    settings: dict[str, Any] = {
        "engine": "mariadb",
        "vpc": network,
        "subnets": network.private_subnets,
        "security_group": conftest.client(stack),
        "document": {"username": "reports", "host": "orders.example.com", "dbname": "orders"},
    }
    return HostedDatabase(**settings | changes)


TYPES = {
    "docdb": "MongoDB",
    "mariadb": "MariaDB",
    "mysql": "MySQL",
    "oracle": "Oracle",
    "postgres": "PostgreSQL",
    "redshift": "Redshift",
    "sqlserver": "SQLServer",
}


@pytest.mark.parametrize("users", ["SingleUser", "MultiUser"])
@pytest.mark.parametrize("engine", sorted(BUILDERS))
def test_aws_rotates_each_engine_inside_the_vpc(stack: cdk.Stack, engine: str, users: str) -> None:
    messages, key = conftest.topic(stack)
    administrator = secretsmanager.Secret(stack, "Admin") if users == "MultiUser" else None
    RotatedSecret(
        stack,
        "Secret",
        description="Reader of reports",
        organization_id=conftest.ORGANIZATION,
        topic=messages,
        topic_key=key,
        rotate_after_hours=6,
        hosted=hosted_database(stack, engine=engine, administrator=administrator),
    )
    resources = cdk.assertions.Template.from_stack(stack).to_json()["Resources"].values()
    (rotation,) = [
        row["Properties"]
        for row in resources
        if row["Type"] == "AWS::SecretsManager::RotationSchedule"
    ]
    made = rotation["HostedRotationLambda"]
    assert made["RotationType"] == f"{TYPES[engine]}{users}"
    assert made["VpcSubnetIds"] == "subnet-20111111,subnet-21111111"
    assert made["VpcSecurityGroupIds"] == "sg-11111111"
    assert made["KmsKeyArn"]["Fn::GetAtt"][1] == "Arn"
    assert not set("'\"\\@/;: ") - set(made["ExcludeCharacters"])
    assert rotation["RotationRules"] == {"ScheduleExpression": "rate(6 hours)"}
    (text,) = [
        json.dumps(row["Properties"]["GenerateSecretString"]["SecretStringTemplate"])
        for row in resources
        if "SecretStringTemplate" in row["Properties"].get("GenerateSecretString", {})
    ]
    assert ("mongo" if engine == "docdb" else engine) in text
    assert ("masterarn" in text) is (users == "MultiUser")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"document": {"username": "a"}}, "document has no host; the rotation of mariadb signs in"),
        (
            {"engine": "oracle", "document": {"username": "a", "host": "b"}},
            "document has no dbname; the rotation of oracle",
        ),
        (
            {"document": {"username": "a", "host": "b", "password": "hunter2"}},
            "document holds password, which is written for you",
        ),
        ({"subnets": []}, "subnets holds nothing; pass private subnets"),
        ({"subnets": "public"}, "Vpc/PublicSubnet1"),
    ],
)
def test_a_hosted_rotation_that_could_not_work_is_refused(
    stack: cdk.Stack, changes: dict[str, Any], message: str
) -> None:
    if changes.get("subnets") == "public":
        network = conftest.vpc(cdk.Stack(stack, "other"))
        changes = {"vpc": network, "subnets": network.public_subnets}
    with pytest.raises(BaselineError) as error:
        hosted_database(stack, **changes)
    assert message in str(error.value)
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rotate_after_hours": 3}, "rotate_after_hours must be between 4 and 2160 hours, got 3"),
        ({"rotate_after_hours": 2161}, "must be between 4 and 2160 hours, got 2161"),
        ({"rotate_after_hours": 4, "rotate_after_days": 1}, "are both given; leave one out"),
        (
            {"adapter": "own", "hosted": secretsmanager.HostedRotation.mysql_single_user()},
            "adapter and hosted are both given",
        ),
        ({"hosted": "mariadb", "field": "x"}, "field and template follow from the database's user"),
    ],
)
def test_a_rotation_that_could_not_work_is_refused(
    stack: cdk.Stack, settings: dict[str, Any], message: str
) -> None:
    messages, key = conftest.topic(stack)
    if settings.get("adapter") == "own":
        settings = settings | {"adapter": OwnAdapter(folder=OWN_ADAPTER)}
    if settings.get("hosted") == "mariadb":
        settings = settings | {"hosted": hosted_database(stack)}
    with pytest.raises(BaselineError) as error:
        RotatedSecret(
            stack,
            "Secret",
            description="x",
            organization_id=conftest.ORGANIZATION,
            topic=messages,
            topic_key=key,
            **settings,
        )
    assert message in str(error.value)


def test_an_adapter_is_one_module_with_settings_that_hide_nothing(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match=r"has no adapter\.py"):
        OwnAdapter(folder=tmp_path)
    for name in ("adapter.py", "generated.py"):
        (tmp_path / name).touch()
    with pytest.raises(BaselineError, match=r"has generated\.py, which the rotation has too"):
        OwnAdapter(folder=tmp_path)
    with pytest.raises(BaselineError, match="settings has FIELD; names start with ADAPTER_"):
        OwnAdapter(folder=OWN_ADAPTER, settings={"FIELD": "x"})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"username": "x; DROP"}, "username is 'x; DROP'"),
        ({"name": "Orders"}, "name is 'Orders'"),
        ({"engine": "aurora-mysql"}, "DatabaseUser rotates users of aurora-postgresql"),
    ],
)
def test_a_user_whose_name_or_engine_is_not_safe_is_refused(
    stack: cdk.Stack, settings: dict[str, Any], message: str
) -> None:
    network = conftest.vpc(stack)
    database = HardenedDatabase(
        stack,
        "Database",
        name="orders",
        vpc=network,
        subnets=network.isolated_subnets,
        clients={"application": conftest.client(stack)},
        engine=settings.pop("engine", "aurora-postgresql"),
    )
    with pytest.raises(BaselineError) as error:
        DatabaseUser(database=database, **{"username": "reports", "name": "orders"} | settings)
    assert message in str(error.value)
