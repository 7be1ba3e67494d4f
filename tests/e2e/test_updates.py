"""What changes in baseline.yaml reaches the live resource; what fails leaves everything as it was."""

from __future__ import annotations

import json
import re
from typing import Any

from baseline.local.administration import unit_ids
from baseline.local.progress import DONE, FAILED
from tests.e2e.organization import Organization


def expiration_days(organization: Organization) -> set[int]:
    s3 = organization.client("s3", organization.names.log_archive)
    bucket = organization.names.cloudtrail_bucket
    rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    return {rule["Expiration"]["Days"] for rule in rules if "Days" in rule.get("Expiration", {})}


def test_a_changed_value_reaches_the_live_bucket_and_back(organization: Organization) -> None:
    before = organization.session.configuration.log_archive.retention_days
    assert expiration_days(organization) == {before}

    with organization.changed(f"retention_days: {before}", "retention_days: 3650"):
        changed = organization.deploy("log-archive")
        after = expiration_days(organization)
    restored = organization.deploy("log-archive")

    assert changed.states["secbase-log-archive"] == DONE
    assert after == {3650}
    assert restored.ok
    assert expiration_days(organization) == {before}


def features(organization: Organization) -> dict[str, Any]:
    client = organization.client("organizations", organization.access.management)
    services = client.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    root = client.list_roots()["Roots"][0]
    units = unit_ids(client, root["Id"])
    return {
        "services": sorted(each["ServicePrincipal"] for each in services),
        "types": sorted(json.dumps(each, sort_keys=True) for each in root["PolicyTypes"]),
        "units": units,
        "accounts": {
            path: sorted(
                each["Id"] for each in client.list_accounts_for_parent(ParentId=unit)["Accounts"]
            )
            for path, unit in units.items()
        },
    }


def test_a_failing_custom_resource_rolls_the_stack_back(organization: Organization) -> None:
    before = features(organization)

    with (
        organization.changed("id: o-exampleorgid", "id: o-anotherorg1"),
        organization.changed("ou: Sandbox }", "ou: Suspended }"),
    ):
        failed = organization.deploy("organization")

    assert failed.states["secbase-organization"] == FAILED
    assert any("o-anotherorg1" in line for line in failed.problems)
    # The log folds lines; the reason names what was found and what was configured.
    text = re.sub(r"\s+", " ", failed.log.read_text(encoding="utf-8"))
    assert "o-exampleorgid" in text
    assert "o-anotherorg1" in text
    client = organization.client("cloudformation", organization.access.management)
    stack = client.describe_stacks(StackName="secbase-organization")["Stacks"][0]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert features(organization) == before

    assert organization.deploy("organization").ok
