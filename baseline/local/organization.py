"""The organization of the embedded AWS: moto's, with the IDs of a configuration."""

import inspect
import json
from collections.abc import Mapping
from typing import Any

import botocore.session

from baseline.errors import BaselineError
from baseline.local import emulators, internal

PARTITION = "aws"
ACCESS_ROLE = "OrganizationAccountAccessRole"
_HOME = "us-east-1"

# Trusted access that moto's list lacks. Source: AWS Organizations User Guide, "AWS services that
# you can use with AWS Organizations", and the service's own page about trusted access.
_TRUSTED_SERVICES = (
    "guardduty.amazonaws.com",
    "iam.amazonaws.com",
    "inspector2.amazonaws.com",
    "malware-protection.guardduty.amazonaws.com",
    "resource-explorer-2.amazonaws.com",
    "sso.amazonaws.com",
)
_DELEGATING_SERVICES = (
    "account.amazonaws.com",
    "access-analyzer.amazonaws.com",
    "auditmanager.amazonaws.com",
    "backup.amazonaws.com",
    "cloudtrail.amazonaws.com",
    "config.amazonaws.com",
    "config-multiaccountsetup.amazonaws.com",
    "detective.amazonaws.com",
    "fms.amazonaws.com",
    "guardduty.amazonaws.com",
    "health.amazonaws.com",
    "iam.amazonaws.com",
    "inspector2.amazonaws.com",
    "ipam.amazonaws.com",
    "macie.amazonaws.com",
    "malware-protection.guardduty.amazonaws.com",
    "member.org.stacksets.cloudformation.amazonaws.com",
    "resource-explorer-2.amazonaws.com",
    "security-ir.amazonaws.com",
    "securityhub.amazonaws.com",
    "securitylake.amazonaws.com",
    "sso.amazonaws.com",
    "storage-lens.s3.amazonaws.com",
)


def extend_moto() -> None:
    """Teach moto's Organizations all policy types, longer IDs and newer integrated services."""
    models = emulators.module("moto.organizations.models")
    utils = emulators.module("moto.organizations.utils")
    types = policy_types()
    models.FakeRoot.SUPPORTED_POLICY_TYPES = list(types)
    models.FakePolicy.SUPPORTED_POLICY_TYPES = list(types)
    models.FakePolicy.__init__ = _policy_constructor(models.FakePolicy.__init__)
    # moto allows its own lengths only; AWS allows 4 to 32 characters (Organizations API reference).
    utils.ROOT_ID_REGEX = r"r-[a-z0-9]{4,32}"
    utils.OU_ID_REGEX = r"ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}"
    trusted = models.FakeServiceAccess.TRUSTED_SERVICES
    models.FakeServiceAccess.TRUSTED_SERVICES = sorted({*trusted, *_TRUSTED_SERVICES})
    delegating = models.FakeDelegatedAdministrator.SUPPORTED_SERVICES
    models.FakeDelegatedAdministrator.SUPPORTED_SERVICES = sorted(
        {*delegating, *_DELEGATING_SERVICES}
    )


def policy_types() -> tuple[str, ...]:
    """Give all policy types of AWS Organizations, from botocore's model."""
    model = botocore.session.get_session().get_service_model("organizations")
    return tuple(model.shape_for("PolicyType").enum)


def _policy_constructor(original: Any) -> Any:  # noqa: ANN401 - moto publishes no types
    """Let the constructor of moto's policies take every type; the ARN carries the type's name."""
    if "made_for_all_types" in inspect.signature(original).parameters:
        return original

    def construct(
        self: Any,  # noqa: ANN401 - moto publishes no types
        organization: Any,  # noqa: ANN401
        *,
        made_for_all_types: bool = True,
        **arguments: Any,  # noqa: ANN401
    ) -> None:
        wanted = arguments.get("Type", "")
        known = wanted not in policy_types() or not made_for_all_types
        original(
            self, organization, **(arguments if known else {**arguments, "Type": "TAG_POLICY"})
        )
        self.type = wanted
        self._arn_format = f"arn:{{0}}:organizations::{{1}}:policy/{{2}}/{wanted.lower()}/{{3}}"

    return construct


def backend(management: str) -> Any:  # noqa: ANN401 - moto publishes no types
    """Give moto's Organizations state of a management account."""
    models = emulators.module("moto.organizations.models")
    return models.organizations_backends[management][PARTITION]


def management_of(account: str) -> str | None:
    """Give the management account of an account's organization, or None outside of one."""
    backends = emulators.module("moto.organizations.models").organizations_backends
    if account in backends.master_accounts:
        return str(backends.master_accounts[account][0])
    return account if backend(account).org else None


def enabled_services(account: str) -> set[str]:
    """Give the service principals with trusted access in the account's organization."""
    management = management_of(account)
    if management is None:
        return set()
    return {service["ServicePrincipal"] for service in backend(management).services}


def enable_service(account: str, principal: str) -> None:
    """Give a service trusted access to the organization of its management account."""
    backend(account).enable_aws_service_access(ServicePrincipal=principal)


def create(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Create the organization of a configuration, or add the accounts that it lacks.

    Args:
        wanted: ``{"organization_id", "root_id", "management": {"id", "email", "name"},
            "accounts": [{"id", "email", "name"}, ...]}``. The accounts join under the root.
            With ``"identity_center"``, the instance of :func:`identity_center.create`.

    Returns:
        ``{"organization_id", "root_id", "created": [account IDs]}``.

    Raises:
        BaselineError: The management account has another organization already.
        KeyError: A member of ``wanted`` is missing.
    """
    management = wanted["management"]
    state = backend(management["id"])
    if state.org is None:
        _found(state, wanted)
    elif state.org.id != wanted["organization_id"]:
        raise BaselineError(
            f"account {management['id']} has organization {state.org.id} already, not "
            f"{wanted['organization_id']}; stop the embedded AWS to start afresh"
        )
    known = {account.id for account in state.accounts}
    created = [account["id"] for account in wanted["accounts"] if account["id"] not in known]
    for account in wanted["accounts"]:
        if account["id"] in created:
            join(state, account)
    if "identity_center" in wanted:
        # Imported here: that module asks this one which account manages the organization.
        from baseline.local import identity_center  # noqa: PLC0415

        identity_center.create(management["id"], wanted["identity_center"])
    return {
        "organization_id": state.org.id,
        "root_id": state.org.root_id,
        "created": created,
    }


def _found(state: Any, wanted: Mapping[str, Any]) -> None:  # noqa: ANN401 - moto has no types
    management = wanted["management"]
    state.create_organization(region=_HOME, FeatureSet="ALL")
    state.org.id = wanted["organization_id"]
    state.org.root_id = wanted["root_id"]
    state.org.master_account_email = management["email"]
    root = state.ou[0]
    root.id = wanted["root_id"]
    account = state.accounts[0]
    account.name = management["name"]
    account.email = management["email"]
    account.parent_id = wanted["root_id"]
    for record in (root, account, *state.policies):
        record.organization_id = wanted["organization_id"]


def join(state: Any, account: Mapping[str, str]) -> None:  # noqa: ANN401 - moto has no types
    """Let an existing account join the organization under its root.

    Args:
        state: moto's state (:func:`backend`).
        account: ``{"id", "email", "name"}``.
    """
    status = state.create_account(AccountName=account["name"], Email=account["email"])
    generated = status["CreateAccountStatus"]["AccountId"]
    models = emulators.module("moto.organizations.models")
    owners = models.organizations_backends.master_accounts
    owners[account["id"]] = owners.pop(generated)
    record = next(item for item in state.accounts if item.id == generated)
    record.id = account["id"]
    record.joined_method = "INVITED"
    add_access_role(account["id"], state.org.master_account_id, ACCESS_ROLE)


def add_access_role(account: str, management: str, role: str) -> None:
    """Give the management account its administrator role in a member account.

    Organizations does so in accounts that it creates; in accounts that join, their administrator
    does.
    """
    client = internal.client("iam", account, _HOME)
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{management}:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    client.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))
    client.attach_role_policy(
        RoleName=role, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
