"""The copyable example: one door, machines that only it leads to, data that only they reach."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template

from baseline.errors import BaselineError
from baseline.network.hardened_vpc import HardenedVpc
from baseline.reference.serverless_application import ServerlessApplication
from baseline.reference.web_application import WebApplication, database_ports
from baseline.reference.web_edge import WebEdge
from tests.support import CONTEXT, ROOT

Resources = dict[str, Any]
ACCOUNT = "555555555555"
HERE = f"arn:aws:acm:eu-west-1:{ACCOUNT}:certificate/c"
GLOBAL = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/c"


@pytest.fixture(scope="module")
def stacks() -> dict[str, Resources]:
    """The templates of the example, as a team runs it."""
    app: cdk.App = runpy.run_path(str(ROOT / "examples" / "reference_workload" / "app.py"))["app"]
    return {
        path.name.split(".")[0]: json.loads(path.read_text(encoding="utf-8"))
        for path in Path(app.synth().directory).glob("*.template.json")
    }


def of(stacks: dict[str, Resources], stack: str, kind: str) -> list[Resources]:
    return [row["Properties"] for row in stacks[stack]["Resources"].values() if row["Type"] == kind]


def references(value: object) -> set[str]:
    """Give the logical IDs that a value refers to."""
    if isinstance(value, list):
        return {name for each in value for name in references(each)}
    if isinstance(value, dict):
        own = {value["Ref"]} if "Ref" in value else set()
        own |= {value["Fn::GetAtt"][0]} if "Fn::GetAtt" in value else set()
        return own | {name for each in value.values() for name in references(each)}
    return set()


def test_the_three_stacks_are_there(stacks: dict[str, Resources]) -> None:
    assert set(stacks) == {"Web", "Edge", "Api"}


# The door


def test_cloudfront_leads_into_the_vpc_and_nowhere_else(stacks: dict[str, Resources]) -> None:
    (front,) = of(stacks, "Edge", "AWS::CloudFront::Distribution")
    (origin,) = front["DistributionConfig"]["Origins"]
    (name,) = references(origin["VpcOriginConfig"]["VpcOriginId"])
    assert "CustomOriginConfig" not in origin
    assert "OriginCustomHeaders" not in origin
    way = stacks["Edge"]["Resources"][name]["Properties"]["VpcOriginEndpointConfig"]
    assert way["OriginProtocolPolicy"] == "https-only"
    assert way["OriginSSLProtocols"] == ["TLSv1.2"]
    assert way.get("HTTPSPort", 443) == 443, "CloudFront's own default"


def test_the_other_region_is_read_by_the_name_of_its_stack(stacks: dict[str, Resources]) -> None:
    (way,) = of(stacks, "Edge", "AWS::CloudFront::VpcOrigin")
    read = way["VpcOriginEndpointConfig"]["Arn"]["Fn::GetStackOutput"]
    assert read == {
        "StackName": "orders-web",
        "OutputName": "LoadBalancer",
        "Region": "eu-west-1",
    }
    (balancer,) = references(stacks["Web"]["Outputs"]["LoadBalancer"]["Value"])
    kind = stacks["Web"]["Resources"][balancer]["Type"]
    assert kind == "AWS::ElasticLoadBalancingV2::LoadBalancer"
    kinds = {row["Type"] for row in stacks["Edge"]["Resources"].values()}
    assert not {kind for kind in kinds if kind.startswith("Custom::")}
    assert "AWS::Lambda::Function" not in kinds


def test_every_door_has_a_web_acl_of_its_scope(stacks: dict[str, Resources]) -> None:
    scopes = {
        stack: [acl["Scope"] for acl in of(stacks, stack, "AWS::WAFv2::WebACL")] for stack in stacks
    }
    assert scopes == {"Web": ["REGIONAL"], "Edge": ["CLOUDFRONT"], "Api": ["REGIONAL"]}
    (front,) = of(stacks, "Edge", "AWS::CloudFront::Distribution")
    assert references(front["DistributionConfig"]["WebACLId"])
    assert len(of(stacks, "Web", "AWS::WAFv2::WebACLAssociation")) == 1
    assert len(of(stacks, "Api", "AWS::WAFv2::WebACLAssociation")) == 1


def test_rates_are_limited_where_addresses_are_the_clients(stacks: dict[str, Resources]) -> None:
    def rates(stack: str) -> int:
        (acl,) = of(stacks, stack, "AWS::WAFv2::WebACL")
        return sum("RateBasedStatement" in rule["Statement"] for rule in acl["Rules"])

    assert {stack: rates(stack) for stack in stacks} == {"Edge": 1, "Web": 0, "Api": 1}


# Load balancer and machines


def test_the_load_balancer_has_no_public_address(stacks: dict[str, Resources]) -> None:
    (balancer,) = of(stacks, "Web", "AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert balancer["Scheme"] == "internal"
    assert all("Public" in name for name in references(balancer["Subnets"]))
    assert not of(stacks, "Web", "AWS::EC2::EIP")
    assert not of(stacks, "Web", "AWS::EC2::NatGateway")
    for subnet in of(stacks, "Web", "AWS::EC2::Subnet"):
        assert subnet["MapPublicIpOnLaunch"] is False


def test_only_cloudfront_reaches_the_load_balancer(stacks: dict[str, Resources]) -> None:
    (balancer,) = of(stacks, "Web", "AWS::ElasticLoadBalancingV2::LoadBalancer")
    (group,) = references(balancer["SecurityGroups"])
    assert "SecurityGroupIngress" not in stacks["Web"]["Resources"][group]["Properties"]
    (rule,) = (
        rule
        for rule in of(stacks, "Web", "AWS::EC2::SecurityGroupIngress")
        if group in references(rule["GroupId"])
    )
    assert rule["SourcePrefixListId"] == "pl-0123456789abcdef0"
    assert (rule["FromPort"], rule["ToPort"], rule["IpProtocol"]) == (443, 443, "tcp")
    assert not {"CidrIp", "CidrIpv6"} & rule.keys()


def test_the_listener_answers_to_the_name_that_cloudfront_sends(
    stacks: dict[str, Resources],
) -> None:
    (listener,) = of(stacks, "Web", "AWS::ElasticLoadBalancingV2::Listener")
    (default,) = listener["DefaultActions"]
    assert default["FixedResponseConfig"]["StatusCode"] == "404"
    (rule,) = of(stacks, "Web", "AWS::ElasticLoadBalancingV2::ListenerRule")
    (condition,) = rule["Conditions"]
    assert condition["HostHeaderConfig"]["Values"] == ["origin.orders.example.com"]
    (group,) = of(stacks, "Web", "AWS::ElasticLoadBalancingV2::TargetGroup")
    assert (group["Protocol"], group["Port"]) == ("HTTPS", 8443)
    assert (group["HealthCheckProtocol"], group["HealthCheckPath"]) == ("HTTPS", "/health")


def test_machines_are_reached_by_the_load_balancer_only(stacks: dict[str, Resources]) -> None:
    (machines,) = of(stacks, "Web", "AWS::AutoScaling::AutoScalingGroup")
    assert all("Private" in name for name in references(machines["VPCZoneIdentifier"]))
    (template,) = of(stacks, "Web", "AWS::EC2::LaunchTemplate")
    data = template["LaunchTemplateData"]
    assert data["MetadataOptions"]["HttpTokens"] == "required"
    assert "KeyName" not in data
    sources = {
        name
        for rule in of(stacks, "Web", "AWS::EC2::SecurityGroupIngress")
        if any("MachinesSecurityGroup" in each for each in references(rule["GroupId"]))
        for name in references(rule["SourceSecurityGroupId"])
    }
    assert all("EntryGroup" in name for name in sources)
    assert len(sources) == 1


def test_auto_scaling_may_tell_of_machines(stacks: dict[str, Resources]) -> None:
    (machines,) = of(stacks, "Web", "AWS::AutoScaling::AutoScalingGroup")
    (told,) = machines["NotificationConfigurations"]
    (topic,) = references(told["TopicARN"])
    properties = stacks["Web"]["Resources"][topic]["Properties"]
    (key,) = references(properties["KmsMasterKeyId"])
    statements = stacks["Web"]["Resources"][key]["Properties"]["KeyPolicy"]["Statement"]
    (found,) = (row for row in statements if row.get("Sid") == "AutoScalingMessages")
    assert found["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert set(found["Condition"]) == {"ArnEquals", "StringEquals"}
    role = json.dumps(found["Condition"]["ArnEquals"]["aws:PrincipalArn"])
    assert "AWSServiceRoleForAutoScaling" in role
    assert found["Condition"]["StringEquals"] == {"kms:ViaService": "sns.eu-west-1.amazonaws.com"}


# Data


def test_only_the_machines_reach_the_database(stacks: dict[str, Resources]) -> None:
    (subnets,) = of(stacks, "Web", "AWS::RDS::DBSubnetGroup")
    assert all("Isolated" in name for name in references(subnets["SubnetIds"]))
    (cluster,) = of(stacks, "Web", "AWS::RDS::DBCluster")
    assert cluster["ManageMasterUserPassword"] is True
    assert cluster["EnableIAMDatabaseAuthentication"] is True
    assert cluster["DeletionProtection"] is True
    port = cluster["Port"]
    (group,) = references(cluster["VpcSecurityGroupIds"])
    (rule,) = (
        rule
        for rule in of(stacks, "Web", "AWS::EC2::SecurityGroupIngress")
        if group in references(rule["GroupId"])
    )
    assert all(
        "MachinesSecurityGroup" in name for name in references(rule["SourceSecurityGroupId"])
    )
    rows = [
        (row["PortRange"]["From"], row["Egress"])
        for row in of(stacks, "Web", "AWS::EC2::NetworkAclEntry")
        if any("Isolated" in name for name in references(row["NetworkAclId"]))
    ]
    assert (port, False) in rows


def test_the_machines_sign_in_as_one_user(stacks: dict[str, Resources]) -> None:
    found = [
        (policy["Roles"], statement)
        for policy in of(stacks, "Web", "AWS::IAM::ManagedPolicy")
        for statement in policy["PolicyDocument"]["Statement"]
        if "rds-db" in json.dumps(statement["Action"])
    ]
    ((roles, statement),) = found
    assert all("MachinesRole" in name for name in references(roles))
    assert statement["Action"] == "rds-db:connect"
    assert json.dumps(statement["Resource"]).endswith('"/application"]]}')
    assert "DBClusterResourceId" in json.dumps(statement["Resource"])
    assert not of(stacks, "Web", "AWS::IAM::Policy")


def test_a_rotation_that_fails_is_told(stacks: dict[str, Resources]) -> None:
    (rule,) = of(stacks, "Web", "AWS::Events::Rule")
    assert rule["EventPattern"]["detail"]["eventName"] == ["RotationAbandoned", "RotationFailed"]
    (target,) = rule["Targets"]
    (topic,) = references(target["Arn"])
    told = [
        row["Endpoint"]
        for row in of(stacks, "Web", "AWS::SNS::Subscription")
        if topic in references(row["TopicArn"])
    ]
    assert told == ["orders-operations@example.com"]


@pytest.mark.parametrize(
    ("stack", "kind", "value"),
    [("Web", "AWS::RDS::DBCluster", "orders"), ("Api", "AWS::DynamoDB::Table", "orders-api")],
)
def test_data_is_backed_up_into_a_locked_vault(
    stacks: dict[str, Resources], stack: str, kind: str, value: str
) -> None:
    (data,) = of(stacks, stack, kind)
    assert {"Key": "Backup", "Value": value} in data["Tags"]
    (selection,) = of(stacks, stack, "AWS::Backup::BackupSelection")
    (tag,) = selection["BackupSelection"]["ListOfTags"]
    assert (tag["ConditionKey"], tag["ConditionValue"]) == ("Backup", value)
    (vault,) = of(stacks, stack, "AWS::Backup::BackupVault")
    assert vault["LockConfiguration"]["MinRetentionDays"] == 35


# The API


def test_every_method_asks_who_it_is_and_what_for(stacks: dict[str, Resources]) -> None:
    methods = of(stacks, "Api", "AWS::ApiGateway::Method")
    assert {method["HttpMethod"] for method in methods} == {"GET", "PUT"}
    for method in methods:
        assert method["AuthorizationType"] == "AWS_IAM"
        assert method["RequestValidatorId"]
        assert method["RequestParameters"] == {"method.request.path.id": True}


def test_the_function_gets_and_puts_items_of_its_table_only(stacks: dict[str, Resources]) -> None:
    (statement,) = (
        row
        for policy in of(stacks, "Api", "AWS::IAM::ManagedPolicy")
        for row in policy["PolicyDocument"]["Statement"]
        if row.get("Sid") == "UseTable"
    )
    assert statement["Action"] == ["dynamodb:GetItem", "dynamodb:PutItem"]
    (name,) = references(statement["Resource"])
    assert stacks["Api"]["Resources"][name]["Type"] == "AWS::DynamoDB::Table"
    (function,) = of(stacks, "Api", "AWS::Lambda::Function")
    assert set(function["Environment"]["Variables"]) == {"TABLE_NAME"}
    assert function["ReservedConcurrentExecutions"] == 10


# Bad input


def stack(region: str) -> cdk.Stack:
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    return cdk.Stack(app, "S", env=cdk.Environment(account=ACCOUNT, region=region))


def network(scope: cdk.Stack, **settings: Any) -> HardenedVpc:
    chosen = {"public_subnets": True, "isolated_ports": database_ports(), **settings}
    logs = s3.Bucket.from_bucket_name(scope, "FlowLogs", "flow-logs")
    return HardenedVpc(scope, "Network", cidr="10.64.0.0/20", flow_log_bucket=logs, **chosen)


def web(scope: cdk.Stack, vpc: HardenedVpc, **settings: Any) -> WebApplication:
    values: dict[str, Any] = {
        "name": "orders",
        "network": vpc,
        "certificate": acm.Certificate.from_certificate_arn(scope, "Certificate", HERE),
        "origin_domain": "origin.example.com",
        "cloudfront_prefix_list": "pl-0123456789abcdef0",
        "image": ec2.MachineImage.from_ssm_parameter("/images/orders/arm64"),
        "log_bucket": s3.Bucket.from_bucket_name(scope, "Logs", "elb-logs"),
        "addresses": ["orders@example.com"],
        **settings,
    }
    return WebApplication(scope, "Application", **values)


def test_a_public_database_is_one_clear_error() -> None:
    scope = stack("eu-west-1")
    vpc = network(scope)
    with pytest.raises(BaselineError, match="a database is never public, but subnets holds public"):
        web(scope, vpc, database_subnets=vpc.public_subnets)


def test_a_network_without_the_databases_port_is_one_clear_error() -> None:
    scope = stack("eu-west-1")
    with pytest.raises(BaselineError, match=r"does not let its private tier reach port 5433"):
        web(scope, network(scope, isolated_ports=(5432,)))


def test_a_network_without_a_way_in_is_one_clear_error() -> None:
    scope = stack("eu-west-1")
    with pytest.raises(BaselineError, match="has no public tier; build it with public_subnets"):
        web(scope, network(scope, public_subnets=False))


def test_the_whole_internet_is_no_prefix_list() -> None:
    scope = stack("eu-west-1")
    with pytest.raises(BaselineError, match=r"'0\.0\.0\.0/0' is not the ID of a prefix list"):
        web(scope, network(scope), cloudfront_prefix_list="0.0.0.0/0")


def test_nobody_who_hears_is_one_clear_error() -> None:
    scope = stack("eu-west-1")
    with pytest.raises(BaselineError, match="addresses is empty"):
        web(scope, network(scope), addresses=[])


def edge(region: str, **settings: Any) -> WebEdge:
    values: dict[str, Any] = {
        "domain": "orders.example.com",
        "certificate_arn": GLOBAL,
        "load_balancer_arn": "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/a/b",
        "origin_domain": "origin.example.com",
        "addresses": ["orders@example.com"],
        **settings,
    }
    return WebEdge(stack(region), "Edge", **values)


def test_a_web_acl_of_cloudfront_in_another_region_is_one_clear_error() -> None:
    with pytest.raises(BaselineError, match="the edge stands in 'eu-west-1'; web ACL, certificate"):
        edge("eu-west-1")


def test_a_certificate_of_another_region_is_one_clear_error() -> None:
    with pytest.raises(BaselineError, match=r"of 'orders\.example\.com' is not in 'us-east-1'"):
        edge("us-east-1", certificate_arn=HERE)


# Choices


def test_the_archives_bucket_takes_logs_without_prefixes() -> None:
    scope = stack("eu-west-1")
    web(scope, network(scope), log_prefixes=False)
    found = Template.from_stack(scope).find_resources("AWS::ElasticLoadBalancingV2::LoadBalancer")
    (balancer,) = found.values()
    keys = {row["Key"] for row in balancer["Properties"]["LoadBalancerAttributes"]}
    assert {"access_logs.s3.bucket", "connection_logs.s3.bucket"} <= keys
    assert not {key for key in keys if key.endswith(".prefix")}


def test_a_user_pool_may_say_who_it_is() -> None:
    scope = stack("eu-west-1")
    pool = f"arn:aws:cognito-idp:eu-west-1:{ACCOUNT}:userpool/eu-west-1_AbCdEfGhI"
    ServerlessApplication(
        scope,
        "Application",
        name="orders",
        organization_id="o-exampleorgid",
        addresses=["orders@example.com"],
        user_pool_arn=pool,
        account_logging=False,
    )
    template = Template.from_stack(scope)
    methods = template.find_resources("AWS::ApiGateway::Method").values()
    assert {row["Properties"]["AuthorizationType"] for row in methods} == {"COGNITO_USER_POOLS"}
    (authorizer,) = template.find_resources("AWS::ApiGateway::Authorizer").values()
    assert authorizer["Properties"]["ProviderARNs"] == [pool]
    assert not template.find_resources("AWS::ApiGateway::Account")
