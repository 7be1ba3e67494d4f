"""Physical names follow from prefix, accounts and Region, and fit AWS everywhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from baseline.config import Names, load, quotas
from baseline.config.regions import table

ROOT = Path(__file__).parents[3]
BUCKETS = ("cloudtrail_bucket", "config_bucket", "flow_log_bucket", "access_log_bucket", "guardduty_bucket", "inventory_bucket", "session_log_bucket", "web_acl_bucket", "endpoint_bucket")  # fmt: skip


@pytest.fixture(scope="module")
def names() -> Names:
    return Names(
        prefix="secbase",
        home_region="eu-west-1",
        organization_id="o-exampleorgid",
        management="111111111111",
        log_archive="222222222222",
        security="333333333333",
        network="444444444444",
        shared_services="999999999999",
    )


def test_they_follow_from_the_configuration(names: Names) -> None:
    assert Names.of(load(ROOT / "baseline.yaml")) == names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("trail_arn", "arn:aws:cloudtrail:eu-west-1:111111111111:trail/secbase-org-trail"),
        ("trail_log_group", "secbase-cloudtrail"),
        ("cloudtrail_bucket", "secbase-org-logs-222222222222-eu-west-1"),
        ("config_bucket", "secbase-config-222222222222-eu-west-1"),
        ("flow_log_bucket", "secbase-flow-logs-222222222222-eu-west-1"),
        ("access_log_bucket", "secbase-access-logs-222222222222-eu-west-1"),
        ("guardduty_bucket", "secbase-guardduty-222222222222-eu-west-1"),
        ("web_acl_bucket", "aws-waf-logs-secbase-222222222222-eu-west-1"),
        ("session_log_bucket", "secbase-session-logs-222222222222-eu-west-1"),
        ("inventory_bucket", "secbase-inventory-222222222222-eu-west-1"),
        ("host_management_role", "secbase-host-management"),
        ("session_recording_policy", "secbase-session-recording"),
        ("session_key_alias", "alias/secbase-sessions"),
        ("session_log_group", "secbase-sessions"),
        ("inventory", "secbase-inventory"),
        ("patch_scan", "secbase-patch-scan"),
        ("patch_install", "secbase-patch-install"),
        ("patch_failure_rule", "secbase-forward-patch-failures"),
        ("patch_window_role", "secbase-patch-window"),
        ("patch_log_policy", "secbase-patch-logs"),
        ("patch_report_role", "secbase-patch-report"),
        ("patch_report_sweep", "secbase-patch-compliance"),
        ("patch_reporter_role", "secbase-patch-reporter"),
        ("endpoint_bucket", "secbase-endpoint-333333333333-eu-west-1"),
        ("endpoint_token", "secbase-endpoint-token"),
        ("endpoint_package", "secbase-endpoint-package"),
        ("endpoint_agent", "secbase-endpoint-agent"),
        ("endpoint_policy", "secbase-endpoint-token-reader"),
        ("resource_view", "secbase-resources"),
        ("organization_view", "secbase-organization"),
        ("cloudtrail_key_alias", "alias/secbase-logs"),
        ("cloudtrail_key_arn", "arn:aws:kms:eu-west-1:222222222222:alias/secbase-logs"),
        ("config_key_arn", "arn:aws:kms:eu-west-1:222222222222:alias/secbase-config"),
        ("flow_log_key_arn", "arn:aws:kms:eu-west-1:222222222222:alias/secbase-flow-logs"),
        ("event_bus_arn", "arn:aws:events:eu-west-1:333333333333:event-bus/secbase-security"),
        ("audit_role", "secbase-audit"),
        ("settings_role", "secbase-settings"),
        ("config_role", "secbase-config-recorder"),
        ("event_forwarding_role", "secbase-event-forwarding"),
        ("audit_reader_role", "secbase-audit-reader"),
        ("settings_reconciler_role", "secbase-settings-reconciler"),
    ],
)
def test_a_name_does_not_change_between_releases(names: Names, name: str, expected: str) -> None:
    assert getattr(names, name) == expected


@pytest.mark.parametrize("region", ["ap-southeast-1", "eu-west-1"])
def test_buckets_of_a_region_have_valid_names_that_guardrails_know(region: str) -> None:
    names = Names(
        prefix="a" * 16,
        home_region="ap-southeast-1",
        organization_id="o-exampleorgid",
        management="111111111111",
        log_archive="222222222222",
        security="333333333333",
        network="444444444444",
        shared_services="999999999999",
    )
    found = [
        names.access_log_bucket_of(region),
        names.load_balancer_bucket(region),
        names.access_logs_of_copies(region),
        names.log_copy("cloudtrail", region),
        names.log_copy("config", region),
        names.log_copy("flow_logs", region),
    ]
    assert len({*found, *names.log_buckets}) >= len(found) + 4
    for name in found:
        assert len(name) <= quotas.BUCKET_NAME_LENGTH
        # The patterns of protect-log-archive and protect-log-resources.
        purposes = ("access-logs", "config", "flow-logs", "org-logs")
        assert name.startswith(tuple(f"{'a' * 16}-{one}-222222222222-" for one in purposes))


def test_topics_are_named_by_severity(names: Names) -> None:
    assert names.topic("critical") == "secbase-findings-critical"


@pytest.mark.parametrize("bucket", BUCKETS)
def test_the_longest_prefix_gives_a_valid_bucket_name_in_every_region(bucket: str) -> None:
    for region in table():
        names = Names(
            prefix="a" * 16,
            home_region=region,
            organization_id="o-exampleorgid",
            management="111111111111",
            log_archive="222222222222",
            security="333333333333",
            network="444444444444",
            shared_services="999999999999",
        )
        name = getattr(names, bucket)
        assert len(name) <= quotas.BUCKET_NAME_LENGTH
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]+[a-z0-9]", name)


def test_no_two_names_are_alike(names: Names) -> None:
    given = [
        getattr(names, name) for name, value in vars(Names).items() if isinstance(value, property)
    ]
    assert len(given) == len(set(given))


def test_ways_in_have_names_that_guardrails_protect() -> None:
    names = Names.of(load(ROOT / "baseline.yaml"))
    assert names.forwarding_rule("GuardDuty") == "secbase-forward-guard-duty"
    assert names.forwarding_rule("CloudtrailTampering") == "secbase-forward-cloudtrail-tampering"
    assert names.boundary == "secbase-boundary"
    assert names.break_glass_group == "secbase-break-glass"
    assert names.mfa_group == "secbase-second-factor"
    assert len(names.deploy_role("a" * 30)) <= 64
