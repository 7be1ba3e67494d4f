"""Export to a SIEM and Security Lake (log archive, security and management accounts, home Region)."""

from __future__ import annotations

from dataclasses import dataclass

from baseline.config.names.core import CoreNames


@dataclass(frozen=True, kw_only=True, slots=True)
class SiemNames(CoreNames):
    """Export to a SIEM and Security Lake (log archive, security and management accounts, home Region)."""

    @property
    def siem_reader_role(self) -> str:
        """Role of the log archive account that a SIEM reads logs with."""
        return f"{self.prefix}-siem-reader"

    @property
    def siem_reader_role_arn(self) -> str:
        """ARN of that role, for keys of other accounts."""
        return f"arn:{self.partition}:iam::{self.log_archive}:role/{self.siem_reader_role}"

    @property
    def siem_trail_destination(self) -> str:
        """Destination in the security account that the trail's log group is sent to."""
        return f"{self.prefix}-siem-trail"

    @property
    def siem_trail_destination_arn(self) -> str:
        """ARN of that destination, for the subscription in the management account."""
        return (
            f"arn:{self.partition}:logs:{self.home_region}:{self.security}"
            f":destination:{self.siem_trail_destination}"
        )

    @property
    def lake_replication_role(self) -> str:
        """Role with which S3 copies the lake to the home Region; AWS prescribes how it starts."""
        return f"SecurityLake-{self.prefix}-replication"

    @property
    def lake_replication_role_arn(self) -> str:
        """ARN of that role, for the lakes of other Regions."""
        return f"arn:{self.partition}:iam::{self.log_archive}:role/{self.lake_replication_role}"

    @property
    def lake_key_alias(self) -> str:
        """Alias of the lake's key in every governed Region, by which roles know it."""
        return f"alias/{self.prefix}-security-lake"

    @property
    def lake_metastore_role_arn(self) -> str:
        """ARN of the role that indexes the lake; Security Lake knows it by this name only."""
        role = "service-role/AmazonSecurityLakeMetaStoreManagerV2"
        return f"arn:{self.partition}:iam::{self.log_archive}:role/{role}"

    @property
    def lake_subscriber_role_pattern(self) -> str:
        """Pattern of the roles that Security Lake makes for subscribers: their names are UUIDs."""
        uuid = "-".join("?" * length for length in (8, 4, 4, 4, 12))
        return f"arn:{self.partition}:iam::{self.log_archive}:role/AmazonSecurityLake-{uuid}"
