"""The playbooks that the baseline has, and the families they belong to."""

from __future__ import annotations

from baseline.response.playbooks import (
    compromised_access_key,
    compromised_instance,
    compromised_role_session,
    crypto_mining,
    dns_exfiltration,
    exposed_bucket,
    exposed_database,
    family_compute,
    family_data,
    family_identity,
    family_protection,
    malware_object,
    root_use,
    trail_tampering,
)
from baseline.response.playbooks.families import Family
from baseline.response.playbooks.model import Playbook

FAMILIES: tuple[Family, ...] = (
    family_identity.FAMILY,
    family_compute.FAMILY,
    family_data.FAMILY,
    family_protection.FAMILY,
)
"""In the order of their roles."""

PLAYBOOKS: tuple[Playbook, ...] = (
    compromised_access_key.PLAYBOOK,
    compromised_role_session.PLAYBOOK,
    compromised_instance.PLAYBOOK,
    crypto_mining.PLAYBOOK,
    dns_exfiltration.PLAYBOOK,
    exposed_bucket.PLAYBOOK,
    malware_object.PLAYBOOK,
    exposed_database.PLAYBOOK,
    root_use.PLAYBOOK,
    trail_tampering.PLAYBOOK,
)
"""In the order of the runbooks."""


def family_of(playbook: Playbook) -> Family:
    """Give the family of a playbook.

    Raises:
        KeyError: when there is none of that name.
    """
    return {family.id: family for family in FAMILIES}[playbook.family]
