"""Secrets that hide: put together by functions, in scripts, commands, outputs and under other names."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from baseline.workload.cleartext import find_cleartext

SECRET = "hunter2secret"
ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"
FUNCTION, MACHINE, TASK = "AWS::Lambda::Function", "AWS::EC2::Instance", "AWS::ECS::TaskDefinition"
BUILD, PARAMETER = "AWS::CodeBuild::Project", "AWS::SSM::Parameter"
HIDDEN = {"Parameters": {"P": {"Type": "String", "NoEcho": True}}}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Resources": {"Thing": {"Type": kind, "Properties": properties}}}


def variable(value: Any, name: str = "DB_PASSWORD") -> dict[str, Any]:
    return resource(FUNCTION, Environment={"Variables": {name: value}})


def init(**config: Any) -> dict[str, Any]:
    metadata = {"AWS::CloudFormation::Init": {"config": config}}
    return {"Resources": {"Thing": {"Type": MACHINE, "Metadata": metadata}}}


def join(*parts: Any) -> dict[str, Any]:
    return {"Fn::Join": ["", list(parts)]}


def user_data(text: Any) -> dict[str, Any]:
    return resource(MACHINE, UserData={"Fn::Base64": text})


MAPPED = {"Mappings": {"M": {"prod": {"Value": SECRET}}}}
FOUND: dict[str, tuple[dict[str, Any], str]] = {
    # put together
    "joined": (variable(join("hun", "ter2")), "Environment/Variables/DB_PASSWORD"),
    "substituted": (
        variable({"Fn::Sub": "hunter2-${AWS::Region}"}),
        "Environment/Variables/DB_PASSWORD",
    ),
    "substituted by a variable of its own": (
        variable({"Fn::Sub": ["${x}", {"x": SECRET}]}),
        "Environment/Variables/DB_PASSWORD",
    ),
    "in a branch": (
        variable({"Fn::If": ["C", {"Ref": "AWS::NoValue"}, SECRET]}),
        "Environment/Variables/DB_PASSWORD",
    ),
    "selected": (variable({"Fn::Select": [0, [SECRET]]}), "Environment/Variables/DB_PASSWORD"),
    "encoded": (variable({"Fn::Base64": SECRET}), "Environment/Variables/DB_PASSWORD"),
    "in a mapping": (
        MAPPED | variable({"Fn::FindInMap": ["M", "prod", "Value"]}),
        "Environment/Variables/DB_PASSWORD",
    ),
    "in a mapping, whichever": (
        MAPPED | variable({"Fn::FindInMap": ["M", {"Ref": "Stage"}, "Value"]}),
        "Environment/Variables/DB_PASSWORD",
    ),
    "a password of a database, joined": (
        resource("AWS::DocDB::DBCluster", MasterUserPassword=join("hun", "ter2")),
        "MasterUserPassword",
    ),
    "a value of a secret, substituted": (
        resource("AWS::SecretsManager::Secret", SecretString={"Fn::Sub": '{"p":"hunter2"}'}),
        "SecretString",
    ),
    "a document of a secret": (
        resource(
            "AWS::SecretsManager::Secret",
            GenerateSecretString={"SecretStringTemplate": '{"user":"a","apiKey":"hunter2"}'},
        ),
        "GenerateSecretString/SecretStringTemplate",
    ),
    "an access key in pieces": (
        user_data(join("AKIAIOSFO", "DNN7EXAMPLE")),
        "UserData/Fn::Base64",
    ),
    "an address in pieces": (
        variable(join("postgres://app:", SECRET, "@", {"Ref": "Host"}), "DATABASE_URL"),
        "Environment/Variables/DATABASE_URL",
    ),
    # hidden parameters and dynamic references
    "a hidden parameter, joined": (
        HIDDEN | variable(join("x", {"Ref": "P"})),
        "Environment/Variables/DB_PASSWORD",
    ),
    "a hidden parameter, substituted": (
        HIDDEN | variable({"Fn::Sub": "${P}"}),
        "Environment/Variables/DB_PASSWORD",
    ),
    "a hidden parameter under another name": (
        HIDDEN | variable({"Ref": "P"}, "COLOUR"),
        "Environment/Variables/COLOUR",
    ),
    "a hidden parameter in user data": (HIDDEN | user_data({"Fn::Sub": "x ${P}"}), "UserData"),
    "a hidden parameter as an output": (
        HIDDEN | {"Resources": {}, "Outputs": {"O": {"Value": join("x", {"Ref": "P"})}}},
        "Value",
    ),
    "a hidden parameter of a container": (
        HIDDEN
        | resource(
            TASK, ContainerDefinitions=[{"Environment": [{"Name": "X", "Value": {"Ref": "P"}}]}]
        ),
        "ContainerDefinitions/0/Environment/0/X",
    ),
    "a secret that the deployment puts into a variable": (
        variable("{{resolve:secretsmanager:x:SecretString:password}}"),
        "Environment/Variables/DB_PASSWORD",
    ),
    "the same, joined": (
        variable(join("{{resolve:secretsmanager:", {"Ref": "S"}, ":SecretString:password::}}")),
        "Environment/Variables/DB_PASSWORD",
    ),
    "a secret that the deployment puts into user data": (
        user_data("x {{resolve:secretsmanager:x:SecretString:password}}"),
        "UserData/Fn::Base64",
    ),
    # scripts
    "an assignment in user data": (
        user_data(f"#!/bin/bash\nexport DB_PASSWORD={SECRET}\n"),
        "UserData/Fn::Base64",
    ),
    "an option in user data": (
        user_data({"Fn::Join": ["\n", ["#!/bin/bash", f"mysql -u root --password={SECRET}"]]}),
        "UserData/Fn::Base64/Fn::Join/1/1",
    ),
    "encoded user data": (
        resource(
            "AWS::EC2::LaunchTemplate",
            LaunchTemplateData={"UserData": base64.b64encode(ACCESS_KEY.encode()).decode()},
        ),
        "LaunchTemplateData/UserData",
    ),
    "a secret key of AWS": (
        user_data("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        "UserData/Fn::Base64",
    ),
    "a file of cfn-init": (
        init(files={"/etc/x": {"content": f"password={SECRET}"}}),
        "Metadata/AWS::CloudFormation::Init/config/files//etc/x/content",
    ),
    "a variable of cfn-init": (
        init(commands={"a": {"env": {"DB_PASSWORD": "hunter2"}}}),
        "Metadata/AWS::CloudFormation::Init/config/commands/a/env/DB_PASSWORD",
    ),
    "a build specification": (
        resource(BUILD, Source={"BuildSpec": f"env:\n  variables:\n    DB_PASSWORD: {SECRET}\n"}),
        "Source/BuildSpec",
    ),
    "a build specification in JSON": (
        resource(BUILD, Source={"BuildSpec": f'{{"env":{{"variables":{{"TOKEN":"{SECRET}"}}}}}}'}),
        "Source/BuildSpec",
    ),
    "a program": (resource(FUNCTION, Code={"ZipFile": f"PASSWORD = '{SECRET}'\n"}), "Code/ZipFile"),
    "a document of Systems Manager": (
        resource(
            "AWS::SSM::Document", Content={"inputs": {"runCommand": [f"export API_TOKEN={SECRET}"]}}
        ),
        "Content/inputs/runCommand/0",
    ),
    "a command": (
        resource(TASK, ContainerDefinitions=[{"Command": ["app", "--password", SECRET]}]),
        "ContainerDefinitions/0/Command",
    ),
    "a command with =": (
        resource(TASK, ContainerDefinitions=[{"Command": ["app", f"--db-password={SECRET}"]}]),
        "ContainerDefinitions/0/Command/1",
    ),
    # pairs and bags
    "a container, joined": (
        resource(
            TASK,
            ContainerDefinitions=[
                {"Environment": [{"Name": "DB_PASSWORD", "Value": join(SECRET)}]}
            ],
        ),
        "ContainerDefinitions/0/Environment/0/DB_PASSWORD",
    ),
    "a container in lower case": (
        resource(
            TASK, ContainerDefinitions=[{"environment": [{"name": "DB_PASSWORD", "value": SECRET}]}]
        ),
        "ContainerDefinitions/0/environment/0/DB_PASSWORD",
    ),
    "a build, substituted": (
        resource(
            BUILD,
            Environment={
                "EnvironmentVariables": [
                    {"Name": "TOKEN", "Value": {"Fn::Sub": "x1-${AWS::Region}"}}
                ]
            },
        ),
        "Environment/EnvironmentVariables/0/TOKEN",
    ),
    "a build whose type is a parameter": (
        resource(
            BUILD,
            Environment={
                "EnvironmentVariables": [{"Name": "TOKEN", "Value": SECRET, "Type": {"Ref": "T"}}]
            },
        ),
        "Environment/EnvironmentVariables/0/TOKEN",
    ),
    "App Runner": (
        resource(
            "AWS::AppRunner::Service",
            ImageConfiguration={
                "RuntimeEnvironmentVariables": [{"Name": "TOKEN", "Value": SECRET}]
            },
        ),
        "ImageConfiguration/RuntimeEnvironmentVariables/0/TOKEN",
    ),
    "Elastic Beanstalk": (
        resource(
            "AWS::ElasticBeanstalk::Environment",
            OptionSettings=[{"OptionName": "DB_PASSWORD", "Value": SECRET}],
        ),
        "OptionSettings/0/DB_PASSWORD",
    ),
    "a parameter of Systems Manager": (
        resource(PARAMETER, Name="/app/db/password", Type="String", Value=SECRET),
        "password",
    ),
    "the same with a joined name": (
        resource(PARAMETER, Name=join("/", {"Ref": "App"}, "/password"), Value=SECRET),
        "password",
    ),
    "a parameter of a nested stack": (
        resource("AWS::CloudFormation::Stack", Parameters={"DbPassword": SECRET}),
        "Parameters/DbPassword",
    ),
    "a parameter of a StackSet": (
        resource(
            "AWS::CloudFormation::StackSet",
            Parameters=[{"ParameterKey": "DbPassword", "ParameterValue": SECRET}],
        ),
        "Parameters/0/DbPassword",
    ),
    "a header of an origin": (
        resource(
            "AWS::CloudFront::Distribution",
            OriginCustomHeaders=[{"HeaderName": "x-origin-secret", "HeaderValue": SECRET}],
        ),
        "OriginCustomHeaders/0/x-origin-secret",
    ),
    "a parameter of an association": (
        resource("AWS::SSM::Association", Parameters={"token": [SECRET]}),
        "Parameters/token",
    ),
    "an argument of a job": (
        resource("AWS::Glue::Job", DefaultArguments={"--password": SECRET}),
        "DefaultArguments/--password",
    ),
    "an identity provider": (
        resource(
            "AWS::Cognito::UserPoolIdentityProvider", ProviderDetails={"client_secret": SECRET}
        ),
        "ProviderDetails/client_secret",
    ),
    "a custom resource": (resource("Custom::Thing", ApiToken=SECRET), "ApiToken"),
    # names, properties and forms
    "a name without separators": (
        variable(SECRET, "PGPASSWORD"),
        "Environment/Variables/PGPASSWORD",
    ),
    "a short name": (variable(SECRET, "DB_PASS"), "Environment/Variables/DB_PASS"),
    "a number as a password": (
        resource("AWS::RDS::DBInstance", MasterUserPassword="123456"),
        "MasterUserPassword",
    ),
    "passwords": (resource("AWS::ElastiCache::User", Passwords=[SECRET]), "Passwords"),
    "a key of an API": (resource("AWS::ApiGateway::ApiKey", Value=SECRET), "Value"),
    "a key of a connection": (
        resource(
            "AWS::Events::Connection",
            AuthParameters={"ApiKeyAuthParameters": {"ApiKeyValue": SECRET}},
        ),
        "AuthParameters/ApiKeyAuthParameters/ApiKeyValue",
    ),
    "a token of Splunk": (
        resource(
            "AWS::KinesisFirehose::DeliveryStream",
            SplunkDestinationConfiguration={"HECToken": SECRET},
        ),
        "SplunkDestinationConfiguration/HECToken",
    ),
    "a key of Firehose": (
        resource(
            "AWS::KinesisFirehose::DeliveryStream", EndpointConfiguration={"AccessKey": SECRET}
        ),
        "EndpointConfiguration/AccessKey",
    ),
    "a bearer token": (
        resource(
            "AWS::StepFunctions::StateMachine", DefinitionString='{"A":"Bearer 0123456789abcdef"}'
        ),
        "DefinitionString",
    ),
    "a JSON web token": (
        resource(
            PARAMETER, Value="eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N"
        ),
        "Value",
    ),
    "a key of Stripe": (resource(PARAMETER, Value="sk_live_" + "a1B2" * 6), "Value"),
    "a key of Google": (resource(PARAMETER, Value="AIza" + "A1b2C3d" * 5), "Value"),
    "a webhook": (
        resource(PARAMETER, Value="https://hooks.slack.com/services/T0/B0/" + "X" * 24),
        "Value",
    ),
    # other sections
    "an output": ({"Resources": {}, "Outputs": {"AdminPassword": {"Value": SECRET}}}, "Value"),
    "an access key as an output": (
        {"Resources": {}, "Outputs": {"O": {"Value": join("AKIAIOSFO", "DNN7EXAMPLE")}}},
        "Value",
    ),
    "a condition": (
        {"Resources": {}, "Conditions": {"C": {"Fn::Equals": [ACCESS_KEY, "x"]}}},
        "C/Fn::Equals/0",
    ),
    "a list as a parameter": (
        {
            "Resources": {},
            "Parameters": {
                "DbPassword": {"Type": "CommaDelimitedList", "NoEcho": True, "Default": SECRET}
            },
        },
        "Default",
    ),
}


@pytest.mark.parametrize("case", FOUND)
def test_a_hidden_secret_is_found_once_and_not_repeated(case: str) -> None:
    template, path = FOUND[case]
    (found,) = find_cleartext(template)
    assert found.path == path
    for value in ("hunter2", "AKIA", "AIza", "sk_live", "0123456789abcdef"):
        assert value not in found.problem


SPECIFICATION = """
env:
  parameter-store: {DB_PASSWORD: /app/db/password-of-the-database}
  secrets-manager: {API_TOKEN: "orders:token-of-the-partner"}
  variables: {STAGE: production-of-ours}
phases:
  build:
    commands: ["export TOKEN=$(aws secretsmanager get-secret-value --secret-id x)"]
"""
SCRIPT = """#!/bin/bash
export DB_PASSWORD="$(aws secretsmanager get-secret-value --secret-id orders)"
TOKEN=${API_TOKEN:?}
TOKEN_WHEN=after
password_file=/etc/app/password
curl -H "Authorization: Bearer $TOKEN" https://example.com
"""
PROGRAM = """
password = os.environ["PASSWORD_ARN"]
token = client.get_secret_value(SecretId=arn)["SecretString"]
headers = {"Authorization": f"Bearer {token}"}
"""
LEFT_ALONE: dict[str, dict[str, Any]] = {
    "a reference": variable({"Ref": "PasswordOfSomething"}),
    "references alone": variable(join({"Ref": "A"}, {"Fn::GetAtt": ["B", "Arn"]})),
    "an ARN, substituted": variable(
        {"Fn::Sub": "arn:${AWS::Partition}:secretsmanager:x:y:secret:z"}
    ),
    "an ARN, joined": variable(join("arn:", {"Ref": "AWS::Partition"}, ":secretsmanager:x")),
    "a password of a database from Secrets Manager, joined": resource(
        "AWS::RDS::DBInstance",
        MasterUserPassword=join(
            "{{resolve:secretsmanager:", {"Ref": "S"}, ":SecretString:password::}}"
        ),
    ),
    "a hidden parameter where it belongs": HIDDEN
    | resource("AWS::RDS::DBInstance", MasterUserPassword={"Ref": "P"}),
    "secrets of a container": resource(
        TASK,
        ContainerDefinitions=[{"Secrets": [{"Name": "DB_PASSWORD", "ValueFrom": "arn:aws:ssm:x"}]}],
    ),
    "a build's secrets": resource(BUILD, Source={"BuildSpec": SPECIFICATION}),
    "a build specification that cannot be read": resource(BUILD, Source={"BuildSpec": "a: [b"}),
    "a script that fetches": user_data(SCRIPT),
    "a program that fetches": resource(FUNCTION, Code={"ZipFile": PROGRAM}),
    "a command that names a file": resource(
        TASK,
        ContainerDefinitions=[{"Command": ["app", "--password-file", "/run/secrets/password"]}],
    ),
    "a command that expands": resource(
        TASK, ContainerDefinitions=[{"Command": ["sh", "-c", "app --password $DB_PASSWORD"]}]
    ),
    "the document of a generated secret": resource(
        "AWS::SecretsManager::Secret",
        GenerateSecretString={
            "SecretStringTemplate": '{"username":"a"}',
            "GenerateStringKey": "password",
        },
    ),
    "parameters of a database": resource(
        "AWS::RDS::DBParameterGroup", Parameters={"password_encryption": "scram-sha-256"}
    ),
    "a policy about passwords": resource(
        "AWS::Cognito::UserPool", Policies={"PasswordPolicy": {"MinimumLength": 14}}
    ),
    "an output that names a secret": {
        "Resources": {},
        "Outputs": {"SecretArn": {"Value": {"Ref": "S"}}, "Token": {"Value": {"Ref": "S"}}},
    },
    "a parameter that is named after a secret": resource(
        PARAMETER, Name="/app/db/password-arn", Value="arn:aws:secretsmanager:x"
    ),
    "a word that only begins like one": variable("eu-central", "PASSTHROUGH"),
    "text about tokens": resource(
        PARAMETER, Name="/help", Value="Send the bearer authentication token."
    ),
}


@pytest.mark.parametrize("case", LEFT_ALONE)
def test_what_fetches_its_secret_is_left_alone(case: str) -> None:
    assert list(find_cleartext(LEFT_ALONE[case])) == []
