"""What a configuration may say of the reference workload, and what is refused before a deployment."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from baseline.config.workload import Workload

Found = Callable[[dict[str, object]], list[str]]

ACCOUNT = "555555555555"
HERE = f"arn:aws:acm:eu-west-1:{ACCOUNT}:certificate/66666666-7777-8888-9999-000000000000"
GLOBAL = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/11111111-2222-3333-4444-555555555555"
INSTANCES: dict[str, Any] = {
    "domain": "orders.example.com",
    "certificate": GLOBAL,
    "origin_domain": "origin.orders.example.com",
    "origin_certificate": HERE,
    "cloudfront_prefix_list": "pl-0123456789abcdef0",
    "image_parameter": "/images/orders/arm64",
}
BASE: dict[str, Any] = {"account": ACCOUNT, "form": "both", "alarms": ["orders@example.com"]}
OPEN = ["foundation", "workload-limits"]


def workload(instances: dict[str, Any] | None = None, **changes: Any) -> dict[str, object]:
    """Give the changes of a configuration that may have it: an open unit, us-east-1 governed."""
    section = {**BASE, "instances": {**INSTANCES, **(instances or {})}, **changes}
    return {
        "regions": ["eu-west-1", "us-east-1"],
        "organizational_units.Workloads.guardrails": OPEN,
        "workload": {key: value for key, value in section.items() if value is not None},
    }


def without(name: str) -> dict[str, object]:
    changes = copy.deepcopy(workload())
    section: Any = changes["workload"]
    del section["instances"][name]
    return changes


ACCEPTED: list[dict[str, object]] = [
    workload(),
    workload(form="instances"),
    workload({"engine": "aurora-mysql", "countries": ["DE"], "count_only": True}),
    {"workload": {**BASE, "form": "serverless"}},
    {"workload": {**BASE, "form": "serverless", "region": "eu-central-1"}},
    {
        "workload": {
            **BASE,
            "form": "serverless",
            "serverless": {"domain": "api.example.com", "certificate": HERE},
        }
    },
]


@pytest.mark.parametrize("changes", ACCEPTED, ids=str)
def test_a_complete_section_is_accepted(found: Found, changes: dict[str, object]) -> None:
    assert found(changes) == []


def test_there_is_none_by_default(found: Found) -> None:
    assert found({}) == []
    assert Workload.model_validate({**BASE, "form": "serverless"}).instances is None


REFUSED: list[tuple[str, dict[str, object], str]] = [
    (
        "an unknown form",
        workload(form="lambda"),
        "workload.form: 'lambda' ",
    ),
    (
        "a domain without certificate",
        without("certificate"),
        "workload.instances.domain: 'orders.example.com' has no certificate; request one in us-east-1",
    ),
    (
        "a certificate that CloudFront does not find",
        workload({"certificate": HERE}),
        "workload.instances.certificate: is in 'eu-west-1', but CloudFront looks for it in 'us-east-1'",
    ),
    (
        "a certificate that the load balancer does not find",
        workload({"origin_certificate": GLOBAL}),
        "workload.instances.origin_certificate: is in 'us-east-1', but the load balancer looks for it in 'eu-west-1'",
    ),
    (
        "a certificate of another account",
        workload({"certificate": GLOBAL.replace(ACCOUNT, "666666666666")}),
        "workload.instances.certificate: is of account '666666666666'; a certificate is used in its account only",
    ),
    (
        "nothing about the machines",
        workload() | {"workload": {**BASE, "form": "instances"}},
        "workload.form: 'instances' needs the section instances: domain",
    ),
    (
        "a section without a use",
        workload(form="serverless"),
        "workload.instances: is for form instances or both; remove it",
    ),
    (
        "the edge in a Region that is not governed",
        workload() | {"regions": ["eu-west-1", "eu-central-1"]},
        "workload.form: the web ACL of CloudFront, its log and its alarms are in us-east-1, which regions does not hold",
    ),
    (
        "a unit that lets nobody make a way in",
        workload() | {"organizational_units.Workloads.guardrails": [*OPEN, "private-network"]},
        "workload.account: private-network binds '555555555555' in 'Workloads/Production'",
    ),
    (
        "the block of the VPCs' public access",
        workload()
        | {"capabilities": {"ec2_attributes": {"vpc_block_public_access": "block_ingress"}}},
        "workload.instances: capabilities.ec2_attributes blocks the public access of VPCs",
    ),
    (
        "a core account",
        {"workload": {**BASE, "form": "serverless", "account": "444444444444"}},
        "workload.account: '444444444444' is accounts.network, a core account, whose deploy roles",
    ),
    (
        "roles that guardrails would exempt",
        workload(name="secbase-orders"),
        "workload.name: 'secbase-orders' begins with the prefix",
    ),
    (
        "the baseline's own bootstrap",
        workload(qualifier="secbase"),
        "workload.qualifier: 'secbase' is the baseline's own",
    ),
    (
        "a Region that is not governed",
        {"workload": {**BASE, "form": "serverless", "region": "sa-east-1"}},
        "workload.region: 'sa-east-1' is not in regions",
    ),
    (
        "machines away from the log archive",
        workload(region="us-east-1", instances=INSTANCES | {"origin_certificate": GLOBAL}),
        "workload.region: 'us-east-1' is not the home Region, whose log archive",
    ),
    (
        "a public range",
        workload({"cidr": "8.8.0.0/20"}),
        "workload.instances.cidr: ",
    ),
    (
        "half of a name",
        {"workload": {**BASE, "form": "serverless", "serverless": {"domain": "a.example.com"}}},
        "workload.serverless.domain: domain and certificate belong together",
    ),
    (
        "what is no prefix list",
        workload({"cloudfront_prefix_list": "0.0.0.0/0"}),
        "workload.instances.cloudfront_prefix_list: '0.0.0.0/0' is not the ID of a prefix list",
    ),
    (
        "a name that RDS does not take",
        workload(name="Orders"),
        "workload.name: 'Orders' is not a name for a workload",
    ),
    (
        "a public mailbox",
        {"workload": {**BASE, "form": "serverless", "alarms": ["orders@gmail.com"]}},
        "workload.alarms[0]: 'orders@gmail.com' is not in email_domains",
    ),
    ("nobody who hears", workload(alarms=[]), "workload.alarms: "),
]


@pytest.mark.parametrize(("why", "changes", "message"), REFUSED, ids=[row[0] for row in REFUSED])
def test_one_clear_error(found: Found, why: str, changes: dict[str, object], message: str) -> None:
    (only,) = found(changes)
    assert only.startswith(message), why


def test_guardrails_of_the_account_bind_it_too(found: Found) -> None:
    changes = workload() | {"members.payments-production.guardrails": ["private-network"]}
    (only,) = found(changes)
    assert only.startswith("workload.account: private-network binds")


def test_the_serverless_form_needs_no_way_in(found: Found) -> None:
    # The example's own unit has private-network, and us-east-1 is not governed there.
    assert found({"workload": {**BASE, "form": "serverless"}}) == []
