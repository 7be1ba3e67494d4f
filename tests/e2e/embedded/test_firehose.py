"""Streams in a small organization: records that nobody takes are kept, and everything is read back."""

from __future__ import annotations

import base64
import gzip
import json
import time
from types import SimpleNamespace
from typing import Any

import pytest

from baseline.local.readers import READERS, Place

SECURITY = "333333333333"
URL = "https://siem.example.com/collect"


@pytest.fixture(scope="module")
def deployed(local: Any) -> dict[str, str]:
    stream = {
        "DeliveryStreamType": "DirectPut",
        "DeliveryStreamEncryptionConfigurationInput": {
            "KeyType": "CUSTOMER_MANAGED_CMK",
            "KeyARN": {"Fn::GetAtt": ["Key", "Arn"]},
        },
        "HttpEndpointDestinationConfiguration": {
            "EndpointConfiguration": {"Url": URL, "Name": "SIEM"},
            "RoleARN": f"arn:aws:iam::{SECURITY}:role/delivery",
            "S3BackupMode": "FailedDataOnly",
            "SecretsManagerConfiguration": {"Enabled": True, "SecretARN": {"Ref": "Token"}},
            "S3Configuration": {
                "BucketARN": {"Fn::GetAtt": ["Failures", "Arn"]},
                "RoleARN": f"arn:aws:iam::{SECURITY}:role/delivery",
                "ErrorOutputPrefix": "x/!{firehose:error-output-type}/",
                "CompressionFormat": "GZIP",
            },
        },
    }
    generated = {"SecretStringTemplate": "{}", "GenerateStringKey": "api_key"}
    token = {"KmsKeyId": {"Ref": "Key"}, "GenerateSecretString": generated}
    resources = {
        "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Statement": []}}},
        "Token": {"Type": "AWS::SecretsManager::Secret", "Properties": token},
        "Failures": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "siem-failures"}},
        "Stream": {"Type": "AWS::KinesisFirehose::DeliveryStream", "Properties": stream},
    }
    references: dict[str, str] = local.succeed("streams", resources, SECURITY)
    return references


def test_the_machine_is_not_left_and_the_record_is_kept(
    local: Any, deployed: dict[str, str]
) -> None:
    local.client("firehose", SECURITY).put_record(
        DeliveryStreamName=deployed["Stream"], Record={"Data": b'{"id": 1}'}
    )
    s3 = local.client("s3", SECURITY)
    kept: list[dict[str, Any]] = []
    deadline = time.monotonic() + 20
    while not kept and time.monotonic() < deadline:
        kept = s3.list_objects_v2(Bucket="siem-failures").get("Contents", [])
        time.sleep(0.05)
    assert kept[0]["Key"].startswith("x/http-endpoint-failed/")
    body = s3.get_object(Bucket="siem-failures", Key=kept[0]["Key"])["Body"].read()
    line = json.loads(gzip.decompress(body))
    assert base64.b64decode(line["rawData"]) == b'{"id": 1}'
    assert "siem.example.com is not on this machine" in line["errorMessage"]


def test_stream_and_secret_read_back(local: Any, deployed: dict[str, str]) -> None:
    access = SimpleNamespace(client=lambda service, account, _: local.client(service, account))
    place = Place(access, SECURITY, "eu-west-1")  # type: ignore[arg-type]
    key = deployed["Key"]
    wanted = {
        "DeliveryStreamType": "DirectPut",
        "DeliveryStreamEncryptionConfigurationInput": {"KeyARN": f"arn:aws:kms:x:y:key/{key}"},
        "HttpEndpointDestinationConfiguration": {
            "EndpointConfiguration": {"Url": URL},
            "S3BackupMode": "FailedDataOnly",
        },
    }
    read = READERS["AWS::KinesisFirehose::DeliveryStream"].read
    assert [each.setting for each in read(place, deployed["Stream"], wanted) if not each.ok] == []
    wanted["HttpEndpointDestinationConfiguration"] = {
        "EndpointConfiguration": {"Url": "https://elsewhere.example.com"},
        "S3BackupMode": "AllData",
    }
    wrong = [each.setting for each in read(place, deployed["Stream"], wanted) if not each.ok]
    assert wrong == ["S3BackupMode", "address"]
    secret = READERS["AWS::SecretsManager::Secret"].read
    checks = secret(place, deployed["Token"], {"KmsKeyId": key, "GenerateSecretString": {}})
    assert [each.ok for each in checks] == [True, True]
