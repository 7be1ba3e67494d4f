"""Whether the agent can be packaged, gets its token, and is missed where it is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path as File
from typing import get_args

from baseline.config.endpoint import (
    BY_SERVICE,
    FULL_ARN_PATTERN,
    OWN,
    PRESET_PATTERN,
    SUFFIXES,
    WITHOUT_INSTALLERS,
    Platform,
    Vendor,
)
from baseline.config.finding import Finding, Path
from baseline.config.text import show
from baseline.config.view import View
from baseline.endpoint.preset import Preset, load_preset, presets
from baseline.errors import BaselineError

SECTION: Path = ("endpoint",)
VENDOR: Path = (*SECTION, "vendor")
INSTALLERS: Path = (*SECTION, "installers")
PRESET: Path = (*SECTION, "preset")
TOKEN_SECRET: Path = (*SECTION, "token_secret")
GUARDDUTY: Path = ("capabilities", "guardduty")


def installers_belong_to_the_vendor(view: View) -> Iterator[Finding]:
    """A vendor's agent has installers; what the operating system or AWS brings has none."""
    vendor, installers = _vendor(view), view.keys(*INSTALLERS)
    if vendor is None:
        for key in (INSTALLERS, PRESET, (*SECTION, "target"), TOKEN_SECRET):
            if view.get(key):
                yield Finding(
                    key, "is for nobody; name the vendor in endpoint.vendor, or remove it"
                )
        return
    preset = _preset(view)
    needed = vendor not in WITHOUT_INSTALLERS
    if vendor == OWN:
        needed = preset is not None and not preset.linux.platforms
    if installers and not needed and (vendor != OWN or preset is not None):
        yield Finding(INSTALLERS, f"{vendor} takes no installers; remove them")
    elif needed and not installers:
        yield Finding(
            VENDOR,
            f"{show(vendor)} has no installers; download them from the vendor's console and name them in "
            "endpoint.installers",
        )


def installers_can_be_packaged(view: View) -> Iterator[Finding]:
    """Each installer is a file of the kind that its platform takes, and the preset knows the platform."""
    preset = _preset(view)
    for place in view.keys(*INSTALLERS):
        file = view.text(*INSTALLERS, place)
        if file is None or place not in get_args(Platform):
            continue
        suffixes = SUFFIXES[place.partition("/")[0]]
        if not file.endswith(suffixes):
            yield Finding(
                (*INSTALLERS, place),
                f"{show(file)} is no installer of this platform, which ends in {' or '.join(suffixes)}",
            )
        elif not File(file).is_file():
            yield Finding((*INSTALLERS, place), f"{show(file)} is no file here")
        if place.startswith("windows") and preset is not None and preset.windows is None:
            yield Finding(
                (*INSTALLERS, place),
                f"{preset.id} has no Windows part; remove the installer, or use a preset of your own",
            )


def presets_can_be_read(view: View) -> Iterator[Finding]:
    """A preset of one's own is named exactly where it is used, and is one."""
    file, vendor = view.text(*PRESET), _vendor(view)
    if vendor == OWN and file is None:
        yield Finding(VENDOR, "'own' has no preset; name its file in endpoint.preset")
    if file is None or not re.fullmatch(PRESET_PATTERN, file):
        return
    if vendor is not None and vendor != OWN:
        yield Finding(PRESET, f"is not used with vendor {vendor}; write vendor: own, or remove it")
        return
    try:
        load_preset(File(file))
    except BaselineError as error:
        yield Finding(PRESET, str(error))


def guardduty_watches_where_it_is_the_agent(view: View) -> Iterator[Finding]:
    """Runtime Monitoring is on in every Region where it stands for an agent."""
    if _vendor(view) != BY_SERVICE:
        return
    if not view.enabled(*GUARDDUTY, "enabled"):
        yield Finding(VENDOR, "GuardDuty is off; switch capabilities.guardduty.enabled on")
        return
    regions: list[Path] = [
        (*GUARDDUTY, "regions", name) for name in view.keys(*GUARDDUTY, "regions")
    ]
    for section in (GUARDDUTY, *regions):
        if not view.enabled(*section, "runtime_monitoring"):
            yield Finding(
                (*section, "runtime_monitoring"),
                "is off, and endpoint.vendor says that it is the agent; switch it on, or choose another vendor",
            )


def machines_without_it_are_reported(view: View) -> Iterator[Finding]:
    """The rule that finds machines without the agent has a recorder and an inventory to read."""
    if _vendor(view) in (None, BY_SERVICE):
        return
    for switch, why in (
        (("capabilities", "config", "enabled"), "the rule that finds machines without the agent"),
        (("systems_manager", "inventory"), "the inventory that the rule of the agent reads"),
    ):
        if not view.enabled(*switch):
            yield Finding(switch, f"is off, and endpoint needs {why}; switch it on")


def tokens_are_where_machines_look(view: View) -> Iterator[Finding]:
    """The secret is the baseline's own, of the security account and home Region."""
    arn, vendor = view.text(*TOKEN_SECRET), _vendor(view)
    if arn is None or vendor is None or not re.fullmatch(FULL_ARN_PATTERN, arn):
        return
    preset = _preset(view)
    if vendor == BY_SERVICE or (preset is not None and preset.secret is None):
        yield Finding(TOKEN_SECRET, f"{vendor} needs no token; remove it")
        return
    home, account = view.text("home_region"), view.text("accounts", "security", "id")
    prefix = view.text("prefix") or "secbase"
    wanted = f"arn:aws:secretsmanager:{home}:{account}:secret:{prefix}-endpoint-token"
    if arn.rpartition("-")[0] != wanted:
        yield Finding(
            TOKEN_SECRET, f"is not the baseline's secret {wanted}-…; copy the ARN of that one"
        )


def _vendor(view: View) -> str | None:
    vendor = view.text(*VENDOR)
    return vendor if vendor in get_args(Vendor) else None


def _preset(view: View) -> Preset | None:
    vendor = _vendor(view)
    if vendor != OWN:
        return presets().get(vendor or "")
    try:
        return load_preset(File(view.text(*PRESET) or ""))
    except BaselineError:
        return None  # found already
