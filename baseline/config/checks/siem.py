"""Who reads the logs, how hard the external ID is to guess, and what the SIEM can take."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from baseline.config.finding import Finding, Path
from baseline.config.regions import SECURITY_LAKE, SIEM, table
from baseline.config.siem import EXTERNAL_ID_PATTERN, PRESETS, URL_PATTERN, SecurityLake, SiemPush
from baseline.config.text import listed, show
from baseline.config.view import View

PULL: Path = ("siem", "pull")
PUSH: Path = ("siem", "push")
LAKE: Path = ("siem", "security_lake")
SUBSCRIBER: Path = (*LAKE, "subscriber")
DISTINCT_CHARACTERS = 8
GUESSED = ("changeme", "example", "externalid", "external-id", "external_id", "password", "secret")


def name_one_reader(view: View) -> Iterator[Finding]:
    """The reader is a vendor with an external ID, or a role of the organization, and not both."""
    if not isinstance(view.get(PULL), Mapping):
        return
    vendor, own = (view.get((*PULL, key)) is not None for key in ("account", "own_role"))
    external_id = view.get((*PULL, "external_id")) is not None
    if vendor and own:
        yield Finding(
            (*PULL, "own_role"), "account is given too; one of them reads, remove the other"
        )
    elif not vendor and not own:
        yield Finding(
            PULL,
            "names no reader; give account and external_id of the SIEM's vendor, or own_role",
        )
    if vendor and not external_id:
        yield Finding(
            (*PULL, "account"),
            "has no external_id: any customer of the vendor could have it read your logs; write the "
            "one that the vendor shows",
        )
    elif external_id and not vendor:
        yield Finding(
            (*PULL, "external_id"), "is for a vendor's account only; give account, or remove it"
        )


def readers_are_who_they_seem(view: View) -> Iterator[Finding]:
    """A vendor is no account of the organization."""
    account = view.text(*PULL, "account")
    own = {view.text(*place, "id"): ".".join(map(str, place)) for place in view.accounts()}
    if account is not None and account in own:
        yield Finding(
            (*PULL, "account"),
            f"{show(account)} is {own[account]}, an account of the organization; name its role in own_role",
        )


def external_ids_are_not_guessed(view: View) -> Iterator[Finding]:
    """An external ID holds nothing that others know, and is not one character many times."""
    for section in (PULL, SUBSCRIBER):
        yield from _external_id(view, section)


def _external_id(view: View, section: Path) -> Iterator[Finding]:
    place: Path = (*section, "external_id")
    given = view.text(*place)
    if given is None or not re.fullmatch(EXTERNAL_ID_PATTERN, given):
        return
    known = {
        "the vendor's account ID": view.text(*section, "account"),
        "the organization's ID": view.text("organization", "id"),
        **{f"the ID of {row[-1]}": view.text(*row, "id") for row in view.accounts()},
    }
    for what, value in known.items():
        if value and value in given:
            yield Finding(place, f"contains {what}, which others know; use a random one")
            return
    word = next((word for word in GUESSED if word in given.lower()), None)
    if word is not None:
        yield Finding(place, f"contains {show(word)}; use a random one")
    elif len(set(given)) < DISTINCT_CHARACTERS:
        yield Finding(
            place,
            f"has {len(set(given))} different characters, at least {DISTINCT_CHARACTERS} are needed; "
            "use a random one",
        )


def lakes_exist_where_it_is_governed(view: View) -> Iterator[Finding]:
    """CloudFormation has Security Lake in every governed Region."""
    if not isinstance(view.get(LAKE), Mapping):
        return
    known = table()
    governed = [name for _, name in view.items("regions")]
    lacking = [
        name
        for name in governed
        if name in known and any(kind in known[name].missing for kind in SECURITY_LAKE)
    ]
    if lacking:
        yield Finding(
            LAKE,
            f"CloudFormation has no Security Lake in {listed(map(show, lacking))}; remove it, or the "
            "Region from regions",
        )


def subscribers_read_what_is_there(view: View) -> Iterator[Finding]:
    """A subscriber's sources are sources of the lake."""
    default: tuple[str, ...] = SecurityLake.model_fields["sources"].default
    collected = [source for _, source in view.items(*LAKE, "sources")] or list(default)
    for place, source in view.items(*SUBSCRIBER, "sources"):
        if source not in collected:
            yield Finding(
                place,
                f"{show(source)} is no source of the lake; add it to siem.security_lake.sources",
                rests_on=((*LAKE, "sources"),),
            )


def name_their_endpoint(view: View) -> Iterator[Finding]:
    """A destination has the address that it needs, and the address is the SIEM's."""
    destination = view.text(*PUSH, "destination")
    preset = PRESETS.get(destination or "")
    if preset is None:
        return
    key, other = ("domain", "url") if destination == "opensearch" else ("url", "domain")
    if view.get((*PUSH, key)) is None:
        such = f", such as {preset.example}" if key == "url" else ""
        yield Finding(PUSH, f"{key} is missing; {destination} needs it{such}")
    if view.get((*PUSH, other)) is not None:
        yield Finding((*PUSH, other), f"{destination} has no {other}; remove it")
    url = view.text(*PUSH, "url") or ""
    host = (urlsplit(url).hostname or "") if re.fullmatch(URL_PATTERN, url) else ""
    if host and preset.hosts and not host.endswith(preset.hosts):
        yield Finding(
            (*PUSH, "url"),
            f"{show(host)} is no host of {preset.name} ({listed(f'*{end}' for end in preset.hosts)}); "
            "correct it, or choose https",
        )


def can_be_delivered(view: View) -> Iterator[Finding]:
    """Batches and sources are what the destination takes."""
    destination = view.text(*PUSH, "destination")
    preset = PRESETS.get(destination or "")
    if preset is None:
        return
    default: int = SiemPush.model_fields["buffer_seconds"].default
    seconds = view.number(*PUSH, "buffer_seconds", default=default)
    if seconds is not None and seconds > preset.maximum_buffer_seconds:
        yield Finding(
            (*PUSH, "buffer_seconds"),
            f"{seconds} seconds are more than the {preset.maximum_buffer_seconds} that {destination} takes",
        )
    if destination == "opensearch":
        yield from _domain(view)


def are_offered_at_home(view: View) -> Iterator[Finding]:
    """CloudFormation has delivery streams in the home Region."""
    region = table().get(view.text("home_region") or "")
    lacking = [kind for kind in SIEM if region is not None and kind in region.missing]
    if region is not None and lacking and isinstance(view.get(PUSH), Mapping):
        yield Finding(
            PUSH, f"CloudFormation has no {listed(lacking)} in {show(region.name)}; remove it"
        )


def _domain(view: View) -> Iterator[Finding]:
    for place, source in view.items(*PUSH, "sources"):
        if source == "trail":
            yield Finding(
                place,
                "Firehose does not deliver log groups to OpenSearch Service, which takes one event per "
                "record; remove trail, and let OpenSearch Ingestion pull it from the log archive",
            )
    arn = (view.text(*PUSH, "domain") or "").split(":")
    wanted = (view.text("home_region"), view.text("accounts", "security", "id"))
    if len(arn) > len("arn:") and (arn[3], arn[4]) != wanted:
        yield Finding(
            (*PUSH, "domain"),
            f"is in {arn[4]} {arn[3]}; the streams deliver to a domain of the security account in the "
            f"home Region ({wanted[1]} {wanted[0]})",
        )
