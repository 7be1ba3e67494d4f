"""What is wrong with templates that no linter of ours says: sizes, counts, sources, costs."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from baseline.config import quotas
from tests.contract.policy_lint import loose

RESOURCES, TEMPLATE_BYTES = 400, 400_000
KEY_POLICY_BYTES, BUCKET_POLICY_BYTES = 32_768, 20_480  # AWS KMS and Amazon S3 quotas
MANAGED_POLICIES_PER_ROLE = 10
STACK_SET = "AWS::CloudFormation::StackSet"
POLICY_SIZES = {
    "SERVICE_CONTROL_POLICY": quotas.SCP_SIZE,
    "RESOURCE_CONTROL_POLICY": quotas.RCP_SIZE,
    "DECLARATIVE_POLICY_EC2": quotas.DECLARATIVE_POLICY_SIZE,
    "AISERVICES_OPT_OUT_POLICY": quotas.AI_OPT_OUT_POLICY_SIZE,
}
Template = dict[str, Any]


def breaches(texts: dict[str, str]) -> list[str]:
    """Give what breaks a quota or a rule of ours.

    Args:
        texts: the files of an assembly: its templates, ``cost.json`` and ``controls.json``.
    """
    templates = {name: json.loads(text) for name, text in texts.items() if "template" in name}
    found = [
        f"{name}: {len(texts[name].encode()):,} bytes"
        for name in templates
        if len(texts[name].encode()) > TEMPLATE_BYTES
    ]
    bodies = {
        f"{name}/{logical_id}": resource["Properties"]["TemplateBody"]
        for name, template in templates.items()
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == STACK_SET
    }
    found += [
        f"{name}: a body of {len(body.encode()):,} bytes"
        for name, body in bodies.items()
        if len(body.encode()) > quotas.TEMPLATE_INLINE_BYTES
    ]
    everything = {**templates, **{name: json.loads(body) for name, body in bodies.items()}}
    for name, template in everything.items():
        found += [f"{name}: {each}" for each in _of_template(template)]
    return [*found, *loose(everything)]


def _of_template(template: Template) -> Iterator[str]:
    resources = template["Resources"]
    if len(resources) > RESOURCES:
        yield f"{len(resources)} resources"
    if not resources:
        yield "no resource"
    for logical_id, resource in resources.items():
        if judge := JUDGES.get(resource["Type"]):
            yield from judge(logical_id, resource.get("Properties", {}))
    policies = [each for each in resources.values() if each["Type"] == "AWS::Organizations::Policy"]
    attached = Counter(
        f"{policy['Properties']['Type']} of {json.dumps(target)}"
        for policy in policies
        for target in policy["Properties"].get("TargetIds", ())
    )
    yield from (f"{count} times {key}" for key, count in attached.items() if count > _slots(key))


def _slots(key: str) -> int:
    # One slot each is FullAWSAccess's.
    if key.startswith("SERVICE"):
        return quotas.SCP_PER_TARGET - 1
    if key.startswith("RESOURCE"):
        return quotas.RCP_PER_TARGET - 1
    return quotas.DECLARATIVE_POLICIES_PER_TARGET


def _of_role(logical_id: str, properties: Template) -> Iterator[str]:
    yield from _over(
        logical_id, properties["AssumeRolePolicyDocument"], quotas.ROLE_TRUST_POLICY_SIZE
    )
    inline = [each["PolicyDocument"] for each in properties.get("Policies", ())]
    if inline:
        yield from _over(logical_id, inline, quotas.ROLE_INLINE_POLICY_SIZE)
    if len(properties.get("ManagedPolicyArns", ())) > MANAGED_POLICIES_PER_ROLE:
        yield f"{logical_id}: {len(properties['ManagedPolicyArns'])} managed policies"


def _over(logical_id: str, document: object, limit: int) -> Iterator[str]:
    """Say that a document is too large: a name that is known later counts as it is shown."""
    text = document if isinstance(document, str) else json.dumps(document, separators=(",", ":"))
    size = len(re.sub(r"\{\"Fn::[A-Za-z]+\":|\{\"Ref\":", "", text))
    if size > limit:
        yield f"{logical_id}: {size:,} characters, over {limit:,}"


def _of_policy(logical_id: str, properties: Template) -> Iterator[str]:
    limit = POLICY_SIZES.get(properties["Type"], quotas.DECLARATIVE_POLICY_SIZE)
    yield from _over(logical_id, properties["Content"], limit)


def _of_rule(logical_id: str, properties: Template) -> Iterator[str]:
    yield from _over(logical_id, properties.get("EventPattern", {}), quotas.EVENT_PATTERN_SIZE)
    if len(properties.get("Targets", ())) > quotas.EVENT_TARGETS_PER_RULE:
        yield f"{logical_id}: {len(properties['Targets'])} targets"


def _of_function(logical_id: str, properties: Template) -> Iterator[str]:
    variables = properties.get("Environment", {}).get("Variables", {})
    yield from _over(logical_id, variables, quotas.ENVIRONMENT_BYTES)


def _document(key: str, limit: int) -> Callable[[str, Template], Iterator[str]]:
    return lambda logical_id, properties: _over(logical_id, properties[key], limit)


JUDGES: dict[str, Callable[[str, Template], Iterator[str]]] = {
    "AWS::Events::Rule": _of_rule,
    "AWS::IAM::ManagedPolicy": _document("PolicyDocument", quotas.MANAGED_POLICY_SIZE),
    "AWS::IAM::Role": _of_role,
    "AWS::KMS::Key": _document("KeyPolicy", KEY_POLICY_BYTES),
    "AWS::Lambda::Function": _of_function,
    "AWS::Organizations::Policy": _of_policy,
    "AWS::S3::BucketPolicy": _document("PolicyDocument", BUCKET_POLICY_BYTES),
}
"""What is asked of a resource, by its type."""
