"""The readers of the workload's types find what is really set, and a difference after tampering."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from baseline.local.access import Access
from baseline.local.readers import READERS, Place

REGION, ACCOUNT = "eu-west-1", "123456789012"


class OneAccount:
    """Clients of moto's one account in place of the embedded AWS."""

    def client(self, service: str, _account: str, region: str) -> Any:
        return boto3.client(service, region_name=region)


PLACE = Place(cast("Access", OneAccount()), ACCOUNT, REGION)


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with mock_aws():
        yield


def client(service: str) -> Any:
    return boto3.client(service, region_name=REGION)


def differences(kind: str, physical_id: str, expected: dict[str, Any]) -> set[str]:
    checks = list(READERS[kind].read(PLACE, physical_id, expected))
    assert checks, "a reader that compares nothing would always be content"
    return {check.setting for check in checks if not check.ok}


VISIBLE = {"CloudWatchMetricsEnabled": True, "MetricName": "m", "SampledRequestsEnabled": True}
RULE = {
    "Name": "Requests",
    "Priority": 1,
    "Action": {"Block": {}},
    "Statement": {"RateBasedStatement": {"Limit": 2000, "AggregateKeyType": "IP"}},
    "VisibilityConfig": VISIBLE,
}
ACL: dict[str, Any] = {
    "Scope": "REGIONAL",
    "DefaultAction": {"Allow": {}},
    "Rules": [RULE],
    "VisibilityConfig": VISIBLE,
}


def web_acl() -> tuple[str, str]:
    """Create a web ACL; give its physical ID and ARN."""
    made = client("wafv2").create_web_acl(Name="acl", **ACL)["Summary"]
    return f"acl|{made['Id']}|REGIONAL", made["ARN"]


def test_a_web_acl_that_stops_blocking_is_noticed() -> None:
    physical_id, _ = web_acl()
    assert differences("AWS::WAFv2::WebACL", physical_id, ACL) == set()
    name, identifier, scope = physical_id.split("|")
    key = {"Name": name, "Id": identifier, "Scope": scope}
    token = client("wafv2").get_web_acl(**key)["LockToken"]
    counts = {**RULE, "Action": {"Count": {}}}
    client("wafv2").update_web_acl(
        LockToken=token, **key, **{**{k: ACL[k] for k in ACL if k != "Scope"}, "Rules": [counts]}
    )
    assert differences("AWS::WAFv2::WebACL", physical_id, ACL) == {"Rules"}


def test_a_resource_without_its_web_acl_is_noticed() -> None:
    _, arn = web_acl()
    load_balancer = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/a/b"
    expected = {"ResourceArn": load_balancer, "WebACLArn": arn}
    kind = "AWS::WAFv2::WebACLAssociation"
    assert differences(kind, "", expected) == {"WebACLArn"}
    client("wafv2").associate_web_acl(WebACLArn=arn, ResourceArn=load_balancer)
    assert differences(kind, "", expected) == set()


def test_a_log_that_shows_sessions_is_noticed() -> None:
    _, arn = web_acl()
    log = {
        "ResourceArn": arn,
        "LogDestinationConfigs": [f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:aws-waf-logs-a"],
        "RedactedFields": [{"SingleHeader": {"Name": "cookie"}}],
    }
    client("wafv2").put_logging_configuration(LoggingConfiguration=log)
    kind = "AWS::WAFv2::LoggingConfiguration"
    assert differences(kind, arn, log) == set()
    client("wafv2").put_logging_configuration(LoggingConfiguration={**log, "RedactedFields": []})
    assert differences(kind, arn, log) == {"RedactedFields"}


def subnets() -> tuple[str, list[str]]:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    found = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=f"{REGION}{zone}"
        )["Subnet"]["SubnetId"]
        for number, zone in enumerate("ab")
    ]
    return vpc, found


def test_a_load_balancer_that_may_be_deleted_is_noticed() -> None:
    _, places = subnets()
    elb = client("elbv2")
    made = elb.create_load_balancer(Name="a", Subnets=places, Scheme="internal")
    arn = made["LoadBalancers"][0]["LoadBalancerArn"]
    attribute = {"Key": "deletion_protection.enabled", "Value": "true"}
    expected = {"Scheme": "internal", "LoadBalancerAttributes": [attribute]}
    kind = "AWS::ElasticLoadBalancingV2::LoadBalancer"
    assert differences(kind, arn, expected) == {"deletion_protection.enabled"}
    elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[attribute])
    assert differences(kind, arn, expected) == set()
    assert differences(kind, arn, {**expected, "Scheme": "internet-facing"}) == {"Scheme"}


def test_a_listener_with_old_tls_is_noticed() -> None:
    vpc, places = subnets()
    elb = client("elbv2")
    balancer = elb.create_load_balancer(Name="a", Subnets=places)["LoadBalancers"][0]
    group = elb.create_target_group(
        Name="t", Protocol="HTTPS", Port=8443, VpcId=vpc, HealthCheckPath="/health"
    )["TargetGroups"][0]
    policy = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
    made = elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Port=80,
        Protocol="HTTP",
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}],
    )["Listeners"][0]
    expected = {"Port": 443, "Protocol": "HTTPS", "SslPolicy": policy}
    found = differences("AWS::ElasticLoadBalancingV2::Listener", made["ListenerArn"], expected)
    assert found == {"Port", "Protocol", "SslPolicy"}
    targets = {"Port": 8443, "Protocol": "HTTPS", "VpcId": vpc, "HealthCheckPath": "/health"}
    kind, arn = "AWS::ElasticLoadBalancingV2::TargetGroup", group["TargetGroupArn"]
    assert differences(kind, arn, targets) == set()
    assert differences(kind, arn, {**targets, "Protocol": "HTTP"}) == {"Protocol"}


def test_a_database_that_may_be_deleted_or_is_public_is_noticed() -> None:
    rds = client("rds")
    settings = {"Engine": "aurora-postgresql", "StorageEncrypted": True, "DeletionProtection": True}
    rds.create_db_cluster(
        DBClusterIdentifier="orders",
        MasterUsername="baseline",
        ManageMasterUserPassword=True,
        EnableIAMDatabaseAuthentication=True,
        **settings,
    )
    expected = {**settings, "EnableIAMDatabaseAuthentication": True}
    kind = "AWS::RDS::DBCluster"
    assert differences(kind, "orders", expected) == set()
    rds.modify_db_cluster(DBClusterIdentifier="orders", DeletionProtection=False)
    assert differences(kind, "orders", expected) == {"DeletionProtection"}
    rds.create_db_instance(
        DBInstanceIdentifier="writer",
        DBInstanceClass="db.t4g.medium",
        Engine="aurora-postgresql",
        DBClusterIdentifier="orders",
        PubliclyAccessible=True,
    )
    one = {"DBInstanceClass": "db.t4g.medium", "PubliclyAccessible": False}
    assert "PubliclyAccessible" in differences("AWS::RDS::DBInstance", "writer", one)


def test_a_template_that_allows_imdsv1_is_noticed() -> None:
    ec2 = client("ec2")
    wanted = {"MetadataOptions": {"HttpTokens": "required"}}
    made = ec2.create_launch_template(LaunchTemplateName="a", LaunchTemplateData=wanted)
    identifier = made["LaunchTemplate"]["LaunchTemplateId"]
    expected = {"LaunchTemplateData": wanted}
    assert differences("AWS::EC2::LaunchTemplate", identifier, expected) == set()
    ec2.create_launch_template_version(
        LaunchTemplateId=identifier,
        LaunchTemplateData={"MetadataOptions": {"HttpTokens": "optional"}},
    )
    assert differences("AWS::EC2::LaunchTemplate", identifier, expected) == {"MetadataOptions"}


def test_an_open_method_is_noticed() -> None:
    rest = client("apigateway")
    api = rest.create_rest_api(name="a")["id"]
    root = rest.get_resources(restApiId=api)["items"][0]["id"]
    rest.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    expected = {"RestApiId": api, "ResourceId": root, "HttpMethod": "GET"}
    kind = "AWS::ApiGateway::Method"
    assert differences(kind, "", {**expected, "AuthorizationType": "NONE"}) == set()
    found = differences(kind, "", {**expected, "AuthorizationType": "AWS_IAM"})
    assert found == {"AuthorizationType"}


def test_a_table_that_outsiders_may_be_let_into_is_noticed() -> None:
    dynamodb = client("dynamodb")
    schema: dict[str, Any] = {
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    dynamodb.create_table(TableName="orders", **schema)
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Deny", "Principal": "*", "Action": "dynamodb:*", "Resource": "*"}
        ],
    }
    expected = {**schema, "ResourcePolicy": {"PolicyDocument": document}}
    assert differences("AWS::DynamoDB::Table", "orders", expected) == {"ResourcePolicy"}


def front(policy: str) -> dict[str, Any]:
    """Give a distribution as CloudFront's API takes it."""
    return {
        "CallerReference": "a",
        "Comment": "",
        "Enabled": True,
        "WebACLId": "arn:acl",
        "Origins": {
            "Quantity": 1,
            "Items": [
                {
                    "Id": "o",
                    "DomainName": "origin.example.com",
                    "CustomOriginConfig": {
                        "HTTPPort": 80,
                        "HTTPSPort": 443,
                        "OriginProtocolPolicy": "https-only",
                    },
                }
            ],
        },
        "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": policy},
        "ViewerCertificate": {
            "ACMCertificateArn": "arn:certificate",
            "MinimumProtocolVersion": "TLSv1.2_2021",
            "SSLSupportMethod": "sni-only",
        },
    }


def test_a_distribution_that_takes_plain_http_is_noticed() -> None:
    cloudfront = boto3.client("cloudfront", region_name=REGION)
    config = {
        "WebACLId": "arn:acl",
        "Origins": [{"Id": "o", "DomainName": "origin.example.com"}],
        "DefaultCacheBehavior": {"ViewerProtocolPolicy": "redirect-to-https"},
        "ViewerCertificate": {"AcmCertificateArn": "arn:certificate"},
    }
    made = cloudfront.create_distribution(DistributionConfig=front("redirect-to-https"))
    identifier, kind = made["Distribution"]["Id"], "AWS::CloudFront::Distribution"
    assert differences(kind, identifier, {"DistributionConfig": config}) == set()
    other = {**config, "WebACLId": "arn:another"}
    assert differences(kind, identifier, {"DistributionConfig": other}) == {"WebACLId"}
    cloudfront.update_distribution(
        Id=identifier, IfMatch=made["ETag"], DistributionConfig=front("allow-all")
    )
    found = differences(kind, identifier, {"DistributionConfig": config})
    assert found == {"ViewerProtocolPolicy"}


def test_an_origin_outside_the_vpc_is_noticed() -> None:
    cloudfront = boto3.client("cloudfront", region_name=REGION)
    made = cloudfront.create_distribution(DistributionConfig=front("https-only"))
    config = {
        "WebACLId": "arn:acl",
        "Origins": [
            {
                "Id": "o",
                "DomainName": "origin.example.com",
                "VpcOriginConfig": {"VpcOriginId": "vo_1"},
            }
        ],
        "DefaultCacheBehavior": {},
        "ViewerCertificate": {},
    }
    found = differences(
        "AWS::CloudFront::Distribution",
        made["Distribution"]["Id"],
        {"DistributionConfig": config},
    )
    assert found == {"VpcOriginId"}


def test_a_group_of_fewer_machines_is_noticed() -> None:
    _, places = subnets()
    scaling = client("autoscaling")
    scaling.create_launch_configuration(
        LaunchConfigurationName="l", ImageId="ami-12c6146b", InstanceType="t3.micro"
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="g",
        LaunchConfigurationName="l",
        MinSize=0,
        MaxSize=8,
        DesiredCapacity=0,
        VPCZoneIdentifier=",".join(places),
    )
    expected = {"MinSize": 0, "MaxSize": 8, "VPCZoneIdentifier": places}
    kind = "AWS::AutoScaling::AutoScalingGroup"
    assert differences(kind, "g", expected) == set()
    assert differences(kind, "g", {**expected, "MinSize": 2}) == {"MinSize"}


def test_a_stage_without_a_throttle_is_noticed() -> None:
    rest = client("apigateway")
    api = rest.create_rest_api(name="a")["id"]
    root = rest.get_resources(restApiId=api)["items"][0]["id"]
    key = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    rest.put_method(**key, authorizationType="AWS_IAM")
    rest.put_integration(**key, type="MOCK")
    deployment = rest.create_deployment(restApiId=api)["id"]
    rest.create_stage(restApiId=api, stageName="live", deploymentId=deployment, tracingEnabled=True)
    setting = {"HttpMethod": "*", "ResourcePath": "/*", "ThrottlingRateLimit": 100}
    expected = {
        "RestApiId": api,
        "StageName": "live",
        "TracingEnabled": True,
        "MethodSettings": [setting],
    }
    found = differences("AWS::ApiGateway::Stage", "", expected)
    assert found == {"ThrottlingRateLimit"}
