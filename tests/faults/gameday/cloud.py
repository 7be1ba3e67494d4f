"""What game days make in an account, in memory: clients that pass through the injector."""

from __future__ import annotations

import functools
import io
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from tests.faults.injector import Injector
from tests.unit.gameday.fakes import HOME, MEMBER, QUEUE, SECURITY, Clock, error

Answer = dict[str, Any]
OPEN = [{"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
SAMPLE = "[SAMPLE] Backdoor"


class Client:
    """A boto3 client whose operations are the cloud's."""

    exceptions = SimpleNamespace(ClientError=ClientError, from_code=lambda _: ClientError)
    _request_signer = SimpleNamespace(_credentials=None)

    def __init__(self, cloud: Cloud, service: str) -> None:
        self.cloud = cloud
        model = SimpleNamespace(service_name=service)
        self.meta = SimpleNamespace(service_model=model, region_name=HOME, endpoint_url="https://a")

    def __getattr__(self, name: str) -> Callable[..., Any]:
        operation = "".join(word.capitalize() for word in name.split("_"))
        own = getattr(self.cloud, name)
        return lambda **given: self.cloud.injector.answer(
            lambda: own(**given) or {}, self, operation, given
        )

    def get_paginator(self, name: str) -> Any:
        return SimpleNamespace(paginate=lambda **given: iter([getattr(self, name)(**given)]))


class Cloud:
    """An account, the inbox, and a baseline that answers a second later."""

    embedded = False
    poll_seconds = 1.0

    def __init__(self, injector: Injector, clock: Clock) -> None:
        self.injector, self.clock = injector, clock
        self.vpcs: dict[str, str] = {}
        self.groups: dict[str, str] = {}
        self.buckets: set[str] = set()
        self.experiments: dict[str, Answer] = {}
        self.samples: set[str] = set()
        self.rules: list[Answer] = []
        self.inbox: list[str] = []
        self.objects: dict[str, bytes] = {}

    def left(self) -> list[str]:
        """Give what a game day made and nobody took back."""
        running = [key for key, one in self.experiments.items() if one["status"] == "running"]
        return sorted([*self.vpcs, *self.groups, *self.buckets, *running, *self.samples])

    def client(self, service: str, _account: str, _region: str) -> Client:
        return Client(self, service)

    def client_as(self, _whom: str, service: str, _region: str) -> Client:
        return Client(self, service)

    def recorded(self, *_: object) -> None:
        """CloudTrail tells by itself."""

    def soon(self, happen: Callable[[], None]) -> None:
        self.clock.at.append((self.clock.now + 1, happen))

    def tell(self, severity: str, text: str) -> None:
        topic = f"arn:aws:sns:{HOME}:{SECURITY}:secbase-findings-{severity}"
        self.inbox.append(json.dumps({"TopicArn": topic, "Subject": "told", "Message": text}))

    # The inbox and the evidence

    def get_queue_url(self, **_: str) -> Answer:
        return {"QueueUrl": QUEUE}

    def receive_message(self, **_: object) -> Answer:
        return {"Messages": [{"Body": each, "ReceiptHandle": each} for each in self.inbox[:10]]}

    def delete_message(self, **given: str) -> None:
        if given["ReceiptHandle"] in self.inbox:
            self.inbox.remove(given["ReceiptHandle"])

    def describe_stacks(self, **_: str) -> Answer:
        output = {"OutputKey": "EvidenceBucket", "OutputValue": "evidence"}
        return {"Stacks": [{"Outputs": [output]}]}

    def list_objects_v2(self, **given: str) -> Answer:
        now = datetime.now(UTC)
        keys = [key for key in self.objects if key.startswith(given["Prefix"])]
        return {"Contents": [{"Key": key, "LastModified": now} for key in keys]}

    def get_object(self, **given: str) -> Answer:
        return {"Body": io.BytesIO(self.objects[given["Key"]])}

    # A port, closed by the baseline

    def create_vpc(self, **given: Any) -> Answer:
        self.vpcs["vpc-1"] = _run_of(given)
        return {"Vpc": {"VpcId": "vpc-1"}}

    def create_security_group(self, **given: Any) -> Answer:
        self.groups["sg-1"] = _run_of(given)
        return {"GroupId": "sg-1"}

    def authorize_security_group_ingress(self, **_: Any) -> None:
        self.rules = OPEN
        self.soon(self._close)

    def _close(self) -> None:
        self.rules = []
        self.objects[f"open-ports/{MEMBER}/{HOME}/1.json"] = b'{"group": "sg-1", "as": "closed"}'
        self.tell("high", "group sg-1 was open and is closed now")

    def describe_security_groups(self, **given: Any) -> Answer:
        found = [key for key, run in self.groups.items() if _matches(given, run)]
        return {"SecurityGroups": [{"GroupId": key, "IpPermissions": self.rules} for key in found]}

    def describe_vpcs(self, **given: Any) -> Answer:
        found = [key for key, run in self.vpcs.items() if _matches(given, run)]
        return {"Vpcs": [{"VpcId": key} for key in found]}

    def delete_security_group(self, **given: str) -> None:
        if self.groups.pop(given["GroupId"], None) is None:
            raise error("InvalidGroup.NotFound")

    def delete_vpc(self, **given: str) -> None:
        if self.groups:
            raise error("DependencyViolation")
        if self.vpcs.pop(given["VpcId"], None) is None:
            raise error("InvalidVpcID.NotFound")

    # A bucket, kept private by guardrails

    def create_bucket(self, **given: Any) -> None:
        self.buckets.add(given["Bucket"])

    def put_bucket_tagging(self, **_: Any) -> None:
        """Tags matter to people only."""

    def get_public_access_block(self, **_: str) -> Answer:
        return {"PublicAccessBlockConfiguration": {"BlockPublicPolicy": True}}

    def put_public_access_block(self, **_: Any) -> None:
        raise error("AccessDenied", "an explicit deny")

    def put_bucket_policy(self, **_: Any) -> None:
        raise error("AccessDenied", "an explicit deny")

    def get_bucket_policy(self, **_: str) -> None:
        raise error("NoSuchBucketPolicy")

    def delete_bucket(self, **given: str) -> None:
        if given["Bucket"] not in self.buckets:
            raise error("NoSuchBucket")
        self.buckets.remove(given["Bucket"])

    # An experiment, which ends by itself

    def list_experiment_templates(self) -> Answer:
        tags = {"GameDayExperiment": "stop-instances"}
        return {"experimentTemplates": [{"id": "EXT1", "tags": tags}]}

    def start_experiment(self, **given: Any) -> Answer:
        self.experiments["EXP1"] = {"status": "running", "tags": given["tags"]}
        self.soon(lambda: self.experiments["EXP1"].update(status="completed"))
        return {"experiment": {"id": "EXP1"}}

    def list_experiments(self) -> Answer:
        rows = [{"id": key, "tags": one["tags"]} for key, one in self.experiments.items()]
        others = {"id": "EXP0", "tags": {"GameDay": "of somebody else"}}
        return {"experiments": [others, {"id": "EXP00"}, *rows]}

    def get_experiment(self, **given: str) -> Answer:
        return {"experiment": {"state": {"status": self.experiments[given["id"]]["status"]}}}

    def stop_experiment(self, **given: str) -> None:
        self.experiments[given["id"]]["status"] = "stopped"

    # Samples, which arrive and which nobody is told of

    def list_detectors(self) -> Answer:
        return {"DetectorIds": ["d1"]}

    def create_sample_findings(self, **given: Any) -> None:
        self.samples = set(given["FindingTypes"])
        for kind in given["FindingTypes"]:
            event = {"source": "aws.guardduty", "detail": {"title": SAMPLE, "type": kind}}
            self.soon(functools.partial(self.inbox.append, json.dumps(event)))

    def list_findings(self, **_: Any) -> Answer:
        return {"FindingIds": sorted(self.samples)}

    def get_findings(self, **given: Any) -> Answer:
        # GuardDuty is asked by IDs, Security Hub by filters.
        ids = given.get("FindingIds", ["f"])
        return {"Findings": [{"Id": each, "Title": SAMPLE} for each in ids]}

    def archive_findings(self, **given: Any) -> None:
        self.samples -= set(given["FindingIds"])

    def list_executions(self, **_: Any) -> None:
        raise error("StateMachineDoesNotExist")


def _run_of(given: Mapping[str, Any]) -> str:
    run: str = given["TagSpecifications"][0]["Tags"][0]["Value"]
    return run


def _matches(given: Mapping[str, Any], run: str) -> bool:
    filters = given.get("Filters")
    return filters is None or filters == [{"Name": "tag:GameDay", "Values": [run]}]
