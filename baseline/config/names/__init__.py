"""Every physical name of the baseline, one file per account or concern.

A physical name exists only where another account or a policy has to name the thing first. All of
them follow from prefix, account and Region, so they are the same in every synthesis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from baseline.config.names.backups import BackupNames
from baseline.config.names.delivery import DeliveryNames
from baseline.config.names.edge import EdgeNames
from baseline.config.names.endpoint import EndpointNames
from baseline.config.names.evidence import EvidenceNames
from baseline.config.names.findings import FindingNames
from baseline.config.names.forensics import ForensicNames
from baseline.config.names.game_days import GameDayNames
from baseline.config.names.hooks import HookNames
from baseline.config.names.images import ImageNames
from baseline.config.names.inspector import InspectorNames
from baseline.config.names.log_archive import LogArchiveNames
from baseline.config.names.members import MemberNames
from baseline.config.names.network import NetworkNames
from baseline.config.names.patching import PatchingNames
from baseline.config.names.people import PeopleNames
from baseline.config.names.reconciling import ReconcilingNames
from baseline.config.names.responses import ResponseNames
from baseline.config.names.siem import SiemNames
from baseline.config.names.trail import TrailNames
from baseline.config.standalone import Standalone

if TYPE_CHECKING:
    from baseline.config.configuration import Configuration

ROLES: Final = ("management", "log_archive", "security", "network", "shared_services")


@dataclass(frozen=True, kw_only=True, slots=True)
class Names(
    BackupNames,
    DeliveryNames,
    EdgeNames,
    EndpointNames,
    EvidenceNames,
    FindingNames,
    HookNames,
    GameDayNames,
    ForensicNames,
    InspectorNames,
    ImageNames,
    LogArchiveNames,
    MemberNames,
    NetworkNames,
    PatchingNames,
    PeopleNames,
    ReconcilingNames,
    ResponseNames,
    SiemNames,
    TrailNames,
):
    """The names that accounts use for each other's resources.

    ``management`` to ``shared_services`` are account IDs. Everything else is derived from them.
    """

    @classmethod
    def of(cls, configuration: Configuration | Standalone) -> Names:
        """Give the names that follow from a configuration.

        A standalone account has every role itself, and stands for its organization.
        """
        if isinstance(configuration, Standalone):
            ids = dict.fromkeys(ROLES, configuration.account.id)
            organization_id = configuration.account.id
        else:
            ids = {role: getattr(configuration.accounts, role).id for role in ROLES}
            organization_id = configuration.organization.id
        return cls(
            prefix=configuration.prefix,
            home_region=configuration.home_region,
            organization_id=organization_id,
            **ids,
        )
