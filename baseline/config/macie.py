"""Amazon Macie: sensitive data in buckets, how it is recognized, and which findings are accepted."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictInt

from baseline.config.access_analyzer import DATE_PATTERN
from baseline.config.forms import PHRASE_PATTERN, AccountId
from baseline.config.section import Section

IDENTIFIER_PATTERN = r"^[A-Za-z][A-Za-z0-9-]{0,63}$"
BUCKET_PATTERN = r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"
FINDING_TYPE_PATTERN = r"^(Policy:IAMUser|SensitiveData:S3Object)/[A-Za-z0-9]+$"

# Source: Amazon Macie User Guide, "Macie quotas" and "Configuration options for custom data
# identifiers"; Amazon Macie API Reference, "CreateCustomDataIdentifier", "CreateAllowList".
REGEX_LENGTH = 512
KEYWORDS = 50
IGNORE_WORDS = 10
ALLOW_LISTS = 10
MAXIMUM_DISTANCE = 300

IdentifierName = Annotated[str, Field(pattern=IDENTIFIER_PATTERN)]
BucketName = Annotated[str, Field(pattern=BUCKET_PATTERN)]
FindingType = Annotated[str, Field(pattern=FINDING_TYPE_PATTERN)]
Regex = Annotated[str, Field(min_length=1, max_length=REGEX_LENGTH)]
Keyword = Annotated[str, Field(min_length=3, max_length=90)]
IgnoreWord = Annotated[str, Field(min_length=4, max_length=90)]
Frequency = Literal["FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS"]


def _switch(description: str, *, default: bool) -> bool:
    # Typed as the value it stands for, as pydantic's own Field() is.
    word = "true" if default else "false"
    switch: bool = Field(
        default=default, strict=True, description=f"{description} {word} by default."
    )
    return switch


class CustomIdentifier(Section):
    """Sensitive data that Macie does not know by itself, such as an employee number."""

    description: str = Field(
        pattern=PHRASE_PATTERN, max_length=512, description="What it recognizes."
    )
    regex: Regex = Field(
        description="Regular expression that the data matches, 512 characters at most."
    )
    keywords: tuple[Keyword, ...] = Field(
        default=(),
        max_length=KEYWORDS,
        description="Words of which one stands near the data. None by default.",
    )
    ignore_words: tuple[IgnoreWord, ...] = Field(
        default=(),
        max_length=IGNORE_WORDS,
        description="Words that make a match no match. None by default.",
    )
    distance: StrictInt = Field(
        default=50,
        ge=1,
        le=MAXIMUM_DISTANCE,
        description="Characters between keyword and data at most, 1 to 300. 50 by default.",
    )


class AllowList(Section):
    """Data that looks sensitive and is not, such as the number of a test card."""

    description: str = Field(
        pattern=PHRASE_PATTERN, max_length=512, description="Why it is not sensitive."
    )
    regex: Regex = Field(
        description="Regular expression that the data matches, 512 characters at most."
    )


class AcceptedData(Section):
    """Findings that somebody looked at and accepted, until a day."""

    reason: str = Field(
        pattern=PHRASE_PATTERN,
        min_length=10,
        max_length=200,
        description="Why the findings are wanted, for whoever reads the file in a year.",
    )
    until: str = Field(
        pattern=DATE_PATTERN,
        description="Last day on which they are accepted, in quotes, as in '2027-06-30'. After it the file is invalid until somebody decides again.",
    )
    buckets: tuple[BucketName, ...] = Field(
        default=(), description="Names of the buckets. Every bucket of the accounts by default."
    )
    accounts: tuple[AccountId, ...] = Field(
        default=(), description="IDs of the accounts. Every account by default."
    )
    finding_types: tuple[FindingType, ...] = Field(
        default=(),
        description="Types of the findings, such as SensitiveData:S3Object/Personal. Every type by default.",
    )


class MacieSettings(Section):
    """Macie in every account and governed Region: exposed buckets and the sensitive data in them."""

    enabled: bool = _switch(
        "Macie in every account and governed Region. AWS bills each bucket each month, and each gigabyte that is inspected.",
        default=False,
    )
    automated_discovery: bool = _switch(
        "Inspect samples of every bucket continuously. Most of Macie's cost.", default=True
    )
    frequency: Frequency = Field(
        default="FIFTEEN_MINUTES",
        description="How often updates of findings are published: FIFTEEN_MINUTES, ONE_HOUR or SIX_HOURS. FIFTEEN_MINUTES by default.",
    )
    excluded_accounts: tuple[AccountId, ...] = Field(
        default=(), description="IDs of accounts that do not become members. None by default."
    )
    custom_identifiers: dict[IdentifierName, CustomIdentifier] = Field(
        default_factory=dict,
        description="Sensitive data of your own, by name; inspected everywhere. None by default.",
    )
    allow_lists: dict[IdentifierName, AllowList] = Field(
        default_factory=dict,
        max_length=ALLOW_LISTS,
        description="Data that is not sensitive, by name, at most ten. None by default.",
    )
    accepted: dict[IdentifierName, AcceptedData] = Field(
        default_factory=dict,
        description="Accepted findings, by name; they are archived as they appear. None by default.",
    )
