"""What GuardDuty leaves out and what it knows besides, for one detector."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_guardduty as guardduty
from constructs import Construct

from baseline.config.guardduty import MAXIMUM_FILTERS, MAXIMUM_THREAT_LISTS, Suppression
from baseline.controls.registry import implements
from baseline.errors import BaselineError

DESCRIPTION_LENGTH = 512


class FindingSuppressions(Construct):
    """Filters that archive known findings at once, for the administrator and all members.

    Archived findings stay visible in GuardDuty for 90 days; nobody is told and nothing is
    exported. Reason and end stand in the description. The order of the filters does not matter,
    since all of them archive.

    Args:
        scope: parent construct, in a stack of the delegated administrator and a Region.
        id: construct ID.
        detector_id: detector of the Region.
        prefix: start of the names of the filters.
        suppressions: the suppressions by name; at least one, at most 100.

    Attributes:
        filters: the ``aws_guardduty.CfnFilter`` by name.

    Raises:
        BaselineError: there is none, or more than GuardDuty takes.

    Source: Amazon GuardDuty User Guide, "Suppression rules in GuardDuty".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        detector_id: str,
        prefix: str,
        suppressions: Mapping[str, Suppression],
    ) -> None:
        super().__init__(scope, id)
        if not 1 <= len(suppressions) <= MAXIMUM_FILTERS:
            raise BaselineError(
                f"suppressions has {len(suppressions)} entries; GuardDuty takes 1 to {MAXIMUM_FILTERS}"
            )
        self.filters = {
            name: guardduty.CfnFilter(
                self,
                name.title().replace("-", ""),
                detector_id=detector_id,
                name=f"{prefix}-{name}",
                description=_description(suppression),
                action="ARCHIVE",
                rank=rank,
                finding_criteria=guardduty.CfnFilter.FindingCriteriaProperty(
                    # A JSON property: names as in CloudFormation.
                    criterion={
                        field: criterion.operators()
                        for field, criterion in sorted(suppression.criteria.items())
                    }
                ),
            )
            for rank, (name, suppression) in enumerate(sorted(suppressions.items()), 1)
        }
        implements(self, capability="guardduty-suppressions", controls=[])


class EntityLists(Construct):
    """A list of the trusted and lists of the malicious, for the administrator and all members.

    Args:
        scope: parent construct, in a stack of the delegated administrator and a Region.
        id: construct ID.
        detector_id: detector of the Region.
        prefix: start of the names of the lists.
        owner: account of the bucket; GuardDuty refuses a bucket of the same name of somebody else.
        trusted: address of the file with the trusted, in S3; none by default.
        threats: addresses of the files with the malicious, in S3, by name; none by default.

    Raises:
        BaselineError: there is no list, or more than GuardDuty takes.

    Source: Amazon GuardDuty User Guide, "Customizing threat detection with entity lists and IP
    address lists".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        detector_id: str,
        prefix: str,
        owner: str,
        trusted: str | None = None,
        threats: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id)
        threats = threats or {}
        if len(threats) > MAXIMUM_THREAT_LISTS or not (trusted or threats):
            raise BaselineError(
                f"there are {len(threats)} threat lists; GuardDuty takes {MAXIMUM_THREAT_LISTS} "
                "and one trusted list, and needs at least one of them"
            )
        if trusted:
            guardduty.CfnTrustedEntitySet(
                self,
                "Trusted",
                detector_id=detector_id,
                name=f"{prefix}-trusted",
                format="TXT",
                location=trusted,
                expected_bucket_owner=owner,
                activate=True,
            )
        for name, location in sorted(threats.items()):
            guardduty.CfnThreatEntitySet(
                self,
                f"Threat{name.title().replace('-', '')}",
                detector_id=detector_id,
                name=f"{prefix}-{name}",
                format="TXT",
                location=location,
                expected_bucket_owner=owner,
                activate=True,
            )
        implements(self, capability="guardduty-lists", controls=[])


def _description(suppression: Suppression) -> str:
    return f"{suppression.reason} (until {suppression.expires})"[:DESCRIPTION_LENGTH]
