"""What a template declares is what clients read back, or the deployment fails, or it is listed."""

import json
from http.client import HTTPConnection
from typing import Any

import pytest
from botocore.exceptions import ClientError

LOGS, SECURITY = "222222222222", "333333333333"
HOME, OTHER = "eu-west-1", "eu-central-1"


def test_bucket_properties_are_read_back_as_declared(local: Any) -> None:
    references = local.deploy_file("storage", LOGS)
    s3 = local.client("s3", LOGS)
    bucket = {"Bucket": references["Bucket"]}
    rule = s3.get_bucket_encryption(**bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    key = rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"]
    assert key.endswith(references["Key"])
    assert rule["BucketKeyEnabled"] is True
    lock = s3.get_object_lock_configuration(**bucket)["ObjectLockConfiguration"]
    assert lock["Rule"]["DefaultRetention"] == {"Mode": "COMPLIANCE", "Days": 365}
    lifecycle = s3.get_bucket_lifecycle_configuration(**bucket)["Rules"][0]
    assert lifecycle["Expiration"]["Days"] == 2555
    assert lifecycle["Transitions"][0] == {"Days": 90, "StorageClass": "GLACIER"}
    logging = s3.get_bucket_logging(**bucket)["LoggingEnabled"]
    assert logging["TargetBucket"] == references["Logs"]
    assert all(s3.get_public_access_block(**bucket)["PublicAccessBlockConfiguration"].values())
    ownership = s3.get_bucket_ownership_controls(**bucket)["OwnershipControls"]["Rules"]
    assert ownership == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert s3.get_bucket_versioning(**bucket)["Status"] == "Enabled"
    assert {"Key": "owner", "Value": "security"} in s3.get_bucket_tagging(**bucket)["TagSet"]


def test_what_an_update_drops_is_taken_off(local: Any) -> None:
    rule = {"Status": "Enabled", "ExpirationInDays": 30}
    bucket = {"LifecycleConfiguration": {"Rules": [rule]}}
    first = {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": bucket}}
    name = local.succeed("dropping", first)["Bucket"]
    assert local.client("s3").get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    local.succeed("dropping", {"Bucket": {"Type": "AWS::S3::Bucket"}})
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        local.client("s3").get_bucket_lifecycle_configuration(Bucket=name)


def test_a_property_that_is_not_applied_fails_the_deployment(local: Any) -> None:
    address = {"Type": "AWS::EC2::EIP", "Properties": {"NetworkBorderGroup": HOME}}
    status, _, failures = local.deploy("unapplied", {"Address": address})
    assert status == "ROLLBACK_COMPLETE"
    assert "does not apply NetworkBorderGroup" in failures


def test_types_without_emulation_are_checked_and_listed(local: Any) -> None:
    graph = "AWS::Detective::Graph"
    wrong = {"Graph": {"Type": graph, "Properties": {"AutoEnable": True}}}
    assert local.deploy("wrong", wrong)[0] == "ROLLBACK_COMPLETE"
    local.succeed("right", {"Graph": {"Type": graph, "Properties": {"AutoEnableMembers": True}}})
    listed = {entry["stack"]: entry for entry in local.get("coverage")["declared_only"]}
    assert listed["right"]["declared_only"] == ["*"]
    assert "wrong" not in listed


def test_network_is_read_back_with_rules_flow_logs_and_endpoint_policy(local: Any) -> None:
    references = local.deploy_file("network")
    ec2 = local.client("ec2")
    acl = ec2.describe_network_acls(NetworkAclIds=[references["Acl"]])["NetworkAcls"][0]
    assert acl["Entries"][0]["PortRange"] == {"From": 443, "To": 443}
    assert [one["SubnetId"] for one in acl["Associations"]] == [references["Subnet"]]
    filters = [{"Name": "resource-id", "Values": [references["Vpc"]]}]
    log = ec2.describe_flow_logs(Filter=filters)["FlowLogs"][0]
    assert (log["LogDestination"], log["MaxAggregationInterval"]) == ("arn:aws:s3:::flow-logs", 60)
    endpoints = ec2.describe_vpc_endpoints(VpcEndpointIds=[references["Endpoint"]])
    endpoint = endpoints["VpcEndpoints"][0]
    assert json.loads(endpoint["PolicyDocument"])["Statement"] == []
    assert endpoint["PrivateDnsEnabled"] is True
    groups = ec2.describe_security_groups(GroupIds=[references["Group"]])["SecurityGroups"]
    assert groups[0]["IpPermissions"][0]["FromPort"] == 443


def test_a_filter_that_is_not_emulated_is_refused_and_not_ignored(local: Any) -> None:
    ec2 = local.client("ec2")
    filters = [{"Name": "log-group-name", "Values": ["x"]}]
    with pytest.raises(ClientError, match="no filter log-group-name"):
        ec2.describe_flow_logs(Filter=filters)


def test_detection_services_read_back_what_was_declared(local: Any) -> None:
    organizations = local.client("organizations")
    for region in (HOME, OTHER):
        for service in ("guardduty", "securityhub"):
            client = local.client(service, region=region)
            client.enable_organization_admin_account(AdminAccountId=SECURITY)
    services = organizations.list_delegated_services_for_account(AccountId=SECURITY)
    principals = {one["ServicePrincipal"] for one in services["DelegatedServices"]}
    assert principals == {"guardduty.amazonaws.com", "securityhub.amazonaws.com"}
    guardduty = local.client("guardduty", SECURITY)
    (detector,) = guardduty.list_detectors()["DetectorIds"]
    references = local.deploy_file("detection", SECURITY, DETECTOR=detector)
    destination = references["Export"].removeprefix(f"{detector}|")
    exports = guardduty.list_publishing_destinations(DetectorId=detector)["Destinations"]
    assert [one["DestinationId"] for one in exports] == [destination]
    check_security_hub(local, references)
    check_trail_and_recorder(local)
    machine = local.client("stepfunctions", SECURITY).describe_state_machine(
        stateMachineArn=references["Machine"]
    )
    assert machine["tracingConfiguration"] == {"enabled": True}


def check_security_hub(local: Any, references: dict[str, str]) -> None:
    hub = local.client("securityhub", SECURITY)
    organization = hub.describe_organization_configuration()["OrganizationConfiguration"]
    assert organization["ConfigurationType"] == "CENTRAL"
    aggregator = hub.get_finding_aggregator(FindingAggregatorArn=references["Aggregator"])
    assert aggregator["Regions"] == [OTHER]
    policy = hub.get_configuration_policy(Identifier=references["Policy"])
    assert policy["ConfigurationPolicy"]["SecurityHub"]["ServiceEnabled"] is True
    association = hub.get_configuration_policy_association(Target={"RootId": "r-exam"})
    assert association["AssociationStatus"] == "PENDING"


def check_trail_and_recorder(local: Any) -> None:
    status = local.client("config", SECURITY).describe_configuration_recorder_status()
    assert status["ConfigurationRecordersStatus"][0]["recording"] is True
    cloudtrail = local.client("cloudtrail", SECURITY)
    trail = cloudtrail.get_trail(Name="organization")["Trail"]
    assert trail["LogFileValidationEnabled"] is True
    assert trail["CloudWatchLogsLogGroupArn"].endswith("log-group:trail:*")
    assert trail["KmsKeyId"].endswith("alias/trail")
    assert cloudtrail.get_trail_status(Name="organization")["IsLogging"] is True
    logs = local.client("logs", SECURITY)
    (group,) = logs.describe_log_groups(logGroupNamePrefix="trail")["logGroups"]
    assert (group["retentionInDays"], group["deletionProtectionEnabled"]) == (365, True)
    with pytest.raises(ClientError, match="deletion protection"):
        logs.delete_log_group(logGroupName="trail")


def test_presigned_requests_are_answered(local: Any) -> None:
    local.succeed("presigned", {"Bucket": {"Type": "AWS::S3::Bucket"}})
    s3 = local.client("s3")
    stack = local.client("cloudformation").describe_stack_resources(StackName="presigned")
    where = {"Bucket": stack["StackResources"][0]["PhysicalResourceId"], "Key": "object"}
    s3.put_object(**where, Body=b"content")
    url = s3.generate_presigned_url("get_object", Params=where)
    connection = HTTPConnection(local.endpoint.removeprefix("http://"))
    connection.request("GET", url.removeprefix(local.endpoint))
    assert connection.getresponse().read() == b"content"
    connection.close()
