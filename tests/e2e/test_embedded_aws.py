"""The embedded AWS as its clients see it: one process, real boto3, stacks in several accounts."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
MANAGEMENT, LOGS, SECURITY = "111111111111", "222222222222", "333333333333"
HOME, OTHER = "eu-west-1", "eu-central-1"


class Local:
    """The running server."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def client(self, service: str, key: str = MANAGEMENT, region: str = HOME) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            aws_access_key_id=key,
            aws_secret_access_key="local",
            region_name=region,
            config=Config(retries={"total_max_attempts": 1}, inject_host_prefix=False),
        )

    def post(self, path: str, body: object) -> Any:
        return self._page("POST", path, json.dumps(body))

    def get(self, path: str) -> Any:
        return self._page("GET", path)

    def _page(self, method: str, path: str, body: str | None = None) -> Any:
        connection = HTTPConnection(self.endpoint.removeprefix("http://"))
        connection.request(method, f"/_baseline/{path}", body)
        answer = json.load(connection.getresponse())
        connection.close()
        return answer

    def deploy(
        self, name: str, resources: dict[str, Any], key: str = MANAGEMENT, region: str = HOME
    ) -> dict[str, Any]:
        """Create or update a stack; gives it with its failed resources."""
        client = self.client("cloudformation", key, region)
        outputs = {lid: {"Value": {"Ref": lid}} for lid in resources}
        body = json.dumps({"Resources": resources, "Outputs": outputs})
        arguments = {
            "StackName": name,
            "TemplateBody": body,
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
        }
        try:
            client.describe_stacks(StackName=name)
            client.update_stack(**arguments)
        except ClientError:
            client.create_stack(**arguments)
        for _ in range(1200):
            stack = client.describe_stacks(StackName=name)["Stacks"][0]
            if not stack["StackStatus"].endswith("_IN_PROGRESS"):
                break
            time.sleep(0.1)
        events = client.describe_stack_events(StackName=name)["StackEvents"]
        return {
            "status": stack["StackStatus"],
            "refs": {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])},
            "failures": [
                event["ResourceStatusReason"]
                for event in events
                if event["ResourceStatus"].endswith("_FAILED")
            ],
        }


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory, free_port: int) -> Iterator[Local]:
    folder = tmp_path_factory.mktemp("local")
    with subprocess.Popen(
        [
            sys.executable,
            "-m",
            "baseline.local.server",
            "--port",
            str(free_port),
            "--state-file",
            str(folder / "state.json"),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready ")
        running = Local(f"http://localhost:{free_port}")
        running.post("organization", ORGANIZATION)
        yield running
        process.terminate()
        assert process.wait(timeout=20) == 0
        assert not (folder / "state.json").exists()


@pytest.fixture(scope="module")
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


ORGANIZATION = {
    "organization_id": "o-exampleorgid",
    "root_id": "r-exam",
    "management": {"id": MANAGEMENT, "email": "management@example.org", "name": "management"},
    "accounts": [
        {"id": LOGS, "email": "logs@example.org", "name": "log-archive"},
        {"id": SECURITY, "email": "security@example.org", "name": "security"},
    ],
}


def succeeded(result: dict[str, Any]) -> dict[str, str]:
    assert result["status"].endswith("_COMPLETE"), result
    assert "ROLLBACK" not in result["status"], result
    return dict(result["refs"])


def test_organization_has_the_configured_identity_for_every_member(local: Local) -> None:
    for account in (MANAGEMENT, LOGS):
        found = local.client("organizations", account).describe_organization()["Organization"]
        assert found["Id"] == "o-exampleorgid"
        assert found["MasterAccountId"] == MANAGEMENT
    assert local.client("organizations").list_roots()["Roots"][0]["Id"] == "r-exam"
    with pytest.raises(ClientError, match="AccessDenied"):
        local.client("organizations", LOGS).list_accounts()


def test_callers_are_administrator_root_or_session(local: Local) -> None:
    arn = local.client("sts").get_caller_identity()["Arn"]
    assert arn == f"arn:aws:sts::{MANAGEMENT}:assumed-role/LocalAdministrator/local"
    root = local.client("sts", f"ROOT{LOGS}").get_caller_identity()["Arn"]
    assert root == f"arn:aws:iam::{LOGS}:root"


def test_bucket_properties_are_read_back_as_declared(local: Local) -> None:
    refs = succeeded(
        local.deploy(
            "storage",
            {
                "Key": {
                    "Type": "AWS::KMS::Key",
                    "Properties": {
                        "EnableKeyRotation": True,
                        "KeyPolicy": {"Version": "2012-10-17", "Statement": []},
                    },
                },
                "Logs": {
                    "Type": "AWS::S3::Bucket",
                    "Properties": {
                        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
                    },
                },
                "Bucket": {
                    "Type": "AWS::S3::Bucket",
                    "Properties": {
                        "BucketEncryption": {
                            "ServerSideEncryptionConfiguration": [
                                {
                                    "BucketKeyEnabled": True,
                                    "ServerSideEncryptionByDefault": {
                                        "SSEAlgorithm": "aws:kms",
                                        "KMSMasterKeyID": {"Fn::GetAtt": ["Key", "Arn"]},
                                    },
                                }
                            ]
                        },
                        "LifecycleConfiguration": {
                            "Rules": [
                                {
                                    "Id": "expire",
                                    "Status": "Enabled",
                                    "ExpirationInDays": 2555,
                                    "Transitions": [
                                        {"StorageClass": "GLACIER", "TransitionInDays": 90}
                                    ],
                                    "NoncurrentVersionExpiration": {"NoncurrentDays": 365},
                                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                                }
                            ]
                        },
                        "LoggingConfiguration": {
                            "DestinationBucketName": {"Ref": "Logs"},
                            "LogFilePrefix": "b/",
                        },
                        "ObjectLockEnabled": True,
                        "ObjectLockConfiguration": {
                            "ObjectLockEnabled": "Enabled",
                            "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 365}},
                        },
                        "OwnershipControls": {
                            "Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]
                        },
                        "PublicAccessBlockConfiguration": {
                            "BlockPublicAcls": True,
                            "BlockPublicPolicy": True,
                            "IgnorePublicAcls": True,
                            "RestrictPublicBuckets": True,
                        },
                        "VersioningConfiguration": {"Status": "Enabled"},
                        "Tags": [{"Key": "owner", "Value": "security"}],
                    },
                },
            },
            LOGS,
        )
    )
    s3 = local.client("s3", LOGS)
    bucket = {"Bucket": refs["Bucket"]}
    rule = s3.get_bucket_encryption(**bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"].endswith(refs["Key"])
    assert rule["BucketKeyEnabled"] is True
    lock = s3.get_object_lock_configuration(**bucket)["ObjectLockConfiguration"]
    assert lock["Rule"]["DefaultRetention"] == {"Mode": "COMPLIANCE", "Days": 365}
    lifecycle = s3.get_bucket_lifecycle_configuration(**bucket)["Rules"][0]
    assert lifecycle["Expiration"]["Days"] == 2555
    assert lifecycle["Transitions"][0] == {"Days": 90, "StorageClass": "GLACIER"}
    assert s3.get_bucket_logging(**bucket)["LoggingEnabled"]["TargetBucket"] == refs["Logs"]
    assert all(s3.get_public_access_block(**bucket)["PublicAccessBlockConfiguration"].values())
    ownership = s3.get_bucket_ownership_controls(**bucket)["OwnershipControls"]["Rules"]
    assert ownership == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert s3.get_bucket_versioning(**bucket)["Status"] == "Enabled"
    tags = s3.get_bucket_tagging(**bucket)["TagSet"]
    assert {"Key": "owner", "Value": "security"} in tags


def test_a_property_that_is_not_applied_fails_the_deployment(local: Local) -> None:
    result = local.deploy(
        "unapplied",
        {"Ip": {"Type": "AWS::EC2::EIP", "Properties": {"NetworkBorderGroup": HOME}}},
    )
    assert result["status"] == "ROLLBACK_COMPLETE"
    assert "does not apply NetworkBorderGroup" in " ".join(result["failures"])


def test_types_without_emulation_are_checked_and_listed(local: Local) -> None:
    wrong = local.deploy(
        "wrong", {"G": {"Type": "AWS::Detective::Graph", "Properties": {"AutoEnable": True}}}
    )
    assert wrong["status"] == "ROLLBACK_COMPLETE"
    succeeded(
        local.deploy(
            "right",
            {"G": {"Type": "AWS::Detective::Graph", "Properties": {"AutoEnableMembers": True}}},
        )
    )
    listed = {entry["stack"]: entry for entry in local.get("coverage")["declared_only"]}
    assert listed["right"]["declared_only"] == ["*"]
    assert "wrong" not in listed


def test_event_crosses_account_and_region_to_the_topic(local: Local) -> None:
    bus_arn = f"arn:aws:events:{HOME}:{SECURITY}:event-bus/findings"
    pattern = {"source": ["aws.guardduty"]}
    refs = succeeded(
        local.deploy(
            "receiver",
            {
                "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "findings"}},
                "Admit": {
                    "Type": "AWS::Events::EventBusPolicy",
                    "Properties": {
                        "EventBusName": {"Ref": "Bus"},
                        "StatementId": "organization",
                        "Statement": {
                            "Effect": "Allow",
                            "Principal": "*",
                            "Action": "events:PutEvents",
                            "Resource": {"Fn::GetAtt": ["Bus", "Arn"]},
                            "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}},
                        },
                    },
                },
                "Topic": {
                    "Type": "AWS::SNS::Topic",
                    "Properties": {"KmsMasterKeyId": "alias/aws/sns"},
                },
                "Queue": {"Type": "AWS::SQS::Queue"},
                "QueuePolicy": {
                    "Type": "AWS::SQS::QueuePolicy",
                    "Properties": {
                        "Queues": [{"Ref": "Queue"}],
                        "PolicyDocument": {
                            "Version": "2012-10-17",
                            "Statement": [
                                {
                                    "Effect": "Allow",
                                    "Principal": {"Service": "sns.amazonaws.com"},
                                    "Action": "sqs:SendMessage",
                                    "Resource": "*",
                                }
                            ],
                        },
                    },
                },
                "TopicPolicy": {
                    "Type": "AWS::SNS::TopicPolicy",
                    "Properties": {
                        "Topics": [{"Ref": "Topic"}],
                        "PolicyDocument": {
                            "Version": "2012-10-17",
                            "Statement": [
                                {
                                    "Effect": "Allow",
                                    "Principal": {"Service": "events.amazonaws.com"},
                                    "Action": "sns:Publish",
                                    "Resource": {"Ref": "Topic"},
                                }
                            ],
                        },
                    },
                },
                "Subscription": {
                    "Type": "AWS::SNS::Subscription",
                    "Properties": {
                        "TopicArn": {"Ref": "Topic"},
                        "Protocol": "sqs",
                        "Endpoint": {"Fn::GetAtt": ["Queue", "Arn"]},
                    },
                },
                "Rule": {
                    "Type": "AWS::Events::Rule",
                    "Properties": {
                        "EventBusName": {"Ref": "Bus"},
                        "EventPattern": pattern,
                        "Targets": [{"Id": "topic", "Arn": {"Ref": "Topic"}}],
                    },
                },
            },
            SECURITY,
        )
    )
    succeeded(
        local.deploy(
            "sender",
            {
                "Rule": {
                    "Type": "AWS::Events::Rule",
                    "Properties": {
                        "EventPattern": pattern,
                        "Targets": [
                            {
                                "Id": "bus",
                                "Arn": bus_arn,
                                "RoleArn": f"arn:aws:iam::{LOGS}:role/forward",
                            }
                        ],
                    },
                }
            },
            LOGS,
            OTHER,
        )
    )
    local.post(
        "events",
        {
            "account": LOGS,
            "region": OTHER,
            "source": "aws.guardduty",
            "detail_type": "GuardDuty Finding",
            "detail": {"severity": 8},
        },
    )
    messages = local.client("sqs", SECURITY).receive_message(
        QueueUrl=refs["Queue"], WaitTimeSeconds=5
    )
    event = json.loads(json.loads(messages["Messages"][0]["Body"])["Message"])
    assert (event["account"], event["region"], event["detail"]["severity"]) == (LOGS, OTHER, 8)
    topic = local.client("sns", SECURITY).get_topic_attributes(TopicArn=refs["Topic"])
    assert topic["Attributes"]["KmsMasterKeyId"] == "alias/aws/sns"


def test_network_is_read_back_with_rules_flow_logs_and_endpoint_policy(local: Local) -> None:
    refs = succeeded(
        local.deploy(
            "network",
            {
                "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/20"}},
                "Subnet": {
                    "Type": "AWS::EC2::Subnet",
                    "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.0.0/24"},
                },
                "Acl": {"Type": "AWS::EC2::NetworkAcl", "Properties": {"VpcId": {"Ref": "Vpc"}}},
                "In": {
                    "Type": "AWS::EC2::NetworkAclEntry",
                    "Properties": {
                        "NetworkAclId": {"Ref": "Acl"},
                        "RuleNumber": 100,
                        "Protocol": 6,
                        "RuleAction": "allow",
                        "CidrBlock": "10.0.0.0/20",
                        "PortRange": {"From": 443, "To": 443},
                    },
                },
                "Use": {
                    "Type": "AWS::EC2::SubnetNetworkAclAssociation",
                    "Properties": {"NetworkAclId": {"Ref": "Acl"}, "SubnetId": {"Ref": "Subnet"}},
                },
                "Group": {
                    "Type": "AWS::EC2::SecurityGroup",
                    "Properties": {
                        "GroupDescription": "endpoints",
                        "VpcId": {"Ref": "Vpc"},
                        "SecurityGroupEgress": [
                            {
                                "CidrIp": "255.255.255.255/32",
                                "IpProtocol": "icmp",
                                "FromPort": 252,
                                "ToPort": 86,
                            }
                        ],
                    },
                },
                "GroupRule": {
                    "Type": "AWS::EC2::SecurityGroupIngress",
                    "Properties": {
                        "GroupId": {"Fn::GetAtt": ["Group", "GroupId"]},
                        "IpProtocol": "tcp",
                        "FromPort": 443,
                        "ToPort": 443,
                        "CidrIp": "10.0.0.0/20",
                    },
                },
                "FlowLog": {
                    "Type": "AWS::EC2::FlowLog",
                    "Properties": {
                        "ResourceId": {"Ref": "Vpc"},
                        "ResourceType": "VPC",
                        "TrafficType": "ALL",
                        "LogDestinationType": "s3",
                        "LogDestination": "arn:aws:s3:::flow-logs",
                        "MaxAggregationInterval": 60,
                    },
                },
                "Endpoint": {
                    "Type": "AWS::EC2::VPCEndpoint",
                    "Properties": {
                        "VpcId": {"Ref": "Vpc"},
                        "ServiceName": f"com.amazonaws.{HOME}.sts",
                        "VpcEndpointType": "Interface",
                        "PrivateDnsEnabled": True,
                        "SubnetIds": [{"Ref": "Subnet"}],
                        "SecurityGroupIds": [{"Fn::GetAtt": ["Group", "GroupId"]}],
                        "PolicyDocument": {"Version": "2012-10-17", "Statement": []},
                    },
                },
            },
        )
    )
    ec2 = local.client("ec2")
    acl = ec2.describe_network_acls(NetworkAclIds=[refs["Acl"]])["NetworkAcls"][0]
    assert acl["Entries"][0]["PortRange"] == {"From": 443, "To": 443}
    assert [one["SubnetId"] for one in acl["Associations"]] == [refs["Subnet"]]
    log = ec2.describe_flow_logs(Filter=[{"Name": "resource-id", "Values": [refs["Vpc"]]}])[
        "FlowLogs"
    ][0]
    assert (log["LogDestination"], log["MaxAggregationInterval"]) == ("arn:aws:s3:::flow-logs", 60)
    endpoint = ec2.describe_vpc_endpoints(VpcEndpointIds=[refs["Endpoint"]])["VpcEndpoints"][0]
    assert json.loads(endpoint["PolicyDocument"])["Statement"] == []
    assert endpoint["PrivateDnsEnabled"] is True
    group = ec2.describe_security_groups(GroupIds=[refs["Group"]])["SecurityGroups"][0]
    assert group["IpPermissions"][0]["FromPort"] == 443


def test_detection_services_read_back_what_was_declared(local: Local) -> None:
    organizations = local.client("organizations")
    for region in (HOME, OTHER):
        for service in ("guardduty", "securityhub"):
            local.client(service, MANAGEMENT, region).enable_organization_admin_account(
                AdminAccountId=SECURITY
            )
    delegated = organizations.list_delegated_services_for_account(AccountId=SECURITY)
    principals = {one["ServicePrincipal"] for one in delegated["DelegatedServices"]}
    assert principals == {"guardduty.amazonaws.com", "securityhub.amazonaws.com"}
    detector = local.client("guardduty", SECURITY).list_detectors()["DetectorIds"][0]
    refs = succeeded(
        local.deploy(
            "detection",
            {
                "Export": {
                    "Type": "AWS::GuardDuty::PublishingDestination",
                    "Properties": {
                        "DetectorId": detector,
                        "DestinationType": "S3",
                        "DestinationProperties": {
                            "DestinationArn": "arn:aws:s3:::findings",
                            "KmsKeyArn": f"arn:aws:kms:{HOME}:{SECURITY}:key/k",
                        },
                    },
                },
                "Hub": {
                    "Type": "AWS::SecurityHub::Hub",
                    "Properties": {"EnableDefaultStandards": False},
                },
                "Aggregator": {
                    "Type": "AWS::SecurityHub::FindingAggregator",
                    "DependsOn": "Hub",
                    "Properties": {"RegionLinkingMode": "SPECIFIED_REGIONS", "Regions": [OTHER]},
                },
                "Organization": {
                    "Type": "AWS::SecurityHub::OrganizationConfiguration",
                    "DependsOn": "Aggregator",
                    "Properties": {
                        "AutoEnable": False,
                        "AutoEnableStandards": "NONE",
                        "ConfigurationType": "CENTRAL",
                    },
                },
                "Policy": {
                    "Type": "AWS::SecurityHub::ConfigurationPolicy",
                    "DependsOn": "Organization",
                    "Properties": {
                        "Name": "baseline",
                        "ConfigurationPolicy": {
                            "SecurityHub": {
                                "ServiceEnabled": True,
                                "EnabledStandardIdentifiers": [
                                    "arn:aws:securityhub:eu-west-1::standards/aws-foundational-security-best-practices/v/1.0.0"
                                ],
                                "SecurityControlsConfiguration": {
                                    "DisabledSecurityControlIdentifiers": []
                                },
                            }
                        },
                    },
                },
                "Use": {
                    "Type": "AWS::SecurityHub::PolicyAssociation",
                    "Properties": {
                        "ConfigurationPolicyId": {"Fn::GetAtt": ["Policy", "Id"]},
                        "TargetId": "r-exam",
                        "TargetType": "ROOT",
                    },
                },
                "Recorder": {
                    "Type": "AWS::Config::ConfigurationRecorder",
                    "Properties": {
                        "RoleARN": f"arn:aws:iam::{SECURITY}:role/config",
                        "RecordingGroup": {
                            "AllSupported": True,
                            "IncludeGlobalResourceTypes": True,
                        },
                    },
                },
                "Channel": {
                    "Type": "AWS::Config::DeliveryChannel",
                    "Properties": {"S3BucketName": "config-bucket"},
                },
                "Analyzer": {
                    "Type": "AWS::AccessAnalyzer::Analyzer",
                    "Properties": {"AnalyzerName": "organization", "Type": "ORGANIZATION"},
                },
                "Trail": {
                    "Type": "AWS::CloudTrail::Trail",
                    "Properties": {
                        "TrailName": "organization",
                        "S3BucketName": "trail-bucket",
                        "IsLogging": True,
                        "IsMultiRegionTrail": True,
                        "IsOrganizationTrail": True,
                        "EnableLogFileValidation": True,
                        "KMSKeyId": f"arn:aws:kms:{HOME}:{LOGS}:alias/trail",
                        "CloudWatchLogsLogGroupArn": "arn:aws:logs:eu-west-1:333333333333:log-group:trail:*",
                        "CloudWatchLogsRoleArn": f"arn:aws:iam::{SECURITY}:role/trail",
                    },
                },
            },
            SECURITY,
        )
    )
    guardduty = local.client("guardduty", SECURITY)
    export = guardduty.list_publishing_destinations(DetectorId=detector)["Destinations"]
    assert [one["DestinationId"] for one in export] == [refs["Export"].partition("|")[2]]
    hub = local.client("securityhub", SECURITY)
    assert (
        hub.describe_organization_configuration()["OrganizationConfiguration"]["ConfigurationType"]
        == "CENTRAL"
    )
    assert hub.get_finding_aggregator(FindingAggregatorArn=refs["Aggregator"])["Regions"] == [OTHER]
    policy = hub.get_configuration_policy(Identifier=refs["Policy"])["ConfigurationPolicy"][
        "SecurityHub"
    ]
    assert policy["ServiceEnabled"] is True
    association = hub.get_configuration_policy_association(Target={"RootId": "r-exam"})
    assert association["AssociationStatus"] == "PENDING"
    status = local.client("config", SECURITY).describe_configuration_recorder_status()
    assert status["ConfigurationRecordersStatus"][0]["recording"] is True
    trail = local.client("cloudtrail", SECURITY).get_trail(Name="organization")["Trail"]
    assert trail["LogFileValidationEnabled"] is True
    assert trail["CloudWatchLogsLogGroupArn"].endswith("log-group:trail:*")
    assert trail["KmsKeyId"].endswith("alias/trail")
    assert local.client("cloudtrail", SECURITY).get_trail_status(Name="organization")["IsLogging"]


def test_stack_set_reaches_every_member_a_new_account_too_and_not_management(local: Local) -> None:
    local.client("cloudformation").activate_organizations_access()
    template = {
        "Resources": {
            "P": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Name": "/baseline/version", "Type": "String", "Value": "1"},
            }
        }
    }

    def resources(value: str) -> dict[str, Any]:
        template["Resources"]["P"]["Properties"]["Value"] = value  # type: ignore[index]
        return {
            "Members": {
                "Type": "AWS::CloudFormation::StackSet",
                "Properties": {
                    "StackSetName": "members",
                    "PermissionModel": "SERVICE_MANAGED",
                    "AutoDeployment": {"Enabled": True, "RetainStacksOnAccountRemoval": True},
                    "ManagedExecution": {"Active": True},
                    "TemplateBody": json.dumps(template),
                    "StackInstancesGroup": [
                        {
                            "DeploymentTargets": {"OrganizationalUnitIds": ["r-exam"]},
                            "Regions": [HOME, OTHER],
                        }
                    ],
                },
            }
        }

    def parameter(account: str, region: str) -> str:
        found = local.client("ssm", account, region).get_parameter(Name="/baseline/version")
        return str(found["Parameter"]["Value"])

    succeeded(local.deploy("stack-sets", resources("1")))
    assert {parameter(a, r) for a in (LOGS, SECURITY) for r in (HOME, OTHER)} == {"1"}
    with pytest.raises(ClientError, match="ParameterNotFound"):
        parameter(MANAGEMENT, HOME)
    succeeded(local.deploy("stack-sets", resources("2")))
    assert {parameter(a, r) for a in (LOGS, SECURITY) for r in (HOME, OTHER)} == {"2"}

    made = succeeded(
        local.deploy(
            "accounts",
            {
                "Unit": {
                    "Type": "AWS::Organizations::OrganizationalUnit",
                    "Properties": {"Name": "Workloads", "ParentId": "r-exam"},
                },
                "Account": {
                    "Type": "AWS::Organizations::Account",
                    "DeletionPolicy": "Retain",
                    "Properties": {
                        "AccountName": "new",
                        "Email": "new@example.org",
                        "ParentIds": [{"Ref": "Unit"}],
                    },
                },
            },
        )
    )
    cloudformation = local.client("cloudformation")
    for _ in range(100):
        instances = cloudformation.list_stack_instances(StackSetName="members")["Summaries"]
        mine = [one for one in instances if one["Account"] == made["Account"]]
        if len(mine) == 2 and all(one["Status"] == "CURRENT" for one in mine):
            break
        time.sleep(0.1)
    assert parameter(made["Account"], OTHER) == "2"
    assert (
        cloudformation.describe_stack_set(StackSetName="members")["StackSet"]["Status"] == "ACTIVE"
    )
