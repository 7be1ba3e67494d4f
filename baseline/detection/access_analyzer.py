"""Analyzers of the organization: access from outside, access that nobody uses, access inside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_accessanalyzer as analyzer
from constructs import Construct

from baseline.config.access_analyzer import (
    Acceptance,
    AcceptedDisuse,
    AcceptedSharing,
    InternalAccess,
    UnusedAccess,
)
from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.primitives.protection_tag import TAG_KEY, TAG_VALUE

Types = analyzer.CfnAnalyzer
# A role or user that the analyzer's exclusions name by tag.
OWN = {TAG_KEY: TAG_VALUE}


class ExternalAccessAnalyzer(Construct):
    """Finds what anybody outside the organization can reach in this Region, in every account.

    Its zone of trust is the organization: sharing between accounts of the organization is no
    finding. Accepted access is archived as it appears, and comes back when its day is over. What
    is public is only ever accepted resource by resource. The analyzer is free.

    Args:
        scope: parent construct, in a stack of the security account, the delegated administrator;
            once per Region.
        id: construct ID.
        accepted: accepted access by name; none by default.

    Attributes:
        analyzer: the ``CfnAnalyzer``.

    Raises:
        BaselineError: an acceptance names nobody, or something public without naming it.

    Source: IAM User Guide, "Getting started with AWS IAM Access Analyzer" and "IAM Access Analyzer
    filter keys"; Security Hub IAM.28; CIS AWS Foundations Benchmark 5.0.0 1.19.
    """

    def __init__(
        self, scope: Construct, id: str, *, accepted: Mapping[str, AcceptedSharing] | None = None
    ) -> None:
        super().__init__(scope, id)
        rules = [_sharing(name, one) for name, one in sorted((accepted or {}).items())]
        # No physical name: who changes what only a new analyzer can have gets it beside the old.
        self.analyzer = Types(self, "Analyzer", type="ORGANIZATION", archive_rules=rules or None)
        implements(self, capability="access-analyzer", controls=["IAM.28"])


class UnusedAccessAnalyzer(Construct):
    """Finds roles, permissions, access keys and passwords of the organization that nobody uses.

    IAM is global, so one Region is enough: a second analyzer would cost the same again. AWS bills
    each role and user every month. The baseline's own roles are left out, because an emergency
    role is unused by design; what bears their tag can be changed by deployers only.

    Args:
        scope: parent construct, in a stack of the security account; once, in the home Region.
        id: construct ID.
        settings: age in days, exclusions and accepted findings.

    Attributes:
        analyzer: the ``CfnAnalyzer``.

    Raises:
        BaselineError: an acceptance names nothing.

    Source: IAM User Guide, "Create an IAM Access Analyzer unused access analyzer"; Security Hub
    IAM.8, IAM.22 look at users, this one at roles as well.
    """

    def __init__(self, scope: Construct, id: str, *, settings: UnusedAccess) -> None:
        super().__init__(scope, id)
        rules = [_disuse(name, one) for name, one in sorted(settings.accepted.items())]
        self.analyzer = Types(
            self,
            "Analyzer",
            type="ORGANIZATION_UNUSED_ACCESS",
            archive_rules=rules or None,
            analyzer_configuration=Types.AnalyzerConfigurationProperty(
                unused_access_configuration=Types.UnusedAccessConfigurationProperty(
                    unused_access_age=settings.days,
                    analysis_rule=Types.AnalysisRuleProperty(exclusions=_exclusions(settings)),
                )
            ),
        )
        implements(self, capability="unused-access", controls=[])


class InternalAccessAnalyzer(Construct):
    """Finds who inside the organization can reach the named critical resources of this Region.

    AWS bills each monitored resource every month, so nothing is monitored that is not named.

    Args:
        scope: parent construct, in a stack of the security account; once per Region.
        id: construct ID.
        settings: critical resources.
        region: Region of the stack; an ARN of another one is left to the analyzer there.

    Attributes:
        analyzer: the ``CfnAnalyzer``.

    Raises:
        BaselineError: no critical resource is in this Region.

    Source: IAM User Guide, "Create an IAM Access Analyzer internal access analyzer".
    """

    def __init__(self, scope: Construct, id: str, *, settings: InternalAccess, region: str) -> None:
        super().__init__(scope, id)
        inclusions = list(_inclusions(settings, region))
        if not inclusions:
            raise BaselineError(
                f"no critical resource is in {region}; name one in resources, or a resource type"
            )
        self.analyzer = Types(
            self,
            "Analyzer",
            type="ORGANIZATION_INTERNAL_ACCESS",
            analyzer_configuration=Types.AnalyzerConfigurationProperty(
                internal_access_configuration=Types.InternalAccessConfigurationProperty(
                    internal_access_analysis_rule=Types.InternalAccessAnalysisRuleProperty(
                        inclusions=inclusions
                    )
                )
            ),
        )
        implements(self, capability="internal-access", controls=[])


def watches_in(settings: InternalAccess, region: str) -> bool:
    """Tell whether internal access is analyzed in a Region: on, and with a critical resource there."""
    return settings.enabled and any(_inclusions(settings, region))


def _sharing(name: str, accepted: AcceptedSharing) -> analyzer.CfnAnalyzer.ArchiveRuleProperty:
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


def _disuse(name: str, accepted: AcceptedDisuse) -> analyzer.CfnAnalyzer.ArchiveRuleProperty:
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


def _exclusions(
    settings: UnusedAccess,
) -> list[analyzer.CfnAnalyzer.AnalysisRuleCriteriaProperty]:
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


def _inclusions(
    settings: InternalAccess, region: str
) -> Iterator[analyzer.CfnAnalyzer.InternalAccessAnalysisRuleCriteriaProperty]:
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
