"""What accounts get: a package by its hash, a token that machines alone read, a rule that misses it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.config import Configuration, Names, load
from baseline.config.endpoint import Endpoint
from baseline.controls.registry import declarations
from baseline.detection.rule_choice import members_tell_of_rules, told_rules
from baseline.endpoint.agent import EndpointAgent
from baseline.endpoint.package import build_package
from baseline.endpoint.preset import presets
from baseline.guardrails.composition import compose
from baseline.guardrails.evaluation import Organization
from baseline.guardrails.placement import levels_of
from baseline.guardrails.request import Request
from baseline.organization.member_template import render
from stacks.member_endpoint import MemberEndpointStack
from tests.composed import chosen_together, composed
from tests.support import CONTEXT, ROOT

Resources = dict[str, dict[str, Any]]
FULL_ARN = "arn:aws:secretsmanager:eu-west-1:333333333333:secret:secbase-endpoint-token-AbCdEf"


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return chosen_together()


@pytest.fixture(scope="module")
def names(configuration: Configuration) -> Names:
    return Names.of(configuration)


@pytest.fixture(scope="module")
def templates(configuration: Configuration) -> dict[str, Resources]:
    made = composed(configuration)
    assembly = made.app.synth()
    found = {
        path.name.split(".")[0]: json.loads(path.read_text())["Resources"]
        for path in Path(assembly.directory).glob("*.template.json")
    }
    for resource in found["members"].values():
        name = resource["Properties"].get("StackSetName", "")
        if name:
            found[name] = json.loads(resource["Properties"]["TemplateBody"])["Resources"]
    return found


def of(resources: Resources, kind: str) -> list[dict[str, Any]]:
    return [row["Properties"] for row in resources.values() if row["Type"] == kind]


def document_of(resources: Resources, kind: str) -> dict[str, Any]:
    (found,) = [row for row in of(resources, "AWS::SSM::Document") if row["DocumentType"] == kind]
    return found


@pytest.fixture(scope="module")
def body(templates: dict[str, Resources]) -> Resources:
    return templates["secbase-member-endpoint"]


def test_nothing_is_made_by_default() -> None:
    assert Endpoint() == Endpoint(vendor=None)
    stacks = composed(load(ROOT / "baseline.yaml")).stacks
    assert not [name for name in stacks if "endpoint" in name]


def test_the_package_is_attached_with_its_hashes_from_the_bucket_of_the_organization(
    body: Resources, templates: dict[str, Resources]
) -> None:
    """The files of endpoint-package."""
    package = document_of(body, "Package")
    assert (package["DocumentType"], package["UpdateMethod"]) == ("Package", "NewVersion")
    assert package["VersionName"] == package["Content"]["version"]
    (attachment,) = package["Attachments"]
    assert attachment["Key"] == "SourceUrl"
    (address,) = attachment["Values"]
    start = "https://s3.eu-west-1.amazonaws.com/secbase-endpoint-333333333333-eu-west-1/"
    assert address.startswith(start)
    (copied,) = of(templates["endpoint"], "Custom::EndpointPackage")
    assert {
        file["Key"].rpartition("/")[2]: {"checksums": {"sha256": file["Sha256"]}}
        for file in copied["Files"]
    } == package["Content"]["files"]
    assert {file["Key"].rpartition("/")[0] for file in copied["Files"]} == {
        address.removeprefix(start)
    }


def test_the_document_installs_without_a_token_and_then_checks(body: Resources) -> None:
    document = document_of(body, "Command")
    install, check = document["Content"]["mainSteps"]
    assert install["action"] == "aws:configurePackage"
    assert install["inputs"]["name"] == "secbase-endpoint-package"
    assert install["inputs"]["installationType"] == "In-place update"
    assert json.loads(install["inputs"]["additionalArguments"]) == {
        "SSM_TOKEN_REGION": "eu-west-1",
        "SSM_TOKEN_SECRET": FULL_ARN.removesuffix("-AbCdEf"),
    }
    assert check["precondition"] == {"StringEquals": ["platformType", "Linux"]}
    assert check["inputs"]["runCommand"][0] == "#!/bin/bash"
    assert "parameters" not in document["Content"]


def test_ssm_3_the_association_is_daily_severe_and_compliance_follows_it(body: Resources) -> None:
    (association,) = of(body, "AWS::SSM::Association")
    assert association["Name"] == "secbase-endpoint-agent"
    assert "Parameters" not in association
    assert association["ScheduleExpression"] == "rate(1 day)"
    assert association["ApplyOnlyAtCronInterval"] is False
    assert (association["ComplianceSeverity"], association["SyncCompliance"]) == (
        "CRITICAL",
        "AUTO",
    )
    assert (association["MaxConcurrency"], association["MaxErrors"]) == ("20%", "20%")
    assert association["Targets"] == [{"Key": "tag:EndpointAgent", "Values": ["true"]}]


def test_machines_without_the_agent_are_found(body: Resources) -> None:
    (rule,) = of(body, "AWS::Config::ConfigRule")
    assert rule["ConfigRuleName"] == "secbase-endpoint-agent-linux"
    assert rule["Source"] == {
        "Owner": "AWS",
        "SourceIdentifier": "EC2_MANAGEDINSTANCE_APPLICATIONS_REQUIRED",
    }
    assert rule["Scope"] == {"ComplianceResourceTypes": ["AWS::SSM::ManagedInstanceInventory"]}
    assert rule["InputParameters"] == {
        "applicationNames": "endpoint-agent",
        "platformType": "Linux",
    }


def test_the_body_fits_and_stands_in_order(body: Resources) -> None:
    assert len(json.dumps({"Resources": body}).encode()) < 51_200
    package, document, association = (
        next(key for key, row in body.items() if key.startswith(start))
        for start in ("AgentPackage", "AgentDocument", "AgentAssociation")
    )
    assert body[document]["DependsOn"] == [package]
    assert body[association]["DependsOn"] == [document]


def test_the_management_account_has_the_same(
    templates: dict[str, Resources], body: Resources
) -> None:
    for region in ("eu-west-1", "eu-central-1"):
        twin = templates[f"members-management-endpoint-{region}"]
        for kind in ("Package", "Command"):
            assert document_of(twin, kind) == document_of(body, kind)
        assert of(twin, "AWS::SSM::Association") == of(body, "AWS::SSM::Association")


def test_members_come_after_the_package(configuration: Configuration) -> None:
    stacks = composed(configuration).stacks
    for name in ("members", "members-management-endpoint-eu-west-1"):
        assert stacks["endpoint"] in stacks[name].dependencies


def test_only_machines_of_the_organization_read_the_token(templates: dict[str, Resources]) -> None:
    """The secret of endpoint-token."""
    (secret,) = of(templates["endpoint"], "AWS::SecretsManager::Secret")
    assert "SecretString" not in secret
    assert secret["KmsKeyId"]["Fn::GetAtt"][1] == "Arn"
    # The guardrail would keep the people out who enter it.
    assert "Tags" not in secret
    (policy,) = of(templates["endpoint"], "AWS::SecretsManager::ResourcePolicy")
    assert policy["BlockPublicPolicy"] is True
    by_sid = {row["Sid"]: row for row in policy["ResourcePolicy"]["Statement"]}
    organization = {"aws:PrincipalOrgID": "o-exampleorgid"}
    host = "arn:aws:iam::*:role/secbase-host-management"
    assert by_sid["InstancesRead"]["Condition"] == {
        "StringEquals": organization,
        "Null": {"aws:Ec2InstanceSourceVpc": "false"},
    }
    assert by_sid["HostManagementReads"]["Condition"] == {
        "StringEquals": organization,
        "ArnLike": {"aws:PrincipalArn": host},
    }
    denied = by_sid["OnlyMachinesRead"]
    assert (denied["Effect"], denied["Action"]) == ("Deny", "secretsmanager:GetSecretValue")
    assert denied["Condition"] == {
        "Null": {"aws:Ec2InstanceSourceVpc": "true"},
        "ArnNotLike": {"aws:PrincipalArn": host},
    }
    assert {"DenyOutsiders", "DenyCleartext"} <= set(by_sid)


def test_the_token_s_key_opens_this_secret_only(templates: dict[str, Resources]) -> None:
    granted = [
        statement
        for key in of(templates["endpoint"], "AWS::KMS::Key")
        for statement in key["KeyPolicy"]["Statement"]
        if statement.get("Sid") == "MachinesDecrypt"
    ]
    assert [row["Action"] for row in granted] == ["kms:Decrypt"]
    assert granted[0]["Condition"] == {
        "StringEquals": {
            "aws:PrincipalOrgID": "o-exampleorgid",
            "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com",
        },
        "StringLike": {"kms:EncryptionContext:SecretARN": FULL_ARN.replace("AbCdEf", "*")},
    }


def test_the_bucket_is_read_by_the_organization_and_written_by_one_role(
    templates: dict[str, Resources],
) -> None:
    resources = templates["endpoint"]
    named = {
        key
        for key, row in resources.items()
        if row["Properties"].get("BucketName") == "secbase-endpoint-333333333333-eu-west-1"
    }
    (statements,) = [
        policy["PolicyDocument"]["Statement"]
        for policy in of(resources, "AWS::S3::BucketPolicy")
        if policy["Bucket"]["Ref"] in named
    ]
    by_sid = {row.get("Sid"): row for row in statements}
    for sid, action in (
        ("OrganizationReads", "s3:GetObject"),
        ("OrganizationLists", "s3:ListBucket"),
    ):
        assert by_sid[sid]["Action"] == action
        assert by_sid[sid]["Condition"] == {
            "StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}
        }
    denied = by_sid["OnlyDeploymentWrites"]
    assert denied["Effect"] == "Deny"
    assert denied["Action"] == ["s3:DeleteObject*", "s3:PutObject*", "s3:ReplicateObject"]
    role = denied["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]["Fn::GetAtt"][0]
    (function,) = [
        row["Properties"]
        for row in resources.values()
        if row["Type"] == "AWS::Lambda::Function"
        and "package" in row["Properties"].get("Description", "")
    ]
    assert function["Role"]["Fn::GetAtt"][0] == role


def test_instances_get_a_policy_for_the_one_secret(templates: dict[str, Resources]) -> None:
    (policy,) = [
        row
        for row in of(templates["secbase-member-global"], "AWS::IAM::ManagedPolicy")
        if row.get("ManagedPolicyName") == "secbase-endpoint-token-reader"
    ]
    read, decrypt = policy["PolicyDocument"]["Statement"]
    wanted = FULL_ARN.replace("AbCdEf", "??????")
    assert (read["Action"], read["Resource"]) == ("secretsmanager:GetSecretValue", wanted)
    assert decrypt["Condition"]["StringLike"] == {"kms:EncryptionContext:SecretARN": wanted}
    assert len(policy["Roles"]) == 1  # Default Host Management


def render_agent(names: Names, vendor: str, **settings: Any) -> Resources:
    package = build_package(presets()[vendor], version="1", installers=settings.pop("given", {}))
    chosen = Endpoint.model_validate({"vendor": vendor, **settings})
    app = cdk.App(context=CONTEXT, analytics_reporting=False)

    def build(scope: Any, id: str, synthesizer: cdk.IStackSynthesizer) -> cdk.Stack:
        return MemberEndpointStack(
            scope, id, names=names, package=package, settings=chosen, synthesizer=synthesizer
        )

    template = render(cdk.Stack(app, "members"), {"member-endpoint": build})["member-endpoint"]
    resources: Resources = template["Resources"]  # type: ignore[assignment]
    return resources


def test_a_free_agent_goes_everywhere_without_a_token(names: Names) -> None:
    resources = render_agent(names, "clamav", severity="HIGH")
    (association,) = of(resources, "AWS::SSM::Association")
    assert association["Targets"] == [{"Key": "InstanceIds", "Values": ["*"]}]
    assert association["ComplianceSeverity"] == "HIGH"
    document = document_of(resources, "Command")
    assert "additionalArguments" not in document["Content"]["mainSteps"][0]["inputs"]


def test_windows_machines_are_checked_where_the_vendor_has_them(
    names: Names, tmp_path: Path
) -> None:
    installer = tmp_path / "sensor.exe"
    installer.write_bytes(b"MZ")
    resources = render_agent(
        names, "crowdstrike-falcon", given={"windows/x86_64": str(installer)}, token_secret=FULL_ARN
    )
    rules = of(resources, "AWS::Config::ConfigRule")
    assert {row["InputParameters"]["platformType"] for row in rules} == {"Linux", "Windows"}
    document = document_of(resources, "Command")
    install, _, windows = document["Content"]["mainSteps"]
    assert json.loads(install["inputs"]["additionalArguments"])["SSM_TOKEN_SECRET"] == FULL_ARN
    assert windows["action"] == "aws:runPowerShellScript"
    assert windows["precondition"] == {"StringEquals": ["platformType", "Windows"]}


@pytest.fixture(scope="module")
def guarded() -> Organization:
    """The organization of baseline.yaml with the agent; guardrails do not depend on it."""
    configuration = load(ROOT / "baseline.yaml")
    levels = levels_of(compose(configuration))
    return Organization(
        id=configuration.organization.id,
        management_account="111111111111",
        accounts={
            "333333333333": levels["Security"],
            "555555555555": levels["Workloads/Production"],
        },
    )


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("ssm:UpdateDocument", "document/secbase-endpoint-agent", {}),
        ("ssm:DeleteDocument", "document/secbase-endpoint-package", {}),
        ("ssm:ModifyDocumentPermission", "document/secbase-endpoint-package", {}),
        (
            "ssm:DeleteAssociation",
            "association/x",
            {"aws:ResourceTag/SecurityBaseline": "protected"},
        ),
        (
            "ssm:UpdateAssociation",
            "association/x",
            {"aws:ResourceTag/SecurityBaseline": "protected"},
        ),
    ],
)
def test_members_cannot_change_the_agent(
    guarded: Organization, action: str, resource: str, context: dict[str, Any]
) -> None:
    def decide(role: str) -> bool:
        return guarded.evaluate(
            Request(
                principal_arn=f"arn:aws:iam::555555555555:role/{role}",
                action=action,
                resource=f"arn:aws:ssm:eu-west-1:555555555555:{resource}",
                region="eu-west-1",
                context=context,
            )
        ).allowed

    assert not decide("Administrator")
    assert decide("stacksets-exec-0123456789abcdef0123456789abcdef")


def test_documents_and_association_bear_the_tag(body: Resources) -> None:
    for kind in ("AWS::SSM::Document", "AWS::SSM::Association"):
        for row in of(body, kind):
            assert {"Key": "SecurityBaseline", "Value": "protected"} in row["Tags"]


def test_the_agent_declares_ssm_3(names: Names) -> None:
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    stack = cdk.Stack(app, "stack")
    package = build_package(presets()["clamav"], version="1", installers={})
    EndpointAgent(stack, "Agent", names=names, package=package, settings=Endpoint(vendor="clamav"))
    assert [(row["capability"], row["controls"]) for row in declarations(app)] == [
        ("endpoint-agent", ["SSM.3"])
    ]


@pytest.mark.parametrize(
    ("account", "action", "resource"),
    [
        ("333333333333", "s3:PutObject", "arn:aws:s3:::secbase-endpoint-333333333333-eu-west-1/x"),
        (
            "333333333333",
            "s3:GetObject",
            "arn:aws:s3:::cdk-secbase-assets-333333333333-eu-west-1/x",
        ),
        ("333333333333", "kms:GenerateDataKey", "arn:aws:kms:eu-west-1:333333333333:key/x"),
        ("333333333333", "secretsmanager:PutSecretValue", FULL_ARN),
        ("555555555555", "secretsmanager:GetSecretValue", FULL_ARN),
        ("555555555555", "kms:Decrypt", "arn:aws:kms:eu-west-1:333333333333:key/x"),
        (
            "555555555555",
            "ssm:GetDocument",
            "arn:aws:ssm:eu-west-1:555555555555:document/secbase-endpoint-package",
        ),
    ],
)
def test_guardrails_leave_the_work_alone(
    guarded: Organization, account: str, action: str, resource: str
) -> None:
    """Neither the copy, nor who enters the token, nor a machine with a team's role is stopped."""
    decision = guarded.evaluate(
        Request(
            principal_arn=f"arn:aws:iam::{account}:role/endpoint-x",
            action=action,
            resource=resource,
            region="eu-west-1",
            context={"aws:PrincipalOrgID": "o-exampleorgid", "aws:SecureTransport": "true"},
        )
    )
    assert decision.allowed, decision.reason


def test_without_security_hub_members_tell_of_machines_without_the_agent() -> None:
    document = load(ROOT / "baseline.yaml").model_dump()
    document["capabilities"]["security_hub"]["enabled"] = False
    document["capabilities"]["trusted_advisor"]["enabled"] = False
    assert "secbase-endpoint-agent-" not in str(told_rules(Configuration.model_validate(document)))
    document["endpoint"] = {"vendor": "clamav", "severity": "HIGH"}
    told = told_rules(Configuration.model_validate(document))
    assert "secbase-endpoint-agent-" in told["high"]
    document["capabilities"]["config"]["root_and_iam_rules"] = "none"
    assert members_tell_of_rules(Configuration.model_validate(document))
    document["capabilities"]["security_hub"]["enabled"] = True
    assert told_rules(Configuration.model_validate(document)) == {}
