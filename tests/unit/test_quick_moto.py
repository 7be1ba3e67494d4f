"""The quick forms of botocore and moto: nothing of one client, or of one test, is in the next."""

from __future__ import annotations

from typing import Any

import boto3
import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto import mock_aws

from tests.quick_moto import _takes_more

HERE = "eu-west-1"


def signature() -> str:
    request = AWSRequest(method="GET", url="https://sts.eu-west-1.amazonaws.com/")
    SigV4Auth(Credentials("AKIAIOSFODNN7EXAMPLE", "secret"), "sts", HERE).add_auth(request)
    return str(request.headers["Authorization"]).rpartition("Signature=")[2]


def test_signatures_are_left_out_while_moto_answers_and_never_else() -> None:
    with mock_aws():
        assert signature() == "0" * 64
    assert signature() not in {"0" * 64, ""}


def test_each_session_adds_its_own_methods() -> None:
    boto3.client("s3", region_name=HERE)
    plain = botocore.session.Session().create_client("s3", region_name=HERE)
    assert hasattr(boto3.client("s3", region_name=HERE), "upload_file")
    assert not hasattr(plain, "upload_file")


def test_listeners_of_one_client_do_not_hear_another() -> None:
    heard: list[str] = []
    with mock_aws():
        first, second = (boto3.client("sts", region_name=HERE) for _ in range(2))
        first.meta.events.register("before-call", lambda **_: heard.append("first"))
        second.get_caller_identity()
        assert heard == []
        first.get_caller_identity()
    assert heard == ["first"]


def test_what_a_test_made_is_gone_in_the_next() -> None:
    for _ in range(2):
        with mock_aws():
            sqs = boto3.client("sqs", region_name=HERE)
            assert "QueueUrls" not in sqs.list_queues()
            sqs.create_queue(QueueName="inbox")


def test_accounts_and_regions_are_told_apart() -> None:
    with mock_aws():
        sqs, other = (boto3.client("sqs", region_name=each) for each in (HERE, "eu-central-1"))
        sqs.create_queue(QueueName="inbox")
        assert "QueueUrls" not in other.list_queues()
        sts = boto3.client("sts", region_name=HERE)
        role = "arn:aws:iam::555555555555:role/test"
        found = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        member = boto3.client(
            "sqs",
            region_name=HERE,
            aws_access_key_id=found["AccessKeyId"],
            aws_secret_access_key=found["SecretAccessKey"],
            aws_session_token=found["SessionToken"],
        )
        assert "QueueUrls" not in member.list_queues()


def test_listeners_without_keywords_are_found() -> None:
    class Listener:
        def open(self, **_: Any) -> None: ...
        def closed(self, name: str) -> None: ...
        def __call__(self, **_: Any) -> None: ...

    def refuse(_: Any) -> Any:
        raise AssertionError

    assert _takes_more(Listener().open, refuse)
    assert not _takes_more(Listener().closed, refuse)
    assert _takes_more(Listener(), lambda _: "asked") == "asked"
