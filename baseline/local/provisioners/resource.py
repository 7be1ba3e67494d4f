"""A resource as a provisioner sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from baseline.local import emulators, internal
from baseline.local.provisioners import coerce


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource of a stack, with its properties resolved.

    Attributes:
        type: Resource type.
        logical_id: Logical ID in the template.
        stack: Stack name.
        properties: Resolved properties.
        account: Account ID of the stack.
        region: Region of the stack.
        dropped: Properties that the template had before this update and has no more.
    """

    type: str
    logical_id: str
    stack: str
    properties: Mapping[str, Any]
    account: str
    region: str
    dropped: frozenset[str] = frozenset()

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - JSON
        """Give a property or the default."""
        return self.properties.get(name, default)

    def only(self, *names: str) -> dict[str, Any]:
        """Give those of the named properties that the template sets."""
        return {name: self.properties[name] for name in names if name in self.properties}

    def name(self, prop: str) -> str:
        """Give the physical name: the property, or one made of stack name and logical ID."""
        given = self.properties.get(prop)
        provisioning = emulators.module("ministack.services.cloudformation.provisioners")
        return str(given or provisioning._physical_name(self.stack, self.logical_id))

    def tags(self) -> dict[str, str]:
        """Give ``Tags`` as a map, whichever form the type uses."""
        tags = self.properties.get("Tags") or []
        if isinstance(tags, Mapping):
            return {key: str(value) for key, value in tags.items()}
        return {tag["Key"]: str(tag["Value"]) for tag in tags}

    def tag_list(self) -> list[dict[str, str]]:
        """Give ``Tags`` as a list of ``Key`` and ``Value``."""
        return [{"Key": key, "Value": value} for key, value in self.tags().items()]

    def call(self, service: str, method: str, **values: Any) -> Any:  # noqa: ANN401 - JSON
        """Call an API in the account and Region of the stack.

        Args:
            service: botocore's service name.
            method: boto3 method.
            values: Arguments; shaped by :func:`baseline.local.provisioners.coerce.arguments`.
        """
        client = internal.client(service, self.account, self.region)
        return getattr(client, method)(**coerce.arguments(client, method, values))


def resource_of(
    resource_type: str,
    logical_id: str,
    properties: Mapping[str, Any],
    stack: str,
    *,
    before: Mapping[str, Any] | None = None,
) -> Resource:
    """Give the resource of the stack that ministack's engine is deploying in this thread.

    Args:
        resource_type: For example ``AWS::S3::Bucket``.
        logical_id: Logical ID in the template.
        properties: Resolved properties.
        stack: Stack name.
        before: Properties before the update; None for a creation.
    """
    account, region = emulators.scope()
    return Resource(
        type=resource_type,
        logical_id=logical_id,
        stack=stack,
        properties=properties,
        account=account,
        region=region,
        dropped=frozenset(before or {}) - frozenset(properties),
    )
