"""A world without AWS: one account, an inbox, and a clock that waiting moves."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from baseline.config import Configuration, Names, load
from baseline.gameday.journal import Journal
from baseline.gameday.runner import Runner

ROOT = Path(__file__).resolve().parents[3]
MEMBER = "666666666666"
SECURITY = "333333333333"
HOME = "eu-west-1"
QUEUE = "https://sqs/inbox"
LOCAL = "http://localhost:4566"


_LOADED: dict[str, Configuration] = {}


def error(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Operation")


def configuration(tmp_path: Path, more: str = "") -> Configuration:
    """Give the example's configuration with an inbox, and whatever is added."""
    text = (ROOT / "baseline.yaml").read_text(encoding="utf-8")
    file = tmp_path / "baseline.yaml"
    file.write_text(f"{text}\nresponse:\n  game_days: {{ inbox: true }}\n{more}", encoding="utf-8")
    if more not in _LOADED:
        _LOADED[more] = load(file)
    return _LOADED[more]


class Clock:
    """Seconds that pass only while somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0
        self.at: list[tuple[float, Callable[[], None]]] = []

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds
        due = [each for each in self.at if each[0] <= self.now]
        self.at = [each for each in self.at if each[0] > self.now]
        for _, happen in due:
            happen()


class Service:
    """A boto3 client whose operations are functions by name."""

    def __init__(self, **operations: Callable[..., Any]) -> None:
        self.called: list[tuple[str, dict[str, Any]]] = []
        self._operations = operations

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            self.called.append((name, arguments))
            return self._operations[name](**arguments)

        return call

    def names(self) -> list[str]:
        return [name for name, _ in self.called]


class Inbox(Service):
    """The queue of game days."""

    def __init__(self, *, exists: bool = True) -> None:
        self.bodies: list[str] = []
        self.exists = exists
        super().__init__(
            get_queue_url=self._url,
            receive_message=self._receive,
            delete_message=lambda **_: {},
        )

    def tell(self, severity: str, text: str) -> None:
        topic = f"arn:aws:sns:{HOME}:{SECURITY}:secbase-findings-{severity}"
        self.bodies.append(json.dumps({"TopicArn": topic, "Subject": "told", "Message": text}))

    def put(self, event: Mapping[str, object]) -> None:
        self.bodies.append(json.dumps(event))

    def _url(self, **_: object) -> dict[str, str]:
        if not self.exists:
            raise error("AWS.SimpleQueueService.NonExistentQueue")
        return {"QueueUrl": QUEUE}

    def _receive(self, **_: object) -> dict[str, Any]:
        found, self.bodies = self.bodies[:10], self.bodies[10:]
        return {"Messages": [{"Body": body, "ReceiptHandle": "r"} for body in found]}


class Ec2(Service):
    """Security groups: one, open until it is closed."""

    def __init__(self) -> None:
        self.open = True
        self.refuses_deletion = False
        super().__init__(
            create_vpc=lambda **_: {"Vpc": {"VpcId": "vpc-1"}},
            create_security_group=lambda **_: {"GroupId": "sg-1"},
            authorize_security_group_ingress=lambda **_: {},
            describe_security_groups=self._groups,
            delete_security_group=self._delete,
            delete_vpc=self._delete,
        )

    def _groups(self, **given: object) -> dict[str, Any]:
        if "Filters" in given:  # by the tag of a run: none that it was not told of
            return {"SecurityGroups": []}
        rules = [{"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}] if self.open else []
        return {"SecurityGroups": [{"IpPermissions": rules}]}

    def _delete(self, **_: object) -> dict[str, str]:
        if self.refuses_deletion:
            raise error("DependencyViolation", "in use")
        return {}


class Bucket(Service):
    """The evidence bucket, and the stack that names it."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        super().__init__(
            get_object=lambda **given: {"Body": io.BytesIO(self.objects[given["Key"]])},
            put_object=self._put,
        )

    def get_paginator(self, _: str) -> Bucket:
        return self

    def paginate(self, **given: str) -> list[dict[str, Any]]:
        now = datetime.now(UTC)
        keys = [key for key in self.objects if key.startswith(given["Prefix"])]
        return [{"Contents": [{"Key": key, "LastModified": now} for key in keys]}]

    def _put(self, **given: Any) -> dict[str, str]:
        self.objects[given["Key"]] = given["Body"]
        return {}


@dataclass(kw_only=True)
class FakeWorld:
    """What a runner needs of AWS."""

    embedded: bool = False
    poll_seconds: float = 1.0
    inbox: Inbox = field(default_factory=Inbox)
    ec2: Ec2 = field(default_factory=Ec2)
    s3: Bucket = field(default_factory=Bucket)
    others: dict[str, Any] = field(default_factory=dict)
    events: list[Mapping[str, Any]] = field(default_factory=list)

    def client(self, service: str, account: str, region: str) -> Any:
        del account, region
        outputs = [{"OutputKey": "EvidenceBucket", "OutputValue": "evidence"}]
        own = {
            "cloudformation": Service(
                describe_stacks=lambda **_: {"Stacks": [{"Outputs": outputs}]}
            ),
            "sqs": self.inbox,
            "ec2": self.ec2,
            "s3": self.s3,
            "sts": Service(get_caller_identity=lambda: {"Arn": "arn:aws:iam::1:role/me"}),
            "iam": Service(list_account_aliases=lambda: {"AccountAliases": ["payments-test"]}),
        }
        return (own | self.others)[service]

    def client_as(self, whom: str, service: str, region: str) -> Any:
        del region
        return self.others[f"{whom}-{service}"]

    def recorded(self, account: str, region: str, detail: Mapping[str, object]) -> None:
        self.events.append({"account": account, "region": region, **detail})


def runner(world: FakeWorld, tmp_path: Path, names: Names, clock: Clock) -> Runner:
    return Runner(
        world=world,
        names=names,
        journal=Journal(folder=tmp_path / "journal"),
        target="AWS",
        break_glass_role="OrgBreakGlass",
        run="gameday-1",
        clock=clock,
        wait=clock.wait,
    )
