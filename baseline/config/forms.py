"""The kinds of text that a configuration holds, each with the form that AWS defines.

The patterns also reach the JSON schema, so that an editor marks a wrong value while it is typed;
`baseline/config/messages.py` says in words what each of them asks for.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, WithJsonSchema

from baseline.config import quotas, regions

ACCOUNT_ID_PATTERN = r"^[0-9]{12}$"
ORGANIZATION_ID_PATTERN = r"^o-[a-z0-9]{10,32}$"
ROOT_ID_PATTERN = r"^r-[0-9a-z]{4,32}$"
UNIT_ID_PATTERN = r"^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$"
ROOT_EMAIL_PATTERN = r"^[^\s@]+@[^\s@]+\.[^\s@]+$"
CONTACT_EMAIL_PATTERN = r"^[\w+=.#|!&-]+@[\w.-]+\.[\w]+$"
DOMAIN_PATTERN = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$"
PHONE_PATTERN = r"^\+[1-9][0-9]{6,14}$"
PREFIX_PATTERN = r"^[a-z][a-z0-9-]{1,14}[a-z0-9]$"
MEMBER_NAME_PATTERN = r"^[a-z][a-z0-9-]{0,48}[a-z0-9]$"
UNIT_NAME_PATTERN = r"^[A-Za-z0-9]([A-Za-z0-9 ._-]{0,126}[A-Za-z0-9])?$"
UNIT_PATH_PATTERN = r"^[A-Za-z0-9]([A-Za-z0-9 ._/-]*[A-Za-z0-9])?$"
ROLE_NAME_PATTERN = r"^[A-Za-z0-9_+=,.@-]{1,64}$"
USER_NAME_PATTERN = r"^[A-Za-z0-9_.+=,@-]{1,64}$"
ROLE_PATH_PATTERN = r"^([A-Za-z0-9_.+=,@-]+/)*[A-Za-z0-9_+=,.@-]{1,64}$"
DEPLOY_ROLE_NAME_PATTERN = r"^[a-z][a-z0-9-]{0,28}[a-z0-9]$"
REPOSITORY_PATTERN = r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$"
REFERENCE_PATTERN = r"^[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}$"
HOST_PATTERN = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$"
ENDPOINT_PATTERN = r"^[a-z][a-z0-9.-]{1,62}$"
IPAM_POOL_PATTERN = r"^ipam-pool-[0-9a-f]{8,17}$"
PREFIX_LIST_PATTERN = r"^pl-[0-9a-f]{8,17}$"
ATTACHMENT_PATTERN = r"^tgw-attach-[0-9a-f]{8,17}$"
CERTIFICATE_PATTERN = r"^arn:aws:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+$"
SAML_PROVIDER_PATTERN = r"^arn:aws:iam::[0-9]{12}:saml-provider/[A-Za-z0-9._-]+$"
# Part of a construct's ID, which is why it is spelled so.
CONNECTION_PATTERN = r"^[A-Z][A-Za-z0-9]{0,39}$"
ACTION_PATTERN = r"^[a-z0-9-]+:([A-Za-z0-9]+\*?|\*)$"
PHRASE_PATTERN = r"^\S(.*\S)?$"

# IAM Identity Center: the patterns of AWS::SSO::PermissionSet and AWS::IdentityStore::Group, for the
# commercial partition; a session of 1 to 12 hours, as the console and the API offer it.
SSO_INSTANCE_PATTERN = r"^arn:aws:sso:::instance/(sso)?ins-[a-zA-Z0-9.-]{16}$"
IDENTITY_STORE_PATTERN = (
    r"^(d-[0-9a-f]{10}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$"
)
GROUP_ID_PATTERN = (
    r"^([0-9a-f]{10}-)?[A-Fa-f0-9]{8}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{12}$"
)
START_URL_PATTERN = r"^https://[a-z0-9.-]+/[A-Za-z0-9/._-]*$"
PERMISSION_SET_PATTERN = r"^[\w+=,.@-]+$"
PERMISSION_SET_FILE_PATTERN = r"^[a-z][a-z0-9-]{0,61}[a-z0-9]$"
SESSION_PATTERN = r"^PT([1-9]|1[0-2])H$"
RELAY_STATE_PATTERN = r"^https://([a-z0-9-]+\.)?console\.aws\.amazon\.com/[^\s<>]*$"
AWS_POLICY_PATTERN = r"^arn:aws:iam::aws:policy/([\w+=,.@-]+/)*[\w+=,.@-]+$"
POLICY_NAME_PATTERN = r"^[\w+=,.@{}-]{1,128}$"  # braces: {prefix} is filled in later
WORDS_PATTERN = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
SHORT_NAME_PATTERN = r"^[a-z][a-z0-9-]{0,38}[a-z0-9]$"
POLICY_PATH_PATTERN = r"^((/[A-Za-z0-9.,+@=_-]+)*)/$"

AccountId = Annotated[str, Field(pattern=ACCOUNT_ID_PATTERN)]
OrganizationId = Annotated[str, Field(pattern=ORGANIZATION_ID_PATTERN)]
RootId = Annotated[str, Field(pattern=ROOT_ID_PATTERN)]
UnitId = Annotated[str, Field(pattern=UNIT_ID_PATTERN)]
RootEmail = Annotated[str, Field(pattern=ROOT_EMAIL_PATTERN, min_length=6, max_length=64)]
ContactEmail = Annotated[str, Field(pattern=CONTACT_EMAIL_PATTERN, max_length=254)]
Domain = Annotated[str, Field(pattern=DOMAIN_PATTERN, max_length=253)]
PhoneNumber = Annotated[str, Field(pattern=PHONE_PATTERN)]
Prefix = Annotated[str, Field(pattern=PREFIX_PATTERN)]
MemberName = Annotated[str, Field(pattern=MEMBER_NAME_PATTERN)]
UnitName = Annotated[str, Field(pattern=UNIT_NAME_PATTERN)]
UnitPath = Annotated[str, Field(pattern=UNIT_PATH_PATTERN)]
RoleName = Annotated[str, Field(pattern=ROLE_NAME_PATTERN)]
RolePath = Annotated[str, Field(pattern=ROLE_PATH_PATTERN, max_length=512)]
UserName = Annotated[str, Field(pattern=USER_NAME_PATTERN)]
DeployRoleName = Annotated[str, Field(pattern=DEPLOY_ROLE_NAME_PATTERN)]
Repository = Annotated[str, Field(pattern=REPOSITORY_PATTERN, max_length=200)]
Reference = Annotated[str, Field(pattern=REFERENCE_PATTERN)]
Host = Annotated[str, Field(pattern=HOST_PATTERN, max_length=253)]
Endpoint = Annotated[str, Field(pattern=ENDPOINT_PATTERN)]
IpamPoolId = Annotated[str, Field(pattern=IPAM_POOL_PATTERN)]
PrefixListId = Annotated[str, Field(pattern=PREFIX_LIST_PATTERN)]
AttachmentId = Annotated[str, Field(pattern=ATTACHMENT_PATTERN)]
CertificateArn = Annotated[str, Field(pattern=CERTIFICATE_PATTERN)]
SamlProviderArn = Annotated[str, Field(pattern=SAML_PROVIDER_PATTERN)]
ConnectionName = Annotated[str, Field(pattern=CONNECTION_PATTERN)]
Action = Annotated[str, Field(pattern=ACTION_PATTERN)]
PersonName = Annotated[str, Field(pattern=PHRASE_PATTERN, max_length=64)]
SsoInstanceArn = Annotated[str, Field(pattern=SSO_INSTANCE_PATTERN)]
IdentityStoreId = Annotated[str, Field(pattern=IDENTITY_STORE_PATTERN)]
GroupId = Annotated[str, Field(pattern=GROUP_ID_PATTERN)]
GroupName = Annotated[str, Field(pattern=PHRASE_PATTERN, max_length=128)]
StartUrl = Annotated[str, Field(pattern=START_URL_PATTERN, max_length=256)]
PermissionSetId = Annotated[str, Field(pattern=PERMISSION_SET_FILE_PATTERN)]
PermissionSetName = Annotated[
    str, Field(pattern=PERMISSION_SET_PATTERN, max_length=quotas.PERMISSION_SET_NAME_LENGTH)
]
PermissionSetDescription = Annotated[
    str,
    Field(pattern=PHRASE_PATTERN, max_length=quotas.PERMISSION_SET_DESCRIPTION_LENGTH),
]
SessionDuration = Annotated[str, Field(pattern=SESSION_PATTERN)]
RelayState = Annotated[
    str, Field(pattern=RELAY_STATE_PATTERN, max_length=quotas.RELAY_STATE_LENGTH)
]
AwsPolicyArn = Annotated[str, Field(pattern=AWS_POLICY_PATTERN)]
PolicyName = Annotated[str, Field(pattern=POLICY_NAME_PATTERN)]
PolicyPath = Annotated[str, Field(pattern=POLICY_PATH_PATTERN, max_length=512)]
JobTitle = Annotated[str, Field(pattern=PHRASE_PATTERN, max_length=50)]

# Editors offer the Regions; whether one is known is checked with all the other questions about Regions.
RegionName = Annotated[str, WithJsonSchema({"type": "string", "enum": list(regions.table())})]


def matches_unit_path(text: str) -> bool:
    """Tell whether a text has the form of a unit's path."""
    return re.fullmatch(UNIT_PATH_PATTERN, text) is not None


def matches_address(text: str) -> bool:
    """Tell whether a text has the form of an e-mail address."""
    name, at, domain = text.rpartition("@")
    return bool(name and at and "." in domain) and not any(c.isspace() for c in text)
