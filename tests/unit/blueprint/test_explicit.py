"""What a team asks for itself: as strong it wins in silence, weaker it is kept and seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_efs as efs
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_opensearchservice as opensearch
from aws_cdk import aws_rds as rds
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn

DESTROY = cdk.RemovalPolicy.DESTROY
CERTIFICATE = "arn:aws:acm:eu-west-1:555555555555:certificate/11111111-2222-3333-4444-555555555555"
POSTGRES = rds.DatabaseInstanceEngine.postgres(version=rds.PostgresEngineVersion.VER_17_7)
AURORA = rds.DatabaseClusterEngine.aurora_mysql(version=rds.AuroraMysqlEngineVersion.VER_3_10_3)
ID = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)


def weak(stack: cdk.Stack) -> None:
    vpc = ec2.Vpc(
        stack,
        "Vpc",
        max_azs=2,
        restrict_default_security_group=False,
        subnet_configuration=[
            ec2.SubnetConfiguration(
                name="Open", subnet_type=ec2.SubnetType.PUBLIC, map_public_ip_on_launch=True
            ),
            ec2.SubnetConfiguration(name="App", subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
        ],
    )
    _weak_stores(stack)
    _weak_databases(stack, vpc)
    _weak_machines(stack, vpc)
    _weak_front(stack, vpc)


def _weak_stores(stack: cdk.Stack) -> None:
    s3.Bucket(
        stack,
        "Bucket",
        block_public_access=s3.BlockPublicAccess.BLOCK_ACLS_ONLY,
        enforce_ssl=False,
        versioned=False,
        object_ownership=s3.ObjectOwnership.OBJECT_WRITER,
        removal_policy=DESTROY,
    )
    s3.Bucket(
        stack,
        "OldTls",
        enforce_ssl=True,
        minimum_tls_version=1.1,
        encryption=s3.BucketEncryption.KMS,
        bucket_key_enabled=False,
    )
    s3.Bucket(stack, "Site", public_read_access=True, website_index_document="index.html")
    s3.Bucket(
        stack,
        "Acl",
        access_control=s3.BucketAccessControl.AUTHENTICATED_READ,
        object_ownership=s3.ObjectOwnership.OBJECT_WRITER,
    )
    target = s3.Bucket(stack, "Target")
    s3.Bucket(stack, "Logged", server_access_logs_bucket=target)
    sns.Topic(stack, "Topic", enforce_ssl=False)
    sqs.Queue(
        stack,
        "Queue",
        enforce_ssl=False,
        encryption=sqs.QueueEncryption.UNENCRYPTED,
        removal_policy=DESTROY,
    )
    kinesis.Stream(
        stack, "Stream", encryption=kinesis.StreamEncryption.UNENCRYPTED, removal_policy=DESTROY
    )
    logs.LogGroup(stack, "Logs", retention=logs.RetentionDays.ONE_WEEK, removal_policy=DESTROY)
    logs.LogRetention(
        stack, "Retention", log_group_name="/old", retention=logs.RetentionDays.ONE_WEEK
    )
    kms.Key(
        stack,
        "Key",
        enable_key_rotation=False,
        pending_window=cdk.Duration.days(7),
        removal_policy=DESTROY,
    )
    ecr.Repository(
        stack,
        "Repository",
        image_scan_on_push=False,
        image_tag_mutability=ecr.TagMutability.MUTABLE,
        empty_on_delete=True,
        removal_policy=DESTROY,
    )
    ec2.Volume(
        stack,
        "Volume",
        availability_zone="eu-west-1a",
        size=cdk.Size.gibibytes(8),
        encrypted=False,
        removal_policy=DESTROY,
    )
    recovery = dynamodb.PointInTimeRecoverySpecification(point_in_time_recovery_enabled=False)
    dynamodb.Table(
        stack,
        "Table",
        partition_key=ID,
        deletion_protection=False,
        point_in_time_recovery_specification=recovery,
        removal_policy=DESTROY,
    )
    dynamodb.TableV2(
        stack,
        "Global",
        partition_key=ID,
        deletion_protection=False,
        point_in_time_recovery_specification=recovery,
        removal_policy=DESTROY,
    )
    iam.AccessKey(stack, "Credential", user=iam.User(stack, "User"))


def _weak_databases(stack: cdk.Stack, vpc: ec2.Vpc) -> None:
    common: dict[str, Any] = {
        "vpc": vpc,
        "deletion_protection": False,
        "iam_authentication": False,
        "cloudwatch_logs_exports": [],
        "copy_tags_to_snapshot": False,
        "removal_policy": DESTROY,
    }
    rds.DatabaseInstance(
        stack,
        "Database",
        engine=POSTGRES,
        storage_encrypted=False,
        manage_master_user_password=False,
        backup_retention=cdk.Duration.days(1),
        publicly_accessible=True,
        auto_minor_version_upgrade=False,
        parameters={"rds.force_ssl": "0"},
        **common,
    )
    rds.DatabaseCluster(
        stack,
        "Aurora",
        engine=AURORA,
        writer=rds.ClusterInstance.serverless_v2("Writer"),
        storage_encrypted=False,
        manage_master_user_password=False,
        backup=rds.BackupProps(retention=cdk.Duration.days(1)),
        parameters={"require_secure_transport": "OFF"},
        **common,
    )
    efs.FileSystem(
        stack,
        "Files",
        vpc=vpc,
        encrypted=False,
        enable_automatic_backups=False,
        allow_anonymous_access=True,
        removal_policy=DESTROY,
    )
    opensearch.Domain(
        stack,
        "Search",
        version=opensearch.EngineVersion.OPENSEARCH_2_19,
        enforce_https=False,
        node_to_node_encryption=False,
        tls_security_policy=opensearch.TLSSecurityPolicy.TLS_1_0,
        encryption_at_rest=opensearch.EncryptionAtRestOptions(enabled=False),
        removal_policy=DESTROY,
    )


def _weak_machines(stack: cdk.Stack, vpc: ec2.Vpc) -> None:
    function = lambda_.Function(
        stack,
        "Function",
        code=lambda_.Code.from_inline("def handler(event, context): pass"),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_14,
        tracing=lambda_.Tracing.DISABLED,
        vpc=vpc,
        allow_all_outbound=True,
    )
    function.add_function_url(auth_type=lambda_.FunctionUrlAuthType.NONE)
    sfn.StateMachine(
        stack,
        "Machine",
        definition_body=sfn.DefinitionBody.from_chainable(sfn.Pass(stack, "Start")),
        tracing_enabled=False,
        logs=sfn.LogOptions(
            destination=logs.LogGroup(stack, "MachineLogs"), include_execution_data=True
        ),
    )
    kind = ec2.InstanceType("t4g.micro")
    image = ec2.MachineImage.generic_linux({"eu-west-1": "ami-11111111"})
    ec2.Instance(
        stack,
        "Instance",
        vpc=vpc,
        vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
        instance_type=kind,
        machine_image=image,
        require_imdsv2=False,
        disable_api_termination=False,
        associate_public_ip_address=True,
        allow_all_outbound=True,
    )
    ec2.LaunchTemplate(
        stack,
        "Template",
        machine_image=image,
        http_tokens=ec2.LaunchTemplateHttpTokens.OPTIONAL,
    )
    ec2.LaunchTemplate(
        stack, "Old", machine_image=image, require_imdsv2=False, associate_public_ip_address=True
    )
    autoscaling.AutoScalingGroup(
        stack,
        "Group",
        vpc=vpc,
        vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
        instance_type=kind,
        machine_image=image,
        require_imdsv2=False,
        associate_public_ip_address=True,
        allow_all_outbound=True,
    )
    ec2.BastionHostLinux(
        stack,
        "Bastion",
        vpc=vpc,
        machine_image=image,
        require_imdsv2=False,
    )
    ec2.SecurityGroup(
        stack, "Security", vpc=vpc, allow_all_outbound=True, allow_all_ipv6_outbound=True
    )
    ecs.Cluster(stack, "Cluster", vpc=vpc, container_insights_v2=ecs.ContainerInsights.DISABLED)


def _weak_front(stack: cdk.Stack, vpc: ec2.Vpc) -> None:
    balancer = elb.ApplicationLoadBalancer(
        stack,
        "Balancer",
        vpc=vpc,
        internet_facing=True,
        deletion_protection=False,
        drop_invalid_header_fields=False,
        desync_mitigation_mode=elb.DesyncMitigationMode.MONITOR,
    )
    certificate = elb.ListenerCertificate.from_arn(CERTIFICATE)
    balancer.add_listener(
        "Https",
        port=443,
        open=True,
        ssl_policy=elb.SslPolicy.TLS11,
        certificates=[certificate],
        default_action=elb.ListenerAction.fixed_response(404),
    )
    network = elb.NetworkLoadBalancer(
        stack, "Network", vpc=vpc, internet_facing=True, deletion_protection=False
    )
    target = elb.NetworkTargetGroup(
        stack, "Targets", port=80, vpc=vpc, target_type=elb.TargetType.IP
    )
    network.add_listener(
        "Tls",
        port=443,
        ssl_policy=elb.SslPolicy.RECOMMENDED,
        certificates=[certificate],
        default_target_groups=[target],
    )
    api = apigateway.RestApi(
        stack,
        "Api",
        cloud_watch_role=False,
        deploy_options=apigateway.StageOptions(
            logging_level=apigateway.MethodLoggingLevel.OFF,
            data_trace_enabled=True,
            tracing_enabled=False,
            caching_enabled=True,
            cache_data_encrypted=False,
        ),
    )
    api.root.add_method("GET")
    apigateway.SpecRestApi(
        stack,
        "Spec",
        cloud_watch_role=False,
        api_definition=apigateway.ApiDefinition.from_inline({"openapi": "3.0.2"}),
    )
    apigateway.DomainName(
        stack,
        "Domain",
        domain_name="api.example.com",
        certificate=acm.Certificate.from_certificate_arn(stack, "Certificate", CERTIFICATE),
        security_policy=apigateway.SecurityPolicy.TLS_1_0,
    )
    plain_http = cloudfront.BehaviorOptions(
        origin=origins.HttpOrigin("example.com"),
        viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.ALLOW_ALL,
    )
    cloudfront.Distribution(
        stack,
        "Distribution",
        default_behavior=plain_http,
        additional_behaviors={"/static/*": plain_http},
        minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1,
    )
    cognito.UserPool(
        stack,
        "Users",
        deletion_protection=False,
        password_policy=cognito.PasswordPolicy(min_length=8),
    )


@pytest.fixture(scope="module")
def made(making: Callable[..., Any]) -> Any:
    """Everything that can be chosen weaker, chosen so."""
    return making(weak)


WEAKER = (
    ("bucket.block_public_access", "Bucket", "error"),
    ("bucket.enforce_ssl", "Bucket", "error"),
    ("bucket.versioned", "Bucket", "warning"),
    ("bucket.object_ownership", "Bucket", "warning"),
    ("bucket.removal_policy", "Bucket", "warning"),
    ("bucket.minimum_tls_version", "OldTls", "error"),
    ("bucket.bucket_key_enabled", "OldTls", "warning"),
    ("bucket.public_read_access", "Site", "error"),
    ("bucket.access_control", "Acl", "error"),
    ("bucket.server_access_logs_bucket", "Logged", "error"),
    ("topic.enforce_ssl", "Topic", "error"),
    ("queue.enforce_ssl", "Queue", "error"),
    ("queue.encryption", "Queue", "error"),
    ("queue.removal_policy", "Queue", "warning"),
    ("stream.encryption", "Stream", "error"),
    ("stream.removal_policy", "Stream", "warning"),
    ("log-group.retention", "Logs", "warning"),
    ("log-group.removal_policy", "Logs", "warning"),
    ("log-retention.retention", "Retention", "warning"),
    ("key.enable_key_rotation", "Key", "error"),
    ("key.pending_window", "Key", "warning"),
    ("key.removal_policy", "Key", "warning"),
    ("repository.image_scan_on_push", "Repository", "error"),
    ("repository.image_tag_mutability", "Repository", "warning"),
    ("repository.empty_on_delete", "Repository", "warning"),
    ("repository.removal_policy", "Repository", "warning"),
    ("volume.encrypted", "Volume", "error"),
    ("volume.removal_policy", "Volume", "warning"),
    ("table.deletion_protection", "Table", "warning"),
    ("table.point_in_time_recovery_specification", "Table", "warning"),
    ("table.removal_policy", "Table", "warning"),
    ("table-v2.deletion_protection", "Global", "warning"),
    ("table-v2.point_in_time_recovery_specification", "Global", "warning"),
    ("table-v2.removal_policy", "Global", "warning"),
    ("access-key", "Credential", "error"),
    ("database-instance.storage_encrypted", "Database", "error"),
    ("database-instance.manage_master_user_password", "Database", "warning"),
    ("database-instance.backup_retention", "Database", "warning"),
    ("database-instance.publicly_accessible", "Database", "error"),
    ("database-instance.auto_minor_version_upgrade", "Database", "warning"),
    ("database-instance.parameters", "Database", "error"),
    ("database-instance.deletion_protection", "Database", "warning"),
    ("database-instance.iam_authentication", "Database", "warning"),
    ("database-instance.cloudwatch_logs_exports", "Database", "warning"),
    ("database-instance.copy_tags_to_snapshot", "Database", "warning"),
    ("database-instance.removal_policy", "Database", "warning"),
    ("database-cluster.storage_encrypted", "Aurora", "error"),
    ("database-cluster.manage_master_user_password", "Aurora", "warning"),
    ("database-cluster.backup", "Aurora", "warning"),
    ("database-cluster.parameters", "Aurora", "error"),
    ("database-cluster.deletion_protection", "Aurora", "warning"),
    ("database-cluster.removal_policy", "Aurora", "warning"),
    ("file-system.encrypted", "Files", "error"),
    ("file-system.enable_automatic_backups", "Files", "warning"),
    ("file-system.allow_anonymous_access", "Files", "error"),
    ("file-system.removal_policy", "Files", "warning"),
    ("search-domain.enforce_https", "Search", "error"),
    ("search-domain.node_to_node_encryption", "Search", "error"),
    ("search-domain.tls_security_policy", "Search", "error"),
    ("search-domain.encryption_at_rest", "Search", "error"),
    ("search-domain.removal_policy", "Search", "warning"),
    ("function.tracing", "Function", "warning"),
    ("function.allow_all_outbound", "Function", "warning"),
    ("function-url.auth_type", "Function/FunctionUrl", "error"),
    ("state-machine.logs", "Machine", "warning"),
    ("state-machine.tracing_enabled", "Machine", "warning"),
    ("instance.require_imdsv2", "Instance", "error"),
    ("instance.disable_api_termination", "Instance", "warning"),
    ("instance.associate_public_ip_address", "Instance", "error"),
    ("instance.allow_all_outbound", "Instance", "warning"),
    ("launch-template.http_tokens", "Template", "error"),
    ("launch-template.require_imdsv2", "Old", "error"),
    ("launch-template.associate_public_ip_address", "Old", "error"),
    ("auto-scaling-group.require_imdsv2", "Group", "error"),
    ("auto-scaling-group.associate_public_ip_address", "Group", "error"),
    ("auto-scaling-group.allow_all_outbound", "Group", "warning"),
    ("bastion-host.require_imdsv2", "Bastion", "error"),
    ("security-group.allow_all_outbound", "Security", "warning"),
    ("security-group.allow_all_ipv6_outbound", "Security", "warning"),
    ("ecs-cluster.container_insights_v2", "Cluster", "warning"),
    ("vpc.restrict_default_security_group", "Vpc", "error"),
    ("vpc.subnet_configuration", "Vpc", "error"),
    ("application-load-balancer.internet_facing", "Balancer", "warning"),
    ("application-load-balancer.deletion_protection", "Balancer", "warning"),
    ("application-load-balancer.drop_invalid_header_fields", "Balancer", "error"),
    ("application-load-balancer.desync_mitigation_mode", "Balancer", "error"),
    ("application-listener.ssl_policy", "Balancer/Https", "error"),
    ("application-listener.open", "Balancer/Https", "warning"),
    ("network-load-balancer.internet_facing", "Network", "warning"),
    ("network-load-balancer.deletion_protection", "Network", "warning"),
    ("network-listener.ssl_policy", "Network/Tls", "error"),
    ("rest-api.cloud_watch_role", "Api", "warning"),
    ("spec-rest-api.cloud_watch_role", "Spec", "warning"),
    ("rest-api-stage.logging_level", "Api/DeploymentStage.prod", "warning"),
    ("rest-api-stage.data_trace_enabled", "Api/DeploymentStage.prod", "error"),
    ("rest-api-stage.tracing_enabled", "Api/DeploymentStage.prod", "warning"),
    ("rest-api-stage.cache_data_encrypted", "Api/DeploymentStage.prod", "error"),
    ("rest-api-domain.security_policy", "Domain", "error"),
    ("distribution.default_behavior", "Distribution", "error"),
    ("distribution.additional_behaviors", "Distribution", "error"),
    ("distribution.minimum_protocol_version", "Distribution", "error"),
    ("user-pool.deletion_protection", "Users", "warning"),
    ("user-pool.password_policy", "Users", "warning"),
)


@pytest.mark.parametrize(
    ("rule", "path", "severity"), WEAKER, ids=[f"{row[0]}-{row[1]}" for row in WEAKER]
)
def test_a_weaker_value_is_seen(made: Any, rule: str, path: str, severity: str) -> None:
    assert (rule, f"Shop/{path}") in made.rules(severity)


@pytest.mark.parametrize(
    ("kind", "start", "name", "value"),
    [
        ("AWS::KMS::Key", "Key", "EnableKeyRotation", False),
        ("AWS::Logs::LogGroup", "Logs", "RetentionInDays", 7),
        ("AWS::RDS::DBInstance", "Database", "PubliclyAccessible", True),
        ("AWS::RDS::DBInstance", "Database", "StorageEncrypted", False),
        ("AWS::RDS::DBCluster", "Aurora", "DeletionProtection", False),
        ("AWS::EC2::Volume", "Volume", "Encrypted", False),
        ("AWS::EFS::FileSystem", "Files", "Encrypted", False),
        ("AWS::ECR::Repository", "Repository", "ImageTagMutability", "MUTABLE"),
        ("AWS::ApiGateway::DomainName", "Domain", "SecurityPolicy", "TLS_1_0"),
        ("AWS::EC2::Instance", "Instance", "DisableApiTermination", False),
    ],
)
def test_a_weaker_value_is_kept(made: Any, kind: str, start: str, name: str, value: object) -> None:
    assert made.resource(kind, start)[name] == value


def test_the_synthesis_ends_with_an_error(made: Any) -> None:
    assert "ValidationFailed" in made.failed


def strong(stack: cdk.Stack) -> None:
    key = kms.Key(stack, "Own", enable_key_rotation=True, rotation_period=cdk.Duration.days(90))
    s3.Bucket(
        stack,
        "Bucket",
        encryption=s3.BucketEncryption.KMS,
        encryption_key=key,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        minimum_tls_version=1.3,
        lifecycle_rules=[s3.LifecycleRule(id="Mine", expiration=cdk.Duration.days(30))],
    )
    sns.Topic(stack, "Topic", master_key=key)
    sqs.Queue(stack, "Queue", encryption=sqs.QueueEncryption.SQS_MANAGED)
    logs.LogGroup(stack, "Logs", retention=logs.RetentionDays.FIVE_YEARS, encryption_key=key)
    secretsmanager.Secret(stack, "Secret", encryption_key=key)
    kms.Key(stack, "Signing", key_spec=kms.KeySpec.RSA_2048, key_usage=kms.KeyUsage.SIGN_VERIFY)
    dynamodb.TableV2(
        stack,
        "Global",
        partition_key=ID,
        encryption=dynamodb.TableEncryptionV2.aws_managed_key(),
    )
    cognito.UserPool(stack, "Users", password_policy=cognito.PasswordPolicy(min_length=20))
    cloudfront.Distribution(
        stack,
        "Distribution",
        default_behavior=cloudfront.BehaviorOptions(
            origin=origins.HttpOrigin("example.com"),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
        ),
    )


@pytest.fixture(scope="module")
def stronger(making: Callable[..., Any]) -> Any:
    """What a team chose as strong or stronger."""
    return making(strong)


def test_a_stronger_value_wins_in_silence(stronger: Any) -> None:
    assert stronger.failed == ""
    assert stronger.rules("error") | stronger.rules("warning") == set()
    bucket = stronger.resource("AWS::S3::Bucket", "Bucket")
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert "Own" in str(rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"])
    assert [row["Id"] for row in bucket["LifecycleConfiguration"]["Rules"]] == ["Mine"]
    policy = stronger.resource("AWS::S3::BucketPolicy", "BucketPolicy")["PolicyDocument"]
    assert {"NumericLessThan": {"s3:TlsVersion": 1.3}} in [
        row.get("Condition") for row in policy["Statement"]
    ]
    assert "Own" in str(stronger.resource("AWS::SNS::Topic")["KmsMasterKeyId"])
    assert stronger.resource("AWS::SQS::Queue")["SqsManagedSseEnabled"] is True
    assert stronger.resource("AWS::Logs::LogGroup", "Logs")["RetentionInDays"] == 1827
    own = stronger.resource("AWS::KMS::Key", "Own")
    assert own["RotationPeriodInDays"] == 90
    users = stronger.resource("AWS::Cognito::UserPool")["Policies"]["PasswordPolicy"]
    assert users["MinimumLength"] == 20
    assert users["RequireSymbols"] is True
    behavior = stronger.resource("AWS::CloudFront::Distribution")["DistributionConfig"][
        "DefaultCacheBehavior"
    ]
    assert behavior["ViewerProtocolPolicy"] == "https-only"


def test_what_does_not_fit_is_not_given(stronger: Any) -> None:
    """An asymmetric key cannot rotate."""
    assert "EnableKeyRotation" not in stronger.resource("AWS::KMS::Key", "Signing")


def test_a_public_website_keeps_working_and_is_seen(made: Any) -> None:
    site = made.resource("AWS::S3::Bucket", "Site")
    assert site["PublicAccessBlockConfiguration"]["BlockPublicAcls"] is True
    assert site["PublicAccessBlockConfiguration"].get("BlockPublicPolicy") is not True
    (rule,) = site["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    # Nobody unknown can decrypt with a key.
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_an_encrypted_target_of_access_logs_says_the_way_out(
    make_one: Callable[..., Any],
) -> None:
    def build(stack: cdk.Stack) -> None:
        target = s3.Bucket(stack, "Target", encryption=s3.BucketEncryption.S3_MANAGED)
        s3.Bucket(stack, "Bucket", server_access_logs_bucket=target)

    made = make_one(build)
    assert made.failed == ""
    assert made.rules("error") == set()
