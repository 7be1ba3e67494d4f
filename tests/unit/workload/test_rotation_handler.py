"""The four steps of a rotation: once, twice, late, and interrupted."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.secretsmanager.models import secretsmanager_backends

from tests.handlers import load_handler

rotation = load_handler("baseline/workload/handlers/rotation")
TOKEN = "11111111-2222-3333-4444-555555555555"
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LENGTH", "48")
    monkeypatch.delenv("FIELD", raising=False)
    monkeypatch.delenv("EXCLUDE", raising=False)


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("secretsmanager")


def secret(client: Any, value: str = "old") -> str:
    """Make a secret with a pending version, as Secrets Manager does before the first step.

    moto's own rotation invokes a function or finishes at once, so its state is set.
    """
    arn: str = client.create_secret(Name="signing", SecretString=value)["ARN"]
    held = secretsmanager_backends["123456789012"][client.meta.region_name].secrets["signing"]
    held.rotation_requested = held.rotation_enabled = True
    held.versions[TOKEN] = {
        "createdate": 0,
        "version_id": TOKEN,
        "version_stages": ["AWSPENDING"],
    }
    return arn


def step(arn: str, name: str, token: str = TOKEN) -> None:
    rotation.handler({"SecretId": arn, "ClientRequestToken": token, "Step": name}, None)


def current(client: Any, arn: str) -> str:
    found = client.get_secret_value(SecretId=arn, VersionStage="AWSCURRENT")
    return str(found["SecretString"])


def test_four_steps_make_a_new_current_value(client: Any) -> None:
    arn = secret(client)
    for name in STEPS:
        assert current(client, arn) == "old" or name == STEPS[-1]
        step(arn, name)
    assert len(current(client, arn)) == 48
    versions = client.describe_secret(SecretId=arn)["VersionIdsToStages"]
    assert "AWSCURRENT" in versions[TOKEN]
    previous = client.get_secret_value(SecretId=arn, VersionStage="AWSPREVIOUS")
    assert previous["SecretString"] == "old"


def test_every_step_may_come_twice(client: Any) -> None:
    arn = secret(client)
    step(arn, "createSecret")
    first = client.get_secret_value(SecretId=arn, VersionStage="AWSPENDING")["SecretString"]
    for name in STEPS:
        step(arn, name)
        if name != "finishSecret":
            held = client.get_secret_value(SecretId=arn, VersionStage="AWSPENDING")
            assert held["SecretString"] == first
    made = current(client, arn)
    for name in STEPS:
        step(arn, name)
    assert current(client, arn) == made == first


def test_a_document_keeps_its_other_keys(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELD", "password")
    arn = secret(client, json.dumps({"username": "partner", "password": "old"}))
    for name in STEPS:
        step(arn, name)
    document = json.loads(current(client, arn))
    assert document["username"] == "partner"
    assert len(document["password"]) == 48


def test_characters_are_left_out(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXCLUDE", "/@'\"\\")
    arn = secret(client)
    step(arn, "createSecret")
    made = client.get_secret_value(SecretId=arn, VersionStage="AWSPENDING")["SecretString"]
    assert not set(made) & set("/@'\"\\")


@pytest.mark.parametrize(
    ("pending", "message"),
    [("weak", "shorter than 48"), ("o" * 48, "is the old one")],
)
def test_a_bad_value_is_not_put_into_use(client: Any, pending: str, message: str) -> None:
    arn = secret(client, "o" * 48)
    client.put_secret_value(
        SecretId=arn,
        ClientRequestToken=TOKEN,
        SecretString=pending,
        VersionStages=["AWSPENDING"],
    )
    with pytest.raises(rotation.RotationError, match=message) as error:
        step(arn, "testSecret")
    assert pending not in str(error.value)
    assert current(client, arn) == "o" * 48


def test_a_version_without_a_value_fails_its_test(client: Any) -> None:
    arn = secret(client)
    with pytest.raises(rotation.RotationError, match="no value to test"):
        step(arn, "testSecret")


def test_what_is_no_rotation_is_refused(client: Any) -> None:
    arn = secret(client)
    with pytest.raises(rotation.RotationError, match="unknown step 'steal'"):
        step(arn, "steal")
    with pytest.raises(rotation.RotationError, match="there is no version other"):
        step(arn, "createSecret", token="other")


def test_a_secret_without_rotation_is_left_alone(client: Any) -> None:
    arn = client.create_secret(Name="signing", SecretString="old")["ARN"]
    client.put_secret_value(
        SecretId=arn,
        ClientRequestToken=TOKEN,
        SecretString="new",
        VersionStages=["AWSPENDING"],
    )
    with pytest.raises(rotation.RotationError, match="rotation is not enabled"):
        step(arn, "createSecret")
    assert current(client, arn) == "old"


def test_a_throttled_step_raises_and_is_repeated(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    arn = secret(client)
    calls: list[int] = []
    real = boto3.client

    def throttled(*arguments: Any, **settings: Any) -> Any:
        made = real(*arguments, **settings)
        if not calls:
            calls.append(1)

            def refuse(**_: Any) -> None:
                raise ClientError({"Error": {"Code": "ThrottlingException"}}, "PutSecretValue")

            made.put_secret_value = refuse
        return made

    monkeypatch.setattr(rotation.boto3, "client", throttled)
    with pytest.raises(ClientError):
        step(arn, "createSecret")
    assert current(client, arn) == "old"
    for name in STEPS:
        step(arn, name)
    assert len(current(client, arn)) == 48


def test_no_value_is_logged(client: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger=rotation.__name__)
    arn = secret(client, "an-old-value-of-a-secret")
    for name in STEPS:
        step(arn, name)
    assert "an-old-value" not in caplog.text
    assert current(client, arn) not in caplog.text
