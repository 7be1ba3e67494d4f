"""Rotations of a database's user and of a third party's token: four steps, in pieces and again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.secretsmanager.models import secretsmanager_backends

from tests.handlers import load_handler

rotation = load_handler("baseline/workload/handlers/rotation")
data_api = rotation.data_api
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
FIRST, SECOND = (f"{digit * 8}-2222-3333-4444-555555555555" for digit in "12")
OWN = Path(__file__).parent / "own_adapter" / "adapter.py"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    for name in ("FIELD", "EXCLUDE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LENGTH", "48")


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("secretsmanager")


def secret(client: Any, value: str) -> str:
    arn: str = client.create_secret(Name="rotated", SecretString=value)["ARN"]
    start(client, FIRST)
    return arn


def start(client: Any, token: str) -> None:
    """Begin a rotation as Secrets Manager does; moto's own invokes a function or finishes at once."""
    held = secretsmanager_backends["123456789012"][client.meta.region_name].secrets["rotated"]
    held.rotation_requested = held.rotation_enabled = True
    held.versions[token] = {
        "createdate": 0,
        "version_id": token,
        "version_stages": ["AWSPENDING"],
    }


def run(arn: str, *names: str, token: str = FIRST) -> None:
    for name in names or STEPS:
        rotation.handler({"SecretId": arn, "ClientRequestToken": token, "Step": name}, None)


def current(client: Any, arn: str) -> str:
    found = client.get_secret_value(SecretId=arn, VersionStage="AWSCURRENT")
    return str(found["SecretString"])


# A user of a database


class Database:
    """What the Data API and PostgreSQL do: roles, verifiers, and signing in with a secret."""

    def __init__(self, secrets: Any) -> None:
        self.secrets = secrets
        self.roles: dict[str, str] = {}
        self.statements: list[str] = []
        self.fails = 0

    def execute_statement(self, **call: Any) -> dict[str, Any]:
        assert call["resourceArn"] == "cluster"
        assert call["database"] == "orders"
        self.statements.append(call["sql"])
        if self.fails:
            self.fails -= 1
            raise RuntimeError("the database resumes")
        if call["secretArn"] == "administrator":
            return self._administer(call)
        held = self.secrets.get_secret_value(SecretId=call["secretArn"])["SecretString"]
        return self._sign_in(json.loads(held))

    def _administer(self, call: dict[str, Any]) -> dict[str, Any]:
        if call["sql"].startswith("SELECT 1 FROM pg_roles"):
            (parameter,) = call["parameters"]
            known = parameter["value"]["stringValue"] in self.roles
            return {"records": [[{"longValue": 1}]] if known else []}
        statement, name, literal = str(call["sql"]).split('"')
        verb = statement.split(" ")[0]
        assert (name in self.roles) is (verb == "ALTER")
        assert ":" not in literal  # the Data API would look for a parameter
        self.roles[name] = literal.split("E'")[1].rstrip("'").replace("\\x3a", ":")
        return {}

    def _sign_in(self, credentials: dict[str, str]) -> dict[str, Any]:
        # As PostgreSQL: the verifier of what was given has to be the one that is kept.
        _, numbers, keys = self.roles[credentials["username"]].split("$")
        iterations, salt = numbers.split(":")
        salted = hashlib.pbkdf2_hmac(
            "sha256", credentials["password"].encode(), base64.b64decode(salt), int(iterations)
        )
        key = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
        if keys.split(":")[0] != base64.b64encode(key).decode():
            raise RuntimeError(f"password authentication failed: {credentials['password']}")
        return {"records": [[{"longValue": 1}]]}


@pytest.fixture
def database(client: Any, monkeypatch: pytest.MonkeyPatch) -> Database:
    made = Database(client)
    client.create_secret(Name="probe", SecretString="{}")
    for name, value in {
        "ADAPTER": "data_api",
        "FIELD": "password",
        "CLUSTER": "cluster",
        "DATABASE": "orders",
        "ADMINISTRATOR_SECRET": "administrator",
        "PROBE_SECRET": "probe",
    }.items():
        monkeypatch.setenv(name, value)
    real = boto3.client
    monkeypatch.setattr(
        data_api.boto3,
        "client",
        lambda name, **more: made if name == "rds-data" else real(name, **more),
    )
    return made


def user(client: Any) -> str:
    return secret(client, json.dumps({"username": "reports", "password": "old", "port": "5433"}))


def test_a_user_is_made_and_gets_a_password_that_works(client: Any, database: Database) -> None:
    arn = user(client)
    run(arn)
    document = json.loads(current(client, arn))
    assert (document["username"], document["port"]) == ("reports", "5433")
    assert len(document["password"]) == 48
    assert document["password"].isalnum()
    database._sign_in(document)
    assert [text.split(" ")[0] for text in database.statements] == ["SELECT", "CREATE", "SELECT"]


def test_the_password_is_in_no_statement(client: Any, database: Database) -> None:
    arn = user(client)
    run(arn)
    password = json.loads(current(client, arn))["password"]
    assert not [text for text in database.statements if password in text]


def test_the_next_rotation_changes_the_user_and_ends_the_old_password(
    client: Any, database: Database
) -> None:
    arn = user(client)
    run(arn)
    first = json.loads(current(client, arn))
    start(client, SECOND)
    run(arn, token=SECOND)
    database._sign_in(json.loads(current(client, arn)))
    with pytest.raises(RuntimeError, match="authentication failed"):
        database._sign_in(first)


def test_nothing_stays_in_the_probe(client: Any, database: Database) -> None:
    arn = user(client)
    run(arn, "createSecret", "setSecret")
    database.roles["reports"] = data_api.scram("another")
    with pytest.raises(rotation.RotationError):
        run(arn, "testSecret")
    for stage in ("AWSCURRENT", "AWSPREVIOUS"):
        held = client.get_secret_value(SecretId="probe", VersionStage=stage)
        assert held["SecretString"] == "{}"


@pytest.mark.parametrize("failing", range(1, 4))
def test_a_step_that_fails_in_the_middle_is_repeated(
    client: Any, database: Database, failing: int
) -> None:
    arn = user(client)
    run(arn, "createSecret")
    pending = client.get_secret_value(SecretId=arn, VersionStage="AWSPENDING")["SecretString"]
    for number, name in enumerate(STEPS[1:], 1):
        if number == failing and name != "finishSecret":
            database.fails = 1
            with pytest.raises(rotation.RotationError, match="the database resumes"):
                run(arn, name)
            assert json.loads(current(client, arn))["password"] == "old"
        run(arn, name)
        run(arn, name)
    assert current(client, arn) == pending
    database._sign_in(json.loads(pending))


def test_a_password_that_does_not_work_is_not_put_into_use(client: Any, database: Database) -> None:
    arn = user(client)
    run(arn, "createSecret", "setSecret")
    pending = json.loads(
        client.get_secret_value(SecretId=arn, VersionStage="AWSPENDING")["SecretString"]
    )
    database.roles["reports"] = data_api.scram("somebody else's")
    with pytest.raises(rotation.RotationError, match="authentication failed") as error:
        run(arn, "testSecret")
    # The database repeats the password in its message; the log must not.
    assert pending["password"] not in str(error.value)
    assert error.value.__cause__ is None
    assert json.loads(current(client, arn))["password"] == "old"


@pytest.mark.parametrize("name", ['x"; DROP ROLE admin; --', "Reports", "", "1st"])
def test_a_name_that_means_something_in_sql_is_refused(
    client: Any, database: Database, name: str
) -> None:
    arn = secret(client, json.dumps({"username": name, "password": "old"}))
    run(arn, "createSecret")
    with pytest.raises(rotation.RotationError, match="name is not made of small letters"):
        run(arn, "setSecret")
    assert database.statements == []


def test_a_password_that_somebody_put_there_is_refused(client: Any, database: Database) -> None:
    arn = user(client)
    client.put_secret_value(
        SecretId=arn,
        ClientRequestToken=FIRST,
        SecretString=json.dumps({"username": "reports", "password": "x'; DROP ROLE a; --"}),
        VersionStages=["AWSPENDING"],
    )
    with pytest.raises(rotation.RotationError, match="not made of letters and digits"):
        run(arn, "setSecret")
    assert database.statements == []


def test_the_verifier_is_that_of_the_standard() -> None:
    """RFC 7677, example of SCRAM-SHA-256: the server's signature follows from its ServerKey."""
    salt = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
    keys = data_api.scram("pencil", salt).split("$")[2]
    server = base64.b64decode(keys.split(":")[1])
    message = (
        "n=user,r=rOprNGfwEbeRWgbNEkqO,"
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    )
    signature = base64.b64encode(hmac.digest(server, message.encode(), "sha256")).decode()
    assert signature == "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


# A token of a third party


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The adapter of a team, imported as Lambda does; it lies beside ``index``."""
    spec = importlib.util.spec_from_file_location("adapter", OWN)
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setitem(sys.modules, "adapter", module)
    monkeypatch.setenv("ADAPTER", "adapter")
    party: Any = module
    party.MADE["at first"] = "entered-by-hand"
    return party


def test_a_token_is_asked_for_tried_and_put_into_use(client: Any, own: Any) -> None:
    arn = secret(client, "entered-by-hand")
    run(arn)
    assert current(client, arn) == f"token-for-{FIRST}"
    assert own.CALLS == ["create", "check"]
    # Readers may hold it until the next rotation.
    assert "entered-by-hand" in own.MADE.values()


def test_the_token_before_the_last_one_ends(client: Any, own: Any) -> None:
    arn = secret(client, "entered-by-hand")
    run(arn)
    start(client, SECOND)
    run(arn, token=SECOND)
    assert current(client, arn) == f"token-for-{SECOND}"
    assert set(own.MADE.values()) == {f"token-for-{FIRST}", f"token-for-{SECOND}"}


@pytest.mark.parametrize("step", ["create", "check", "revoke"])
def test_a_third_party_that_fails_is_asked_again(client: Any, own: Any, step: str) -> None:
    arn = secret(client, "entered-by-hand")
    run(arn)
    start(client, SECOND)
    own.FAILING.add(step)
    with pytest.raises(rotation.RotationError, match=f"{step} failed: RefusedError") as error:
        run(arn, token=SECOND)
    assert "token-for" not in str(error.value)
    assert "entered-by-hand" not in str(error.value)
    assert current(client, arn) == f"token-for-{FIRST}"
    own.FAILING.clear()
    run(arn, token=SECOND)
    assert current(client, arn) == f"token-for-{SECOND}"
    assert len(own.MADE) == 2  # the repeated step found what it made before


def test_a_value_that_could_not_be_kept_is_not_made_twice(
    client: Any, own: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    arn = secret(client, "entered-by-hand")
    real = boto3.client

    def refused(**_: object) -> None:
        raise RuntimeError("throttled")

    def throttled(*words: Any, **more: Any) -> Any:
        made = real(*words, **more)
        made.put_secret_value = refused
        return made

    with monkeypatch.context() as changed:
        changed.setattr(rotation.boto3, "client", throttled)
        with pytest.raises(RuntimeError, match="throttled"):
            run(arn, "createSecret")
    run(arn)
    assert own.CALLS.count("create") == 2
    assert set(own.MADE.values()) == {"entered-by-hand", f"token-for-{FIRST}"}


def test_every_step_may_come_again_after_the_end(client: Any, own: Any) -> None:
    arn = secret(client, "entered-by-hand")
    run(arn)
    before = list(own.CALLS)
    run(arn)
    assert before == own.CALLS


def test_steps_in_a_wrong_order_are_refused(client: Any, own: Any) -> None:
    arn = secret(client, "entered-by-hand")
    for name in STEPS[1:]:
        with pytest.raises(rotation.RotationError, match="has no value to test, set or finish"):
            run(arn, name)
    assert current(client, arn) == "entered-by-hand"
    assert own.CALLS == []
