"""What a configuration may say of a SIEM, and what is refused before anything is deployed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from baseline.config.siem import PRESETS, Siem, SiemPull

Found = Callable[[dict[str, object]], list[str]]

VENDOR = "464646464646"
EXTERNAL_ID = "us1-7f3kq9x2m4w8z6b1"
PULL = {"account": VENDOR, "external_id": EXTERNAL_ID}
OWN = {"own_role": {"account": "555555555555", "role": "siem"}}
SPLUNK = {"destination": "splunk", "url": "https://http-inputs-firehose-acme.splunkcloud.com:443"}
DOMAIN = "arn:aws:es:eu-west-1:333333333333:domain/siem"


def pull(**changes: object) -> dict[str, object]:
    return {"siem.pull": {**PULL, **changes}}


def push(**changes: object) -> dict[str, object]:
    return {"siem.push": {**SPLUNK, **changes}}


def lake(*, sources: list[str] | None = None, **subscriber: object) -> dict[str, object]:
    return {
        "siem.security_lake": {
            "subscriber": {**PULL, **subscriber},
            **({} if sources is None else {"sources": sources}),
        }
    }


def test_nothing_leaves_the_organization_by_default() -> None:
    assert Siem() == Siem(pull=None, push=None, security_lake=None)
    assert Siem().outsiders() == ()


def test_only_a_vendor_is_an_outsider() -> None:
    assert Siem(pull=SiemPull.model_validate(PULL)).outsiders() == (VENDOR,)
    assert Siem(pull=SiemPull.model_validate(OWN)).outsiders() == ()


ACCEPTED: list[dict[str, object]] = [
    {"siem.pull": PULL},
    {"siem.pull": OWN},
    pull(sources=["cloudtrail"], visibility_timeout_minutes=30, oldest_message_minutes=15),
    push(),
    push(sources=["findings", "activity", "trail"]),
    push(destination="datadog", url=PRESETS["datadog"].example),
    push(destination="new_relic", url=PRESETS["new_relic"].example),
    push(
        destination="datadog",
        url="https://aws-kinesis-http-intake.logs.us5.datadoghq.com/api/v2/logs?dd-protocol=aws-kinesis-firehose",
    ),
    push(destination="https", url="https://siem.example.com:8443/firehose"),
    {"siem.push": {"destination": "opensearch", "domain": DOMAIN}},
    {"siem.security_lake": {}},
    lake(),
    # A SIEM of one's own subscribes with its account.
    lake(account="333333333333"),
    lake(sources=["WAF"]) | {"siem.pull": PULL},
]


@pytest.mark.parametrize("changes", ACCEPTED, ids=str)
def test_a_complete_section_is_accepted(found: Found, changes: dict[str, object]) -> None:
    assert found(changes) == []


REFUSED: list[tuple[str, dict[str, object], str]] = [
    ("no reader", {"siem.pull": {}}, "siem.pull: names no reader; give account and external_id"),
    (
        "any customer of the vendor reads",
        {"siem.pull": {"account": VENDOR}},
        "siem.pull.account: has no external_id: any customer of the vendor could",
    ),
    (
        "an external ID for nobody",
        {"siem.pull": {**OWN, "external_id": EXTERNAL_ID}},
        "siem.pull.external_id: is for a vendor's account only",
    ),
    ("two readers", pull(**OWN), "siem.pull.own_role: account is given too"),
    (
        "an account of ours as vendor",
        pull(account="555555555555"),
        "siem.pull.account: '555555555555' is members.payments-production, an account of the organization",
    ),
    (
        "a short external ID",
        pull(external_id="k9x2m4w8z6b1q7"),
        "siem.pull.external_id: 'k9x2m4w8z6b1q7' is not an external ID: 16 to 1,224",
    ),
    (
        "characters that IAM refuses",
        pull(external_id="us1 7f3kq9x2m4w8z6b1"),
        "siem.pull.external_id: 'us1 7f3kq9x2m4w8z6b1' is not an external ID",
    ),
    (
        "the vendor's account ID",
        pull(external_id=f"acme-{VENDOR}"),
        "siem.pull.external_id: contains the vendor's account ID, which others know",
    ),
    (
        "our account ID",
        pull(external_id="acme-222222222222"),
        "siem.pull.external_id: contains the ID of log_archive, which others know",
    ),
    (
        "the organization's ID",
        pull(external_id="acme-o-exampleorgid"),
        "siem.pull.external_id: contains the organization's ID, which others know",
    ),
    (
        "a word",
        pull(external_id="Changeme-123456789"),
        "siem.pull.external_id: contains 'changeme'; use a random one",
    ),
    (
        "one character many times",
        pull(external_id="aaaaaaaaaaaaaaaab"),
        "siem.pull.external_id: has 2 different characters, at least 8",
    ),
    (
        "a source that does not exist",
        pull(sources=["cloudtrial"]),
        "siem.pull.sources[0]: 'cloudtrial' is not one of cloudtrail, config, flow_logs, guardduty",
    ),
    ("nothing to pull", pull(sources=[]), "siem.pull.sources: is an empty list"),
    (
        "a source twice",
        pull(sources=["config", "config"]),
        "siem.pull.sources[1]: 'config' stands in the list already",
    ),
    (
        "a message for ever",
        pull(visibility_timeout_minutes=721),
        "siem.pull.visibility_timeout_minutes: 721 is too large: at most 720",
    ),
    ("no address", {"siem.push": {"destination": "splunk"}}, "siem.push: url is missing; splunk"),
    (
        "an address in the clear",
        push(url="http://siem.example.com"),
        "siem.push.url: 'http://siem.example.com' is not an address such as https://",
    ),
    (
        "a token in the address",
        push(url="https://siem.example.com/in?token=abc"),
        "siem.push.url: 'https://siem.example.com/in?token=abc' is not an address such as https://",
    ),
    (
        "a user in the address",
        push(url="https://me:secret@siem.example.com/"),
        "siem.push.url: 'https://me:secret@siem.example.com/' is not an address such as https://",
    ),
    (
        "somebody else's address",
        push(destination="datadog", url="https://datadoghq.com.example.com/v1/input"),
        "siem.push.url: 'datadoghq.com.example.com' is no host of Datadog",
    ),
    (
        "Splunk does not wait",
        push(buffer_seconds=61),
        "siem.push.buffer_seconds: 61 seconds are more than the 60 that splunk takes",
    ),
    (
        "OpenSearch has no address",
        {"siem.push": {"destination": "opensearch", "url": "https://x.example.com/"}},
        "siem.push: domain is missing; opensearch needs it",
    ),
    (
        "OpenSearch takes no log groups",
        {"siem.push": {"destination": "opensearch", "domain": DOMAIN, "sources": ["trail"]}},
        "siem.push.sources[0]: Firehose does not deliver log groups to OpenSearch Service",
    ),
    (
        "an external ID of the lake that others know",
        lake(external_id="acme-222222222222"),
        "siem.security_lake.subscriber.external_id: contains the ID of log_archive, which others",
    ),
    (
        "a subscriber without an external ID",
        {"siem.security_lake": {"subscriber": {"account": VENDOR}}},
        "siem.security_lake.subscriber.external_id: is missing (External ID",
    ),
    (
        "a source that Security Lake does not have",
        {"siem.security_lake": {"sources": ["GUARDDUTY"]}},
        "siem.security_lake.sources[0]: 'GUARDDUTY' is not one of CLOUD_TRAIL_MGMT, EKS_AUDIT",
    ),
    (
        "a source that the lake does not collect",
        lake(sources=["SH_FINDINGS"]) | {"siem.security_lake.subscriber.sources": ["WAF"]},
        "siem.security_lake.subscriber.sources[0]: 'WAF' is no source of the lake; add it to",
    ),
    (
        "a source of the lake that is no text",
        lake()
        | {
            "siem.security_lake.sources": [["WAF"]],
            "siem.security_lake.subscriber.sources": ["WAF"],
        },
        "siem.security_lake.sources[0]: a list is not one of CLOUD_TRAIL_MGMT",
    ),
    (
        "a source that the lake does not collect by default",
        lake() | {"siem.security_lake.subscriber.sources": ["SH_FINDINGS", "WAF"]},
        "siem.security_lake.subscriber.sources[1]: 'WAF' is no source of the lake; add it to",
    ),
    (
        "a Region without Security Lake",
        {"siem.security_lake": {}, "regions": ["eu-west-1", "eu-south-1"]},
        "siem.security_lake: CloudFormation has no Security Lake in 'eu-south-1'; remove it, or the",
    ),
    (
        "a domain elsewhere",
        {"siem.push": {"destination": "opensearch", "domain": DOMAIN.replace("3333", "4444", 1)}},
        "siem.push.domain: is in 444433333333 eu-west-1; the streams deliver to a domain of",
    ),
]


@pytest.mark.parametrize(
    ("changes", "expected"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_the_weak_and_the_impossible_are_refused(
    found: Found, changes: dict[str, object], expected: str
) -> None:
    messages = found(changes)
    assert [each for each in messages if each.startswith(expected)], messages


def test_a_wrong_form_is_told_once(found: Found) -> None:
    assert len(found(pull(external_id="abc"))) == 1
    assert len(found(push(destination="datadog", url="http://x.example.com"))) == 1
