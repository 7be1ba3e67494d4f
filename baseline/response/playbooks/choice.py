"""Which playbooks a configuration has, and what each of them does."""

from __future__ import annotations

from baseline.config import Configuration
from baseline.config.response import Playbooks as PlaybookSettings
from baseline.response.playbooks.catalog import FAMILIES, PLAYBOOKS
from baseline.response.playbooks.families import Family
from baseline.response.playbooks.model import Mode, Playbook


def chosen(settings: PlaybookSettings) -> dict[Playbook, Mode]:
    """Give each playbook that is not off, with what it does.

    Args:
        settings: section ``response.playbooks`` of baseline.yaml.
    """
    if not settings.enabled:
        return {}
    modes: dict[str, Mode] = {str(key): mode for key, mode in settings.modes.items()}
    found = {each: modes.get(each.id, each.mode) for each in PLAYBOOKS}
    return {each: mode for each, mode in found.items() if mode != "off"}


def chosen_families(configuration: Configuration) -> list[Family]:
    """Give the families of those playbooks, whose roles every account needs, as they are chosen.

    Args:
        configuration: the validated baseline.yaml.
    """
    ids = {each.family for each in chosen(configuration.response.playbooks)}
    return [
        family.configure(family, configuration) if family.configure else family
        for family in FAMILIES
        if family.id in ids
    ]
