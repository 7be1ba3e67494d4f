"""The package reaches the organization's bucket as the manifest names it, or the deployment ends."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Self

import boto3
import pytest
from moto import mock_aws

from tests.handlers import load_handler

index = load_handler("baseline/primitives/handlers/organization_files")
CONTENT = b"a package"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
FILE = {"SourceBucket": "uploads", "SourceKey": "x.zip", "Key": "packages/a/1/a.zip"}


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("s3")
        for bucket in ("uploads", "packages"):
            client.create_bucket(Bucket=bucket)
        client.put_object(Bucket="uploads", Key="x.zip", Body=CONTENT)
        yield client


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    class Response:
        status = 200

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            return None

    def urlopen(request: Any, timeout: int) -> Response:
        assert timeout == index.ANSWER_SECONDS
        found.append(json.loads(request.data))
        return Response()

    monkeypatch.setattr(index.urllib.request, "urlopen", urlopen)
    return found


def event(kind: str, digest: str = DIGEST) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "ResponseURL": "https://cloudformation.example.com/answer",
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Files",
        "ResourceProperties": {"Bucket": "packages", "Files": [{**FILE, "Sha256": digest}]},
    }


def keys(s3: Any) -> list[str]:
    return [row["Key"] for row in s3.list_objects_v2(Bucket="packages").get("Contents", [])]


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_a_file_is_copied_and_compared(s3: Any, answers: list[dict[str, Any]], kind: str) -> None:
    index.handler(event(kind), None)
    index.handler(event(kind), None)  # a repeated event changes nothing
    assert [answer["Status"] for answer in answers] == ["SUCCESS", "SUCCESS"]
    body = s3.get_object(Bucket="packages", Key=FILE["Key"])["Body"].read()
    assert body == CONTENT
    assert {answer["PhysicalResourceId"] for answer in answers} == {"endpoint-package"}


def test_another_file_ends_the_deployment(s3: Any, answers: list[dict[str, Any]]) -> None:
    s3.put_object(Bucket="uploads", Key="x.zip", Body=b"another one")
    index.handler(event("Create"), None)
    (answer,) = answers
    assert answer["Status"] == "FAILED"
    assert "packages/a/1/a.zip has the SHA-256" in answer["Reason"]


def test_a_missing_upload_ends_the_deployment(s3: Any, answers: list[dict[str, Any]]) -> None:
    s3.delete_object(Bucket="uploads", Key="x.zip")
    index.handler(event("Create"), None)
    assert answers[0]["Status"] == "FAILED"
    assert len(answers[0]["Reason"]) <= index.REASON_LENGTH


def test_delete_leaves_the_package(s3: Any, answers: list[dict[str, Any]]) -> None:
    index.handler(event("Create"), None)
    index.handler({**event("Delete"), "PhysicalResourceId": "endpoint-package"}, None)
    assert [answer["Status"] for answer in answers] == ["SUCCESS", "SUCCESS"]
    assert keys(s3) == [FILE["Key"]]


@pytest.mark.parametrize("digest", [DIGEST, "0" * 64])
def test_a_copy_whose_hash_nobody_tells_is_compared_by_reading(s3: Any, digest: str) -> None:
    class Silent:
        def copy_object(self, **arguments: Any) -> dict[str, Any]:
            s3.copy_object(**arguments)
            return {"CopyObjectResult": {"ETag": "x"}}

        def get_object(self, **arguments: Any) -> Any:
            return s3.get_object(**arguments)

    files = [{**FILE, "Sha256": digest}]
    if digest == DIGEST:
        index.copy(Silent(), "packages", files)
        assert keys(s3) == [FILE["Key"]]
    else:
        with pytest.raises(index.WrongFileError, match="has the SHA-256"):
            index.copy(Silent(), "packages", files)
