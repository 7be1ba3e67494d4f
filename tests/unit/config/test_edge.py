"""What a configuration may say of Firewall Manager, and what is refused before anything is deployed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from baseline.config.edge import COMMITMENT, Edge, FirewallManager, WebAclPolicy

Found = Callable[[dict[str, object]], list[str]]
MANAGER = "edge.firewall_manager"
ACCOUNT = "555555555555"
REASON = "Legacy shop, moves to another account in June"
GLOBAL = {"regions": ["eu-west-1", "eu-central-1", "us-east-1"]}


def manager(**settings: object) -> dict[str, object]:
    return {MANAGER: settings}


def web_acls(**policy: object) -> dict[str, object]:
    return manager(web_acls={"web": policy})


def shield(**settings: object) -> dict[str, object]:
    return manager(shield={"acknowledge_commitment": COMMITMENT, **settings})


def test_nothing_is_administered_by_default() -> None:
    assert Edge().firewall_manager is None
    assert not FirewallManager().has_policies()


def test_a_web_acl_counts_and_tells_until_it_is_told_otherwise() -> None:
    policy = WebAclPolicy()
    assert (policy.count_only, policy.remediate, policy.existing) == (True, False, "leave")
    assert policy.managed_groups[0] == "AWSManagedRulesAmazonIpReputationList"


ACCEPTED: list[dict[str, object]] = [
    {"edge": {}},
    web_acls(),
    web_acls(regions=["eu-central-1"], count_only=False, remediate=True, existing="retrofit"),
    web_acls(requests_per_address=None),
    {**GLOBAL, **web_acls(scope="CLOUDFRONT")},
    {**GLOBAL, **web_acls(scope="CLOUDFRONT", regions=["us-east-1"])},
    manager(security_group_content={}, security_group_usage={"redundant": True}),
    manager(security_group_content={"all_protocols": False, "ipv4_prefix": 16}),
    manager(dns_firewall={"managed_lists": {"eu-west-1": ["rslvr-fdl-0123456789abcdef"]}}),
    manager(dns_firewall={"blocked_domains": ["bad.example", "*.worse.example"]}),
    {**GLOBAL, **shield(distributions=True, response="COUNT", remediate=True)},
    shield(
        supported_accounts=[ACCOUNT],
        contacts=[{"email": "soc@example.com", "phone": "+4930123456"}],
    ),
    manager(
        security_group_usage={},
        excluded_accounts={ACCOUNT: REASON},
        excluded_units={"ou-exam-12345678": REASON},
        exempt_tag={"key": "edge", "value": "own"},
    ),
    {"billing.edge_daily_dollars": 50},
]


@pytest.mark.parametrize("changes", ACCEPTED, ids=str)
def test_it_is_accepted(found: Found, changes: dict[str, object]) -> None:
    assert found(changes) == []


REFUSED: list[tuple[dict[str, object], str]] = [
    (
        manager(),
        (
            f"{MANAGER}: names no policy; write one of web_acls, security_group_content, "
            "security_group_usage, dns_firewall, shield, or remove it"
        ),
    ),
    (
        {
            **web_acls(),
            "capabilities.config": {"enabled": False},
            "capabilities.security_hub": {"enabled": False},
            "capabilities.trusted_advisor": {"enabled": False},
        },
        (
            f"{MANAGER}: finds resources by AWS Config, which is off; leave capabilities.config on, or "
            "remove it"
        ),
    ),
    (
        {**GLOBAL, **web_acls(scope="CLOUDFRONT", regions=["eu-west-1"])},
        (
            f"{MANAGER}.web_acls.web.regions[0]: scope CLOUDFRONT in 'eu-west-1': web ACLs of CloudFront "
            "have to be in us-east-1; remove regions, or use scope REGIONAL"
        ),
    ),
    (
        web_acls(scope="CLOUDFRONT"),
        (
            f"{MANAGER}.web_acls.web.scope: Firewall Manager finds distributions by AWS Config in "
            "us-east-1, which is not governed; add us-east-1 to regions, or leave them out"
        ),
    ),
    (
        web_acls(regions=["us-west-2"]),
        (
            f"{MANAGER}.web_acls.web.regions[0]: 'us-west-2' is not governed; name one of regions "
            "[eu-west-1, eu-central-1]"
        ),
    ),
    (
        {**web_acls(), "log_archive.web_acl_logs": False},
        f"{MANAGER}.web_acls: log to the archive's bucket; leave log_archive.web_acl_logs on for them",
    ),
    (
        manager(security_group_content={"all_protocols": False}),
        (
            f"{MANAGER}.security_group_content: tells of nothing; leave all_protocols on, or set "
            "ports_per_rule, ipv4_prefix, ipv6_prefix"
        ),
    ),
    (
        manager(security_group_usage={"unused": False}),
        (
            f"{MANAGER}.security_group_usage: tells of nothing; leave unused on, set redundant, or "
            "remove it"
        ),
    ),
    (
        manager(dns_firewall={"managed_lists": {"us-west-2": ["rslvr-fdl-0123456789abcdef"]}}),
        (
            f"{MANAGER}.dns_firewall.managed_lists.us-west-2: 'us-west-2' is not governed; name one of "
            "regions [eu-west-1, eu-central-1]"
        ),
    ),
    (
        manager(shield={"acknowledge_commitment": "yes"}),
        (
            f"{MANAGER}.shield.acknowledge_commitment: 'yes' is not the commitment of Shield Advanced; "
            f"write '{COMMITMENT}' once it is agreed with who pays, or remove shield"
        ),
    ),
    (
        shield(distributions=True),
        (
            f"{MANAGER}.shield.distributions: Firewall Manager finds distributions by AWS Config in "
            "us-east-1, which is not governed; add us-east-1 to regions, or leave them out"
        ),
    ),
    (
        shield(supported_accounts=["111111111111"]),
        (
            f"{MANAGER}.shield.supported_accounts[0]: '111111111111' is the management account, which "
            "runs no workloads; name member accounts"
        ),
    ),
    (
        manager(
            shield={"acknowledge_commitment": COMMITMENT, "supported_accounts": [ACCOUNT]},
            excluded_accounts={ACCOUNT: REASON},
        ),
        (
            f"{MANAGER}.shield.supported_accounts[0]: '{ACCOUNT}' is in excluded_accounts; remove it "
            "from one of them"
        ),
    ),
    (
        shield(contacts=[{"email": "soc@example.com", "phone": "+4930123456"}]),
        f"{MANAGER}.shield.contacts: are called about supported_accounts, which is empty; name some",
    ),
    (
        manager(security_group_usage={}, excluded_accounts={ACCOUNT: "no"}),
        f"{MANAGER}.excluded_accounts.{ACCOUNT}: 'no' is not a reason of 10 to 200 characters",
    ),
]


@pytest.mark.parametrize(("changes", "message"), REFUSED, ids=[row[1] for row in REFUSED])
def test_it_is_refused_in_one_sentence(
    found: Found, changes: dict[str, object], message: str
) -> None:
    assert found(changes) == [message]


def test_shield_without_acknowledgement_is_refused(found: Found) -> None:
    (finding,) = found(manager(shield={}))
    assert finding.startswith(f"{MANAGER}.shield.acknowledge_commitment: ")
    assert "is missing" in finding
