"""Access keys, unused credentials and root credentials."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictInt

from baseline.config.forms import UserName
from baseline.config.organization_policies import TagKey
from baseline.config.section import Section

ROTATION_LIMIT_DAYS = 90
"""Age above which an active access key fails Security Hub IAM.3."""

UNUSED_LIMIT_DAYS = 45
"""Days without use above which a credential fails Security Hub IAM.22."""

Weaker = Literal["rotate_after_days", "unused_after_days"]


class ExemptTag(Section):
    """The tag of IAM users whose credentials are reported and left alone."""

    key: TagKey = Field(
        default="CredentialRotation", description="Key of the tag. CredentialRotation by default."
    )
    value: str = Field(
        default="exempt",
        min_length=1,
        max_length=256,
        description="Value of the tag. exempt by default.",
    )


class AccessKeySettings(Section):
    """What happens to the access keys and passwords of IAM users, in every account."""

    mode: Literal["report", "apply"] = Field(
        default="report",
        description="report: the job says what it would do. apply: it does it. report by default.",
    )
    rotate_after_days: StrictInt = Field(
        default=ROTATION_LIMIT_DAYS,
        ge=14,
        le=365,
        description="Age at which an access key is deactivated; its successor is there grace_days before. 14 to 365, above 90 only with accept_weaker. 90 by default.",
    )
    warn_days: StrictInt = Field(
        default=14,
        ge=0,
        le=90,
        description="Days of warning before a successor is made. 14 by default.",
    )
    grace_days: StrictInt = Field(
        default=14,
        ge=1,
        le=90,
        description="Days in which the old access key works beside its successor. 14 by default.",
    )
    delete_after_days: StrictInt = Field(
        default=30,
        ge=7,
        le=90,
        description="Days after its deactivation that an access key with a successor is deleted; until then it can be activated again. 30 by default.",
    )
    unused_after_days: StrictInt = Field(
        default=UNUSED_LIMIT_DAYS,
        ge=14,
        le=90,
        description="Days without use after which an access key is deactivated. 14 to 90, above 45 only with accept_weaker. 45 by default.",
    )
    unused_passwords: Literal["report", "remove"] = Field(
        default="report",
        description="What happens to a password that was not used for unused_after_days. remove deletes it, which nobody can take back: the user needs a new one. report by default.",
    )
    exempt_tag: ExemptTag = Field(
        default_factory=ExemptTag,
        description="Tag of users whose credentials are reported and left alone.",
    )
    exempt_users: tuple[UserName, ...] = Field(
        default=(),
        description="Names of users who are left alone in every account, beside those of break-glass. None by default.",
    )
    accept_weaker: tuple[Weaker, ...] = Field(
        default=(),
        description="Periods that may exceed the benchmark: rotate_after_days (90, control IAM.3) and unused_after_days (45, control IAM.22). None by default.",
    )


class RootCredentialSettings(Section):
    """What happens to the credentials of the root users of member accounts."""

    mode: Literal["report", "remove"] = Field(
        default="report",
        description="report: the job says which accounts have root credentials. remove: it also removes those that somebody approved. report by default.",
    )
    approval_hours: StrictInt = Field(
        default=24,
        ge=1,
        le=168,
        description="Hours in which a removal can be approved; after that nothing is removed. 1 to 168, 24 by default.",
    )


class Credentials(Section):
    """Access keys, unused credentials and root credentials."""

    access_keys: AccessKeySettings = Field(
        default_factory=AccessKeySettings,
        description="Rotation of access keys and unused credentials of IAM users.",
    )
    root: RootCredentialSettings = Field(
        default_factory=RootCredentialSettings,
        description="Credentials of the root users of member accounts.",
    )
