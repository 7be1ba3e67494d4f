"""The stacks of the example configuration, synthesized once for all tests that only read them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template
from ruamel.yaml import YAML

from baseline.config import Configuration, Names
from stacks.audit import AuditStack
from stacks.log_archive import LogArchiveStack
from tests.support import CONTEXT, ROOT

BUCKETS = {
    "access-logs": "LogArchiveAccessLogsBucket88EB26B9",
    "cloudtrail": "LogArchiveCloudTrailStoreBucketF7EC04F3",
    "config": "LogArchiveConfigStoreBucket85CC1DC6",
    "flow-logs": "LogArchiveFlowLogsStoreBucketB5D384D9",
    "guardduty": "LogArchiveGuardDutyStoreBucket0252A13B",
    "load-balancers": "LogArchiveLoadBalancersStoreBucketEC76A172",
    "web-acls": "LogArchiveWebAclsStoreBucketFED1CA05",
    "inventory": "LogArchiveInventoryStoreBucketDED88421",
    "session-logs": "LogArchiveSessionLogsStoreBucket509F72A7",
}
KEYS = {
    "cloudtrail": "LogArchiveCloudTrailKeyBA03650A",
    "config": "LogArchiveConfigKeyF314F6AF",
    "flow-logs": "LogArchiveFlowLogsKey2A24CDA2",
    "guardduty": "LogArchiveGuardDutyKeyEB134AC6",
    "web-acls": "LogArchiveWebAclsKeyEB8D5728",
    "inventory": "LogArchiveInventoryKey9EE7CC7C",
    "session-logs": "LogArchiveSessionLogsKey135FBD12",
}


def new_app() -> cdk.App:
    return cdk.App(context=CONTEXT, analytics_reporting=False)


@pytest.fixture(scope="session")
def configuration() -> Configuration:
    # Without the loader's checks across the whole file, which have tests of their own.
    document = YAML(typ="safe").load((ROOT / "baseline.yaml").read_text(encoding="utf-8"))
    return Configuration.model_validate(document)


@pytest.fixture(scope="session")
def names(configuration: Configuration) -> Names:
    return Names.of(configuration)


@pytest.fixture(scope="session")
def log_archive_app(configuration: Configuration, names: Names) -> cdk.App:
    app = new_app()
    env = cdk.Environment(account=names.log_archive, region=names.home_region)
    LogArchiveStack(app, "log-archive", configuration=configuration, names=names, env=env)
    return app


@pytest.fixture(scope="session")
def audit_app(configuration: Configuration, names: Names) -> cdk.App:
    app = new_app()
    env = cdk.Environment(account=names.management, region=names.home_region)
    AuditStack(app, "audit", configuration=configuration, names=names, env=env)
    return app


@pytest.fixture(scope="session")
def archive(log_archive_app: cdk.App) -> dict[str, Any]:
    """The template of the log archive."""
    return _template(log_archive_app, "log-archive")


@pytest.fixture(scope="session")
def audit(audit_app: cdk.App) -> dict[str, Any]:
    """The template of the organization trail."""
    return _template(audit_app, "audit")


@pytest.fixture
def synthesized() -> Callable[[cdk.Stack], dict[str, Any]]:
    """Give the template of a stack."""

    def run(stack: cdk.Stack) -> dict[str, Any]:
        return dict(Template.from_stack(stack).to_json())

    return run


def _template(app: cdk.App, name: str) -> dict[str, Any]:
    return dict(app.synth().get_stack_by_name(f"secbase-{name}").template)
