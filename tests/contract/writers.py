"""Resource policies of the assembly, and requests that iam-simulate answers from them alone."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support import ROOT
from tests.tools.resolve import Resolver

Templates = Mapping[str, Mapping[str, Any]]
Context = dict[str, str]

# Type of the policy: property of the policy, property that names the resource (None: itself).
HOLDERS: dict[str, tuple[str, str | None]] = {
    "AWS::KMS::Key": ("KeyPolicy", None),
    "AWS::S3::BucketPolicy": ("PolicyDocument", "Bucket"),
    "AWS::SNS::TopicPolicy": ("PolicyDocument", "Topics"),
    "AWS::SQS::QueuePolicy": ("PolicyDocument", "Queues"),
}
ALLOWED = "Allowed"
DENIED = frozenset({"ImplicitlyDenied", "ExplicitlyDenied"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """A resource policy as CloudFormation would write it.

    Attributes:
        where: stack and logical ID of the resource that the policy is about.
        kind: ``s3``, ``kms``, ``sns`` or ``sqs``.
        arn: ARN of the resource, as the policy spells it.
        account: account of the resource.
        document: the policy.
    """

    where: str
    kind: str
    arn: str
    account: str
    document: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """A request to one policy.

    Attributes:
        policy: the policy.
        principal: service principal or ARN of a role.
        action: action of the service.
        path: object key; the bucket itself where empty.
        context: condition keys besides the ones of an encrypted connection.
    """

    policy: Policy
    principal: str
    action: str
    path: str = ""
    context: Mapping[str, str] = field(default_factory=dict)

    def row(self, number: int) -> dict[str, Any]:
        """Give the request as the simulator reads it."""
        context: Context = {_key(key): value for key, value in self.context.items()}
        if self.principal.startswith("arn:"):
            context["aws:PrincipalArn"] = self.principal
            context["aws:PrincipalAccount"] = self.principal.split(":")[4]
        if self.policy.kind != "kms":
            context.setdefault("aws:SecureTransport", "true")
        if self.policy.kind == "s3":
            context.setdefault("s3:TlsVersion", "1.3")
        resource = f"{self.policy.arn}/{self.path}" if self.path else self.policy.arn
        return {
            "policy": number,
            "principal": self.principal,
            "action": self.action,
            "resource": resource,
            "accountId": self.policy.account,
            "context": context,
        }


def policies(assembly: Path, templates: Templates) -> dict[str, Policy]:
    """Give the resource policies of buckets, keys, topics and queues by stack and logical ID."""
    manifest = json.loads((assembly / "manifest.json").read_text(encoding="utf-8"))
    found: dict[str, Policy] = {}
    for stack, template in templates.items():
        if "/" in stack:
            continue  # the body of a StackSet has none of these, which the linter sees
        account = manifest["artifacts"][stack]["environment"].split("/")[2]
        resolver = Resolver(dict(template))
        for logical_id, resource in template["Resources"].items():
            if resource["Type"] not in HOLDERS:
                continue
            holder, target = HOLDERS[resource["Type"]]
            about = logical_id if target is None else _target(resource["Properties"][target])
            where = f"{stack}/{about}"
            found[where] = Policy(
                where=where,
                kind=resource["Type"].split("::")[1].lower(),
                arn=resolver.resolve({"Fn::GetAtt": [about, "Arn"]}),
                account=account,
                document=resolver.resolve(resource["Properties"][holder]),
            )
    return found


def ask(asks: Sequence[Ask]) -> list[str]:
    """Give the answer of iam-simulate to each request."""
    node = shutil.which("node")
    assert node, "node is not on PATH"
    numbers: dict[str, int] = {}
    rows = []
    for each in asks:
        text = json.dumps(_for_caller(each))
        rows.append(each.row(numbers.setdefault(text, len(numbers))))
    done = subprocess.run(
        [node, str(ROOT / "tests/contract/simulate_policies.mjs")],
        input=json.dumps({"policies": [json.loads(text) for text in numbers], "rows": rows}),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    results: list[str] = json.loads(done.stdout)
    return results


def _for_caller(one: Ask) -> dict[str, Any]:
    """Fill in the caller's account: iam-simulate splits an ARN at the colon of a variable."""
    account = one.principal.split(":")[4] if one.principal.startswith("arn:") else "000000000000"
    text = json.dumps(one.policy.document).replace("${aws:PrincipalAccount}", account)
    document: dict[str, Any] = json.loads(text)
    for statement in document["Statement"]:
        if "Condition" in statement:
            statement["Condition"] = {
                operator: {_key(key): _texts(value) for key, value in block.items()}
                for operator, block in statement["Condition"].items()
            }
    return {"Version": "2012-10-17", "Statement": document["Statement"]}


def _key(key: str) -> str:
    """Give an encryption context a key that iam-simulate can tell from another one's.

    It keeps what a slash ends, as in the tags of a principal, and knows no variable after a colon.
    """
    start = "kms:EncryptionContext:"
    if not key.startswith(start):
        return key
    return f"aws:PrincipalTag/{key.removeprefix(start).replace(':', '-')}"


def _texts(value: Any) -> Any:
    """Write numbers as texts, which is what iam-simulate compares."""
    return str(value) if isinstance(value, int | float) else value


def _target(value: Any) -> str:
    reference = value[0] if isinstance(value, list) else value
    return str(reference["Ref"])
