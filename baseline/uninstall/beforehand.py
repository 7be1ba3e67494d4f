"""What has to be done by hand before a stack can go, or right after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from baseline.review.assembly import STACK_SET, Assembly, Resource, Stack
from baseline.review.values import canonical
from baseline.uninstall.consequences import within

Rule = Callable[[Iterable[Resource]], Iterator[str]]


def of(stack: Stack, assembly: Assembly) -> Iterator[str]:
    """Give what comes before the removal of a stack."""
    resources = within(stack, assembly)
    for rule in RULES:
        yield from rule(resources)


def by_hand(stack: Stack) -> Iterator[str]:
    """Give what has to follow at once, because later steps need it."""
    if any(each.type == "AWS::Organizations::Policy" for each in stack.resources.values()):
        yield (
            "The policies stay attached. Detach and delete them now, from the accounts and units up to the root: "
            "while they are attached, they protect what the next steps remove, except from the management account "
            "and the roles that they exempt."
        )


def _policies(resources: Iterable[Resource]) -> Iterator[str]:
    if any(each.type == "AWS::Organizations::Policy" for each in resources):
        yield (
            "Decide what takes their place: from here on nothing stops an administrator of an account from "
            "turning off trails, detectors and encryption."
        )


def _stack_sets(resources: Iterable[Resource]) -> Iterator[str]:
    names = [_text(each, "StackSetName") for each in resources if each.type == STACK_SET]
    if names:
        yield (
            f"The deletion takes the stacks of {', '.join(names)} out of every account, the dependent ones first. "
            "Accounts that are suspended refuse it: close or restore them before."
        )


def _sessions(resources: Iterable[Resource]) -> Iterator[str]:
    if any(
        each.type == "AWS::SSM::ServiceSetting"
        and "default-ec2-instance" in canonical(each.properties)
        for each in resources
    ):
        yield (
            "Where sessions are recorded, set `systems_manager.sessions.recording` to `prepared` and deploy: "
            "preferences that name what is gone stop every session. Default Host Management ends with the stacks."
        )


def _networks(resources: Iterable[Resource]) -> Iterator[str]:
    if any(each.type == "AWS::EC2::VPC" for each in resources):
        yield "Take out of the VPC what others put there: a network interface in use stops the deletion."
    guarded = [
        each
        for each in resources
        if _on(each, "MutationProtection", "ENABLED")
        or _on(each, "DeleteProtection", on=True)
        or _on(each, "SubnetChangeProtection", on=True)
    ]
    if guarded:
        yield (
            "Set `mutation_protection` of `network.dns_firewall` and `protected` of `network.inspection` to false "
            f"and deploy: {len(guarded)} resources are protected against deletion."
        )


def _hooks(resources: Iterable[Resource]) -> Iterator[str]:
    if any(_on(each, "FailureMode", "FAIL") for each in resources if "Hook" in each.type):
        yield (
            "Set `template_validation.hook` to `off` and deploy: hooks that cannot read their rules stop deployments."
        )


def _deletion_protection(resources: Iterable[Resource]) -> Iterator[str]:
    found = [each.place.name for each in resources if not each.retained and _undeletable(each)]
    if found:
        yield f"Turn the deletion protection off of {', '.join(found)}."


def _undeletable(resource: Resource) -> bool:
    """Tell whether a resource refuses its deletion, however its type spells that."""
    attributes = resource.properties.get("LoadBalancerAttributes")
    return (
        any(
            _on(resource, key, on=True)
            for key in ("DeletionProtection", "DeletionProtectionEnabled")
        )
        or _on(resource, "DeletionProtection", "ACTIVE")
        or {"Key": "deletion_protection.enabled", "Value": "true"} in (attributes or ())
    )


RULES: tuple[Rule, ...] = (
    _policies,
    _stack_sets,
    _sessions,
    _networks,
    _hooks,
    _deletion_protection,
)


def _text(resource: Resource, key: str) -> str:
    return str(resource.properties.get(key, resource.place.name))


def _on(resource: Resource, key: str, value: object = None, *, on: bool = False) -> bool:
    return resource.properties.get(key) == (value if value is not None else on)
