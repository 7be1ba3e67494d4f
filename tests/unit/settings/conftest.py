"""Fixtures of the settings tests: an organization in moto and a bucket for reports."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from moto import mock_aws
from moto.ec2.models.amis import AmiBackend

from baseline.config import load
from baseline.settings.sweep_definition import definition
from baseline.settings.wanted import wanted_settings
from tests.support import ROOT
from tests.unit.settings import machine
from tests.unit.settings.calls import Calls
from tests.unit.settings.handlers import sweep

BUCKET = "reports"
REGION = machine.REGION
Run = Callable[..., dict[str, Any]]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """moto, with the environment of the sweep's functions."""
    for name, value in {
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "BUCKET": BUCKET,
        "DRY_RUN": "false",
        "EXCLUDED": "",
        "MANAGEMENT": "123456789012",
        "NAMESPACE": "SecurityBaseline",
        "SWEEP": "secbase-settings",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    # Half a second for each account and Region, and nobody here starts an instance.
    monkeypatch.setattr(AmiBackend, "_load_amis", lambda _: None)
    with mock_aws():
        yield


@pytest.fixture
def calls(aws: None, monkeypatch: pytest.MonkeyPatch) -> Calls:
    """What is called, and where it fails."""
    del aws
    stands_between = Calls()
    monkeypatch.setattr(
        BaseClient,
        "_make_api_call",
        # A function, which becomes a method of the clients.
        lambda *call: stands_between(*call),  # noqa: PLW0108
    )
    return stands_between


@pytest.fixture(scope="session")
def wanted() -> dict[str, Any]:
    """What the example configuration wants."""
    return dict(wanted_settings(load(ROOT / "baseline.yaml")))


@pytest.fixture
def settings_environment(wanted: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of the account function, with two governed Regions."""
    for name, value in {
        "ROLE": "secbase-settings",
        "PARTITION": "aws",
        "HOME_REGION": REGION,
        "REGIONS": "eu-west-1,eu-central-1",
        "WANTED": json.dumps(wanted),
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def organization(aws: None) -> list[str]:
    """An organization with the management account and three members; gives all IDs."""
    del aws
    client = boto3.client("organizations")
    client.create_organization(FeatureSet="ALL")
    for name in ("payments", "search", "sandbox"):
        client.create_account(AccountName=name, Email=f"aws-{name}@example.com")
    return [account["Id"] for account in client.list_accounts()["Accounts"]]


@pytest.fixture
def run_sweep(aws: None, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the state machine: ``run_sweep(handler, {"dry_run": True})``; gives its output."""
    del aws
    boto3.client("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
    )

    def run(
        handler: Callable[[dict[str, Any]], Any],
        given: dict[str, Any] | None = None,
        waits: list[float] | None = None,
    ) -> dict[str, Any]:
        return machine.run(
            definition(max_concurrency=1, timeout_seconds=60),
            given or {},
            {
                "AccountFunction": handler,
                "ListFunction": lambda event: sweep.list_accounts(event, None),
                "ReportFunction": lambda event: sweep.write_report(event, None),
            },
            monkeypatch,
            waits=waits,
            Bucket=BUCKET,
        )

    return run


def report_of(output: dict[str, Any]) -> dict[str, Any]:
    """Read the report that an output names."""
    place = output["report"]
    found = boto3.client("s3").get_object(Bucket=place["bucket"], Key=place["key"])
    report: dict[str, Any] = json.loads(found["Body"].read())
    return report
