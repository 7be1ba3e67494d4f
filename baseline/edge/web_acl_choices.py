"""What a web ACL filters, as an argument says it: groups of AWS, rates, bots, sign-ins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from baseline.config import edge

Scope = Literal["REGIONAL", "CLOUDFRONT"]
Payload = Literal["JSON", "FORM_ENCODED"]
BotLevel = Literal["COMMON", "TARGETED"]
Sensitivity = Literal["LOW", "MEDIUM", "HIGH"]

GLOBAL_REGION = edge.GLOBAL_REGION
"""Where web ACLs of CloudFront have to be."""

MANAGED_GROUPS = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesSQLiRuleSet",
)
"""Rule groups of AWS that every application needs, within the capacity that the price includes."""

OTHER_GROUPS = (
    "AWSManagedRulesAdminProtectionRuleSet",
    "AWSManagedRulesAnonymousIpList",
    "AWSManagedRulesLinuxRuleSet",
    "AWSManagedRulesPHPRuleSet",
    "AWSManagedRulesUnixRuleSet",
    "AWSManagedRulesWindowsRuleSet",
    "AWSManagedRulesWordPressRuleSet",
)
"""Rule groups of AWS for some applications, without a price of their own.

Source: AWS WAF Developer Guide, "AWS Managed Rules rule groups list".
"""

DEFAULT_RATE = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class RateLimit:
    """How many requests one address may send within a window.

    Attributes:
        requests: requests within the window, 10 to 2,000,000,000.
        window_seconds: 60, 120, 300 (default) or 600.
        path: start of the paths that it is for; all paths by default.
    """

    requests: int
    window_seconds: int = 300
    path: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """The sign-in request that account takeover prevention looks at; costs per request.

    Attributes:
        path: path of the request, such as ``/api/sign-in``.
        username_field: where its body holds the user name, such as ``/username``.
        password_field: where its body holds the password.
        payload: how the body is written; ``JSON`` by default.
    """

    path: str
    username_field: str = "/username"
    password_field: str = "/password"  # noqa: S105 - the name of a field
    payload: Payload = "JSON"


@dataclass(frozen=True, kw_only=True, slots=True)
class Registration:
    """The registration that account creation fraud prevention looks at; costs per request.

    AWS compares the e-mail address and password with stolen credentials, and tells programs from
    people by tokens: the page has to be one that browsers load (``text/html``).

    Attributes:
        page_path: path of the page with the form, such as ``/register``.
        creation_path: path that the filled form is posted to, such as ``/api/accounts``.
        email_field: where its body holds the e-mail address, such as ``/email``.
        password_field: where its body holds the password.
        username_field: where its body holds the user name; the e-mail address by default.
        payload: how the body is written; ``JSON`` by default.
    """

    page_path: str
    creation_path: str
    email_field: str = "/email"
    password_field: str = "/password"  # noqa: S105 - the name of a field
    username_field: str | None = None
    payload: Payload = "JSON"


@dataclass(frozen=True, kw_only=True, slots=True)
class AntiDdos:
    """AWS's rule group against floods of requests; costs per month and request.

    Attributes:
        sensitivity: how suspicious a request has to be to be blocked during an attack: ``LOW``
            (default) blocks the most suspicious only.
        exempt_paths: regular expressions of paths that cannot answer a challenge of the browser,
            such as those of an API; at least one where clients are no browsers.
        challenge: False leaves the challenge out, for an API without browsers.
    """

    sensitivity: Sensitivity = "LOW"
    exempt_paths: Sequence[str] = ()
    challenge: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What a web ACL filters. Without arguments: AWS's core groups, and 2,000 requests in 5 minutes.

    Attributes:
        managed_groups: AWS's rule groups, in the order in which they are asked.
        rates: rate limits by name in PascalCase.
        anti_ddos: AWS's group against floods of requests; None by default.
        bot_control: ``COMMON`` or ``TARGETED`` bots; costs per month and request. None by default.
        registration: the registration that account creation fraud prevention looks at; None by
            default.
        login: the sign-in that account takeover prevention looks at; None by default.
        counted_rules: rules of a group that count and do not block, by the group's name: for what
            hits wanted requests. None by default.
    """

    managed_groups: Sequence[str] = MANAGED_GROUPS
    rates: Mapping[str, RateLimit] = field(
        default_factory=lambda: {"Requests": RateLimit(requests=DEFAULT_RATE)}
    )
    anti_ddos: AntiDdos | None = None
    bot_control: BotLevel | None = None
    registration: Registration | None = None
    login: Login | None = None
    counted_rules: Mapping[str, Sequence[str]] = field(default_factory=dict)
