"""Pairs about Security Hub: what is right passes, each mistake is one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from baseline.config import load
from baseline.config.checks import security_hub

Found = Callable[[dict[str, object]], list[str]]
HUB = "capabilities.security_hub"
UNIFIED = "capabilities.unified_security_hub.enabled"
ACCEPTED: dict[str, object] = {
    "reason": "the website is for everybody",
    "until": "2099-12-30",
    "controls": ["S3.2"],
    "resources": ["arn:aws:s3:::website"],
}
PRODUCT = "arn:aws:securityhub:{}::product/vendor/product"
OFF = {f"{HUB}.enabled": False, "capabilities.trusted_advisor.enabled": False}


def without(*keys: str) -> dict[str, object]:
    return {key: value for key, value in ACCEPTED.items() if key not in keys}


REFUSED: list[tuple[str, dict[str, object], str]] = [
    (
        "a class of a unit that is none",
        {f"{HUB}.classes.sandbox": {"units": ["Sandboxes"]}},
        f"{HUB}.classes.sandbox.units[0]: 'Sandboxes' is not an organizational unit; did you mean",
    ),
    (
        "a unit in two classes",
        {f"{HUB}.classes": {"core": {"units": ["Sandbox"]}, "sandbox": {"units": ["Sandbox"]}}},
        f"{HUB}.classes.sandbox.units[0]: 'Sandbox' is in the class core already",
    ),
    (
        "a class that does not exist",
        {f"{HUB}.classes.test": {}},
        f"{HUB}.classes.test: unknown key",
    ),
    (
        "a control that is none",
        {f"{HUB}.disabled_controls": {"S3": "there are no buckets"}},
        f"{HUB}.disabled_controls.S3: 'S3' is not the ID of a control, such as S3.2",
    ),
    (
        "a control off without a reason",
        {f"{HUB}.disabled_controls": {"S3.9": "no"}},
        f"{HUB}.disabled_controls.S3.9: 'no' is too short: at least 10 characters",
    ),
    (
        "a control off twice",
        {
            f"{HUB}.disabled_controls": {"S3.9": "there are no buckets"},
            f"{HUB}.classes.sandbox": {"disabled_controls": {"S3.9": "there are no buckets"}},
        },
        f"{HUB}.classes.sandbox.disabled_controls.S3.9: is off in all accounts already",
    ),
    (
        "parameters of a control that is off",
        {
            f"{HUB}.disabled_controls": {"ACM.1": "certificates are elsewhere"},
            f"{HUB}.parameters": {"ACM.1": {"daysToExpiration": {"integer": 45}}},
        },
        f"{HUB}.parameters.ACM.1: is off; remove its parameters",
    ),
    (
        "a parameter without a value",
        {f"{HUB}.parameters": {"ACM.1": {"daysToExpiration": {}}}},
        f"{HUB}.parameters.ACM.1.daysToExpiration: has 0 values; give one",
    ),
    (
        "a parameter with two values",
        {f"{HUB}.parameters": {"ACM.1": {"daysToExpiration": {"integer": 45, "string": "45"}}}},
        f"{HUB}.parameters.ACM.1.daysToExpiration: has 2 values; give one",
    ),
    (
        "a standard that is none",
        {f"{HUB}.standards": ["cis-1.2"]},
        f"{HUB}.standards[0]: 'cis-1.2' is not one of",
    ),
    (
        "an acceptance that is over",
        {f"{HUB}.accepted.website": {**ACCEPTED, "until": "2020-01-31"}},
        f"{HUB}.accepted.website.until: '2020-01-31' is over; look at the findings again",
    ),
    (
        "an acceptance without an end",
        {f"{HUB}.accepted.website": without("until")},
        f"{HUB}.accepted.website.until: is missing",
    ),
    (
        "an acceptance of a control everywhere",
        {f"{HUB}.accepted.website": without("resources")},
        f"{HUB}.accepted.website: names neither resources nor accounts nor tags",
    ),
    (
        "an acceptance of whatever a resource has",
        {f"{HUB}.accepted.website": without("controls")},
        f"{HUB}.accepted.website: names neither controls nor types nor titles",
    ),
    (
        "everything raised",
        {f"{HUB}.raised.all": {"severities": ["high"]}},
        f"{HUB}.raised.all: would raise every finding; name one of",
    ),
    (
        "a unit that is none, raised",
        {f"{HUB}.raised.production": {"units": ["Production"]}},
        f"{HUB}.raised.production.units[0]: 'Production' is not an organizational unit",
    ),
    (
        "an account that is none, raised",
        {f"{HUB}.raised.production": {"accounts": ["payment-production"]}},
        f"{HUB}.raised.production.accounts[0]: 'payment-production' is not an account",
    ),
    (
        "critical raised further",
        {f"{HUB}.raised.production": {"severities": ["critical"], "tags": {"A": "b"}}},
        f"{HUB}.raised.production.severities[0]: 'critical' is not one of",
    ),
    (
        "a product of AWS",
        {f"{HUB}.products": ["arn:aws:securityhub:eu-west-1::product/aws/guardduty"]},
        f"{HUB}.products[0]: 'arn:aws:securityhub:eu-west-1::product/aws/guardduty' is AWS's own",
    ),
    (
        "a product of another Region",
        {f"{HUB}.products": [PRODUCT.format("us-east-1")]},
        f"{HUB}.products[0]: '{PRODUCT.format('us-east-1')}' is of a Region that is not in",
    ),
    (
        "a product that is none",
        {f"{HUB}.products": ["vendor/product"]},
        f"{HUB}.products[0]: 'vendor/product' is not the ARN of a product",
    ),
    (
        "an archive of nothing",
        {**OFF, f"{HUB}.archive": True},
        f"{HUB}.archive: Security Hub is off; set",
    ),
    (
        "rules of nothing",
        {**OFF, f"{HUB}.accepted.website": ACCEPTED},
        f"{HUB}.accepted: Security Hub is off; set",
    ),
    (
        "Trusted Advisor that nobody hears",
        {f"{HUB}.enabled": False},
        "capabilities.trusted_advisor.enabled: nobody hears of what Trusted Advisor flags",
    ),
    (
        "the new Security Hub without Inspector",
        {UNIFIED: True},
        f"{UNIFIED}: correlates findings of inspector, which is off",
    ),
    (
        "the new Security Hub where it is not",
        {
            UNIFIED: True,
            "capabilities.inspector.enabled": True,
            "regions": ["eu-west-1", "ap-east-2"],
        },
        "regions[1]: CloudFormation has no AWS::SecurityHub::HubV2 in 'ap-east-2'",
    ),
    (
        "Security Hub without a recorder",
        {"capabilities.config.enabled": False},
        "capabilities.config.enabled: Security Hub evaluates its controls with AWS Config",
    ),
]


@pytest.mark.parametrize(
    ("changes", "message"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_a_mistake_is_one_line(found: Found, changes: dict[str, object], message: str) -> None:
    findings = found(dict(changes))
    assert [each for each in findings if each.startswith(message)] == findings
    assert len(findings) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {f"{HUB}.accepted.website": ACCEPTED},
        {f"{HUB}.raised.production": {"units": ["Workloads/Production"]}},
        {f"{HUB}.products": [PRODUCT.format("eu-central-1")]},
        {f"{HUB}.classes.sandbox": {"units": ["Workloads/Test"], "standards": ["fsbp"]}},
        {f"{HUB}.parameters": {"ACM.1": {"daysToExpiration": {"integer": 45}}}},
        {UNIFIED: True, "capabilities.inspector.enabled": True},
        # With both on, Security Hub brings a recorder.
        {
            UNIFIED: True,
            "capabilities.inspector.enabled": True,
            "capabilities.config.enabled": False,
        },
        OFF,
    ],
)
def test_what_is_right_passes(found: Found, changes: dict[str, object]) -> None:
    assert found(dict(changes)) == []


def test_more_accounts_than_a_rule_takes_are_refused(found: Found) -> None:
    members = {
        f"shop-{number}": {
            "id": f"7{number:011}",
            "email": f"aws-shop-{number}@example.com",
            "ou": "Workloads/Production",
        }
        for number in range(101)
    }
    raised = {f"{HUB}.raised.production": {"units": ["Workloads"]}, "members": members}
    assert [each for each in found(raised) if "raised" in each] == [
        f"{HUB}.raised.production: means 101 accounts, a rule takes 100; split it, or use tags"
    ]


def test_the_feeds_are_switches_of_the_configuration() -> None:
    capabilities = load(Path("baseline.yaml")).capabilities
    for name, default in security_hub.FEEDS.items():
        assert getattr(capabilities, name).enabled is default


def test_the_example_of_everything_is_right_and_costs_nothing_by_default() -> None:
    example = load(Path("examples/configurations/security-hub.yaml")).capabilities
    assert example.security_hub.archive
    assert example.unified_security_hub.enabled
    default = load(Path("baseline.yaml")).capabilities
    assert not default.security_hub.archive
    assert not default.unified_security_hub.enabled
    assert default.security_hub.standards == ("fsbp", "cis-5.0")
