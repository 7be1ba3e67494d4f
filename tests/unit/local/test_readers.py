"""A reader finds what is really set: the same where it is as declared, a difference after tampering.

Against moto in this process; the end-to-end tests run the readers against the embedded AWS.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from baseline.local.access import Access
from baseline.local.readers import READERS, Place

REGION = "eu-west-1"
ACCOUNT = "123456789012"
DENY_PLAIN_HTTP = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": "arn:aws:s3:::archive-logs",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ],
}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::333333333333:root"},
            "Action": "sts:AssumeRole",
        }
    ],
}


class OneAccount:
    """Clients of moto's one account in place of the embedded AWS."""

    def client(self, service: str, _account: str, region: str) -> Any:
        return boto3.client(service, region_name=region)


PLACE = Place(cast("Access", OneAccount()), ACCOUNT, REGION)


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with mock_aws():
        yield


def differences(resource_type: str, physical_id: str, expected: dict[str, Any]) -> set[str]:
    checks = list(READERS[resource_type].read(PLACE, physical_id, expected))
    assert checks, "a reader that compares nothing would always be content"
    return {check.setting.split(" of ")[0] for check in checks if not check.ok}


BUCKET: dict[str, Any] = {
    "BucketName": "archive-logs",
    "BucketEncryption": {
        "ServerSideEncryptionConfiguration": [
            {
                "BucketKeyEnabled": True,
                "ServerSideEncryptionByDefault": {
                    "SSEAlgorithm": "aws:kms",
                    "KMSMasterKeyID": "arn:aws:kms:eu-west-1:123456789012:key/abc",
                },
            }
        ]
    },
    "PublicAccessBlockConfiguration": {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    },
    "VersioningConfiguration": {"Status": "Enabled"},
    "ObjectLockEnabled": True,
    "ObjectLockConfiguration": {
        "ObjectLockEnabled": "Enabled",
        "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 365}},
    },
    "LifecycleConfiguration": {
        "Rules": [
            {
                "Id": "keep",
                "Status": "Enabled",
                "ExpirationInDays": 2555,
                "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 90}],
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
            }
        ]
    },
    "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
}


def make_bucket() -> Any:
    s3 = boto3.client("s3", region_name=REGION)
    s3.create_bucket(
        Bucket="archive-logs",
        CreateBucketConfiguration={"LocationConstraint": REGION},
        ObjectLockEnabledForBucket=True,
        ObjectOwnership="BucketOwnerEnforced",
    )
    rule = BUCKET["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]
    s3.put_bucket_encryption(
        Bucket="archive-logs",
        ServerSideEncryptionConfiguration={
            "Rules": [
                {
                    "ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"],
                    "BucketKeyEnabled": True,
                }
            ]
        },
    )
    s3.put_public_access_block(
        Bucket="archive-logs",
        PublicAccessBlockConfiguration=BUCKET["PublicAccessBlockConfiguration"],
    )
    s3.put_object_lock_configuration(
        Bucket="archive-logs", ObjectLockConfiguration=BUCKET["ObjectLockConfiguration"]
    )
    s3.put_bucket_lifecycle_configuration(
        Bucket="archive-logs",
        LifecycleConfiguration={
            "Rules": [
                {
                    "ID": "keep",
                    "Status": "Enabled",
                    "Filter": {"Prefix": ""},
                    "Expiration": {"Days": 2555},
                    "Transitions": [{"StorageClass": "GLACIER", "Days": 90}],
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                }
            ]
        },
    )
    return s3


def test_a_bucket_as_declared_has_no_difference() -> None:
    make_bucket()

    assert differences("AWS::S3::Bucket", "archive-logs", BUCKET) == set()


@pytest.mark.parametrize(
    ("operation", "arguments", "setting"),
    [
        ("delete_bucket_encryption", {}, "BucketEncryption"),
        ("delete_public_access_block", {}, "PublicAccessBlockConfiguration"),
        (
            "put_public_access_block",
            {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}},
            "PublicAccessBlockConfiguration",
        ),
        ("delete_bucket_lifecycle", {}, "LifecycleConfiguration"),
        ("delete_bucket_ownership_controls", {}, "OwnershipControls"),
        (
            "put_object_lock_configuration",
            {
                "ObjectLockConfiguration": {
                    "ObjectLockEnabled": "Enabled",
                    "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}},
                }
            },
            "ObjectLockConfiguration",
        ),
    ],
)
def test_a_tampered_bucket_shows_which_protection_is_gone(
    operation: str, arguments: dict[str, Any], setting: str
) -> None:
    s3 = make_bucket()

    getattr(s3, operation)(Bucket="archive-logs", **arguments)

    assert differences("AWS::S3::Bucket", "archive-logs", BUCKET) == {setting}


def test_a_bucket_policy_is_compared_and_its_loss_is_seen() -> None:
    s3 = make_bucket()
    s3.put_bucket_policy(Bucket="archive-logs", Policy=json.dumps(DENY_PLAIN_HTTP))
    expected = {"Bucket": "archive-logs", "PolicyDocument": DENY_PLAIN_HTTP}
    assert differences("AWS::S3::BucketPolicy", "archive-logs", expected) == set()

    s3.delete_bucket_policy(Bucket="archive-logs")

    assert differences("AWS::S3::BucketPolicy", "archive-logs", expected) == {"PolicyDocument"}


def test_a_key_without_rotation_is_seen() -> None:
    kms = boto3.client("kms", region_name=REGION)
    policy = {"Version": "2012-10-17", "Statement": []}
    key = kms.create_key(Policy=json.dumps(policy))["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=key)
    expected = {"EnableKeyRotation": True, "KeyPolicy": policy}
    assert differences("AWS::KMS::Key", key, expected) == set()

    kms.disable_key_rotation(KeyId=key)

    assert differences("AWS::KMS::Key", key, expected) == {"EnableKeyRotation"}


def test_a_disabled_key_is_seen() -> None:
    kms = boto3.client("kms", region_name=REGION)
    policy = {"Version": "2012-10-17", "Statement": []}
    key = kms.create_key(Policy=json.dumps(policy))["KeyMetadata"]["KeyId"]

    kms.disable_key(KeyId=key)

    assert differences("AWS::KMS::Key", key, {"KeyPolicy": policy}) == {"Enabled"}


def test_a_role_with_another_trust_or_wider_permissions_is_seen() -> None:
    iam = boto3.client("iam")
    iam.create_role(RoleName="audit", AssumeRolePolicyDocument=json.dumps(TRUST))
    narrow = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
    }
    iam.put_role_policy(RoleName="audit", PolicyName="read", PolicyDocument=json.dumps(narrow))
    expected = {
        "AssumeRolePolicyDocument": TRUST,
        "Policies": [{"PolicyName": "read", "PolicyDocument": narrow}],
    }
    assert differences("AWS::IAM::Role", "audit", expected) == set()

    anyone = json.dumps(TRUST).replace("arn:aws:iam::333333333333:root", "*")
    iam.update_assume_role_policy(RoleName="audit", PolicyDocument=anyone)
    wide = json.dumps(narrow).replace("s3:GetObject", "*")
    iam.put_role_policy(RoleName="audit", PolicyName="read", PolicyDocument=wide)

    assert differences("AWS::IAM::Role", "audit", expected) == {
        "AssumeRolePolicyDocument",
        "permissions",
    }


def test_a_role_that_got_a_managed_policy_taken_away_is_seen() -> None:
    iam = boto3.client("iam")
    iam.create_role(RoleName="audit", AssumeRolePolicyDocument=json.dumps(TRUST))
    expected = {
        "AssumeRolePolicyDocument": TRUST,
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/SecurityAudit"],
    }

    assert differences("AWS::IAM::Role", "audit", expected) == {"ManagedPolicyArns"}


def test_a_user_with_more_than_the_template_gives_it_is_seen() -> None:
    iam = boto3.client("iam")
    iam.create_group(GroupName="rescue")
    iam.create_user(UserName="first")
    iam.add_user_to_group(UserName="first", GroupName="rescue")
    expected = {"UserName": "first", "Groups": ["rescue"]}
    assert differences("AWS::IAM::User", "first", expected) == set()

    iam.create_login_profile(UserName="first", Password="Only-for-this-test-1")
    document = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [document]})
    iam.put_user_policy(UserName="first", PolicyName="all", PolicyDocument=text)
    iam.remove_user_from_group(UserName="first", GroupName="rescue")

    assert differences("AWS::IAM::User", "first", expected) == {
        "Groups",
        "LoginProfile",
        "Policies",
    }
    assert differences("AWS::IAM::User", "second", {"UserName": "second"}) == {"user"}


def test_a_group_and_its_policies_are_seen() -> None:
    iam = boto3.client("iam")
    iam.create_group(GroupName="rescue")
    assert differences("AWS::IAM::Group", "rescue", {"GroupName": "rescue"}) == set()
    attached = {"GroupName": "rescue", "ManagedPolicyArns": ["arn:aws:iam::aws:policy/Any"]}
    assert differences("AWS::IAM::Group", "rescue", attached) == {"policy"}
    assert differences("AWS::IAM::Group", "other", {"GroupName": "other"}) == {"group"}


def test_a_provider_that_takes_another_audience_is_seen() -> None:
    iam = boto3.client("iam")
    arn = iam.create_open_id_connect_provider(
        Url="https://gitlab.com", ClientIDList=["sts.amazonaws.com"], ThumbprintList=[]
    )["OpenIDConnectProviderArn"]
    expected = {"Url": "https://gitlab.com", "ClientIdList": ["sts.amazonaws.com"]}
    assert differences("AWS::IAM::OIDCProvider", arn, expected) == set()

    other = {"Url": "https://gitlab.example.com", "ClientIdList": ["https://gitlab.com"]}

    assert differences("AWS::IAM::OIDCProvider", arn, other) == {"ClientIdList", "Url"}


def test_a_topic_without_its_key_is_seen() -> None:
    sns = boto3.client("sns", region_name=REGION)
    topic = sns.create_topic(Name="findings", Attributes={"KmsMasterKeyId": "abc"})["TopicArn"]
    expected = {"TopicName": "findings", "KmsMasterKeyId": "abc"}
    assert differences("AWS::SNS::Topic", topic, expected) == set()

    sns.set_topic_attributes(TopicArn=topic, AttributeName="KmsMasterKeyId", AttributeValue="")

    assert differences("AWS::SNS::Topic", topic, expected) == {"KmsMasterKeyId"}


def test_a_metric_filter_that_was_changed_or_feeds_another_metric_is_seen() -> None:
    logs = boto3.client("logs", region_name=REGION)
    logs.create_log_group(logGroupName="trail")

    def put(pattern: str, metric: str) -> None:
        for each in logs.describe_metric_filters(logGroupName="trail")["metricFilters"]:
            logs.delete_metric_filter(logGroupName="trail", filterName=each["filterName"])
        logs.put_metric_filter(
            logGroupName="trail",
            filterName="root",
            filterPattern=pattern,
            metricTransformations=[
                {"metricName": metric, "metricNamespace": "LogMetrics", "metricValue": "1"}
            ],
        )

    expected: dict[str, Any] = {
        "LogGroupName": "trail",
        "FilterPattern": '{$.userIdentity.type="Root"}',
        "MetricTransformations": [
            {"MetricName": "RootUse", "MetricNamespace": "LogMetrics", "MetricValue": "1"}
        ],
    }
    put(expected["FilterPattern"], "RootUse")
    assert differences("AWS::Logs::MetricFilter", "root", expected) == set()

    put(expected["FilterPattern"], "Other")
    assert differences("AWS::Logs::MetricFilter", "root", expected) == {"MetricTransformations"}

    put("{$.nothing = 1}", "RootUse")
    assert "FilterPattern" in differences("AWS::Logs::MetricFilter", "root", expected)


def test_a_metric_filter_that_lost_its_dimension_is_seen() -> None:
    logs = boto3.client("logs", region_name=REGION)
    logs.create_log_group(logGroupName="flow")
    metric = {"metricName": "Rejected", "metricNamespace": "Network", "metricValue": "1"}
    text = "[vpc_id]"
    expected: dict[str, Any] = {
        "LogGroupName": "flow",
        "FilterPattern": text,
        "MetricTransformations": [
            {
                "MetricName": "Rejected",
                "MetricNamespace": "Network",
                "MetricValue": "1",
                "Dimensions": [{"Key": "VpcId", "Value": "$vpc_id"}],
            }
        ],
    }
    for dimensions, differing in (
        ({"dimensions": {"VpcId": "$vpc_id"}}, set()),
        ({}, {"MetricTransformations"}),
    ):
        logs.put_metric_filter(
            logGroupName="flow",
            filterName="rejected",
            filterPattern=text,
            metricTransformations=[{**metric, **dimensions}],
        )
        assert differences("AWS::Logs::MetricFilter", "rejected", expected) == differing
        logs.delete_metric_filter(logGroupName="flow", filterName="rejected")


def test_a_stopped_trail_is_seen() -> None:
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="trail")
    cloudtrail = boto3.client("cloudtrail", region_name=REGION)
    cloudtrail.create_trail(Name="org", S3BucketName="trail", IsMultiRegionTrail=True)
    cloudtrail.start_logging(Name="org")
    expected = {"S3BucketName": "trail", "IsMultiRegionTrail": True, "IsLogging": True}
    assert differences("AWS::CloudTrail::Trail", "org", expected) == set()

    cloudtrail.stop_logging(Name="org")

    assert differences("AWS::CloudTrail::Trail", "org", expected) == {"IsLogging"}


def test_an_organization_policy_that_was_detached_or_weakened_is_seen() -> None:
    organizations = boto3.client("organizations", region_name="us-east-1")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    content = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}
        ],
    }
    policy = organizations.create_policy(
        Name="leave", Type="SERVICE_CONTROL_POLICY", Description="", Content=json.dumps(content)
    )["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=policy, TargetId=root)
    expected = {
        "Name": "leave",
        "Type": "SERVICE_CONTROL_POLICY",
        "Content": content,
        "TargetIds": [root],
    }
    assert differences("AWS::Organizations::Policy", policy, expected) == set()

    organizations.detach_policy(PolicyId=policy, TargetId=root)
    weakened = json.dumps(content).replace("Leave", "Describe")
    organizations.update_policy(PolicyId=policy, Content=weakened)

    assert differences("AWS::Organizations::Policy", policy, expected) == {"Content", "TargetIds"}


def test_a_policy_that_lost_its_mark_is_seen() -> None:
    organizations = boto3.client("organizations", region_name="us-east-1")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    tags = [{"Key": "SecurityBaseline", "Value": "protected"}]
    content = {"Version": "2012-10-17", "Statement": []}
    policy = organizations.create_policy(
        Name="marked",
        Type="SERVICE_CONTROL_POLICY",
        Description="",
        Content=json.dumps(content),
        Tags=tags,
    )["Policy"]["PolicySummary"]["Id"]
    expected = {"Name": "marked", "Content": content, "TargetIds": [], "Tags": tags}
    assert differences("AWS::Organizations::Policy", policy, expected) == set()

    organizations.untag_resource(ResourceId=policy, TagKeys=["SecurityBaseline"])

    assert differences("AWS::Organizations::Policy", policy, expected) == {"Tags"}


class FakeOrganizations:
    """moto keeps no resource policy."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content

    def describe_resource_policy(self) -> dict[str, Any]:
        return {"ResourcePolicy": {"Content": json.dumps(self.content)}}


@pytest.mark.parametrize(("action", "same"), [("ListRoots", True), ("MoveAccount", False)])
def test_a_delegation_that_was_widened_is_seen(action: str, same: bool) -> None:
    def content(name: str) -> dict[str, Any]:
        return {"Statement": [{"Effect": "Allow", "Action": f"organizations:{name}"}]}

    place = cast("Place", lambda _: FakeOrganizations(content(action)))
    read = READERS["AWS::Organizations::ResourcePolicy"].read
    (check,) = read(place, "rp-1", {"Content": content("ListRoots")})
    assert check.ok is same


def test_a_network_acl_rule_that_was_opened_is_seen() -> None:
    ec2 = boto3.client("ec2", region_name=REGION)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    rule: dict[str, Any] = {
        "NetworkAclId": acl,
        "RuleNumber": 100,
        "Protocol": "6",
        "RuleAction": "allow",
        "Egress": False,
        "CidrBlock": "10.0.0.0/16",
        "PortRange": {"From": 443, "To": 443},
    }
    ec2.create_network_acl_entry(**rule)
    assert differences("AWS::EC2::NetworkAclEntry", "entry", rule) == set()

    ec2.replace_network_acl_entry(**{**rule, "CidrBlock": "0.0.0.0/0"})

    assert differences("AWS::EC2::NetworkAclEntry", "entry", rule) == {"inbound rule 100"}


def test_a_security_group_rule_that_was_added_is_seen() -> None:
    ec2 = boto3.client("ec2", region_name=REGION)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
    expected = {"VpcId": vpc, "GroupDescription": "d", "SecurityGroupIngress": []}
    assert differences("AWS::EC2::SecurityGroup", group, expected) == set()

    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 22,
                "ToPort": 22,
                "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
            }
        ],
    )

    assert differences("AWS::EC2::SecurityGroup", group, expected) == {"SecurityGroupIngress"}


def test_a_config_recorder_that_stopped_is_seen() -> None:
    config = boto3.client("config", region_name=REGION)
    role = f"arn:aws:iam::{ACCOUNT}:role/recorder"
    group = {"allSupported": True, "includeGlobalResourceTypes": True}
    config.put_configuration_recorder(
        ConfigurationRecorder={"name": "baseline", "roleARN": role, "recordingGroup": group}
    )
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="archive-config")
    config.put_delivery_channel(
        DeliveryChannel={"name": "baseline", "s3BucketName": "archive-config"}
    )
    config.start_configuration_recorder(ConfigurationRecorderName="baseline")
    expected = {
        "Name": "baseline",
        "RoleARN": role,
        "RecordingGroup": {"AllSupported": True, "IncludeGlobalResourceTypes": True},
    }
    assert differences("AWS::Config::ConfigurationRecorder", "baseline", expected) == set()

    config.stop_configuration_recorder(ConfigurationRecorderName="baseline")

    assert differences("AWS::Config::ConfigurationRecorder", "baseline", expected) == {"recording"}


def test_a_disabled_rule_and_a_missing_target_are_seen() -> None:
    events = boto3.client("events", region_name=REGION)
    pattern = {"source": ["aws.guardduty"]}
    events.put_rule(Name="findings", EventPattern=json.dumps(pattern), State="ENABLED")
    target = {"Id": "Topic", "Arn": "arn:aws:sns:eu-west-1:123456789012:findings"}
    events.put_targets(Rule="findings", Targets=[target])
    expected = {
        "Name": "findings",
        "EventPattern": pattern,
        "State": "ENABLED",
        "Targets": [target],
    }
    assert differences("AWS::Events::Rule", "findings", expected) == set()

    events.disable_rule(Name="findings")
    events.remove_targets(Rule="findings", Ids=["Topic"])

    assert differences("AWS::Events::Rule", "findings", expected) == {"State", "target Topic"}


def test_an_aggregator_that_sees_fewer_regions_is_seen() -> None:
    config = boto3.client("config", region_name=REGION)
    source = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/agg", "AwsRegions": ["eu-west-1"]}
    config.put_configuration_aggregator(
        ConfigurationAggregatorName="baseline", OrganizationAggregationSource=source
    )
    expected = {"ConfigurationAggregatorName": "baseline", "OrganizationAggregationSource": source}
    kind = "AWS::Config::ConfigurationAggregator"
    assert differences(kind, "baseline", expected) == set()
    wider = {**source, "AwsRegions": ["eu-central-1", "eu-west-1"]}
    changed = {**expected, "OrganizationAggregationSource": wider}
    assert differences(kind, "baseline", changed) == {"OrganizationAggregationSource"}


def test_a_filter_that_archives_more_is_seen() -> None:
    guardduty = boto3.client("guardduty", region_name=REGION)
    detector = guardduty.create_detector(Enable=True)["DetectorId"]
    narrow = {"Criterion": {"type": {"Equals": ["Recon:EC2/Portscan"]}}}
    guardduty.create_filter(
        DetectorId=detector, Name="scanner", Action="ARCHIVE", Rank=1, FindingCriteria=narrow
    )
    expected = {
        "DetectorId": detector,
        "Name": "scanner",
        "Action": "ARCHIVE",
        "Rank": 1,
        "FindingCriteria": narrow,
    }
    assert differences("AWS::GuardDuty::Filter", "scanner", expected) == set()
    guardduty.update_filter(
        DetectorId=detector,
        FilterName="scanner",
        Action="NOOP",
        FindingCriteria={"Criterion": {"severity": {"LessThan": 9}}},
    )
    assert differences("AWS::GuardDuty::Filter", "scanner", expected) == {
        "Action",
        "FindingCriteria",
    }


def test_a_region_that_does_not_know_its_detector_is_seen() -> None:
    ssm = boto3.client("ssm", region_name="eu-central-1")
    guardduty = boto3.client("guardduty", region_name="eu-central-1")
    detector = guardduty.create_detector(Enable=True)["DetectorId"]
    expected = {
        "Regions": ["eu-central-1"],
        "DetectorParameter": "/secbase-regions/guardduty/detector",
        "Copies": {"/secbase-regions/guardduty/export-key": "arn"},
    }
    kind = "Custom::DetectorsLookup"
    for name, value in (("detector", detector), ("export-key", "arn")):
        path = f"/secbase-regions/guardduty/{name}"
        ssm.put_parameter(Name=path, Value=value, Type="String")
    assert differences(kind, "detectors", expected) == set()
    ssm.delete_parameter(Name="/secbase-regions/guardduty/detector")
    assert differences(kind, "detectors", expected) == {
        "/secbase-regions/guardduty/detector in eu-central-1"
    }
