"""The settings that the baseline keeps in every account."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StrictInt

from baseline.config.section import Section

KEY_ALIAS_PATTERN = r"^alias/[A-Za-z0-9/_-]{1,250}$"
LOG_GROUP_PATTERN = r"^[A-Za-z0-9_./#-]{1,512}$"

KeyAlias = Annotated[str, Field(pattern=KEY_ALIAS_PATTERN)]
LogGroupName = Annotated[str, Field(pattern=LOG_GROUP_PATTERN)]

SettingName = Literal[
    "contacts",
    "default_security_group",
    "default_vpc",
    "ebs_encryption",
    "ec2_attributes",
    "image_scanning",
    "opt_in_regions",
    "password_policy",
    "public_access_block",
    "resource_explorer",
    "session_preferences",
]
Recording = Literal["none", "prepared", "required"]
PasswordRule = Literal[
    "lowercase",
    "maximum_age_days",
    "minimum_length",
    "numbers",
    "reuse_prevention",
    "symbols",
    "uppercase",
]

CIS_MINIMUM_LENGTH: Final = 14
CIS_REUSE_PREVENTION: Final = 24
MAXIMUM_AGE_DAYS: Final = 90
"""Source: CIS AWS Foundations Benchmark 5.0.0, 1.7 and 1.8; Security Hub IAM.7, IAM.10 to IAM.17."""


def _class(name: str) -> bool:
    # Typed as the value it stands for, as pydantic's own Field() is.
    switch: bool = Field(
        default=True, strict=True, description=f"Passwords need {name}. true by default."
    )
    return switch


class PasswordPolicy(Section):
    """The password policy of IAM users; weaker than the benchmark only where it says so by name."""

    minimum_length: StrictInt = Field(
        default=CIS_MINIMUM_LENGTH, ge=6, le=128, description="Characters at least. 14 by default."
    )
    reuse_prevention: StrictInt = Field(
        default=CIS_REUSE_PREVENTION,
        ge=1,
        le=24,
        description="Previous passwords that cannot be used again. 24 by default.",
    )
    maximum_age_days: StrictInt | None = Field(
        default=MAXIMUM_AGE_DAYS,
        ge=1,
        le=1095,
        description="Days until a password has to be changed; null for never. 90 by default.",
    )
    uppercase: bool = _class("an upper-case letter")
    lowercase: bool = _class("a lower-case letter")
    numbers: bool = _class("a digit")
    symbols: bool = _class("a symbol")
    weaker: tuple[PasswordRule, ...] = Field(
        default=(),
        description="Rules above that are weaker than the benchmark on purpose, by name. None by default.",
    )


class SessionManager(Section):
    """Session Manager preferences in every governed Region."""

    idle_timeout_minutes: StrictInt = Field(
        default=20,
        ge=1,
        le=60,
        description="Minutes without input that end a session. 20 by default.",
    )
    maximum_duration_minutes: StrictInt = Field(
        default=480, ge=1, le=1440, description="Minutes that end any session. 480 by default."
    )
    recording: Recording = Field(
        default="none",
        description="Sessions under a key of the account, streamed to CloudWatch Logs and written to the log archive. none: not. "
        "prepared: keys, log groups and permissions are there, sessions stay as they are. required: a session whose instance "
        "cannot write its log does not start. A key costs 1 USD a month per account and Region. none by default.",
    )
    log_group: LogGroupName | None = Field(
        default=None,
        description="Log group that receives the sessions, encrypted and of this name in every account and governed Region. None by default.",
    )
    key_alias: KeyAlias | None = Field(
        default=None,
        description="Alias of the key that encrypts the sessions besides TLS, the same in every account and governed Region. None by default.",
    )


class AccountSettings(Section):
    """What is kept in every account where no policy and no CloudFormation type does it."""

    off: tuple[SettingName, ...] = Field(
        default=(),
        description="Settings that are left alone, by name. None by default: all are kept.",
    )
    password_policy: PasswordPolicy = Field(
        default_factory=PasswordPolicy, description="The password policy of IAM users."
    )
    session_manager: SessionManager = Field(
        default_factory=SessionManager, description="Session Manager preferences."
    )
    ebs_key_alias: KeyAlias | None = Field(
        default=None,
        description="Alias of the key of new volumes, the same in every account and governed Region. AWS's own key by default.",
    )
    accounts_at_once: StrictInt = Field(
        default=8,
        ge=1,
        le=1000,
        description="Accounts that are visited at the same time; a new security account has a quota of 10 concurrent functions. 8 by default.",
    )
