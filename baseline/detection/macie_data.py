"""MacieData: what Macie recognizes in a Region, what it passes over, and which findings are accepted."""

from __future__ import annotations

from aws_cdk import aws_macie as macie
from constructs import Construct

from baseline.config.macie import AcceptedData, MacieSettings
from baseline.errors import BaselineError

Criteria = macie.CfnFindingsFilter.CriterionAdditionalPropertiesProperty


class MacieData(Construct):
    """Custom data identifiers, allow lists and accepted findings of the organization in a Region.

    The account's Macie is on before: naming the administrator enables it there. Discovery uses the
    identifiers and lists by the :class:`DetectionMembers` sweep. An accepted finding is archived
    as it appears and does not reach Security Hub; every other finding does.

    Args:
        scope: parent construct, in a stack of the security account; once per Region.
        id: construct ID.
        settings: the data.
        name_prefix: start of the physical names, by which discovery finds what is ours.

    Raises:
        BaselineError: an acceptance names neither buckets, accounts nor types of findings.

    Source: Amazon Macie User Guide, "Building custom data identifiers", "Defining sensitive data
    exceptions with allow lists", "Suppressing Macie findings".
    """

    def __init__(
        self, scope: Construct, id: str, *, settings: MacieSettings, name_prefix: str
    ) -> None:
        super().__init__(scope, id)
        identifiers = Construct(self, "Identifiers")
        for name, identifier in sorted(settings.custom_identifiers.items()):
            macie.CfnCustomDataIdentifier(
                identifiers,
                name,
                name=f"{name_prefix}{name}",
                description=identifier.description,
                regex=identifier.regex,
                keywords=list(identifier.keywords) or None,
                ignore_words=list(identifier.ignore_words) or None,
                maximum_match_distance=identifier.distance,
            )
        lists = Construct(self, "AllowLists")
        for name, allowed in sorted(settings.allow_lists.items()):
            macie.CfnAllowList(
                lists,
                name,
                name=f"{name_prefix}{name}",
                description=allowed.description,
                criteria=macie.CfnAllowList.CriteriaProperty(regex=allowed.regex),
            )
        filters = Construct(self, "Accepted")
        for position, (name, accepted) in enumerate(sorted(settings.accepted.items()), start=1):
            macie.CfnFindingsFilter(
                filters,
                name,
                name=f"{name_prefix}{name}",
                description=f"Until {accepted.until}: {accepted.reason}",
                action="ARCHIVE",
                position=position,
                finding_criteria=macie.CfnFindingsFilter.FindingCriteriaProperty(
                    criterion=_criteria(name, accepted)
                ),
            )


def _criteria(
    name: str, accepted: AcceptedData
) -> dict[str, macie.CfnFindingsFilter.CriterionAdditionalPropertiesProperty]:
    values = {
        "accountId": accepted.accounts,
        "resourcesAffected.s3Bucket.name": accepted.buckets,
        "type": accepted.finding_types,
    }
    named = {key: Criteria(eq=sorted(given)) for key, given in values.items() if given}
    if not accepted.buckets and not accepted.accounts:
        raise BaselineError(
            f"acceptance {name} names neither buckets nor accounts, so it would hide findings everywhere"
        )
    return named
