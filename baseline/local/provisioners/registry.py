"""How a CloudFormation type reaches an API: provisioners, and their place in ministack's engine.

A provisioner names the properties that it applies. Any other property of a template fails the
deployment, unless it is named as declared-only with its reason: then it is listed in the coverage.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from baseline.errors import BaselineError
from baseline.local import coverage, emulators, schemas
from baseline.local.provisioners import recorder, stock
from baseline.local.provisioners.resource import Resource, resource_of

Handler = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Physical:
    """What exists after provisioning: the value of ``Ref`` and the attributes of ``GetAtt``."""

    id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


Create = Callable[[Resource], Physical]
Update = Callable[[str, Resource, Resource], Physical]
Delete = Callable[[str, Resource], object]


@dataclass(frozen=True, kw_only=True)
class Provisioner:
    """The functions of a type and the properties that they apply."""

    create: Create
    update: Update | None
    delete: Delete
    applies: frozenset[str]
    declared: frozenset[str] = frozenset()
    reason: str = ""

    def declared_only(self, properties: Mapping[str, Any]) -> tuple[str, ...]:
        """Give the properties of a resource that have no effect here."""
        return tuple(sorted(self.declared & properties.keys()))


_PROVISIONERS: dict[str, Provisioner] = {}


def register(
    resource_type: str,
    *,
    create: Create,
    delete: Delete,
    update: Update | None = None,
    applies: Iterable[str],
    declared: Iterable[str] = (),
    reason: str = "",
) -> None:
    """Register a type of our own.

    Args:
        resource_type: For example ``AWS::GuardDuty::Detector``.
        create: Creates it.
        delete: Deletes it; gets physical ID and resource.
        update: Updates it; None replaces the resource at every change.
        applies: Properties that ``create`` and ``update`` apply.
        declared: Properties that are checked but have no effect here.
        reason: Why they have none.

    Raises:
        BaselineError: A named property is none of the type's.
    """
    named = frozenset(applies) | frozenset(declared)
    unknown = named - schemas.properties_of(resource_type)
    if unknown:
        raise BaselineError(f"{resource_type} has no property {', '.join(sorted(unknown))}")
    _PROVISIONERS[resource_type] = Provisioner(
        create=create,
        update=update,
        delete=delete,
        applies=frozenset(applies),
        declared=frozenset(declared),
        reason=reason,
    )
    coverage.support(resource_type, "own", declared, reason)


def check_applied(resource_type: str, properties: Mapping[str, Any]) -> None:
    """Refuse properties that a type of our own would not apply, and values its schema refuses.

    Raises:
        BaselineError: Names the properties or the violations.
    """
    provisioner = _PROVISIONERS[resource_type]
    unapplied = sorted(properties.keys() - provisioner.applies - provisioner.declared)
    if unapplied:
        raise BaselineError(
            f"{resource_type}: the embedded AWS does not apply {', '.join(unapplied)}; extend "
            "its provisioner in baseline/local/provisioners or leave the property out"
        )
    problems = schemas.violations(resource_type, properties)
    if problems:
        raise BaselineError(f"{resource_type}: {'; '.join(problems)}")


def install() -> None:
    """Put everything into ministack's engine: own types, completed stock types, the recorder."""
    provisioning = emulators.module("ministack.services.cloudformation.provisioners")
    stacks = emulators.module("ministack.services.cloudformation.stacks")
    handlers = provisioning._RESOURCE_HANDLERS
    stock_types = frozenset(handlers) - _PROVISIONERS.keys()
    for resource_type in stock_types:
        handlers[resource_type] = stock.completed(resource_type, handlers[resource_type])
    for resource_type in _PROVISIONERS:
        handlers[resource_type] = _handler(resource_type)
    for resource_type in schemas.all_types() - handlers.keys():
        handlers[resource_type] = recorder.handler(resource_type)
    # Provisioners call the endpoint they run behind: on the event loop they would wait for ever.
    decides = stacks._runs_on_worker_thread
    stacks._runs_on_worker_thread = lambda kind: (
        kind in _PROVISIONERS or stock.is_completed(kind) or decides(kind)
    )


def _handler(resource_type: str) -> Handler:
    provisioner = _PROVISIONERS[resource_type]

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, Any]:
        check_applied(resource_type, properties)
        resource = resource_of(resource_type, logical_id, properties, stack)
        made = provisioner.create(resource)
        _note(provisioner, resource)
        return made.id, dict(made.attributes)

    def update(
        physical_id: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str
    ) -> tuple[str, Any]:
        changed = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
        if provisioner.update is None or changed & _create_only(resource_type):
            return create(logical_id, new, stack)
        check_applied(resource_type, new)
        resource = resource_of(resource_type, logical_id, new, stack, before=old)
        made = provisioner.update(
            physical_id, resource_of(resource_type, logical_id, old, stack), resource
        )
        _note(provisioner, resource)
        return made.id, dict(made.attributes)

    def delete(physical_id: str, properties: dict[str, Any], logical_id: str) -> None:
        resource = resource_of(resource_type, logical_id or "", properties, "")
        provisioner.delete(physical_id, resource)

    return {
        "create": create,
        "update": update,
        "update_with_logical_id": True,
        "delete": delete,
        "delete_with_logical_id": True,
    }


def _create_only(resource_type: str) -> frozenset[str]:
    return schemas.names(resource_type, "createOnlyProperties")


def _note(provisioner: Provisioner, resource: Resource) -> None:
    only = provisioner.declared_only(resource.properties)
    coverage.note(
        coverage.Entry(
            account=resource.account,
            region=resource.region,
            stack=resource.stack,
            logical_id=resource.logical_id,
            type=resource.type,
            declared_only=only,
            reason=provisioner.reason if only else "",
        )
    )
