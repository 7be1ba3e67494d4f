"""What the account settings shall be, in the words of the services' APIs."""

from __future__ import annotations

import json

from baseline.audit.session_log_bucket import PREFIX
from baseline.config import Configuration, Names
from baseline.config.account_settings import PasswordPolicy, SessionManager
from baseline.config.contacts import Contact, Contacts
from baseline.errors import BaselineError

ENVIRONMENT_BYTES = 3_600
"""Of the 4 kB that the environment variables of a function may have; the rest is for the others.

Source: AWS Lambda Developer Guide, "Lambda quotas".
"""

CONTROLS = {
    "contacts": ("Account.1",),
    "default_security_group": ("EC2.2",),
    "ebs_encryption": ("EC2.7",),
    "image_scanning": ("ECR.1",),
    "password_policy": (
        "IAM.7",
        "IAM.10",
        "IAM.11",
        "IAM.12",
        "IAM.13",
        "IAM.14",
        "IAM.15",
        "IAM.16",
        "IAM.17",
    ),
    "public_access_block": ("S3.1",),
}
"""Security Hub controls that a setting implements."""


def wanted_settings(configuration: Configuration) -> dict[str, object]:
    """Give the wanted value of each setting that is kept; what is off is not named.

    S3's block of public access of an account is kept only where the organization policy is off:
    with the policy, AWS refuses the account's own call. EC2's account attributes are kept where no
    organization declares them. Images are scanned only where Inspector is
    on: each of them costs.
    """
    settings, names = configuration.account_settings, Names.of(configuration)
    every: dict[str, object] = {
        "contacts": _contacts(configuration.contacts),
        "default_security_group": {},
        "default_vpc": {},
        "ebs_encryption": {"key": settings.ebs_key_alias},
        "ec2_attributes": {
            "hop_limit": configuration.capabilities.ec2_attributes.metadata_hop_limit
        },
        "image_scanning": {},
        "opt_in_regions": {"governed": sorted(configuration.regions)},
        "password_policy": _password_policy(settings.password_policy),
        "public_access_block": {},
        "resource_explorer": _resource_explorer(names),
        "session_preferences": _session_preferences(settings.session_manager, names),
    }
    if configuration.capabilities.s3_public_access_block.enabled:
        del every["public_access_block"]
    if not names.standalone:
        del every["ec2_attributes"]
    inspector = configuration.capabilities.inspector
    if not (inspector.enabled and inspector.images):
        del every["image_scanning"]
    return {name: value for name, value in every.items() if name not in settings.off}


def environment_text(wanted: dict[str, object]) -> str:
    """Give the settings as an environment variable.

    Raises:
        BaselineError: they are longer than a function's environment may be.
    """
    text = json.dumps(wanted, separators=(",", ":"), sort_keys=True)
    if len(text.encode()) > ENVIRONMENT_BYTES:
        raise BaselineError(
            f"account settings and contacts take {len(text.encode())} bytes of at most "
            f"{ENVIRONMENT_BYTES}; shorten names and titles of contacts"
        )
    return text


def controls_of(wanted: dict[str, object]) -> list[str]:
    """Give the controls that the kept settings implement.

    A policy that is weaker on purpose claims no control: it is not known which of them still hold.
    """
    policy = wanted.get("password_policy")
    kept = [name for name in wanted if name != "password_policy" or policy == STRONG]
    return sorted(control for name in kept for control in CONTROLS.get(name, ()))


def _password_policy(policy: PasswordPolicy) -> dict[str, object]:
    # IAM keeps no value that is not sent; without an age, passwords do not expire.
    age = {} if policy.maximum_age_days is None else {"MaxPasswordAge": policy.maximum_age_days}
    return {
        "MinimumPasswordLength": policy.minimum_length,
        "RequireSymbols": policy.symbols,
        "RequireNumbers": policy.numbers,
        "RequireUppercaseCharacters": policy.uppercase,
        "RequireLowercaseCharacters": policy.lowercase,
        "AllowUsersToChangePassword": True,
        "PasswordReusePrevention": policy.reuse_prevention,
        # A user whose password expired would need an administrator.
        "HardExpiry": False,
        **age,
    }


STRONG = _password_policy(PasswordPolicy())
"""The policy that the controls ask for."""


def _session_preferences(settings: SessionManager, names: Names) -> dict[str, object]:
    """Give the inputs of the document that are kept, and those of ours that end where they are found.

    Where recording is not required (any more), the document must not ask for it: instances would
    refuse sessions.
    """
    recording = _recording(names)
    if settings.recording == "required":
        return {"inputs": _session_inputs(settings) | recording, "withdrawn": {}}
    return {"inputs": _session_inputs(settings), "withdrawn": recording}


def _session_inputs(settings: SessionManager) -> dict[str, object]:
    """Give the inputs of the document; texts, because the document's schema has numbers as texts.

    Source: AWS Systems Manager User Guide, "Session document schema".
    """
    inputs: dict[str, object] = {
        "idleSessionTimeout": str(settings.idle_timeout_minutes),
        "maxSessionDuration": str(settings.maximum_duration_minutes),
        "runAsEnabled": False,
    }
    if settings.log_group is not None:
        inputs |= _log_group(settings.log_group)
    if settings.key_alias is not None:
        inputs["kmsKeyId"] = settings.key_alias
    return inputs


def _recording(names: Names) -> dict[str, object]:
    """Give the inputs of recorded sessions; the handler puts the account's ID into the prefix."""
    return {
        "s3BucketName": names.session_log_bucket,
        "s3KeyPrefix": f"{PREFIX}/{{account}}",
        "s3EncryptionEnabled": True,
        **_log_group(names.session_log_group),
        "kmsKeyId": names.session_key_alias,
    }


def _log_group(name: str) -> dict[str, object]:
    return {
        "cloudWatchLogGroupName": name,
        "cloudWatchEncryptionEnabled": True,
        "cloudWatchStreamingEnabled": True,
    }


def _resource_explorer(names: Names) -> dict[str, object]:
    return {
        "aggregator": names.home_region,
        "view": names.resource_view,
        # Who sees the organization, where there is one.
        "administrator": "" if names.standalone else names.security,
        "organization": names.organization_arn,
        "organization_view": names.organization_view,
    }


def _contacts(contacts: Contacts) -> dict[str, object]:
    return {
        kind.upper(): _contact(getattr(contacts, kind))
        for kind in ("security", "operations", "billing")
    }


def _contact(contact: Contact) -> dict[str, object]:
    return {
        "EmailAddress": contact.email,
        "Name": contact.name,
        "PhoneNumber": contact.phone,
        "Title": contact.title,
    }
