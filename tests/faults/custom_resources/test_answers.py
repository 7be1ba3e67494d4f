"""Custom resources that answer CloudFormation themselves: one answer, with the reason, whatever happens."""

from __future__ import annotations

import hashlib
import importlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Self

import pytest
from botocore.client import BaseClient

from tests.faults import deliveries, sweep
from tests.faults.custom_resources.services import BODY, Services
from tests.faults.injector import EVERY, Call, Injector, Killed, install
from tests.faults.sweep import Case
from tests.handlers import attempts_of, load_handler

REGIONS = ["eu-west-1", "eu-central-1"]
HASH = hashlib.sha256(BODY).hexdigest()
CONTEXT = SimpleNamespace(log_stream_name="stream")


@dataclass(frozen=True)
class Resource:
    """A handler's entry point and the properties that make it do all that it can."""

    handler: str
    entry: str
    properties: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.handler.rpartition('/')[2]}.{self.entry}"

    def run(self, event: dict[str, Any]) -> None:
        module = load_handler(f"baseline/{self.handler}")
        getattr(module, self.entry)(event, CONTEXT)


LOOKUP = "detection/handlers/service_lookup"
LAKE = "audit/handlers/security_lake"
NETWORK = "network/handlers/network_lookup"
TEAM = [{"name": "n", "jobTitle": "t", "email": "e"}]
FILE = {"SourceBucket": "s", "SourceKey": "k", "Sha256": HASH}
RESOURCES = [
    Resource(LOOKUP, "detector"),
    Resource(
        LOOKUP,
        "detectors",
        {"Regions": REGIONS, "DetectorParameter": "/d", "Copies": {"/key": "arn"}},
    ),
    Resource(LOOKUP, "hub"),
    Resource(LOOKUP, "unified"),
    Resource(LOOKUP, "membership", {"Name": "us", "Team": TEAM, "Triage": "true"}),
    Resource(LOOKUP, "units", {"RootId": "r-exam", "Paths": ["Workloads/Production"]}),
    Resource(LOOKUP, "monitors", {"Dimensions": ["SERVICE", "LINKED_ACCOUNT"]}),
    Resource(
        LAKE, "roles", {"Roles": {"securitylake.amazonaws.com": "AWSServiceRoleForSecurityLake"}}
    ),
    Resource(
        LAKE, "organization", {"Regions": REGIONS, "Sources": ["SH_FINDINGS"], "Version": "2.0"}
    ),
    Resource(
        NETWORK, "dns_firewall", {"Lists": ["AWSManaged"], "VpcId": "vpc-1", "FailOpen": "ENABLED"}
    ),
    Resource(NETWORK, "firewall_endpoints", {"FirewallArn": "arn", "SubnetIds": ["subnet-1"]}),
    Resource("network/handlers/default_security_group", "handler", {"SecurityGroupId": "sg-1"}),
    Resource(
        "primitives/handlers/organization_files",
        "handler",
        {"Bucket": "b", "Files": [{**FILE, "Key": "a"}, {**FILE, "Key": "b"}]},
    ),
]
# Handler to the seconds of its function and the name of its settings of calls.
SECONDS = {
    LOOKUP: ("baseline.detection.service_lookup", "RETRIES"),
    LAKE: ("baseline.audit.security_lake_steps", "RETRIES"),
    NETWORK: ("baseline.network.dns_firewall", "RETRIES"),
    "primitives/handlers/organization_files": ("baseline.primitives.organization_files", "CALLS"),
    "network/handlers/default_security_group": ("", "RETRIES"),
}
DEFAULT_SECONDS = 60  # of a HandlerFunction
REPEATABLE = {"CopyObject", "PutParameter"}


class World:
    """An account without any of it, CloudFormation, and the injector between."""

    def __init__(self, injector: Injector) -> None:
        self.injector, self.services = injector, Services()
        self.answers: list[dict[str, Any]] = []
        self.deaf = False

    def anew(self) -> None:
        self.services.things.clear()
        self.answers.clear()
        self.injector.clear()

    def deliver(self, resource: Resource, request: str = "Create", **more: Any) -> dict[str, Any]:
        """Invoke the function; give its only answer."""
        before = len(self.answers)
        event = {
            "RequestType": request,
            "StackId": "stack",
            "RequestId": "1",
            "LogicalResourceId": "Lookup",
            "ResponseURL": "https://cloudformation.example/answer",
            "ResourceProperties": {"ServiceToken": "arn", **resource.properties},
            **more,
        }
        if request != "Create":
            event["PhysicalResourceId"] = "physical"
        resource.run(event)
        assert len(self.answers) == before + 1, "one answer for one request"
        return self.answers[-1]

    def put(self, request: Any, timeout: int) -> Any:
        assert timeout > 0
        if self.deaf:
            raise OSError("S3 does not answer")
        self.answers.append(json.loads(request.data))
        return _Response()


class _Response:
    status = 200

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(Injector())
    monkeypatch.setattr(
        BaseClient,
        "_make_api_call",
        lambda *call: made.services(*call),  # noqa: PLW0108 - it becomes a method
    )
    made.injector = install(monkeypatch)
    monkeypatch.setattr("urllib.request.urlopen", made.put)
    return made


def good(world: World, resource: Resource) -> tuple[list[Call], dict[str, Any]]:
    world.anew()
    answer = world.deliver(resource)
    assert answer["Status"] == "SUCCESS", answer
    return list(world.injector.calls), dict(world.services.things)


def attempt(world: World, resource: Resource, state: dict[str, Any], case: Case) -> str | None:
    world.anew()
    world.injector.fail(case.call.number, case.fault)
    try:
        answer = world.deliver(resource)
    except Killed:
        if world.answers:
            return "answered although it was killed"
    except Exception as error:  # noqa: BLE001 - each is a finding
        return f"no answer: {type(error).__name__}: {error}"
    else:
        said = answer["Reason"]
        if answer["Status"] == "FAILED" and (not said or case.fault.code not in said):
            return f"did not say why: {answer}"
    return finished(world, resource, state)


def finished(world: World, resource: Resource, state: dict[str, Any]) -> str | None:
    """Deliver again; say what is wrong then."""
    world.injector.heal()
    # Lambda repeats what was killed; people deploy again what failed.
    for request in ("Create", "Update"):
        answer = world.deliver(resource, request)
        if answer["Status"] != "SUCCESS":
            return f"stays broken: {answer}"
    if world.services.things != state:
        return f"left {world.services.things}"
    done = Counter(
        (call.region, call.operation, str(call.parameters))
        for call in world.injector.writes()
        if call.operation not in REPEATABLE
    )
    twice = [call for call, times in done.items() if times > 1]
    return f"did twice {twice}" if twice else None


@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_one_call_of_each_operation_fails(world: World, resource: Resource) -> None:
    calls, state = good(world, resource)
    cases = sweep.sample(calls, EVERY, begin=RESOURCES.index(resource))
    assert sweep.survivors(cases, lambda case: attempt(world, resource, state, case)) == []


@pytest.mark.nightly
@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_each_call_fails_in_each_way(world: World, resource: Resource) -> None:
    calls, state = good(world, resource)
    cases = sweep.exhaustive(calls, EVERY)
    assert sweep.survivors(cases, lambda case: attempt(world, resource, state, case)) == []


@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_a_deletion_calls_nothing_and_always_succeeds(
    world: World, resource: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even a service that this Lambda's boto3 does not know is in its way."""

    def unknown(*_: Any, **__: Any) -> None:
        raise ValueError("unknown service")

    monkeypatch.setattr("boto3.client", unknown)
    answer = world.deliver(resource, "Delete")
    assert (answer["Status"], world.injector.calls) == ("SUCCESS", [])
    failed = world.deliver(resource)
    assert (failed["Status"], failed["Reason"][-15:]) == ("FAILED", "unknown service")


@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_an_answer_that_does_not_arrive_is_given_by_lambda_s_repetition(
    world: World, resource: Resource
) -> None:
    _, state = good(world, resource)
    world.anew()
    world.deaf = True
    with pytest.raises(OSError, match="S3 does not answer"):
        world.deliver(resource)
    world.deaf = False
    assert world.deliver(resource)["Status"] == "SUCCESS"
    assert world.services.things == state


@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_properties_of_another_shape_get_an_answer_too(world: World, resource: Resource) -> None:
    wrong = []
    for name, properties in deliveries.sampled(resource.properties):
        world.anew()
        try:
            answer = world.deliver(resource, ResourceProperties=properties)
        except Exception as error:  # noqa: BLE001 - each is a finding
            wrong.append(f"{name}: {type(error).__name__}: {error}")
        else:
            if answer["Status"] == "FAILED" and not answer["Reason"]:
                wrong.append(f"{name}: no reason")
            if not isinstance(answer["PhysicalResourceId"], str):
                wrong.append(f"{name}: no name")
    assert wrong == []


@pytest.mark.parametrize("handler", SECONDS)
def test_a_call_that_hangs_leaves_the_time_for_the_answer(handler: str) -> None:
    construct, name = SECONDS[handler]
    index = load_handler(f"baseline/{handler}")
    settings = getattr(index, name)
    attempts = attempts_of(settings)
    waits = sum(min(20, 2**number) for number in range(attempts - 1))
    answer = getattr(index, "ANSWER_SECONDS", 0) or index.RESPONSE_TIMEOUT_SECONDS
    limit = DEFAULT_SECONDS
    if construct:
        limit = importlib.import_module(construct).TIMEOUT_SECONDS
    assert attempts * settings.read_timeout + waits + answer < limit


@pytest.mark.parametrize(
    "cases",
    [sweep.sample, pytest.param(sweep.exhaustive, marks=pytest.mark.nightly)],
    ids=["sample", "all"],
)
def test_inspector_is_switched_on_whatever_disturbs_it(
    world: World, cases: Callable[..., Iterator[Case]]
) -> None:
    """The provider framework answers for it: an exception is a failure with its reason."""
    index = load_handler("baseline/detection/handlers/inspector_activation")
    scans = {region: ["EC2"] for region in REGIONS}
    event = {
        "RequestType": "Create",
        "ResourceProperties": {"Account": "333333333333", "Scans": scans},
    }

    def run() -> bool:
        index.on_event(event, None)
        return bool(index.is_complete(event, None)["IsComplete"])

    assert run()
    state, calls = dict(world.services.things), list(world.injector.calls)

    def tried(case: Case) -> str | None:
        world.anew()
        world.injector.fail(case.call.number, case.fault)
        try:
            run()
        except (Killed, Exception) as error:  # noqa: BLE001 - of any kind
            if case.fault.code not in str(error):
                return f"did not say why: {error}"
        else:
            return "nobody was told"
        world.injector.heal()
        if not run() or world.services.things != state:
            return f"left {world.services.things}"
        made = world.injector.writes()
        return None if len(made) == len(REGIONS) else f"did {made}"

    assert sweep.survivors(cases(calls, EVERY), tried) == []
