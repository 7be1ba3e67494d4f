"""A Region's detector is told by parameters, exports to the home Region, and archives by filters."""

from __future__ import annotations

from typing import Any

SECURITY = "333333333333"
OTHER = "eu-central-1"
DETECTOR = "/secbase-regions/guardduty/detector"
KEY = "/secbase-regions/guardduty/export-key"


def test_a_region_exports_and_archives_with_what_the_home_region_told_it(local: Any) -> None:
    guardduty = local.client("guardduty", SECURITY, OTHER)
    detector = guardduty.create_detector(Enable=True)["DetectorId"]
    ssm = local.client("ssm", SECURITY, OTHER)
    key = f"arn:aws:kms:eu-west-1:{SECURITY}:key/abc"
    for name, value in ((DETECTOR, detector), (KEY, key)):
        ssm.put_parameter(Name=name, Value=value, Type="String")
    status, failures = local.deploy_template("regional", template(), SECURITY, OTHER)
    assert status == "CREATE_COMPLETE", failures
    (destination,) = guardduty.list_publishing_destinations(DetectorId=detector)["Destinations"]
    found = guardduty.describe_publishing_destination(
        DetectorId=detector, DestinationId=destination["DestinationId"]
    )
    assert found["DestinationProperties"] == {
        "DestinationArn": "arn:aws:s3:::secbase-guardduty",
        "KmsKeyArn": key,
    }
    archived = guardduty.get_filter(DetectorId=detector, FilterName="secbase-scanner")
    assert (archived["Action"], archived["Rank"]) == ("ARCHIVE", 1)
    assert archived["FindingCriteria"]["Criterion"]["type"]["Equals"] == ["Recon:EC2/Portscan"]


def template() -> dict[str, Any]:
    parameter = "AWS::SSM::Parameter::Value<String>"
    return {
        "Parameters": {
            "Detector": {"Type": parameter, "Default": DETECTOR},
            "Key": {"Type": parameter, "Default": KEY},
        },
        "Resources": {
            "Destination": {
                "Type": "AWS::GuardDuty::PublishingDestination",
                "Properties": {
                    "DetectorId": {"Ref": "Detector"},
                    "DestinationType": "S3",
                    "DestinationProperties": {
                        "DestinationArn": "arn:aws:s3:::secbase-guardduty",
                        "KmsKeyArn": {"Ref": "Key"},
                    },
                },
            },
            "Filter": {
                "Type": "AWS::GuardDuty::Filter",
                "Properties": {
                    "DetectorId": {"Ref": "Detector"},
                    "Name": "secbase-scanner",
                    "Action": "ARCHIVE",
                    "Rank": 1,
                    "Description": "A scanner",
                    "FindingCriteria": {"Criterion": {"type": {"Equals": ["Recon:EC2/Portscan"]}}},
                },
            },
            "Trusted": {
                "Type": "AWS::GuardDuty::TrustedEntitySet",
                "Properties": {
                    "DetectorId": {"Ref": "Detector"},
                    "Name": "secbase-trusted",
                    "Format": "TXT",
                    "Location": "https://s3.eu-west-1.amazonaws.com/bucket/trusted.txt",
                    "ExpectedBucketOwner": SECURITY,
                    "Activate": True,
                },
            },
            "Pack": {
                "Type": "AWS::Config::OrganizationConformancePack",
                "Properties": {
                    "OrganizationConformancePackName": "secbase-resources",
                    "TemplateBody": "Resources: {}",
                },
            },
        },
    }
