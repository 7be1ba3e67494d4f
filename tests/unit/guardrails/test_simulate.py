"""The engine against @cloud-copilot/iam-simulate, a separate program that knows no line of ours."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import pytest

from baseline.guardrails.composition import IMITATION_GUARD
from baseline.guardrails.documents import (
    FULL_AWS_ACCESS,
    RCP_FULL_AWS_ACCESS,
    PolicyKind,
    compile_policy,
)
from baseline.guardrails.evaluation import Level, Organization
from baseline.guardrails.facts import rcp_services
from baseline.guardrails.packing import minified
from baseline.guardrails.request import Request
from tests.unit.guardrails import harness, iam_data

pytestmark = pytest.mark.tools

ACCOUNT = "555555555555"
FULL_STATEMENT = {"Effect": "Allow", "Action": "*", "Resource": "*"}
FULL = {"Version": "2012-10-17", "Statement": [FULL_STATEMENT]}
FULL_RCP = {"Version": "2012-10-17", "Statement": [{**FULL_STATEMENT, "Principal": "*"}]}
GENERATED = 1_000
SAMPLE = 10
"""One proof in so many, and so many generated policies, by default; ten times as many every night."""


def simulate(rows: list[dict[str, Any]]) -> list[str]:
    """Give one result a row; two processes share the rows."""
    middle = len(rows) // 2
    with ThreadPoolExecutor(max_workers=2) as pool:
        halves = pool.map(_simulate, (rows[:middle], rows[middle:]))
    return [result for half in halves for result in half]


def _simulate(rows: list[dict[str, Any]]) -> list[str]:
    node = shutil.which("node")
    assert node, "node is not on PATH"
    documents: dict[str, int] = {}
    known: dict[int, int] = {}

    def number(document: Any) -> int:
        if id(document) not in known:
            known[id(document)] = documents.setdefault(minified(document), len(documents))
        return known[id(document)]

    def numbers(levels: list[list[Any]]) -> list[list[int]]:
        """Replace documents by their numbers: most rows share them."""
        return [[number(one) for one in level] for level in levels]

    short = [{**one, "scps": numbers(one["scps"]), "rcps": numbers(one["rcps"])} for one in rows]
    done = subprocess.run(
        [node, str(iam_data.ROOT / "tests/unit/guardrails/simulate.mjs")],
        input=json.dumps({"documents": [json.loads(text) for text in documents], "rows": short}),
        capture_output=True,
        text=True,
        check=False,
        cwd=iam_data.ROOT,
    )
    assert done.returncode == 0, done.stderr
    results: list[str] = json.loads(done.stdout)
    return results


def row(
    request: Request, organization: Organization, scps: list[list[Any]], rcps: list[list[Any]]
) -> dict[str, Any]:
    """Give a request with the context that AWS fills in, which iam-simulate does not."""
    context = organization.context(request)
    values = {
        key: list(value) if key in ARRAYS or len(value) > 1 else value[0]
        for key, value in context.items()
        if value
    }
    return {
        "request": {
            "principal": request.principal_arn,
            "action": request.action,
            # The resource counts as the caller's own: across accounts identity policies decide too.
            "resource": {
                "resource": request.resource,
                "accountId": request.principal.account or request.resource_account,
            },
            "contextVariables": values,
        },
        "scps": scps,
        "rcps": rcps,
    }


# NotResource of everything is pointless, and with a variable it is refused.
OPEN = {"*", "arn:aws:s3:::${aws:PrincipalTag/team}/*"}
ARRAYS = {"aws:tagkeys", "aws:calledvia", "kms:resourcealiases", "aws:principalorgpaths"}


UNKNOWN_TO_SIMULATE = {"sts:getcalleridentity", "kms:retiregrant"}
"""Calls that AWS exempts from all policies, or from resource control policies."""


AS_A_PATTERN = "DenyOtherRegionsButEdgeLogs"
"""The one statement with NotResource. For a request that names no resource (``*``) iam-simulate
compares the ``*`` as a pattern, so that it is every log group, and lets the request pass."""


@cache
def statements_of(name: str, account: str, kind: PolicyKind) -> list[Any]:
    """Give the documents that bind a resource of an account when a guardrail stands alone.

    iam-simulate splits an ARN at the colon of a variable, so the one that we use is filled in.
    """
    rendered = harness.rendered(name, switches=True)
    guard = harness.rendered(IMITATION_GUARD, switches=True)
    rows = [guard] if kind is PolicyKind.SCP and name != IMITATION_GUARD else []
    if rendered.type.value == kind.value:
        rows.append(rendered)
    text = minified([{"Version": "2012-10-17", "Statement": [*row.statements]} for row in rows])
    documents: list[Any] = json.loads(text.replace("${aws:ResourceAccount}", account))
    return documents


def compare_proofs(one_in: int) -> int:
    """Ask iam-simulate about one in so many proofs of each guardrail; give how many it was asked."""
    place = harness.world(switches=True)
    members = set(place.accounts.values()) - {place.management}
    rows, expected = [], []
    for guardrail in harness.deciding():
        name = guardrail.id
        statements = harness.rendered(name, switches=True).statements
        organization = harness.alone(name, statements, switches=True)
        # Shuffled: every so many of a list of actions times callers would be the same caller.
        for case in harness.sample(name, harness.cases(name, switches=True), one_in):
            request = case.request
            # AWS exempts service-linked roles and a few calls, which iam-simulate does not know.
            if request.principal.is_service_linked or request.action.lower() in UNKNOWN_TO_SIMULATE:
                continue
            if request.principal_arn == "*":
                continue  # it has no caller without credentials
            scps, rcps = [[FULL]], [[FULL_RCP]]
            if request.principal.account in members:
                scps.append([FULL, *statements_of(name, request.resource_account, PolicyKind.SCP)])
            if request.resource_account in members and request.service in rcp_services():
                rcps.append(
                    [FULL_RCP, *statements_of(name, request.resource_account, PolicyKind.RCP)]
                )
            rows.append(row(request, organization, scps, rcps))
            expected.append((case, organization.evaluate(request)))
    differing = [
        f"{case.guardrail}: {case.request}: {decision.reason} / {result}"
        for (case, decision), result in zip(expected, simulate(rows), strict=True)
        # Only explicit denials count: a key also needs a key policy, of which nothing is said here.
        if decision.allowed is (result == "ExplicitlyDenied")
        and not (decision.sid == AS_A_PATTERN and case.request.resource == "*")
    ]
    assert not differing, f"{len(differing)} of {len(rows)} differ, first:\n" + "\n".join(
        differing[:5]
    )
    return len(rows)


def test_a_proof_gets_the_same_answer() -> None:
    assert compare_proofs(SAMPLE) > 10_000 // SAMPLE


@pytest.mark.nightly
def test_every_proof_gets_the_same_answer() -> None:
    assert compare_proofs(1) > 10_000


def condition(rng: random.Random) -> dict[str, dict[str, object]]:
    """Generate one condition over keys that the requests below sometimes have."""
    pairs = rng.choice(
        [
            ("StringEquals", "aws:RequestedRegion", ["eu-west-1", "us-east-1"]),
            ("StringNotEquals", "aws:RequestedRegion", ["eu-west-1", "eu-central-1"]),
            ("StringLike", "aws:PrincipalTag/team", ["r*", "b?ue"]),
            ("StringNotLike", "aws:PrincipalTag/team", ["r*"]),
            ("StringEqualsIgnoreCase", "aws:PrincipalTag/team", ["RED"]),
            (
                "StringLike",
                "aws:PrincipalTag/team",
                ["${aws:SourceIdentity}", "x-${aws:SourceIdentity, 'red'}"],
            ),
            ("ArnLike", "aws:PrincipalArn", ["arn:aws:iam::*:role/team/*"]),
            (
                "ArnNotLike",
                "aws:PrincipalArn",
                [f"arn:aws:iam::{ACCOUNT}:role/Admin", "arn:aws:iam::*:role/d?v"],
            ),
            # Variables in the last part only: iam-simulate splits an ARN at the colon of a variable.
            ("ArnLike", "aws:PrincipalArn", ["arn:aws:iam::*:role/${aws:SourceIdentity, 'Admin'}"]),
            ("ArnEquals", "aws:PrincipalArn", ["arn:aws:iam::*:role/Admin"]),
            ("Bool", "aws:SecureTransport", ["false"]),
            ("Bool", "aws:MultiFactorAuthPresent", ["true"]),
            ("NumericLessThan", "aws:MultiFactorAuthAge", ["3600"]),
            ("NumericGreaterThanEquals", "aws:MultiFactorAuthAge", ["3600"]),
            ("DateLessThan", "aws:TokenIssueTime", ["2026-01-01T00:00:00Z"]),
            ("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "192.0.2.0/24"]),
            ("NotIpAddress", "aws:SourceIp", ["10.0.0.0/8"]),
            ("ForAllValues:StringEquals", "aws:TagKeys", ["a", "b"]),
            ("ForAnyValue:StringEquals", "aws:TagKeys", ["a"]),
            ("ForAllValues:StringNotEquals", "aws:TagKeys", ["a"]),
            ("ForAnyValue:StringNotLike", "aws:TagKeys", ["a*"]),
            ("Null", "aws:TagKeys", ["true"]),
            ("Null", "aws:PrincipalTag/team", ["false"]),
        ]
    )
    operator, key, values = pairs
    if operator != "Null" and ":" not in operator and rng.random() < 0.3:
        operator += "IfExists"
    return {operator: {key: values}}


def statement(rng: random.Random) -> dict[str, object]:
    """Generate one statement."""
    actions = rng.sample(["s3:*", "s3:Get*", "s3:*t*", "s3:PutObject", "ec2:*", "s3:?etObject"], 2)
    resources = rng.sample(
        ["*", "arn:aws:s3:::a/*", "arn:aws:s3:::b*", "arn:aws:s3:::${aws:PrincipalTag/team}/*"], 1
    )
    row: dict[str, object] = {"Effect": rng.choice(["Deny", "Deny", "Allow"])}
    row["NotAction" if rng.random() < 0.3 else "Action"] = actions
    row["NotResource" if rng.random() < 0.2 and resources[0] not in OPEN else "Resource"] = (
        resources
    )
    merged: dict[str, dict[str, object]] = {}
    for _ in range(rng.randrange(3)):
        for operator, keys in condition(rng).items():
            merged.setdefault(operator, {}).update(keys)
    if merged:
        row["Condition"] = merged
    return row


def request(rng: random.Random) -> Request:
    """Generate one request; keys are there or not."""
    context: dict[str, Any] = {
        "aws:PrincipalTag/team": rng.choice(["red", "blue", "RED"]),
        "aws:SourceIdentity": rng.choice(["red", "anna"]),
        "aws:MultiFactorAuthPresent": rng.choice(["true", "false"]),
        "aws:MultiFactorAuthAge": rng.choice(["60", "3600", "7200"]),
        "aws:TokenIssueTime": rng.choice(["2025-06-01T00:00:00Z", "2026-06-01T00:00:00Z"]),
        "aws:SourceIp": rng.choice(["10.1.2.3", "192.0.2.1", "198.51.100.1"]),
        "aws:TagKeys": rng.choice([["a"], ["b", "c"], ["a", "c"]]),
        "aws:SecureTransport": rng.choice(["true", "false"]),
    }
    kept = {key: value for key, value in context.items() if rng.random() < 0.6}
    return Request(
        principal_arn=f"arn:aws:iam::{ACCOUNT}:role/{rng.choice(['Admin', 'team/x', 'dev'])}",
        action=rng.choice(["s3:GetObject", "s3:PutObject", "ec2:RunInstances"]),
        resource=rng.choice(["arn:aws:s3:::a/k", "arn:aws:s3:::b", "arn:aws:s3:::red/k"]),
        region=rng.choice(["eu-west-1", "us-east-1", "ap-southeast-1"]),
        context=kept,
    )


@pytest.mark.parametrize(
    "number",
    [GENERATED, pytest.param(10 * GENERATED, marks=pytest.mark.nightly)],
)
def test_generated_policies_get_the_same_answer(number: int) -> None:
    rng = random.Random(20261122)  # noqa: S311 - test data
    rows, ours = [], []
    for _ in range(number):
        scp = {
            "Version": "2012-10-17",
            "Statement": [statement(rng) for _ in range(rng.randrange(1, 4))],
        }
        denial = {**statement(rng), "Effect": "Deny", "Principal": "*", "Action": ["s3:Put*"]}
        denial.pop("NotAction", None)
        rcp = {"Version": "2012-10-17", "Statement": [denial]}
        with_full = rng.random() < 0.7
        level = Level(
            name="unit",
            scps=(
                *((FULL_AWS_ACCESS,) if with_full else ()),
                compile_policy("scp", scp, PolicyKind.SCP),
            ),
            rcps=(RCP_FULL_AWS_ACCESS, compile_policy("rcp", rcp, PolicyKind.RCP)),
        )
        organization = Organization(
            id="o-x", management_account="1" * 12, accounts={ACCOUNT: [Level(name="root"), level]}
        )
        asked = request(rng)
        # iam-simulate does not know which services RCPs cover; EC2 is not among them.
        rcps = [] if asked.service == "ec2" else [[FULL_RCP], [FULL_RCP, rcp]]
        rows.append(row(asked, organization, [[FULL], [*([FULL] if with_full else []), scp]], rcps))
        ours.append(organization.evaluate(asked))
    differing = [
        json.dumps({"row": one, "ours": decision.reason, "theirs": result}, default=str)
        for one, decision, result in zip(rows, ours, simulate(rows), strict=True)
        if decision.allowed is not (result == "Allowed")
    ]
    assert {decision.verdict for decision in ours} == {"allowed", "denied"}
    assert not differing, f"{len(differing)} differ, first:\n{differing[0]}"
