"""Secrets in templates are found, wherever they hide; what only looks like one is not."""

from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.workload.cleartext import NoCleartextSecrets, find_cleartext


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Resources": {"Thing": {"Type": kind, "Properties": properties}}}


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "a variable of a function": (
        resource("AWS::Lambda::Function", Environment={"Variables": {"DB_PASSWORD": "hunter2"}}),
        "Environment/Variables/DB_PASSWORD",
    ),
    "a variable of a container": (
        resource(
            "AWS::ECS::TaskDefinition",
            ContainerDefinitions=[{"Environment": [{"Name": "API_KEY", "Value": "hunter2"}]}],
        ),
        "ContainerDefinitions/0/Environment/0/API_KEY",
    ),
    "a plain variable of a build": (
        resource(
            "AWS::CodeBuild::Project",
            Environment={
                "EnvironmentVariables": [{"Name": "TOKEN", "Value": "hunter2", "Type": "PLAINTEXT"}]
            },
        ),
        "Environment/EnvironmentVariables/0/TOKEN",
    ),
    "a password of a database": (
        resource("AWS::RDS::DBInstance", MasterUserPassword="hunter2"),
        "MasterUserPassword",
    ),
    "a value of a secret": (
        resource("AWS::SecretsManager::Secret", SecretString="hunter2"),
        "SecretString",
    ),
    "a pre-shared key": (
        resource(
            "AWS::EC2::VPNConnection",
            VpnTunnelOptionsSpecifications=[{"PreSharedKey": "hunter2"}],
        ),
        "VpnTunnelOptionsSpecifications/0/PreSharedKey",
    ),
    "an access key in user data": (
        resource(
            "AWS::EC2::Instance",
            UserData={"Fn::Base64": {"Fn::Sub": "export KEY=AKIAIOSFODNN7EXAMPLE"}},
        ),
        "UserData/Fn::Base64/Fn::Sub",
    ),
    "a private key anywhere": (
        resource("AWS::SSM::Parameter", Value="-----BEGIN PRIVATE KEY-----\nabc"),
        "Value",
    ),
    "a password in an address": (
        resource("AWS::SSM::Parameter", Value="postgres://app:hunter2@db.example.com/orders"),
        "Value",
    ),
    "a parameter that shows": (
        {"Parameters": {"DatabasePassword": {"Type": "String"}}},
        "NoEcho",
    ),
    "a parameter with a default": (
        {
            "Parameters": {
                "DatabasePassword": {"Type": "String", "NoEcho": True, "Default": "hunter2"}
            }
        },
        "Default",
    ),
    "a hidden parameter shown again": (
        {
            "Parameters": {"DatabasePassword": {"Type": "String", "NoEcho": "true"}},
            **resource(
                "AWS::Lambda::Function",
                Environment={"Variables": {"DB_PASSWORD": {"Ref": "DatabasePassword"}}},
            ),
        },
        "Environment/Variables/DB_PASSWORD",
    ),
}

BAD["a secret before a reference"] = (
    resource(
        "AWS::RDS::DBInstance",
        MasterUserPassword="hunter2 {{resolve:secretsmanager:orders:SecretString}}",
    ),
    "MasterUserPassword",
)

GOOD: dict[str, dict[str, Any]] = {
    "a header with a reference to a secret": resource(
        "AWS::Events::Connection",
        AuthParameters={
            "ApiKeyAuthParameters": {
                "ApiKeyName": "Authorization",
                "ApiKeyValue": "GenieKey {{resolve:secretsmanager:paging:SecretString}}",
            }
        },
    ),
    "a reference to a secret": resource(
        "AWS::RDS::DBInstance",
        MasterUserPassword="{{resolve:secretsmanager:orders:SecretString:password}}",
    ),
    "a parameter that is hidden": {
        "Parameters": {"DatabasePassword": {"Type": "String", "NoEcho": True}},
        **resource("AWS::RDS::DBInstance", MasterUserPassword={"Ref": "DatabasePassword"}),
    },
    "the name of a secret": resource(
        "AWS::Lambda::Function", Environment={"Variables": {"SECRET_NAME": "orders"}}
    ),
    "a variable from Secrets Manager": resource(
        "AWS::CodeBuild::Project",
        Environment={
            "EnvironmentVariables": [
                {"Name": "TOKEN", "Value": "orders:token", "Type": "SECRETS_MANAGER"}
            ]
        },
    ),
    "a tag that says token": resource(
        "AWS::S3::Bucket", Tags=[{"Key": "Token", "Value": "anything"}]
    ),
    "a generated password": resource(
        "AWS::SecretsManager::Secret", GenerateSecretString={"PasswordLength": 48}
    ),
    "a dimension of a metric": resource(
        "AWS::CloudWatch::Alarm", Dimensions=[{"Name": "TokenType", "Value": "bearer"}]
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_secret_is_found_and_not_repeated(case: str) -> None:
    template, path = BAD[case]
    (found,) = find_cleartext(template)
    assert found.path == path
    assert "hunter2" not in found.problem
    assert "AKIA" not in found.problem


@pytest.mark.parametrize("case", GOOD)
def test_what_is_no_secret_is_not_found(case: str) -> None:
    assert list(find_cleartext(GOOD[case])) == []


def test_our_own_templates_hold_none(templates: dict[str, dict[str, Any]]) -> None:
    found = {name: list(find_cleartext(template)) for name, template in templates.items()}
    assert {name: rows for name, rows in found.items() if rows} == {}


def test_a_synthesis_with_a_secret_fails_and_names_the_place(
    app: cdk.App, stack: cdk.Stack, capfd: pytest.CaptureFixture[str]
) -> None:
    template = BAD["a variable of a function"][0]["Resources"]["Thing"]
    body = {"Resources": {"Inner": template}}
    cdk.CfnResource(stack, "Plain", type=template["Type"], properties=template["Properties"])
    cdk.CfnResource(
        stack,
        "Distributed",
        type="AWS::CloudFormation::StackSet",
        properties={
            "StackSetName": "x",
            "PermissionModel": "SELF_MANAGED",
            "TemplateBody": json.dumps(body),
        },
    )
    cdk.Validations.of(app).add_plugins(NoCleartextSecrets())
    with pytest.raises(RuntimeError) as error:
        app.synth()
    # The CDK prints the report or raises it, as its settings say.
    printed = capfd.readouterr()
    told = f"{error.value}{printed.out}{printed.err}"
    assert "Environment/Variables/DB_PASSWORD: a secret stands in the environment" in told
    assert "TemplateBody/Inner/Environment/Variables/DB_PASSWORD" in told
    assert "hunter2" not in told


def test_an_app_without_secrets_synthesizes(app: cdk.App, stack: cdk.Stack) -> None:
    cdk.CfnResource(stack, "Plain", type="AWS::S3::Bucket", properties={})
    cdk.Validations.of(app).add_plugins(NoCleartextSecrets())
    app.synth()
