"""Systems Manager and Resource Explorer, as the embedded AWS answers and reads back."""

from __future__ import annotations

import importlib
from collections import defaultdict
from types import SimpleNamespace
from typing import Any, cast

import pytest

from baseline.local.access import Access
from baseline.local.backends import registry, state
from baseline.local.provisioners import systems_manager as provisioners
from baseline.local.provisioners.resource import Resource
from baseline.local.readers import READERS, Place
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

ACCOUNT, OTHER, HOME, SECOND = "555555555555", "666666666666", "eu-west-1", "eu-central-1"
SETTING: dict[str, Any] = {
    "SettingId": "/ssm/documents/console/public-sharing-permission",
    "SettingValue": "Disable",
}
ASSOCIATION: dict[str, Any] = {
    "AssociationName": "secbase-inventory",
    "Name": "AWS-GatherSoftwareInventory",
    "ScheduleExpression": "rate(12 hours)",
    "Targets": [{"Key": "InstanceIds", "Values": ["*"]}],
}
SYNC: dict[str, Any] = {
    "SyncName": "secbase-inventory",
    "SyncType": "SyncToDestination",
    "S3Destination": {
        "BucketName": "inventory",
        "BucketPrefix": "inventory",
        "BucketRegion": HOME,
        "SyncFormat": "JsonSerDe",
    },
}


# Their answers register with them.
for module in ("resource_explorer", "systems_manager"):
    importlib.import_module(f"baseline.local.backends.{module}")


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "_STATE", defaultdict(dict))


def ask(service: str, operation: str, *, account: str = ACCOUNT, region: str = HOME, **given: Any) -> Any:  # fmt: skip
    request = ApiRequest(
        account=account,
        region=region,
        service=service,
        operation=operation,
        parameters=given,
        principal_arn=f"arn:aws:iam::{account}:role/x",
        caller_arn=f"arn:aws:sts::{account}:assumed-role/x/y",
    )
    answer = registry.answer_to(request)
    assert answer is not None
    return answer(request)


class Client:
    """A client of the answers; service settings, which ministack answers, are kept here."""

    settings: dict[str, str]

    def __init__(self) -> None:
        self.settings = {}

    def update_service_setting(self, *, SettingId: str, SettingValue: str) -> None:  # noqa: N803
        self.settings[SettingId] = SettingValue

    def get_service_setting(self, *, SettingId: str) -> dict[str, Any]:  # noqa: N803
        value = self.settings.get(SettingId, "default")
        return {
            "ServiceSetting": {
                "SettingValue": value,
                "ARN": f"arn{SettingId}",
                "Status": "Customized",
            }
        }

    def __getattr__(self, name: str) -> Any:
        operation = "".join(word.title() for word in name.split("_"))
        return lambda **given: ask("ssm", operation, **given)


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def place(client: Client) -> Place:
    access = SimpleNamespace(client=lambda *_: client)
    return Place(cast("Access", access), ACCOUNT, HOME)


def resource(kind: str, properties: dict[str, Any], client: Client) -> Resource:
    made = Resource(
        type=kind,
        logical_id="X",
        stack="s",
        properties=properties,
        account=ACCOUNT,
        region=HOME,
    )

    def call(_: str, method: str, **given: Any) -> Any:
        kept = {name: value for name, value in given.items() if value is not None}
        return getattr(client, method)(**kept)

    object.__setattr__(made, "call", call)
    return made


def differences(place: Place, kind: str, physical_id: str, expected: dict[str, Any]) -> set[str]:
    checks = list(READERS[kind].read(place, physical_id, expected))
    assert checks
    return {check.setting for check in checks if not check.ok}


def test_a_service_setting_is_set_and_read_back(client: Client, place: Place) -> None:
    kind = "AWS::SSM::ServiceSetting"
    made = provisioners._put_setting(resource(kind, SETTING, client))
    assert differences(place, kind, made.id, SETTING) == set()
    client.settings[SETTING["SettingId"]] = "Enable"
    assert differences(place, kind, made.id, SETTING) == {SETTING["SettingId"]}


def test_an_association_is_made_changed_and_read_back(client: Client, place: Place) -> None:
    kind = "AWS::SSM::Association"
    made = provisioners._create_association(resource(kind, ASSOCIATION, client))
    assert differences(place, kind, made.id, ASSOCIATION) == set()
    daily = {**ASSOCIATION, "ScheduleExpression": "rate(1 day)"}
    assert differences(place, kind, made.id, daily) == {"ScheduleExpression"}
    old = resource(kind, ASSOCIATION, client)
    provisioners._update_association(made.id, old, resource(kind, daily, client))
    assert differences(place, kind, made.id, daily) == set()
    provisioners._delete_association(made.id, old)
    with pytest.raises(ServiceError, match="no such association"):
        differences(place, kind, made.id, daily)


def test_a_sync_is_made_once_and_read_back(client: Client, place: Place) -> None:
    kind = "AWS::SSM::ResourceDataSync"
    wanted = resource(kind, SYNC, client)
    made = provisioners._create_sync(wanted)
    assert differences(place, kind, made.id, SYNC) == set()
    elsewhere = {**SYNC, "S3Destination": {**SYNC["S3Destination"], "BucketName": "mine"}}
    assert differences(place, kind, made.id, elsewhere) == {"BucketName"}
    with pytest.raises(ServiceError, match="exists"):
        provisioners._create_sync(wanted)
    provisioners._delete_sync(made.id, wanted)
    assert "SyncName" in differences(place, kind, made.id, SYNC)
    with pytest.raises(ServiceError, match="does not exist"):
        provisioners._delete_sync(made.id, wanted)


def explore(operation: str, **given: Any) -> Any:
    return ask("resource-explorer-2", operation, **given)


def test_a_region_has_one_index_and_an_account_one_that_collects() -> None:
    first = explore("CreateIndex")["Arn"]
    second = explore("CreateIndex", region=SECOND)["Arn"]
    explore("CreateIndex", account=OTHER, region=SECOND)
    with pytest.raises(ServiceError, match="has an index already"):
        explore("CreateIndex")
    explore("UpdateIndexType", Arn=first, Type="AGGREGATOR")
    with pytest.raises(ServiceError, match="another Region has the aggregator"):
        explore("UpdateIndexType", region=SECOND, Arn=second, Type="AGGREGATOR")
    (found,) = explore("ListIndexes", Type="AGGREGATOR")["Indexes"]
    assert (found["Arn"], found["Region"]) == (first, HOME)
    assert len(explore("ListIndexes")["Indexes"]) == 2
    assert explore("GetIndex", region=SECOND)["Type"] == "LOCAL"


def test_views_need_an_index_and_a_name_of_their_own() -> None:
    with pytest.raises(ServiceError, match="has no index"):
        explore("CreateView", ViewName="all")
    explore("CreateIndex")
    assert explore("GetDefaultView") == {}
    view = explore("CreateView", ViewName="all")["View"]
    assert view["Scope"] == f"arn:aws:iam::{ACCOUNT}:root"
    with pytest.raises(ServiceError, match="view all exists"):
        explore("CreateView", ViewName="all")
    explore("AssociateDefaultView", ViewArn=view["ViewArn"])
    assert explore("GetDefaultView") == {"ViewArn": view["ViewArn"]}
    with pytest.raises(ServiceError, match="no such view"):
        explore("AssociateDefaultView", ViewArn="arn:of:nothing")
