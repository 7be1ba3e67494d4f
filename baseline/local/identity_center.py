"""IAM Identity Center of the embedded AWS: moto's, as one instance of the organization.

moto gives every account and Region an instance of its own with a random ID. In AWS the organization
has one, in the management account, which its delegated administrator may also manage.
"""

import functools
import json
from collections.abc import Mapping
from typing import Any

from baseline.local import emulators, organization
from baseline.local.backends import state
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

PRINCIPAL = "sso.amazonaws.com"
_KIND = "identity center"


def extend_moto() -> None:
    """Teach moto ARNs of permission sets as AWS forms them, and managed policies with a path."""
    models = emulators.module("moto.ssoadmin.models")
    models.PermissionSet.generate_id = staticmethod(_permission_set_arn)
    models.SSOAdminBackend._find_managed_policy = _find_managed_policy


def _permission_set_arn(instance_arn: str) -> str:
    random = emulators.module("moto.moto_api._internal").mock_random
    stem = instance_arn.replace(":instance/", ":permissionSet/")
    return f"{stem}/ps-{random.get_random_string(length=16).lower()}"


def _find_managed_policy(_: object, arn: str) -> Any:  # noqa: ANN401 - moto publishes no types
    models = emulators.module("moto.ssoadmin.models")
    path, _, name = arn.partition(":policy/")[2].rpartition("/")
    if _managed_paths().get(name, "") != path:
        raise models.ResourceNotFoundException(f"Policy does not exist with ARN: {arn}")
    return models.ManagedPolicy(arn, name)


@functools.cache
def _managed_paths() -> Mapping[str, str]:
    """Give the path of each policy of AWS by its name; moto has them as five million characters."""
    data = emulators.module("moto.ssoadmin.models").aws_managed_policies_data
    return {name: policy.get("Path", "/").strip("/") for name, policy in json.loads(data).items()}


def create(management: str, wanted: Mapping[str, Any]) -> None:
    """Give an organization the instance of a configuration, with the groups that it adopts.

    Args:
        management: ID of the management account.
        wanted: ``{"instance", "identity_store", "region", "groups": [{"id", "name"}, ...]}``.
    """
    region = wanted["region"]
    instance = backend(management, region).instances[0]
    instance.instance_arn = wanted["instance"]
    instance.identity_store_id = wanted["identity_store"]
    state.account_wide(_KIND, management)["region"] = region
    models = emulators.module("moto.identitystore.models")
    stores = models.identitystore_backends[management][region].identity_stores
    store = stores.setdefault(wanted["identity_store"], models.IdentityStoreData())
    for group in wanted["groups"]:
        store.groups.setdefault(
            group["id"],
            models.Group(group["id"], group["name"], [], "", wanted["identity_store"]),
        )


def backend(management: str, region: str) -> Any:  # noqa: ANN401 - moto publishes no types
    """Give moto's Identity Center of a management account in a Region."""
    return emulators.module("moto.ssoadmin.models").ssoadmin_backends[management][region]


def acting_account(request: ApiRequest) -> str:
    """Give the account whose instance moto has to answer for.

    The management account and the delegated administrator share one; any other account has its
    own, which manages no accounts.

    Raises:
        ServiceError: the organization's instance stands in another Region.
    """
    management = organization.management_of(request.account)
    if management is None or not is_administrator(request.account, management):
        return request.account
    region = state.account_wide(_KIND, management).get("region", request.region)
    if region != request.region:
        raise ServiceError(
            "AccessDeniedException", f"The instance of the organization stands in {region}."
        )
    return management


def is_administrator(account: str, management: str) -> bool:
    """Tell whether an account manages the organization's instance."""
    if account == management:
        return True
    return any(
        admin.account.id == account and PRINCIPAL in admin.services
        for admin in organization.backend(management).admins
    )
