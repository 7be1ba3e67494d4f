"""Platform: what an application gets from the baseline of its organization, by name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from baseline.config.names.log_archive import LogArchiveNames
from baseline.config.names.people import PeopleNames
from baseline.config.text import show
from baseline.errors import BaselineError

LOG_RETENTION_DAYS = 365
"""Source: Security Hub CloudWatch.16."""

# Values of CloudWatch Logs; 9999 is the CDK's number for "never".
RETENTIONS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653, 9999),
)
BACKUP_DAYS = (7, 35)
"""Source: Security Hub RDS.11; Amazon RDS User Guide, "Backup retention period"."""

_ACCOUNT = re.compile(r"\d{12}")
_PREFIX = re.compile(r"[a-z][a-z0-9-]{1,15}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


@dataclass(frozen=True, kw_only=True, slots=True)
class Platform:
    """Values of the platform; without them everything stays in the application's own account.

    Attributes:
        flow_log_bucket: bucket for VPC flow logs; CloudWatch Logs where None.
        load_balancer_bucket: bucket for access logs of load balancers, with ``{region}`` where the
            Region stands; the stack's own bucket where None.
        permissions_boundary: name of the managed policy that every IAM role and user gets; none
            where None.
        log_retention_days: how long a log group keeps its logs unless it says so; 365.
        backup_days: how long databases keep automated backups unless they say so; 35.

    Raises:
        BaselineError: for a number of days that CloudWatch Logs or RDS does not have.
    """

    flow_log_bucket: str | None = None
    load_balancer_bucket: str | None = None
    permissions_boundary: str | None = None
    log_retention_days: int = LOG_RETENTION_DAYS
    backup_days: int = BACKUP_DAYS[1]

    def __post_init__(self) -> None:
        """Check the numbers."""
        if self.log_retention_days not in RETENTIONS:
            raise BaselineError(
                f"log_retention_days is {show(self.log_retention_days)}; CloudWatch Logs has "
                f"{', '.join(map(str, RETENTIONS[:-1]))} days, and 9999 for never"
            )
        low, high = BACKUP_DAYS
        if not low <= self.backup_days <= high:
            raise BaselineError(
                f"backup_days is {show(self.backup_days)}; give {low} to {high} days"
            )

    @classmethod
    def from_names(
        cls,
        *,
        prefix: str,
        log_archive_account: str,
        home_region: str,
        standalone: bool = False,
        permissions_boundary: bool = True,
        log_retention_days: int = LOG_RETENTION_DAYS,
    ) -> Platform:
        """Give the values that follow from three words of the organization's baseline.yaml.

        Nothing is looked up: the names of the baseline are deterministic.

        Args:
            prefix: ``prefix`` of baseline.yaml.
            log_archive_account: ID of the log archive account.
            home_region: ``home_region`` of baseline.yaml.
            standalone: whether baseline.yaml has ``account:``; its ID is ``log_archive_account`` then.
            permissions_boundary: False leaves roles without the baseline's boundary.
            log_retention_days: as of :class:`Platform`.

        Raises:
            BaselineError: for a value that is not of its form.
        """
        _form("prefix", prefix, _PREFIX, "'secbase'")
        _form("log_archive_account", log_archive_account, _ACCOUNT, "'222222222222', with quotes")
        _form("home_region", home_region, _REGION, "'eu-west-1'")
        accounts = dict.fromkeys(
            ("management", "security", "network", "shared_services"),
            log_archive_account if standalone else "",
        )
        # Of the organization only matters whether there is one.
        circle = log_archive_account if standalone else "o-organization"
        core = {"prefix": prefix, "home_region": home_region, "organization_id": circle, **accounts}
        archive = LogArchiveNames(log_archive=log_archive_account, **core)
        people = PeopleNames(log_archive=log_archive_account, **core)
        return cls(
            flow_log_bucket=archive.flow_log_bucket,
            load_balancer_bucket=archive.load_balancer_bucket("{region}"),
            permissions_boundary=people.boundary if permissions_boundary else None,
            log_retention_days=log_retention_days,
        )


def _form(name: str, value: object, form: re.Pattern[str], example: str) -> None:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise BaselineError(f"{name} is {show(value)}; write it as {example}")
