"""Functions and machines: signed, encrypted, without secrets, addresses or key pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_

from baseline.errors import BaselineError
from baseline.workload.auto_scaling import HardenedAutoScalingGroup
from baseline.workload.function import UNSIGNED, HardenedFunction, check_environment
from baseline.workload.instance import HardenedInstance
from tests.unit.workload import conftest

if TYPE_CHECKING:
    from tests.unit.workload.conftest import Resources, Workload

MACHINES = [HardenedAutoScalingGroup, HardenedInstance]


def function(workload: Workload, description: str) -> Resources:
    (found,) = [
        row
        for row in workload.of("functions", "AWS::Lambda::Function")
        if row.get("Description") == description
    ]
    return found


def test_unsigned_code_is_refused_by_lambda(workload: Workload) -> None:
    signed = function(workload, "Takes orders")
    assert signed["CodeSigningConfigArn"]["Fn::GetAtt"][1] == "CodeSigningConfigArn"
    (config,) = workload.of("functions", "AWS::Lambda::CodeSigningConfig")
    assert config["CodeSigningPolicies"] == {"UntrustedArtifactOnDeployment": "Enforce"}
    assert "CodeSigningConfigArn" not in function(workload, "Reaches a database")


def test_functions_are_current_traced_bounded_and_keep_their_failures(workload: Workload) -> None:
    """Lambda.2, Lambda.7."""
    for description in ("Takes orders", "Reaches a database"):
        row = function(workload, description)
        assert row["Runtime"] == "python3.14"
        assert row["TracingConfig"] == {"Mode": "Active"}
        assert row["KmsKeyArn"]["Fn::GetAtt"][1] == "Arn"
        assert row["DeadLetterConfig"]["TargetArn"]["Fn::GetAtt"][1] == "Arn"
        assert row["RecursiveLoop"] == "Terminate"
        assert list(row["LoggingConfig"]["LogGroup"]) == ["Ref"]
    assert function(workload, "Takes orders")["ReservedConcurrentExecutions"] == 10
    assert "ReservedConcurrentExecutions" not in function(workload, "Reaches a database")
    for group in workload.of("functions", "AWS::Logs::LogGroup"):
        assert group["RetentionInDays"] == 365
        assert group["KmsKeyId"]["Fn::GetAtt"][1] == "Arn"
    assert {"Lambda.2", "Lambda.7"} <= workload.controls["hardened-function"]


def test_no_function_answers_everybody(workload: Workload) -> None:
    """Lambda.1."""
    (url,) = workload.of("functions", "AWS::Lambda::Url")
    assert url["AuthType"] == "AWS_IAM"
    permissions = workload.of("functions", "AWS::Lambda::Permission")
    assert [row for row in permissions if row["Principal"] == "*"] == []
    calls = {row["Action"]: row for row in permissions if row["Principal"].endswith("role/Partner")}
    assert calls["lambda:InvokeFunctionUrl"]["FunctionUrlAuthType"] == "AWS_IAM"
    assert calls["lambda:InvokeFunction"]["InvokedViaFunctionUrl"] is True
    assert "Lambda.1" in workload.controls["hardened-function"]


@pytest.mark.parametrize("role", ["*", "333333333333", "arn:aws:iam::333333333333:role/*"])
def test_an_address_for_everybody_is_refused(stack: cdk.Stack, role: str) -> None:
    function = HardenedFunction(
        stack,
        "Function",
        code=lambda_.Code.from_inline("def handler(event, context): pass"),
        handler="index.handler",
        description="x",
        signed_by=UNSIGNED,
    )
    with pytest.raises(BaselineError, match="a function's address is for IAM roles only"):
        function.let_call_url("Everybody", role)


def test_a_function_in_a_vpc_stands_in_two_zones_and_reaches_nothing(workload: Workload) -> None:
    """Lambda.5."""
    row = function(workload, "Reaches a database")
    assert row["VpcConfig"]["SubnetIds"] == ["subnet-20111111", "subnet-21111111"]
    (group,) = workload.of("functions", "AWS::EC2::SecurityGroup")
    assert [rule["CidrIp"] for rule in group["SecurityGroupEgress"]] == ["255.255.255.255/32"]
    assert "Lambda.5" in workload.controls["hardened-function"]


@pytest.mark.parametrize(
    "environment",
    [
        {"DB_PASSWORD": "hunter2hunter2"},
        {"apiToken": "c2VjcmV0"},
        {"CALLBACK": "https://user:hunter2@example.com/"},
        {"NOTE": "key AKIAIOSFODNN7EXAMPLE"},
        {"PRIVATE_KEY": "-----BEGIN RSA PRIVATE KEY-----"},
    ],
)
def test_a_secret_in_the_environment_is_refused(environment: dict[str, str]) -> None:
    (name,) = environment
    with pytest.raises(BaselineError, match=f"environment holds a secret in {name};") as error:
        check_environment(environment)
    assert environment[name] not in str(error.value)


@pytest.mark.parametrize(
    "environment",
    [
        {"SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:333333333333:secret:orders"},
        {"DB_PASSWORD": "{{resolve:secretsmanager:orders:SecretString:password}}"},
        {"TOKEN_URL": "https://example.com/token"},
        {"PASSWORD_LENGTH": "24"},
        {"KEYBOARD": "qwerty"},
        {"TABLE": "orders"},
        {"PASSWORD_RESET_ENABLED": "true"},
    ],
)
def test_what_is_no_secret_passes(environment: dict[str, str]) -> None:
    check_environment(environment)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"timeout_seconds": 901}, "timeout_seconds must be between 1 and 900"),
        ({"in_vpc": True}, "vpc and subnets belong together"),
        ({"environment": {"PASSWORD": "hunter2"}}, "environment holds a secret in PASSWORD"),
    ],
)
def test_an_impossible_function_is_refused(
    stack: cdk.Stack, settings: dict[str, Any], message: str
) -> None:
    values = dict(settings)
    if values.pop("in_vpc", False):
        values["vpc"] = conftest.vpc(stack)
    with pytest.raises(BaselineError, match=message):
        HardenedFunction(
            stack,
            "Function",
            code=lambda_.Code.from_inline("def handler(event, context): pass"),
            handler="index.handler",
            description="x",
            signed_by=UNSIGNED,
            **values,
        )


def test_machines_ask_for_imdsv2_and_have_no_address_or_key_pair(workload: Workload) -> None:
    """EC2.8, EC2.9, EC2.25, EC2.170."""
    (template,) = workload.of("machines", "AWS::EC2::LaunchTemplate")
    (instance,) = workload.of("machines", "AWS::EC2::Instance")
    for row in (template["LaunchTemplateData"], instance):
        assert row["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}
        assert "KeyName" not in row
        assert row["EbsOptimized"] is True
        (interface,) = row["NetworkInterfaces"]
        assert interface["AssociatePublicIpAddress"] is False
    assert instance["DisableApiTermination"] is True
    assert {"EC2.8", "EC2.9"} <= workload.controls["hardened-instance"]
    assert {"EC2.25", "EC2.170"} <= workload.controls["hardened-auto-scaling-group"]


def test_volumes_are_encrypted(workload: Workload) -> None:
    """EC2.181."""
    (template,) = workload.of("machines", "AWS::EC2::LaunchTemplate")
    (instance,) = workload.of("machines", "AWS::EC2::Instance")
    for row in (template["LaunchTemplateData"], instance):
        (mapping,) = row["BlockDeviceMappings"]
        assert mapping["Ebs"]["Encrypted"] is True
        assert mapping["Ebs"]["KmsKeyId"]["Fn::GetAtt"][1] == "Arn"
    assert "EC2.181" in workload.controls["hardened-auto-scaling-group"]


def test_a_group_spans_zones_and_types_and_renews_its_machines(workload: Workload) -> None:
    """AutoScaling.1, AutoScaling.2, AutoScaling.6, AutoScaling.9."""
    (group,) = workload.of("machines", "AWS::AutoScaling::AutoScalingGroup")
    assert group["HealthCheckType"] == "ELB"
    assert len(group["VPCZoneIdentifier"]) == 2
    policy = group["MixedInstancesPolicy"]["LaunchTemplate"]
    assert policy["LaunchTemplateSpecification"]["LaunchTemplateId"]["Ref"]
    assert [row["InstanceType"] for row in policy["Overrides"]] == ["m7g.large", "m6g.large"]
    assert group["MaxInstanceLifetime"] == 14 * 86_400
    assert len(group["NotificationConfigurations"][0]["NotificationTypes"]) == 4
    assert {f"AutoScaling.{number}" for number in (1, 2, 6, 9)} <= workload.controls[
        "hardened-auto-scaling-group"
    ]


def test_auto_scaling_may_use_the_key_of_its_volumes_and_nobody_else(workload: Workload) -> None:
    (key,) = [
        row for row in workload.of("machines", "AWS::KMS::Key") if row["Description"] == "Volumes"
    ]
    for statement in key["KeyPolicy"]["Statement"]:
        if statement["Principal"] == {"AWS": "*"}:
            role = statement["Condition"]["ArnEquals"]["aws:PrincipalArn"]
            assert role.endswith(
                ":iam::333333333333:role/aws-service-role/autoscaling.amazonaws.com/"
                "AWSServiceRoleForAutoScaling"
            )
    grants = [row for row in key["KeyPolicy"]["Statement"] if row.get("Sid") == "GrantForVolumes"]
    assert grants[0]["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}


def test_machines_admit_nobody_and_reach_the_endpoints_only(workload: Workload) -> None:
    for group in workload.of("machines", "AWS::EC2::SecurityGroup"):
        assert "SecurityGroupIngress" not in group
        (rule,) = group["SecurityGroupEgress"]
        assert (rule["CidrIp"], rule["FromPort"], rule["ToPort"]) == ("10.0.0.0/20", 443, 443)


@pytest.mark.parametrize("construct", MACHINES)
def test_a_machine_in_a_public_subnet_is_refused(stack: cdk.Stack, construct: Any) -> None:
    network = conftest.vpc(stack)
    more = {"topic": conftest.topic(stack)[0]} if construct is MACHINES[0] else {}
    for subnets, message in (
        (network.public_subnets, "a machine has no public address, but subnets holds public ones"),
        ([], "subnets is empty"),
    ):
        with pytest.raises(BaselineError, match=message):
            construct(
                stack,
                f"Machine{len(subnets)}",
                vpc=network,
                subnets=subnets,
                image=conftest.image(),
                **more,
            )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"zones": 1}, "subnets holds 1; machines stand in at least 2"),
        ({"instance_types": ["m7g.large"]}, "instance_types holds m7g.large; name at least two"),
        ({"minimum": 9}, "minimum must be between 1 and maximum, 8 machines, got 9"),
        ({"lifetime_days": 366}, "lifetime_days must be between 1 and 365 days, got 366"),
        ({"root_gib": 4}, "root_gib must be between 8 and 16384 GiB, got 4"),
    ],
)
def test_an_impossible_group_is_refused(
    stack: cdk.Stack, settings: dict[str, Any], message: str
) -> None:
    network = conftest.vpc(stack)
    values = dict(settings)
    subnets = network.private_subnets[: values.pop("zones", 2)]
    with pytest.raises(BaselineError, match=message):
        HardenedAutoScalingGroup(
            stack,
            "Group",
            vpc=network,
            subnets=subnets,
            image=conftest.image(),
            topic=conftest.topic(stack)[0],
            **values,
        )
