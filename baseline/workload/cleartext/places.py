"""Where in a template something stands, and whether a secret would be there."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from baseline.workload.cleartext.names import (
    is_harmless,
    is_no_secret,
    promises_secret,
    resolves_secret,
)
from baseline.workload.cleartext.values import FUNCTIONS, OPAQUE, Surroundings, literals

DEMANDING = frozenset(
    {
        "accesstoken",
        "apikeyvalue",
        "authtoken",
        "clientsecret",
        "hectoken",
        "masteruserpassword",
        "oauthtoken",
        "password",
        "passwords",
        "presharedkey",
        "secretstring",
        "sharedsecret",
        "webhooksecret",
    }
)
"""Properties that take a secret, in the resource types that have them (lower case)."""

TYPED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "AWS::ApiGateway::ApiKey": frozenset({"Value"}),
        "AWS::KinesisFirehose::DeliveryStream": frozenset({"AccessKey"}),
    }
)
"""Properties whose name says nothing, by resource type."""

BAGS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "AWS::CloudFormation::Stack": frozenset({"Parameters"}),
        "AWS::Cognito::UserPoolIdentityProvider": frozenset({"ProviderDetails"}),
        "AWS::Glue::Connection": frozenset({"ConnectionProperties"}),
        "AWS::Glue::Job": frozenset({"DefaultArguments", "NonOverridableArguments"}),
        "AWS::SSM::Association": frozenset({"Parameters"}),
    }
)
"""Properties that hold values under names of the user's own, by resource type."""

CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")
ENVIRONMENTS = frozenset(
    {"env", "environment", "environmentvariables", "runtimeenvironmentvariables", "variables"}
)
SCRIPTS = frozenset(
    {"buildspec", "command", "content", "entrypoint", "runcommand", "userdata", "zipfile"}
)
PAIRS = (
    ("Name", "Value"),
    ("name", "value"),
    ("ParameterKey", "ParameterValue"),
    ("OptionName", "Value"),
    ("HeaderName", "HeaderValue"),
)
PARAMETER = "AWS::SSM::Parameter"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A path in a resource.

    Attributes:
        kind: type of the resource.
        path: keys and indexes.
        inside_script: somewhere in a script.
        inside_environment: somewhere in the variables of an environment.
    """

    kind: str
    path: tuple[str, ...]
    inside_script: bool = False
    inside_environment: bool = False

    def below(self, key: str) -> Place:
        """Give the place of a key in this one."""
        return Place(
            kind=self.kind,
            path=(*self.path, key),
            inside_script=self.inside_script or _is_script(key),
            inside_environment=self.inside_environment or _is_environment(key),
        )

    @property
    def text(self) -> str:
        """The path with slashes."""
        return "/".join(self.path)

    @property
    def key(self) -> str:
        """The last key."""
        return self.path[-1] if self.path else ""

    @property
    def in_environment(self) -> bool:
        """The place is a variable: an entry of an environment."""
        inside = self.inside_environment and len(self.path) > 1 and _is_environment(self.path[-2])
        return inside and not self.key.isdigit() and not _is_environment(self.key)

    @property
    def is_script(self) -> bool:
        """The place is a script, or the property that has it."""
        return self.inside_script and _is_script(self.key)


@functools.lru_cache(maxsize=8192)
def _is_script(key: str) -> bool:
    return key.lower() in SCRIPTS


@functools.lru_cache(maxsize=8192)
def _is_environment(key: str) -> bool:
    return key.lower() in ENVIRONMENTS


@functools.lru_cache(maxsize=8192)
def _is_demanding(key: str) -> bool:
    return key.lower() in DEMANDING


def demands(at: Place) -> bool:
    """Tell whether a property takes a secret."""
    if _is_demanding(at.key) or at.key in TYPED.get(at.kind, ()):
        return True
    bag = len(at.path) > 1 and at.path[-2] in BAGS.get(at.kind, ())
    custom = at.kind.startswith(CUSTOM) and at.key not in FUNCTIONS
    return (bag or custom) and promises_secret(at.key)


def named_pair(
    value: Mapping[str, Any], at: Place, around: Surroundings
) -> tuple[str, object, bool] | None:
    """Give name and value of a pair, and whether it is a variable of an environment."""
    environment = at.inside_environment
    for name_key, value_key in PAIRS:
        if name_key not in value or value_key not in value:
            continue
        name = "".join(literals(value[name_key], around)[:1]).replace(OPAQUE, "")
        parameter = at.kind == PARAMETER and not at.path
        if name_key.lower() == "name" and not environment and not parameter:
            continue
        if (
            value.get("Type", "PLAINTEXT") != "PLAINTEXT"
            and environment
            and not isinstance(value["Type"], Mapping)
        ):
            continue
        last = name.rstrip("/").rpartition("/")[2] if parameter else name
        return last, value[value_key], environment
    return None


def shows(value: object, around: Surroundings, *, where: str, demanded: bool) -> str | None:
    """Give what is wrong with the value of a place for secrets; None where it is a reference."""
    items = value if isinstance(value, list) else [value]
    for item in items:
        for text in literals(item, around):
            if where == "the environment" and resolves_secret(text):
                return "a secret is put into the environment by the deployment"
            known = text.replace(OPAQUE, "").strip()
            if not (is_no_secret(known) if demanded else is_harmless(known)):
                return f"a secret stands in {where}"
    return None
