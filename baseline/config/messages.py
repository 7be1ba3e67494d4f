"""Turns pydantic's errors into sentences that say what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from pydantic_core import ErrorDetails

from baseline.config import (
    access_analyzer,
    account_settings,
    backups,
    config_rules,
    delivery,
    edge,
    endpoint,
    forms,
    forms_control_tower,
    game_days,
    guardduty,
    images,
    inspector,
    macie,
    notifications,
    organization_policies,
    patching,
    security_hub,
    siem,
    template_validation,
    trail,
    trusted_advisor,
    workload,
)
from baseline.config.fields import field_at, section_at
from baseline.config.finding import Finding, Path
from baseline.config.section import Section
from baseline.config.text import LIMIT, nearest, shorten, show, suggestion

# What each form of text asks for; `forms.py` holds the forms.
HINTS: Mapping[str, str] = MappingProxyType(
    {
        forms.ACCOUNT_ID_PATTERN: "is not an AWS account ID: 12 digits, in quotes",
        forms.ORGANIZATION_ID_PATTERN: "is not an organization ID: o- and 10 to 32 lower-case letters or digits",
        forms.ROOT_ID_PATTERN: "is not the ID of an organization's root: r- and 4 to 32 lower-case letters or digits",
        forms.UNIT_ID_PATTERN: "is not the ID of an organizational unit: ou-, the root's part, -, 8 to 32 lower-case letters or digits",
        forms.ROOT_EMAIL_PATTERN: "is not an e-mail address",
        forms.CONTACT_EMAIL_PATTERN: "is not an e-mail address that AWS accepts for a contact",
        # Of mail domains and of hosts: one pattern.
        forms.DOMAIN_PATTERN: "is not a domain name in lower case, such as example.com",
        forms.PHONE_PATTERN: 'is not a telephone number in E.164 form, such as "+4930123456"',
        forms.PREFIX_PATTERN: "is not a prefix: 3 to 16 lower-case letters, digits or hyphens, a letter first, no hyphen last",
        forms.MEMBER_NAME_PATTERN: "is not an account name: 2 to 50 lower-case letters, digits or hyphens, a letter first, no hyphen last",
        forms.UNIT_NAME_PATTERN: "is not a name for a unit: letters, digits, spaces and . _ - inside, at most 128 characters",
        forms.UNIT_PATH_PATTERN: "is not the path of a unit, such as Workloads/Production",
        forms.ROLE_NAME_PATTERN: "is not the name of an IAM role: 1 to 64 letters, digits or + = , . @ _ -",
        forms.USER_NAME_PATTERN: "is not the name of one IAM user: 1 to 64 letters, digits or + = , . @ _ -",
        forms.ROLE_PATH_PATTERN: "is not the name of one IAM role, with its path and without wildcards",
        forms.DEPLOY_ROLE_NAME_PATTERN: "is not a name for a deploy role: 2 to 30 lower-case letters, digits or hyphens",
        forms.REPOSITORY_PATTERN: "is not one repository or project with its owner, such as example/baseline; wildcards let strangers deploy",
        forms.REFERENCE_PATTERN: "is not the name of one environment, branch or tag; wildcards let every branch deploy",
        forms.PREFIX_LIST_PATTERN: "is not the ID of a prefix list, such as pl-6da54004",
        forms.IPAM_POOL_PATTERN: "is not the ID of an IPAM pool, such as ipam-pool-0123456789abcdef0",
        forms.ATTACHMENT_PATTERN: "is not the ID of a transit gateway attachment, such as tgw-attach-0123456789abcdef0",
        forms.CERTIFICATE_PATTERN: "is not the ARN of a certificate in ACM",
        forms.SAML_PROVIDER_PATTERN: "is not the ARN of an IAM SAML provider",
        forms.CONNECTION_PATTERN: "is not a name of letters and digits that starts with a capital, such as Berlin or Web",
        forms.ENDPOINT_PATTERN: "is not the name of an endpoint's service, such as kms or ecr.api",
        forms.ACTION_PATTERN: "is not an action of a service, such as chime:* or pricing:GetProducts",
        forms.SSO_INSTANCE_PATTERN: "is not the ARN of an Identity Center instance: arn:aws:sso:::instance/ssoins- and 16 letters or digits",
        forms.IDENTITY_STORE_PATTERN: "is not the ID of an identity store: d- and 10 hexadecimal digits",
        forms.GROUP_ID_PATTERN: "is not the ID of a group in the identity store, such as 906712345a-11111111-2222-3333-4444-555555555555",
        forms.START_URL_PATTERN: "is not the address of an access portal, such as https://d-0123456789.awsapps.com/start",
        forms.PERMISSION_SET_PATTERN: "is not a name for a permission set: letters, digits or + = , . @ _ -",
        forms.PERMISSION_SET_FILE_PATTERN: "is not the name of a permission set's file: lower-case letters, digits or hyphens, such as security-auditor",
        forms.SESSION_PATTERN: "is not a session length from PT1H to PT12H",
        forms.RELAY_STATE_PATTERN: "is not a page of the AWS console, such as https://console.aws.amazon.com/vpc/home",
        forms.AWS_POLICY_PATTERN: "is not the ARN of an AWS managed policy, such as arn:aws:iam::aws:policy/SecurityAudit",
        forms.POLICY_NAME_PATTERN: "is not the name of an IAM policy: 1 to 128 letters, digits or + = , . @ _ -",
        forms.WORDS_PATTERN: "is not a name of lower-case words with hyphens, such as weekly or public-website",
        forms.SHORT_NAME_PATTERN: "is not a short name: 2 to 40 lower-case letters, digits or hyphens, a letter first, such as al2023",
        forms.POLICY_PATH_PATTERN: "is not the path of an IAM policy: / or /team/",
        forms.PHRASE_PATTERN: "is not a name: no spaces at its ends, and not empty",
        access_analyzer.ACCEPTANCE_PATTERN: "is not a name for what is accepted: letters, digits or . _ -, a letter first",
        access_analyzer.DATE_PATTERN: "is not a day, such as '2027-06-30', in quotes",
        access_analyzer.PRINCIPAL_PATTERN: "is neither an account ID nor the ARN of a role or user",
        access_analyzer.RESOURCE_ARN_PATTERN: "is not the ARN of a resource",
        access_analyzer.RESOURCE_TYPE_PATTERN: "is not a type of resources, such as AWS::IAM::Role",
        inspector.PACKAGE_PATH_PATTERN: "is not the absolute path of a directory on Linux",
        inspector.TIME_PATTERN: "is not a time of day: 00:00 to 23:59, in quotes",
        inspector.VULNERABILITY_PATTERN: "is not the ID of a vulnerability, such as CVE-2026-12345",
        macie.BUCKET_PATTERN: "is not the name of a bucket",
        macie.FINDING_TYPE_PATTERN: "is not a type of Macie's findings, such as SensitiveData:S3Object/Personal",
        macie.IDENTIFIER_PATTERN: "is not a name: letters, digits or hyphens, a letter first, at most 64",
        trusted_advisor.SCHEDULE_PATTERN: "is not a schedule, such as cron(0 5 * * ? *) or rate(1 day)",
        trail.RESOURCE_TYPE_PATTERN: "is not a type of resources as CloudTrail calls it, such as AWS::S3::Object",
        trail.EVENT_SOURCE_PATTERN: "is not the event source of a service, such as s3.amazonaws.com",
        trail.ARN_START_PATTERN: "is not the start of an ARN without wildcards, such as arn:aws:s3:::bucket/",
        notifications.SLACK_WORKSPACE_PATTERN: "is not the ID of a Slack workspace, such as T0123ABCD",
        notifications.SLACK_CHANNEL_PATTERN: "is not the ID of a Slack channel, such as C0123ABCD; its name is none",
        notifications.UUID_PATTERN: "is not a UUID, as Microsoft Teams gives for tenants and teams",
        notifications.TEAMS_CHANNEL_PATTERN: "is not the encoded ID of a channel in Microsoft Teams, such as 19%3aabc%40thread.tacv2",
        notifications.AUDIENCE_PATTERN: "is not a name for a team or channel: 2 to 32 lower-case letters, digits or hyphens, a letter first",
        notifications.WEBHOOK_PATTERN: "is not an HTTPS address without query, such as https://events.pagerduty.com/v2/enqueue",
        notifications.VALUE_ARN_PATTERN: "is not the full ARN of a secret, with the six characters at its end; the value itself never stands here",
        notifications.VALUE_KEY_PATTERN: "is not a key of a JSON secret: letters, digits or _ . -",
        notifications.HEADER_PATTERN: "is not the name of an HTTP header",
        account_settings.KEY_ALIAS_PATTERN: "is not the alias of a key, such as alias/ebs",
        account_settings.LOG_GROUP_PATTERN: "is not the name of a log group: letters, digits or . / # _ -",
        config_rules.IDENTIFIER_PATTERN: "is not the identifier of a managed rule, such as REQUIRED_TAGS",
        config_rules.PARAMETER_PATTERN: "is not the name of a parameter: letters and digits, such as tag1Key",
        guardduty.REASON_PATTERN: "is not a reason of 10 to 400 letters, digits, spaces and . : _ - / ( ) [ ] { }",
        backups.BACKUP_VAULT_PATTERN: "is not the name of a backup vault: 2 to 50 letters, digits, _ or -",
        backups.APPROVAL_TEAM_PATTERN: "is not the ARN of an approval team of Multi-party approval",
        backups.CRON_PATTERN: "is not a cron expression with six fields, such as cron(0 3 ? * * *)",
        organization_policies.IMAGE_PROVIDER_PATTERN: "is not an account ID, amazon, aws_marketplace or aws_backup_vault",
        organization_policies.TAG_KEY_PATTERN: "is not a tag key: 1 to 128 letters, digits, spaces or . : / = + @ _ -",
        organization_policies.TAGGED_TYPE_PATTERN: "is not a resource type of a tag policy, such as ec2:instance or s3:ALL_SUPPORTED",
        **forms_control_tower.HINTS,
        **endpoint.HINTS,
        **game_days.HINTS,
        **images.HINTS,
        **patching.HINTS,
        **security_hub.HINTS,
        **siem.HINTS,
        **edge.HINTS,
        **template_validation.HINTS,
        **workload.HINTS,
        **delivery.HINTS,
    }
)


def finding(error: ErrorDetails, root: type[Section], unquoted: Mapping[Path, str]) -> Finding:
    """Give the finding for one error of pydantic.

    Args:
        error: The error, its location a path from ``root``.
        root: The model that was validated.
        unquoted: Text of the values that YAML takes for numbers, truth values or nothing.
    """
    path: Path = error["loc"]
    if path and path[-1] == "[key]":  # pydantic marks a mapping's key so
        path = path[:-1]
    value = error["input"]
    if error["type"] == "missing":
        return Finding(path, _missing(root, path))
    if error["type"] == "extra_forbidden":
        known = _known(root, path)
        near = nearest(str(path[-1]), known)
        message = f"unknown key; {suggestion(str(path[-1]), known)}"
        return Finding(path, message, meant=(*path[:-1], near) if near else None)
    if value is None:
        return Finding(path, _empty(path))
    if error["type"] == "string_type" and path in unquoted:
        return Finding(path, _unquoted(unquoted[path]))
    sentence = SENTENCES.get(error["type"], _other)
    return Finding(path, sentence(error, value))


def is_a_consequence(error: ErrorDetails) -> bool:
    """Tell whether an error only follows from another: pydantic counts a list's right entries."""
    given = error["input"]
    least = int(error.get("ctx", {}).get("min_length", 0))
    return error["type"] == "too_short" and isinstance(given, list) and len(given) >= least


def _missing(root: type[Section], path: Path) -> str:
    field = field_at(root, path)
    explanation = (field.description or "").split(". ")[0].split(": ")[0] if field else ""
    return (
        f"is missing ({shorten(explanation.rstrip('.'), 2 * LIMIT)})"
        if explanation
        else "is missing"
    )


def _known(root: type[Section], path: Path) -> list[str]:
    section = section_at(root, path[:-1])
    return list(section.model_fields) if section else []


def _empty(path: Path) -> str:
    if not path:
        return "is empty; `baseline schema` prints what a configuration holds"
    return "has no value; give one, write {} for a section without settings, or remove the key"


def _unquoted(text: str) -> str:
    read = (
        "reads a number, and leading zeros are lost" if text.isdecimal() else "does not read text"
    )
    return f"{show(text)} must stand in quotes: without them YAML {read}"


def _pattern(error: ErrorDetails, value: object) -> str:
    hint = HINTS.get(_limit(error, "pattern"), "does not have the form that is asked for")
    return f"{show(value)} {hint}"


def _too_long(error: ErrorDetails, value: object) -> str:
    return f"{show(value)} is too long: at most {_limit(error, 'max_length')} characters"


def _too_short(error: ErrorDetails, value: object) -> str:
    return f"{show(value)} is too short: at least {_limit(error, 'min_length')} characters"


def _one_of(error: ErrorDetails, value: object) -> str:
    expected = _limit(error, "expected").replace("'", "").replace(" or ", ", ")
    near = nearest(str(value), expected.split(", ")) if isinstance(value, str) else None
    meant = f"; did you mean '{near}'?" if near else ""
    return f"{show(value)} is not one of {expected}{meant}"


def _other(error: ErrorDetails, value: object) -> str:
    return f"{show(value)}: {error['msg']}"


def _limit(error: ErrorDetails, name: str) -> str:
    context: dict[str, Any] = error.get("ctx") or {}
    return str(context.get(name, ""))


Sentence = Callable[[ErrorDetails, object], str]

SENTENCES: Mapping[str, Sentence] = MappingProxyType(
    {
        "string_type": lambda _, value: f"{show(value)} stands where text is expected",
        "string_pattern_mismatch": _pattern,
        "string_too_long": _too_long,
        "string_too_short": _too_short,
        "literal_error": _one_of,
        "int_type": lambda _, value: (
            f"{show(value)} is not a whole number; write digits without quotes"
        ),
        "bool_type": lambda _, value: (
            f"{show(value)} is neither true nor false; write true or false"
        ),
        "greater_than_equal": lambda error, value: (
            f"{show(value)} is too small: at least {_limit(error, 'ge')}"
        ),
        "less_than_equal": lambda error, value: (
            f"{show(value)} is too large: at most {_limit(error, 'le')}"
        ),
        "too_short": lambda error, _: (
            f"is an empty list; at least {_limit(error, 'min_length')} entry is needed"
        ),
        "too_long": lambda error, _: f"has too many entries; at most {_limit(error, 'max_length')}",
        "tuple_type": lambda _, value: (
            f"{show(value)} stands where a list is expected, such as [a, b]"
        ),
        "dict_type": lambda _, value: f"{show(value)} stands where a mapping of names is expected",
        "model_type": lambda _, value: f"{show(value)} stands where keys and values are expected",
    }
)
