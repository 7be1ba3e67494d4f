"""What a pipeline builds, where, and who gets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from baseline.images.platforms import PLATFORMS
from tests.unit.images.conftest import AGENT, COPY_KEY, ORGANIZATION, ORGANIZATION_ARN, UNIT_ARN

if TYPE_CHECKING:
    from tests.unit.images.conftest import Images, Resources

SYSTEMS = {platform.replace(".", "-"): platform for platform in PLATFORMS}


def one(images: Images, stack: str, kind: str) -> Resources:
    (found,) = images.of(stack, f"AWS::ImageBuilder::{kind}")
    return found


def text(value: Any) -> str:
    """Give the text of an ARN, whose partition is the only reference."""
    if isinstance(value, dict) and "Fn::Join" in value:
        return "".join(text(part) for part in value["Fn::Join"][1])
    return "aws" if value == {"Ref": "AWS::Partition"} else str(value)


def component_names(images: Images, stack: str, recipe: Resources) -> list[str]:
    """Give the names of a recipe's components: ours by their document, AWS's by their ARN."""
    found = []
    for component in recipe["Components"]:
        arn = component["ComponentArn"]
        if isinstance(arn, dict) and "Fn::GetAtt" in arn:
            name = images.stacks[stack][arn["Fn::GetAtt"][0]]["Properties"]["Name"]
            found.append(name.removeprefix(f"{recipe['Name']}-"))
        else:
            found.append(text(arn).split(":component/")[1])
    return found


def statements(images: Images, stack: str, kind: str, start: str) -> dict[str, Resources]:
    """Give the statements of a policy by Sid, of the resource whose logical ID starts so."""
    return {
        row["Sid"]: row
        for key, resource in images.stacks[stack].items()
        if resource["Type"] == kind and key.startswith(start)
        for row in resource["Properties"]["PolicyDocument"]["Statement"]
        if "Sid" in row
    }


def test_an_image_is_made_of_updates_agents_hardening_and_tests(images: Images) -> None:
    """SSM.1."""
    recipe = one(images, "default", "ImageRecipe")
    assert component_names(images, "default", recipe) == [
        "update-linux/x.x.x",
        "agents-linux",
        "amazon-cloudwatch-agent-linux/x.x.x",
        "stig-build-linux-medium/x.x.x",
        "harden-linux",
        "clean-up-linux",
        "verify-linux",
        "verify-cloudwatch-linux",
    ]
    agent = recipe["AdditionalInstanceConfiguration"]["SystemsManagerAgent"]
    assert agent == {"UninstallAfterBuild": False}
    assert "SSM.1" in images.controls["hardened-image-pipeline"]


def test_every_system_starts_from_the_newest_of_its_publisher(images: Images) -> None:
    recipes = {
        row["Name"].removeprefix("acme-images-"): row
        for row in images.of("systems", "AWS::ImageBuilder::ImageRecipe")
    }
    assert set(recipes) == set(SYSTEMS)
    for name, row in recipes.items():
        platform = PLATFORMS[SYSTEMS[name]]
        parent = text(row["ParentImage"])
        assert parent.startswith("ssm:/aws/service/") or parent.endswith("/x.x.x")
        names = component_names(images, "systems", row)
        end = platform.kind.lower()
        assert names[0] == f"update-{end}/x.x.x"
        assert {f"agents-{end}", f"harden-{end}", f"verify-{end}"} <= set(names)
        assert f"stig-build-{end}-medium/x.x.x" in names


def test_disks_are_encrypted_with_the_key_of_the_organization(images: Images) -> None:
    for stack in images.stacks:
        for row in images.of(stack, "AWS::ImageBuilder::ImageRecipe"):
            (volume,) = row["BlockDeviceMappings"]
            assert volume["Ebs"]["Encrypted"] is True
            assert volume["Ebs"]["KmsKeyId"]["Fn::GetAtt"][0].startswith("EnvironmentKey")
            assert volume["Ebs"]["DeleteOnTermination"] is True
    container = one(images, "containers", "ContainerRecipe")
    (volume,) = container["InstanceConfiguration"]["BlockDeviceMappings"]
    assert volume["Ebs"]["Encrypted"] is True


def test_machines_that_build_have_no_key_pair_and_no_imdsv1(images: Images) -> None:
    """EC2.8."""
    for stack, hops in (("default", 1), ("containers", 2)):
        row = one(images, stack, "InfrastructureConfiguration")
        assert row["InstanceMetadataOptions"] == {
            "HttpTokens": "required",
            "HttpPutResponseHopLimit": hops,
        }
        assert "KeyPair" not in row
        assert row["TerminateInstanceOnFailure"] is True
        assert row["SubnetId"] == "subnet-20111111"
        (group,) = row["SecurityGroupIds"]
        assert group["Fn::GetAtt"][1] == "GroupId"
        assert row["Logging"]["S3Logs"]["S3KeyPrefix"].startswith("acme-images-")
        assert list(row["SnsTopicArn"]) == ["Ref"]
    assert "EC2.8" in images.controls["hardened-image-pipeline"]


@pytest.mark.parametrize(("stack", "ports"), [("default", {443}), ("systems", {80, 443})])
def test_machines_that_build_let_nobody_in_and_reach_repositories_only(
    images: Images, stack: str, ports: set[int]
) -> None:
    (group,) = images.of(stack, "AWS::EC2::SecurityGroup")
    assert "SecurityGroupIngress" not in group
    assert not images.of(stack, "AWS::EC2::SecurityGroupIngress")
    assert {rule["FromPort"] for rule in group["SecurityGroupEgress"]} == ports
    assert {rule["IpProtocol"] for rule in group["SecurityGroupEgress"]} == {"tcp"}


def test_a_build_runs_our_workflows_and_is_scanned(images: Images) -> None:
    row = one(images, "default", "ImagePipeline")
    kinds = [
        images.stacks["default"][each["WorkflowArn"]["Fn::GetAtt"][0]]["Properties"]["Type"]
        for each in row["Workflows"]
    ]
    assert kinds == ["BUILD", "TEST"]
    assert row["ImageScanningConfiguration"] == {"ImageScanningEnabled": True}
    assert row["ImageTestsConfiguration"]["ImageTestsEnabled"] is True
    assert row["Status"] == "ENABLED"
    assert row["Schedule"] == {
        "ScheduleExpression": "cron(0 4 ? * sun *)",
        "PipelineExecutionStartCondition": "EXPRESSION_MATCH_ONLY",
        "AutoDisablePolicy": {"FailureCount": 3},
    }
    assert row["ImageTags"] == {"ImagePipeline": "acme-images-al2023"}
    assert row["ExecutionRole"]["Fn::GetAtt"][0].startswith("EnvironmentExecutionRole")


def test_unscanned_has_to_be_said_and_still_demands_imdsv2(images: Images) -> None:
    for row in images.of("unscanned", "AWS::ImageBuilder::ImagePipeline"):
        assert row["ImageScanningConfiguration"] == {"ImageScanningEnabled": False}
    kinds = {row["Type"] for row in images.of("unscanned", "AWS::ImageBuilder::Workflow")}
    assert kinds == {"BUILD", "TEST"}
    assert len(images.of("unscanned", "AWS::ECR::Repository")) == 1


def test_an_image_is_shared_with_the_organization_and_named_in_a_parameter(images: Images) -> None:
    (place,) = one(images, "default", "DistributionConfiguration")["Distributions"]
    assert place["Region"] == "eu-west-1"
    machine = place["AmiDistributionConfiguration"]
    assert machine["LaunchPermissionConfiguration"] == {"OrganizationArns": [ORGANIZATION_ARN]}
    assert machine["KmsKeyId"]["Fn::GetAtt"][0].startswith("EnvironmentKey")
    assert machine["Name"] == "acme-images-al2023-{{ imagebuilder:buildDate }}"
    assert place["SsmParameterConfigurations"] == [
        {"ParameterName": "/imagebuilder/acme-images-al2023/latest", "DataType": "aws:ec2:image"}
    ]


def test_units_get_it_instead_and_copies_have_a_key_of_their_region(images: Images) -> None:
    for row in images.of("systems", "AWS::ImageBuilder::DistributionConfiguration"):
        (place,) = row["Distributions"]
        machine = place["AmiDistributionConfiguration"]
        assert machine["LaunchPermissionConfiguration"] == {"OrganizationalUnitArns": [UNIT_ARN]}
    home, copy = one(images, "chosen", "DistributionConfiguration")["Distributions"]
    assert (home["Region"], copy["Region"]) == ("eu-west-1", "eu-central-1")
    assert copy["AmiDistributionConfiguration"]["KmsKeyId"] == COPY_KEY
    assert copy["SsmParameterConfigurations"] == home["SsmParameterConfigurations"]


def test_nobody_outside_the_organization_uses_the_key(images: Images) -> None:
    rows = {
        row["Sid"]: row
        for key, resource in images.stacks["default"].items()
        if key.startswith("EnvironmentKey") and resource["Type"] == "AWS::KMS::Key"
        for row in resource["Properties"]["KeyPolicy"]["Statement"]
        if "Sid" in row
    }
    opened = {sid: row for sid, row in rows.items() if row["Principal"] == {"AWS": "*"}}
    assert set(opened) == {"AttachVolumes", "FindKey", "GrantToAutoScaling", "StartMachines"}
    for row in opened.values():
        assert row["Condition"]["StringEquals"]["aws:PrincipalOrgID"] == ORGANIZATION
    through = {"aws:PrincipalOrgID": ORGANIZATION, "kms:ViaService": "ec2.eu-west-1.amazonaws.com"}
    assert opened["StartMachines"]["Condition"]["StringEquals"] == through
    attach = opened["AttachVolumes"]
    assert attach["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}
    grant = opened["GrantToAutoScaling"]
    assert grant["Action"] == "kms:CreateGrant"
    (who,) = [text(value) for value in grant["Condition"]["StringLike"].values()]
    assert who.endswith(
        "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling*"
    )
    operations = grant["Condition"]["ForAllValues:StringEquals"]["kms:GrantOperations"]
    assert "RetireGrant" not in operations
    assert {"Decrypt", "ReEncryptFrom"} <= set(operations)


def test_the_machine_reads_its_components_and_writes_logs_only(images: Images) -> None:
    found = statements(images, "default", "AWS::IAM::ManagedPolicy", "EnvironmentMachinePolicy")
    actions = {sid: row["Action"] for sid, row in found.items()}
    assert actions == {
        "ReadComponents": "imagebuilder:GetComponent",
        "ReadToolsOfImageBuilder": "s3:GetObject",
        "WriteBuildLogs": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "KeepLogs": "s3:PutObject",
        "EncryptLogs": "kms:GenerateDataKey",
    }
    own, _ = (text(each) for each in found["ReadComponents"]["Resource"])
    assert own == "arn:aws:imagebuilder:eu-west-1:999999999999:component/acme-images-*/*"


def test_roles_trust_image_builder_of_this_account_only(images: Images) -> None:
    trusted = [
        row["AssumeRolePolicyDocument"]["Statement"][0]
        for row in images.of("default", "AWS::IAM::Role")
        if "imagebuilder.amazonaws.com" in str(row["AssumeRolePolicyDocument"])
    ]
    assert len(trusted) == 2
    for row in trusted:
        assert row["Condition"] == {"StringEquals": {"aws:SourceAccount": "999999999999"}}


def test_the_gate_changes_images_of_image_builder_only(images: Images) -> None:
    found = statements(images, "default", "AWS::IAM::ManagedPolicy", "EnvironmentGate")
    change = found["RequireImdsv2"]
    assert change["Action"] == "ec2:ModifyImageAttribute"
    assert change["Condition"] == {
        "StringEquals": {"aws:ResourceTag/CreatedBy": "EC2 Image Builder"}
    }
    (function,) = [
        row
        for row in images.of("chosen", "AWS::Lambda::Function")
        if "ACCEPTED" in row.get("Environment", {}).get("Variables", {})
    ]
    variables = function["Environment"]["Variables"]
    assert variables == {
        "ACCEPTED": '["CVE-2026-12345"]',
        "BLOCKED_SEVERITIES": '["CRITICAL", "HIGH"]',
    }


def test_the_gate_hears_of_our_builds(images: Images) -> None:
    patterns = [row["EventPattern"] for row in images.of("default", "AWS::Events::Rule")]
    (waiting,) = [row for row in patterns if "Step Waiting" in row["detail-type"][0]]
    assert waiting["detail"] == {"workflow-step-name": ["ReleaseGate", "RequireImdsv2"]}
    (prefix,) = waiting["resources"]
    assert text(prefix["prefix"]).endswith(":999999999999:image/acme-images-")


def test_a_failed_build_and_a_pipeline_that_is_off_are_told(images: Images) -> None:
    rules = {
        row["EventPattern"]["detail-type"][0]: row
        for row in images.of("default", "AWS::Events::Rule")
    }
    failed = rules["EC2 Image Builder Image State Change"]
    assert failed["EventPattern"]["detail"] == {"state": {"status": ["CANCELLED", "FAILED"]}}
    off = rules["EC2 Image Builder Image Pipeline Automatically Disabled"]
    for row in (failed, off):
        (target,) = row["Targets"]
        assert list(target["Arn"]) == ["Ref"]
        assert "<resource>" in target["InputTransformer"]["InputTemplate"]
    (subscription,) = images.of("default", "AWS::SNS::Subscription")
    assert subscription["Endpoint"] == "cloud@example.com"


def test_old_images_end_and_those_in_use_stay(images: Images) -> None:
    row = one(images, "default", "LifecyclePolicy")
    assert row["ResourceSelection"] == {"TagMap": {"ImagePipeline": "acme-images-al2023"}}
    assert (row["ResourceType"], row["Status"]) == ("AMI_IMAGE", "ENABLED")
    deprecate, delete = row["PolicyDetails"]
    assert deprecate["Action"]["Type"] == "DEPRECATE"
    assert deprecate["Filter"] == {"Type": "AGE", "Value": 60, "Unit": "DAYS"}
    assert delete["Action"] == {
        "Type": "DELETE",
        "IncludeResources": {"Amis": True, "Snapshots": True},
    }
    assert delete["Filter"] == {"Type": "AGE", "Value": 180, "Unit": "DAYS", "RetainAtLeast": 3}
    assert delete["ExclusionRules"]["Amis"] == {
        "TagMap": {"KeepImage": "true"},
        "LastLaunched": {"Unit": "DAYS", "Value": 90},
    }


def test_an_agent_comes_with_its_hash_and_the_right_to_read_it(images: Images) -> None:
    recipe = one(images, "chosen", "ImageRecipe")
    names = component_names(images, "chosen", recipe)
    assert names == [
        "update-linux/x.x.x",
        "agents-linux",
        "endpoint-agent-linux",
        "harden-linux",
        "clean-up-linux",
        "verify-linux",
    ]
    values = {row["Name"]: row["Value"] for row in recipe["Components"][2]["Parameters"]}
    assert values == {
        "Source": [AGENT.source],
        "Sha256": [AGENT.sha256],
        "File": ["agent-7.1.0.rpm"],
        "Service": ["agentd"],
    }
    (policy,) = [
        resource["Properties"]["PolicyDocument"]["Statement"]
        for key, resource in images.stacks["chosen"].items()
        if key.startswith("EnvironmentMachinePolicy")
    ]
    read, decrypt = policy[-2:]
    assert text(read["Resource"]) == "arn:aws:s3:::acme-packages/edr/agent-7.1.0.rpm"
    assert (decrypt["Action"], decrypt["Resource"]) == ("kms:Decrypt", AGENT.key_arn)


def test_container_images_cannot_be_overwritten_and_are_scanned(images: Images) -> None:
    """ECR.1, ECR.2, ECR.3, ECR.5."""
    rows = images.of("containers", "AWS::ECR::Repository")
    assert {row["RepositoryName"] for row in rows} == {
        "acme-images-base",
        "image-builder-acme-images-base",
    }
    for row in rows:
        assert row["ImageScanningConfiguration"] == {"ScanOnPush": True}
        assert row["ImageTagMutability"] == "IMMUTABLE"
        assert '"countType":"imageCountMoreThan"' in row["LifecyclePolicy"]["LifecyclePolicyText"]
        assert row["EncryptionConfiguration"]["EncryptionType"] == "KMS"
        assert row["EncryptionConfiguration"]["KmsKey"]["Fn::GetAtt"][1] == "Arn"
    assert images.controls["hardened-repository"] == {"ECR.1", "ECR.2", "ECR.3", "ECR.5"}


def test_the_organization_pulls_and_does_not_push(images: Images) -> None:
    policies = {
        row["RepositoryName"]: row.get("RepositoryPolicyText")
        for row in images.of("containers", "AWS::ECR::Repository")
    }
    assert policies["image-builder-acme-images-base"] is None
    policy = policies["acme-images-base"]
    assert policy is not None
    (row,) = policy["Statement"]
    assert row["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}}
    assert row["Action"] == [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
    ]


def test_a_container_is_tested_scanned_and_has_a_user_for_applications(images: Images) -> None:
    recipe = one(images, "containers", "ContainerRecipe")
    assert component_names(images, "containers", recipe) == [
        "update-linux/x.x.x",
        "harden-container",
        "verify-container",
    ]
    lines = recipe["DockerfileTemplateData"].splitlines()
    assert lines[0] == "FROM {{{ imagebuilder:parentImage }}}"
    assert "application:x:10001:10001::/nonexistent:/sbin/nologin" in lines[-1]
    row = one(images, "containers", "ImagePipeline")
    build, test = row["Workflows"]
    assert text(build["WorkflowArn"]).endswith(":aws:workflow/build/build-container/x.x.x")
    assert "Fn::GetAtt" in test["WorkflowArn"]
    scanning = row["ImageScanningConfiguration"]
    assert scanning["ImageScanningEnabled"] is True
    assert "Ref" in scanning["EcrConfiguration"]["RepositoryName"]
    (place,) = one(images, "containers", "DistributionConfiguration")["Distributions"]
    target = place["ContainerDistributionConfiguration"]["TargetRepository"]
    assert target["Service"] == "ECR"
