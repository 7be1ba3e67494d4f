"""What the baseline's own roles must always be able to do, whatever guardrails a unit has.

A guardrail that stops the deployment can be repaired from the management account only; one that
stops break-glass or the response is found out at the worst moment. So this is checked at synth.

Source: the actions that the stacks of this project need when CloudFormation creates, changes and
reads their resources (CloudFormation resource schemas, handlers' permissions).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from baseline.guardrails.model import RoleClass
from baseline.guardrails.needs import (
    ADMINISTRATION,
    ADVICE,
    BEYOND,
    CONTROL_TOWER_STACKS,
    GROUPS,
    IMAGES,
    NEEDS,
    POLICIES,
    PROVIDERS,
    WAYS_IN,
)
from baseline.guardrails.request import Request
from baseline.guardrails.roles import CONTROL_TOWER, Roles

EDGE_REGION = "us-east-1"
_UUID = "00000000-0000-0000-0000-000000000000"


def requests_of(
    roles: Roles, accounts: Mapping[str, str], regions: Sequence[str]
) -> Iterator[tuple[str, Request]]:
    """Give the requests that must be allowed, each with the reason.

    Resources are those that guardrails protect, so that the exemption is what lets them pass.

    Args:
        roles: The organization's roles.
        accounts: ``member`` and the core accounts, to their IDs.
        regions: Governed Regions.
    """
    for role_class, actions in NEEDS.items():
        if not roles.patterns(role_class):
            continue
        places = dict.fromkeys([*regions, *([EDGE_REGION] if role_class in BEYOND else [])])
        for principal in roles.examples(role_class, accounts["member"]):
            for region in places:
                for action in actions:
                    request = _request(principal, action, region, roles.prefix, accounts)
                    yield f"{role_class.value} need it", request
    yield from _ways_in(roles, accounts, regions)
    yield from _detection(roles, accounts, regions)
    yield from _images(roles, accounts, regions)
    if roles.control_tower:
        yield from _control_tower(roles, accounts, regions)


def _control_tower(
    roles: Roles, accounts: Mapping[str, str], regions: Sequence[str]
) -> Iterator[tuple[str, Request]]:
    """Give what Control Tower does in the accounts that it governs."""
    for account in accounts.values():
        principal = f"arn:aws:iam::{account}:role/{CONTROL_TOWER}"
        for region in regions:
            for action in CONTROL_TOWER_STACKS:
                request = _request(principal, action, region, roles.prefix, accounts)
                yield "Control Tower needs it", request


def _detection(
    roles: Roles, accounts: Mapping[str, str], regions: Sequence[str]
) -> Iterator[tuple[str, Request]]:
    """Give what keeps the administered services as they should be, and what reads Trusted Advisor."""
    administrator = f"role/{roles.prefix}-detection-administrator"
    for region in regions:
        for action in ADMINISTRATION:
            principal = f"arn:aws:iam::{roles.security_account}:{administrator}"
            request = _request(principal, action, region, roles.prefix, accounts)
            yield "the administrator of Macie, Detective and Inspector needs it", request
    for account in accounts.values():
        for action in ADVICE:
            principal = f"arn:aws:iam::{account}:role/{roles.prefix}-trusted-advisor"
            request = _request(principal, action, EDGE_REGION, roles.prefix, accounts)
            yield "the reader of Trusted Advisor needs it", request


def _images(
    roles: Roles, accounts: Mapping[str, str], regions: Sequence[str]
) -> Iterator[tuple[str, Request]]:
    """Give what builds golden images and shares them with the organization."""
    principal = f"arn:aws:iam::{accounts['shared_services']}:role/{roles.prefix}-image-build"
    for region in regions:
        for action in IMAGES:
            request = _request(principal, action, region, roles.prefix, accounts)
            yield "the builder of golden images needs it", request


def _ways_in(
    roles: Roles, accounts: Mapping[str, str], regions: Sequence[str]
) -> Iterator[tuple[str, Request]]:
    """Give what makes and uses the emergency role, the boundary and the deploy roles."""
    for principal in roles.examples(RoleClass.DEPLOYERS, accounts["member"]):
        own = f"arn:aws:iam::{principal.split(':')[4]}"
        changes = {
            f"{own}:role/{roles.break_glass}": WAYS_IN,
            f"{own}:role/{roles.prefix}-deploy-baseline": WAYS_IN,
            f"{own}:policy/{roles.prefix}-boundary": POLICIES,
            f"{own}:group/{roles.prefix}-second-factor": GROUPS,
            f"{own}:oidc-provider/token.actions.githubusercontent.com": PROVIDERS,
        }
        for resource, actions in changes.items():
            for action in actions:
                yield (
                    "deployers make the ways in",
                    Request(
                        principal_arn=principal,
                        action=action,
                        resource=resource,
                        region=EDGE_REGION,
                    ),
                )
    # The users stand in the management account; what binds the role there is resource policies.
    for place in accounts.values():
        for region in dict.fromkeys([*regions, EDGE_REGION]):
            yield (
                "break-glass users need it",
                Request(
                    principal_arn=f"arn:aws:iam::{accounts['management']}:user/break-glass-1",
                    action="sts:AssumeRole",
                    resource=f"arn:aws:iam::{place}:role/{roles.break_glass}",
                    region=region,
                    context={"aws:MultiFactorAuthPresent": "true"},
                ),
            )
    for place in roles.core_accounts:
        bootstrap = f"cdk-{roles.qualifier}-deploy-role-{place}-{roles.home_region}"
        pipeline = f"arn:aws:iam::{accounts['shared_services']}:role/{roles.prefix}-deploy-baseline"
        yield (
            "pipelines deploy with it",
            Request(
                principal_arn=pipeline,
                action="sts:AssumeRole",
                resource=f"arn:aws:iam::{place}:role/{bootstrap}",
                region=roles.home_region,
            ),
        )


def _request(
    principal: str, action: str, region: str, prefix: str, accounts: Mapping[str, str]
) -> Request:
    return Request(
        principal_arn=principal,
        action=action,
        region=region,
        resource=_resource(principal, action, prefix, accounts),
        context=_context(action, prefix),
    )


def _resource(principal: str, action: str, prefix: str, accounts: Mapping[str, str]) -> str:
    """Give the resource of an action, in the caller's account: one that guardrails protect."""
    own, home = principal.split(":")[4], "eu-west-1"
    if action.startswith("s3:") and principal.endswith("-responder"):
        # The baseline's own buckets stay protected from the responders, too.
        return "arn:aws:s3:::workload-bucket"
    known = {
        "s3": f"arn:aws:s3:::{prefix}-org-logs-{accounts['log_archive']}-{home}",
        "cloudtrail": f"arn:aws:cloudtrail:{home}:{accounts['management']}:trail/{prefix}-org-trail",
        "iam": f"arn:aws:iam::{own}:role/{_subject(principal, prefix)}",
        "secretsmanager": f"arn:aws:secretsmanager:{home}:{own}:secret:{prefix}-access-key/x",
        **{name: f"arn:aws:{name}:{home}:{own}:{rest}" for name, rest in _own(prefix).items()},
    }
    if action.endswith("Alias"):
        return f"arn:aws:kms:{home}:{own}:alias/{prefix}-logs"
    return known.get(action.partition(":")[0], "*")


def _own(prefix: str) -> dict[str, str]:
    """Give service to the last part of the ARN of one of the baseline's resources."""
    return {
        "cloudformation": f"stack/{prefix}-security/{_UUID}",
        "cloudwatch": f"alarm:{prefix}-delivery",
        "ec2": "instance/i-0123456789abcdef0",
        "events": f"rule/{prefix}-findings",
        "kms": f"key/{_UUID}",
        "lambda": f"function:{prefix}-findings",
        "logs": f"log-group:{prefix}-cloudtrail",
        "sns": f"{prefix}-findings-critical",
        "sqs": f"{prefix}-dead-letters",
        "states": f"stateMachine:{prefix}-settings",
    }


def _subject(principal: str, prefix: str) -> str:
    """Give the role that is changed: the baseline's own change other people's roles only."""
    return "Workload" if f":role/{prefix}-" in principal else f"{prefix}-settings-reconciler"


def _context(action: str, prefix: str) -> dict[str, list[str]]:
    """Give the condition keys of an action: the alias of a protected key."""
    return {"kms:ResourceAliases": [f"alias/{prefix}-logs"]} if action.startswith("kms:") else {}
