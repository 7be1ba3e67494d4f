"""What ordinary constructs come out as, and that they are left alone when switched off."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs

from baseline.blueprint import injectors
from baseline.blueprint.catalog import HARDENINGS
from baseline.blueprint.switches import names

REASON = "switched off here, to see that it can be"

EXPECTED: tuple[tuple[str, str, str, str, Any], ...] = (
    # injector, type, start of the logical ID, place, value; `...` for what is only there
    (
        "bucket",
        "AWS::S3::Bucket",
        "Bucket",
        "PublicAccessBlockConfiguration.BlockPublicPolicy",
        True,
    ),
    ("bucket", "AWS::S3::Bucket", "Bucket", "PublicAccessBlockConfiguration.BlockPublicAcls", True),
    (
        "bucket",
        "AWS::S3::Bucket",
        "Bucket",
        "PublicAccessBlockConfiguration.IgnorePublicAcls",
        True,
    ),
    (
        "bucket",
        "AWS::S3::Bucket",
        "Bucket",
        "PublicAccessBlockConfiguration.RestrictPublicBuckets",
        True,
    ),
    (
        "bucket",
        "AWS::S3::Bucket",
        "Bucket",
        "BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.SSEAlgorithm",
        "aws:kms",
    ),
    (
        "bucket",
        "AWS::S3::Bucket",
        "Bucket",
        "BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.KMSMasterKeyID",
        "key",
    ),
    (
        "bucket",
        "AWS::S3::Bucket",
        "Bucket",
        "BucketEncryption.ServerSideEncryptionConfiguration.0.BlockedEncryptionTypes.EncryptionType",
        ["SSE-C"],
    ),
    (
        "bucket",
        "AWS::S3::Bucket",
        "Bucket",
        "BucketEncryption.ServerSideEncryptionConfiguration.0.BucketKeyEnabled",
        True,
    ),
    ("bucket", "AWS::S3::Bucket", "Bucket", "VersioningConfiguration.Status", "Enabled"),
    (
        "bucket",
        "AWS::S3::Bucket",
        "Bucket",
        "OwnershipControls.Rules.0.ObjectOwnership",
        "BucketOwnerEnforced",
    ),
    ("bucket", "AWS::S3::Bucket", "Bucket", "LoggingConfiguration.LogFilePrefix", "Shop/Bucket/"),
    (
        "bucket",
        "AWS::S3::Bucket",
        "Bucket",
        "LifecycleConfiguration.Rules.0.AbortIncompleteMultipartUpload.DaysAfterInitiation",
        7,
    ),
    ("topic", "AWS::SNS::Topic", "Topic", "KmsMasterKeyId", "key"),
    ("queue", "AWS::SQS::Queue", "Queue", "KmsMasterKeyId", "key"),
    ("stream", "AWS::Kinesis::Stream", "Stream", "StreamEncryption.EncryptionType", "KMS"),
    ("stream", "AWS::Kinesis::Stream", "Stream", "StreamEncryption.KeyId", "key"),
    ("log-group", "AWS::Logs::LogGroup", "Logs", "RetentionInDays", 365),
    ("log-group", "AWS::Logs::LogGroup", "Logs", "KmsKeyId", "key"),
    ("key", "AWS::KMS::Key", "Key", "EnableKeyRotation", True),
    ("key", "AWS::KMS::Key", "Key", "PendingWindowInDays", 30),
    ("secret", "AWS::SecretsManager::Secret", "Secret", "KmsKeyId", "key"),
    ("repository", "AWS::ECR::Repository", "", "ImageScanningConfiguration.ScanOnPush", True),
    ("repository", "AWS::ECR::Repository", "", "ImageTagMutability", "IMMUTABLE"),
    ("repository", "AWS::ECR::Repository", "", "EncryptionConfiguration.EncryptionType", "KMS"),
    ("repository", "AWS::ECR::Repository", "", "EncryptionConfiguration.KmsKey", "key"),
    ("file-system", "AWS::EFS::FileSystem", "", "Encrypted", True),
    ("file-system", "AWS::EFS::FileSystem", "", "KmsKeyId", "key"),
    ("file-system", "AWS::EFS::FileSystem", "", "BackupPolicy.Status", "ENABLED"),
    ("file-system", "AWS::EFS::FileSystem", "", "FileSystemPolicy.Statement.0.Effect", "Deny"),
    (
        "file-system",
        "AWS::EFS::FileSystem",
        "",
        "FileSystemPolicy.Statement.0.Condition.Bool.aws:SecureTransport",
        "false",
    ),
    ("volume", "AWS::EC2::Volume", "", "Encrypted", True),
    ("volume", "AWS::EC2::Volume", "", "KmsKeyId", "key"),
    ("database-instance", "AWS::RDS::DBInstance", "Database", "StorageEncrypted", True),
    ("database-instance", "AWS::RDS::DBInstance", "Database", "KmsKeyId", "key"),
    ("database-instance", "AWS::RDS::DBInstance", "Database", "ManageMasterUserPassword", True),
    ("database-instance", "AWS::RDS::DBInstance", "Database", "PubliclyAccessible", False),
    ("database-instance", "AWS::RDS::DBInstance", "Database", "DeletionProtection", True),
    ("database-instance", "AWS::RDS::DBInstance", "Database", "BackupRetentionPeriod", 35),
    ("database-instance", "AWS::RDS::DBInstance", "Database", "CopyTagsToSnapshot", True),
    ("database-instance", "AWS::RDS::DBInstance", "Database", "AutoMinorVersionUpgrade", True),
    (
        "database-instance",
        "AWS::RDS::DBInstance",
        "Database",
        "EnableIAMDatabaseAuthentication",
        True,
    ),
    (
        "database-instance",
        "AWS::RDS::DBInstance",
        "Database",
        "EnableCloudwatchLogsExports",
        ["postgresql"],
    ),
    (
        "database-instance",
        "AWS::RDS::DBParameterGroup",
        "Database",
        "Parameters",
        {"rds.force_ssl": "1"},
    ),
    ("database-read-replica", "AWS::RDS::DBInstance", "Replica", "PubliclyAccessible", False),
    ("database-read-replica", "AWS::RDS::DBInstance", "Replica", "DeletionProtection", True),
    (
        "database-instance-from-snapshot",
        "AWS::RDS::DBInstance",
        "Restored",
        "PubliclyAccessible",
        False,
    ),
    (
        "database-instance-from-snapshot",
        "AWS::RDS::DBInstance",
        "Restored",
        "DeletionProtection",
        True,
    ),
    ("database-cluster", "AWS::RDS::DBCluster", "Aurora", "StorageEncrypted", True),
    ("database-cluster", "AWS::RDS::DBCluster", "Aurora", "KmsKeyId", "key"),
    ("database-cluster", "AWS::RDS::DBCluster", "Aurora", "DeletionProtection", True),
    ("database-cluster", "AWS::RDS::DBCluster", "Aurora", "BackupRetentionPeriod", 35),
    ("database-cluster", "AWS::RDS::DBCluster", "Aurora", "EnableIAMDatabaseAuthentication", True),
    ("database-cluster", "AWS::RDS::DBCluster", "Aurora", "ManageMasterUserPassword", True),
    (
        "database-cluster",
        "AWS::RDS::DBClusterParameterGroup",
        "Aurora",
        "Parameters.require_secure_transport",
        "ON",
    ),
    ("database-cluster", "AWS::RDS::DBInstance", "Aurora", "PubliclyAccessible", False),
    ("database-cluster-from-snapshot", "AWS::RDS::DBCluster", "Copy", "StorageEncrypted", True),
    ("database-cluster-from-snapshot", "AWS::RDS::DBCluster", "Copy", "DeletionProtection", True),
    ("database-cluster-from-snapshot", "AWS::RDS::DBInstance", "Copy", "PubliclyAccessible", False),
    ("table", "AWS::DynamoDB::Table", "Table", "SSESpecification.KMSMasterKeyId", "key"),
    ("table", "AWS::DynamoDB::Table", "Table", "SSESpecification.SSEType", "KMS"),
    (
        "table",
        "AWS::DynamoDB::Table",
        "Table",
        "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled",
        True,
    ),
    ("table", "AWS::DynamoDB::Table", "Table", "DeletionProtectionEnabled", True),
    (
        "table-v2",
        "AWS::DynamoDB::GlobalTable",
        "",
        "Replicas.0.SSESpecification.KMSMasterKeyId",
        "key",
    ),
    (
        "table-v2",
        "AWS::DynamoDB::GlobalTable",
        "",
        "Replicas.0.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled",
        True,
    ),
    ("table-v2", "AWS::DynamoDB::GlobalTable", "", "Replicas.0.DeletionProtectionEnabled", True),
    (
        "search-domain",
        "AWS::OpenSearchService::Domain",
        "",
        "DomainEndpointOptions.EnforceHTTPS",
        True,
    ),
    (
        "search-domain",
        "AWS::OpenSearchService::Domain",
        "",
        "DomainEndpointOptions.TLSSecurityPolicy",
        "Policy-Min-TLS-1-2-PFS-2023-10",
    ),
    (
        "search-domain",
        "AWS::OpenSearchService::Domain",
        "",
        "NodeToNodeEncryptionOptions.Enabled",
        True,
    ),
    (
        "search-domain",
        "AWS::OpenSearchService::Domain",
        "",
        "EncryptionAtRestOptions.Enabled",
        True,
    ),
    ("function", "AWS::Lambda::Function", "Function", "TracingConfig.Mode", "Active"),
    ("function", "AWS::Logs::LogGroup", "Function", "RetentionInDays", 365),
    (
        "state-machine",
        "AWS::StepFunctions::StateMachine",
        "",
        "LoggingConfiguration.IncludeExecutionData",
        False,
    ),
    ("state-machine", "AWS::StepFunctions::StateMachine", "", "LoggingConfiguration.Level", "ALL"),
    ("state-machine", "AWS::StepFunctions::StateMachine", "", "TracingConfiguration.Enabled", True),
    ("instance", "AWS::EC2::Instance", "Instance", "DisableApiTermination", True),
    (
        "launch-template",
        "AWS::EC2::LaunchTemplate",
        "Template",
        "LaunchTemplateData.MetadataOptions.HttpTokens",
        "required",
    ),
    (
        "auto-scaling-group",
        "AWS::EC2::LaunchTemplate",
        "Group",
        "LaunchTemplateData.MetadataOptions.HttpTokens",
        "required",
    ),
    ("ecs-cluster", "AWS::ECS::Cluster", "", "ClusterSettings.0.Value", "enabled"),
    ("vpc", "Custom::VpcRestrictDefaultSG", "", "Account", "555555555555"),
    ("vpc", "AWS::EC2::FlowLog", "", "TrafficType", "ALL"),
    ("vpc", "AWS::EC2::Subnet", "VpcPublicSubnet1", "MapPublicIpOnLaunch", False),
    (
        "application-listener",
        "AWS::ElasticLoadBalancingV2::Listener",
        "BalancerHttps",
        "SslPolicy",
        ...,
    ),
    (
        "network-listener",
        "AWS::ElasticLoadBalancingV2::Listener",
        "Network",
        "SslPolicy",
        "ELBSecurityPolicy-TLS13-1-2-2021-06",
    ),
    ("rest-api", "AWS::ApiGateway::Account", "Api", "CloudWatchRoleArn", ...),
    ("spec-rest-api", "AWS::ApiGateway::Account", "Spec", "CloudWatchRoleArn", ...),
    ("rest-api-stage", "AWS::ApiGateway::Stage", "Api", "AccessLogSetting.DestinationArn", ...),
    ("rest-api-stage", "AWS::ApiGateway::Stage", "Api", "TracingEnabled", True),
    ("rest-api-stage", "AWS::ApiGateway::Stage", "Api", "MethodSettings.0.LoggingLevel", "ERROR"),
    ("rest-api-domain", "AWS::ApiGateway::DomainName", "", "SecurityPolicy", "TLS_1_2"),
    ("http-api-stage", "AWS::ApiGatewayV2::Stage", "", "AccessLogSettings.DestinationArn", ...),
    (
        "distribution",
        "AWS::CloudFront::Distribution",
        "",
        "DistributionConfig.DefaultCacheBehavior.ViewerProtocolPolicy",
        "redirect-to-https",
    ),
    (
        "distribution",
        "AWS::CloudFront::Distribution",
        "",
        "DistributionConfig.CacheBehaviors.0.ViewerProtocolPolicy",
        "redirect-to-https",
    ),
    (
        "distribution",
        "AWS::CloudFront::Distribution",
        "",
        "DistributionConfig.CacheBehaviors.0.ResponseHeadersPolicyId",
        "67f7725c-6f97-4210-82d7-5512b31e9d03",
    ),
    ("user-pool", "AWS::Cognito::UserPool", "", "Policies.PasswordPolicy.MinimumLength", 14),
    ("user-pool", "AWS::Cognito::UserPool", "", "Policies.PasswordPolicy.RequireSymbols", True),
    ("user-pool", "AWS::Cognito::UserPool", "", "DeletionProtection", "ACTIVE"),
)

ELSEWHERE = {
    "bastion-host": "its instance: test_the_bastion_host_speaks_imdsv2",
    "application-load-balancer": "attributes, a list: test_load_balancers",
    "network-load-balancer": "attributes, a list: test_load_balancers",
    "security-group": "test_nothing_leaves_a_security_group",
    "function-url": "judged only: test_explicit.py",
    "log-retention": "judged only: test_explicit.py",
    "access-key": "judged only: test_explicit.py",
}
"""Injectors that the table cannot say."""


def at(properties: Any, place: str) -> Any:
    """Give what stands at a place, such as ``Rules.0.Name``."""
    for step in place.split("."):
        properties = properties[int(step) if step.isdigit() else step]
    return properties


def key_of(made: Any) -> dict[str, Any]:
    (name,) = made.resources("AWS::KMS::Key", "BlueprintKey")
    return {"Fn::GetAtt": [name, "Arn"]}


@pytest.mark.parametrize(
    ("kind", "start", "place", "value"),
    [pytest.param(*row[1:], id=f"{row[0]}-{row[3].rsplit('.', 1)[-1]}") for row in EXPECTED],
)
def test_it_comes_out_hardened(
    hardened: Any, kind: str, start: str, place: str, value: Any
) -> None:
    found = at(hardened.resource(kind, start), place)
    if value is ...:
        assert found
    else:
        assert found == (key_of(hardened) if value == "key" else value)


def test_every_injector_has_a_test() -> None:
    assert {row[0] for row in EXPECTED} | set(ELSEWHERE) == {each.name for each in HARDENINGS}


def test_only_tls_reaches_buckets_topics_and_queues(hardened: Any) -> None:
    for kind, owner, condition in (
        ("AWS::S3::BucketPolicy", "BucketPolicy", {"Bool": {"aws:SecureTransport": "false"}}),
        ("AWS::S3::BucketPolicy", "BucketPolicy", {"NumericLessThan": {"s3:TlsVersion": 1.2}}),
        ("AWS::SNS::TopicPolicy", "TopicPolicy", {"Bool": {"aws:SecureTransport": "false"}}),
        ("AWS::SQS::QueuePolicy", "QueuePolicy", {"Bool": {"aws:SecureTransport": "false"}}),
    ):
        policy = hardened.resource(kind, owner)["PolicyDocument"]
        denied = [row["Condition"] for row in policy["Statement"] if row["Effect"] == "Deny"]
        assert condition in denied, kind


def test_the_bastion_host_speaks_imdsv2(hardened: Any) -> None:
    templates = hardened.resources("AWS::EC2::LaunchTemplate")
    tokens = {
        name: row["Properties"]["LaunchTemplateData"]["MetadataOptions"]["HttpTokens"]
        for name, row in templates.items()
    }
    assert set(tokens.values()) == {"required"}
    instance = hardened.resource("AWS::EC2::Instance", "Bastion")
    assert "LaunchTemplate" in instance
    assert "LaunchTemplate" in hardened.resource("AWS::EC2::Instance", "Instance")


def test_nothing_leaves_a_security_group(hardened: Any, plain: Any) -> None:
    nowhere = "255.255.255.255/32"
    for start in ("Security", "DatabaseSecurityGroup", "FilesEfsSecurityGroup"):
        (egress,) = hardened.resource("AWS::EC2::SecurityGroup", start)["SecurityGroupEgress"]
        assert egress["CidrIp"] == nowhere
        (open_,) = plain.resource("AWS::EC2::SecurityGroup", start)["SecurityGroupEgress"]
        assert open_["CidrIp"] == "0.0.0.0/0"


def test_machines_that_fetch_before_they_start_keep_their_way_out(hardened: Any) -> None:
    (egress,) = hardened.resource("AWS::EC2::SecurityGroup", "InstanceInstance")[
        "SecurityGroupEgress"
    ]
    assert egress["CidrIp"] == "0.0.0.0/0"
    rule = "security-group.allow_all_outbound"
    assert (rule, "Shop/Instance/InstanceSecurityGroup") in hardened.rules("warning")


def attributes(made: Any, start: str) -> dict[str, Any]:
    rows = made.resource("AWS::ElasticLoadBalancingV2::LoadBalancer", start)
    return {row["Key"]: row["Value"] for row in rows["LoadBalancerAttributes"]}


def test_load_balancers(hardened: Any, plain: Any) -> None:
    found = attributes(hardened, "Balancer")
    assert found["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert found["routing.http.desync_mitigation_mode"] == "defensive"
    assert found["deletion_protection.enabled"] == "true"
    assert found["access_logs.s3.enabled"] == "true"
    (store,) = hardened.resources("AWS::S3::Bucket", "BlueprintAccessLogs")
    assert found["access_logs.s3.bucket"] == {"Ref": store}
    assert attributes(hardened, "Network")["access_logs.s3.bucket"] == {"Ref": store}
    assert attributes(hardened, "Network")["deletion_protection.enabled"] == "true"
    assert "access_logs.s3.enabled" not in attributes(plain, "Balancer")


def test_a_listener_opens_its_port_to_nobody(hardened: Any, plain: Any) -> None:
    group = "BalancerSecurityGroup"
    assert "SecurityGroupIngress" not in hardened.resource("AWS::EC2::SecurityGroup", group)
    (ingress,) = plain.resource("AWS::EC2::SecurityGroup", group)["SecurityGroupIngress"]
    assert ingress["CidrIp"] == "0.0.0.0/0"


def test_logs_of_functions_flows_and_stages_are_encrypted_and_end(hardened: Any) -> None:
    rows = hardened.resources("AWS::Logs::LogGroup")
    assert {"FunctionLogGroup", "VpcLogs", "MachineLogs"} <= {name[:-8] for name in rows}
    for name, row in rows.items():
        assert row["Properties"]["RetentionInDays"] == 365, name
        assert row["Properties"]["KmsKeyId"] == key_of(hardened), name


def test_functions_get_a_log_group_where_the_cdk_makes_none(make_one: Any) -> None:
    """CloudWatch.16."""

    def build(stack: cdk.Stack) -> None:
        role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        lambda_.Function(
            stack,
            "Function",
            code=lambda_.Code.from_inline("def handler(event, context): pass"),
            handler="index.handler",
            runtime=lambda_.Runtime.PYTHON_3_14,
            role=role,
        )

    made = make_one(build, flags={})
    (group,) = made.resources("AWS::Logs::LogGroup")
    function = made.resource("AWS::Lambda::Function", "Function")
    assert function["LoggingConfig"]["LogGroup"] == {"Ref": group}
    policy = made.resource("AWS::IAM::Policy", "Role")["PolicyDocument"]
    writes = [
        row["Resource"] for row in policy["Statement"] if "logs:PutLogEvents" in row["Action"]
    ]
    assert writes == [{"Fn::GetAtt": [group, "Arn"]}]


def test_the_key_serves_whoever_publishes_and_only_from_this_account(hardened: Any) -> None:
    """KMS.4."""
    key = hardened.resource("AWS::KMS::Key", "BlueprintKey")
    assert key["EnableKeyRotation"] is True
    services = {
        row["Principal"]["Service"]: row.get("Condition")
        for row in key["KeyPolicy"]["Statement"]
        if "Service" in row["Principal"]
    }
    own = {"StringEquals": {"aws:SourceAccount": "555555555555"}}
    assert services["cloudwatch.amazonaws.com"] == own
    assert services["s3.amazonaws.com"] == own
    assert services["sns.amazonaws.com"] == own
    assert services["events.amazonaws.com"] is None


def test_nothing_of_the_stack_stands_in_the_policy_of_its_key(hardened: Any) -> None:
    # A bucket that its own key's policy names could never be deployed.
    assert "GetAtt" not in str(hardened.resource("AWS::KMS::Key", "BlueprintKey")["KeyPolicy"])


def test_log_and_bucket_stores_are_secure(hardened: Any) -> None:
    store = hardened.resource("AWS::S3::Bucket", "BlueprintAccessLogs")
    (rule,) = store["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert "AccessControl" not in store
    policy = hardened.resource("AWS::S3::BucketPolicy", "BlueprintAccessLogs")["PolicyDocument"]
    principals = [str(row["Principal"]) for row in policy["Statement"] if row["Effect"] == "Allow"]
    assert any("logging.s3.amazonaws.com" in each for each in principals)


def test_logical_ids_stay_as_they_were(hardened: Any, plain: Any) -> None:
    """What an app has already is changed, and nothing of it replaced by another name."""
    before = plain.templates["Shop"]["Resources"]
    after = hardened.templates["Shop"]["Resources"]
    gone = {name: row["Type"] for name, row in before.items() if name not in after}
    # RDS keeps the passwords now; the stage of an API has a name of its content's hash.
    passed = ("AWS::SecretsManager::", "AWS::ApiGateway::Deployment")
    assert {kind for kind in gone.values() if not kind.startswith(passed)} == set()


def test_everything_switched_off_changes_nothing(make_app: Any, plain: Any) -> None:
    off = {each.name: REASON for each in HARDENINGS}
    made = make_app(without={**off, "access-logs": REASON, "stack-key": REASON})
    assert made.templates["Shop"]["Resources"] == plain.templates["Shop"]["Resources"]
    seen = {rule for rule, _ in made.rules("info")}
    assert {f"without.{name}" for name in off} <= seen
    assert made.blueprint.record.changes == []


def test_each_setting_can_be_switched_off(make_app: Any, plain: Any) -> None:
    settings = {name: REASON for name in names() if "." in name}
    parts = {
        "access-logs": REASON,
        "load-balancer-logs": REASON,
        "private-cluster-instances": REASON,
        "access-key": REASON,
    }
    made = make_app(without={**settings, **parts})
    assert made.templates["Shop"]["Resources"] == plain.templates["Shop"]["Resources"]
    assert made.rules("error") == set()
    assert {f"without.{name}" for name in settings} <= {rule for rule, _ in made.rules("info")}


def test_one_setting_off_leaves_the_others(make_one: Any) -> None:
    made = make_one(lambda stack: s3.Bucket(stack, "Bucket"), without={"bucket.versioned": REASON})
    bucket = made.resource("AWS::S3::Bucket", "Bucket")
    assert "VersioningConfiguration" not in bucket
    assert bucket["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] is True
    assert ("without.bucket.versioned", "") in made.rules("info")


def test_without_keys_of_its_own_it_takes_those_of_aws(make_one: Any) -> None:
    def build(stack: cdk.Stack) -> None:
        s3.Bucket(stack, "Bucket")
        sqs.Queue(stack, "Queue")
        logs.LogGroup(stack, "Logs")

    made = make_one(build, without={"stack-key": "no key costs that the platform would pay"})
    assert made.resources("AWS::KMS::Key") == {}
    (rule,) = made.resource("AWS::S3::Bucket", "Bucket")["BucketEncryption"][
        "ServerSideEncryptionConfiguration"
    ]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert "KmsKeyId" not in made.resource("AWS::Logs::LogGroup", "Logs")


def test_the_list_has_every_setting_once() -> None:
    lines = [line.name for line in injectors()]
    assert len(lines) == len(set(lines))
    assert {name for name in names() if "." in name} <= set(lines)
    versioned = next(line for line in injectors() if line.name == "bucket.versioned")
    assert versioned.construct == "aws_s3.Bucket"
    assert versioned.controls == ("S3.14",)
