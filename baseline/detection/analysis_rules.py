"""What analyzers archive, leave out and watch: the configuration in the types of CloudFormation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_accessanalyzer as analyzer

from baseline.config.access_analyzer import (
    Acceptance,
    AcceptedDisuse,
    AcceptedSharing,
    InternalAccess,
    UnusedAccess,
)
from baseline.errors import BaselineError
from baseline.primitives.protection_tag import TAG_KEY, TAG_VALUE

Types = analyzer.CfnAnalyzer
# A role or user that the analyzer's exclusions name by tag.
OWN = {TAG_KEY: TAG_VALUE}


def sharing_rule(name: str, accepted: AcceptedSharing) -> analyzer.CfnAnalyzer.ArchiveRuleProperty:
    """Give the archive rule of accepted access from outside.

    Raises:
        BaselineError: it names nobody, or something public without naming it.
    """
    who = {"principal.AWS": accepted.principals, "principal.Federated": accepted.federated}
    if accepted.public and not accepted.resources:
        raise BaselineError(
            f"acceptance {name} is for everybody and names no resource; write the ARNs into resources"
        )
    if not accepted.public and not any(who.values()):
        raise BaselineError(
            f"acceptance {name} names nobody outside; write principals or federated"
        )
    public = ["true" if accepted.public else "false"]
    return _rule(name, [*_common(accepted), *_equal(who), _filter("isPublic", public)])


def disuse_rule(name: str, accepted: AcceptedDisuse) -> analyzer.CfnAnalyzer.ArchiveRuleProperty:
    """Give the archive rule of accepted unused access.

    Raises:
        BaselineError: it names neither resources nor accounts.
    """
    if not accepted.resources and not accepted.accounts:
        raise BaselineError(
            f"acceptance {name} names neither resources nor accounts, so it would hide every finding"
        )
    kinds = {"findingType": accepted.finding_types}
    return _rule(name, [*_common(accepted), *_equal(kinds)])


def _common(accepted: Acceptance) -> Iterator[analyzer.CfnAnalyzer.FilterProperty]:
    yield from _equal(
        {
            "resource": accepted.resources,
            "resourceType": accepted.resource_types,
            "resourceOwnerAccount": accepted.accounts,
        }
    )


def _equal(
    criteria: Mapping[str, Sequence[str]],
) -> Iterator[analyzer.CfnAnalyzer.FilterProperty]:
    for key, values in criteria.items():
        if values:
            yield _filter(key, list(values))


def _filter(key: str, values: list[str]) -> analyzer.CfnAnalyzer.FilterProperty:
    return Types.FilterProperty(property=key, eq=values)


def _rule(
    name: str, filters: list[analyzer.CfnAnalyzer.FilterProperty]
) -> analyzer.CfnAnalyzer.ArchiveRuleProperty:
    return Types.ArchiveRuleProperty(rule_name=name, filter=filters)


def exclusions(
    settings: UnusedAccess,
) -> list[analyzer.CfnAnalyzer.AnalysisRuleCriteriaProperty]:
    """Give what the analyzer of unused access leaves out: accounts, tags, and the baseline's own."""
    # Criteria of one entry are combined by AND: each tag has an entry of its own.
    accounts = sorted(settings.excluded_accounts)
    tags: Iterable[tuple[str, str]] = sorted({**settings.excluded_tags, **OWN}.items())
    return [
        *([Types.AnalysisRuleCriteriaProperty(account_ids=accounts)] if accounts else []),
        *(
            Types.AnalysisRuleCriteriaProperty(resource_tags=[[cdk.CfnTag(key=key, value=value)]])
            for key, value in tags
        ),
    ]


def inclusions(
    settings: InternalAccess, region: str
) -> Iterator[analyzer.CfnAnalyzer.InternalAccessAnalysisRuleCriteriaProperty]:
    """Give the critical resources that the analyzer of internal access watches in a Region."""
    criteria = Types.InternalAccessAnalysisRuleCriteriaProperty
    # The ARN of a bucket has no Region: every analyzer gets it, and one finds it.
    here = [arn for arn in settings.resources if arn.split(":")[3] in ("", region)]
    if here:
        yield criteria(resource_arns=sorted(here))
    if settings.resource_types:
        yield criteria(
            resource_types=sorted(settings.resource_types),
            account_ids=sorted(settings.accounts) or None,
        )
