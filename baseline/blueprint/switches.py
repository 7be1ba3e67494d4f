"""Switching parts of the blueprint off, by name and with a reason."""

from __future__ import annotations

from collections.abc import Mapping

from baseline.blueprint.catalog import HARDENINGS
from baseline.blueprint.mixing import MIXINS
from baseline.blueprint.stores import ACCESS_LOGS, KEY
from baseline.config.text import show, suggestion
from baseline.errors import BaselineError

RULES = "template-rules"
SECRETS = "cleartext-secrets"
MINIMUM_REASON_LENGTH = 20

PARTS: Mapping[str, str] = {
    KEY: "a rotating customer managed key for each stack, which the injectors encrypt with",
    ACCESS_LOGS: "a bucket for each stack that takes the access logs of its buckets and load balancers",
    **MIXINS,
    RULES: "the baseline's Guard rules over every template",
    SECRETS: "the search for secrets in cleartext in every template",
}
"""What the blueprint does besides injecting, by the name by which it is switched off."""


def names() -> tuple[str, ...]:
    """Give every name that can be switched off: parts, injectors and single settings."""
    settings = [each.of(setting.name) for each in HARDENINGS for setting in each.settings]
    return (*PARTS, *(each.name for each in HARDENINGS), *settings)


def checked(without: Mapping[str, str]) -> dict[str, str]:
    """Give what is switched off, after a look at the names and the reasons.

    Args:
        without: name of a part, an injector or one setting, to the reason.

    Raises:
        BaselineError: for a name that there is not, with the nearest that there is, and for a
            reason under 20 characters.
    """
    if not isinstance(without, Mapping):
        raise BaselineError(
            f"without is {show(without)}; write each name with its reason: "
            'without={"bucket.versioned": "objects are derived and rebuilt every night"}'
        )
    known = names()
    for name, reason in without.items():
        if name not in known:
            raise BaselineError(
                f"without: the blueprint has nothing named {show(name)}; "
                f"{suggestion(str(name), known)} All names: docs/blueprint.md"
            )
        if len(str(reason).strip()) < MINIMUM_REASON_LENGTH:
            raise BaselineError(
                f"without: the reason for {name} is {show(reason)}; write at least "
                f"{MINIMUM_REASON_LENGTH} characters that a reviewer can judge"
            )
    return dict(without)
