"""OrganizationFeatures: what CloudFormation has no type for, switched on in the organization."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.config import Names
from baseline.config.quotas import MANAGED_POLICY_SIZE
from baseline.controls.registry import implements
from baseline.organization.feature_set import FeatureSet
from baseline.organization.permissions import statements, wildcard_reasons
from baseline.organization.polled_provider import PolledProvider
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.handler_function import HandlerFunction

HANDLER = Path(__file__).parent / "handlers" / "organization_features"
TIMEOUT_SECONDS = 300
# What HandlerFunction adds takes up to a thousand characters, with names that deployments choose.
POLICY_CHARACTERS = MANAGED_POLICY_SIZE - 1_000


class OrganizationFeatures(Construct):
    """Trusted access, policy types, administrators, root features, sharing, account placement.

    One custom resource in the management account reads the organization and writes what is
    missing. It never switches anything off: not when an entry leaves the configuration, and not
    when the stack is deleted. It stops, with both account IDs, when another account administers a
    service, and, with both unit IDs, when an account stands where no earlier deployment put it.

    Args:
        scope: parent construct, in a stack of the management account.
        id: construct ID.
        features: what is switched on; ``features_of`` derives it from the configuration.
        names: partition and account IDs.
        placements: account ID to the ID of the unit that it is moved into from the root, or from
            where the previous deployment put it; none by default.
        on_delete: ``retain`` (default) leaves everything as it is; ``revert`` turns the root
            features off and leaves the rest, because undoing that breaks services or deletes data
            in every account.

    Attributes:
        resource: the ``cdk.CustomResource``; what needs a feature depends on it.

    Source: docs/custom-resources.md; AWS Organizations User Guide, "Using AWS Organizations with
    other AWS services".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        features: FeatureSet,
        names: Names,
        placements: Mapping[str, str] | None = None,
        on_delete: Literal["retain", "revert"] = "retain",
    ) -> None:
        super().__init__(scope, id)
        allowed = [
            *statements(features, names, placements or {}, revert_on_delete=on_delete == "revert"),
            # A refused step must not make a rollback fail.
            iam.PolicyStatement(
                sid="SeeRollback",
                actions=["cloudformation:DescribeStacks"],
                resources=[cdk.Stack.of(self).stack_id],
            ),
        ]
        provider = PolledProvider(
            self,
            "Provider",
            on_event=self._function("OnEvent", "on_event", allowed),
            is_complete=self._function("IsComplete", "is_complete", allowed),
        )
        self.resource = cdk.CustomResource(
            self,
            "Resource",
            resource_type="Custom::OrganizationFeatures",
            service_token=provider.service_token,
            properties={**_properties(features), "OnDelete": on_delete}
            | ({"Placements": _placements(placements)} if placements else {}),
        )
        # The framework's permissions are resources of their own, which nothing refers to.
        self.resource.node.add_dependency(provider)
        acknowledge(self, wildcard_reasons(features, names))
        implements(self, capability="organization-features", controls=[])

    def _function(self, id: str, entry: str, allowed: list[iam.PolicyStatement]) -> HandlerFunction:
        first, further = _in_two_policies(allowed)
        return HandlerFunction(
            self,
            id,
            handler=HANDLER,
            entry=entry,
            description=f"Organization features: {entry.replace('_', ' ')}",
            timeout_seconds=TIMEOUT_SECONDS,
            statements=first,
            further_statements=further,
        )


def _in_two_policies(
    statements: list[iam.PolicyStatement],
) -> tuple[list[iam.PolicyStatement], list[iam.PolicyStatement]]:
    """Give what fits into the first policy, and the rest: all services in all Regions need two."""
    sizes = [len(json.dumps(each.to_json(), separators=(",", ":"))) + 1 for each in statements]
    first = sum(size <= POLICY_CHARACTERS for size in itertools.accumulate(sizes))
    return statements[:first], statements[first:]


def _placements(placements: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"AccountId": account, "UnitId": unit} for account, unit in sorted(placements.items())]


def _properties(features: FeatureSet) -> dict[str, object]:
    """Give the properties in the words of the handler (``desired.py``)."""
    lake, firewalls = features.data_lake_administrator, features.firewall_administrator
    return {
        **({"DataLakeAdministrator": lake} if lake else {}),
        **({"BackupSettings": list(features.backup_settings)} if features.backup_settings else {}),
        **({"FirewallAdministrator": firewalls} if firewalls else {}),
        "OrganizationId": features.organization_id,
        "RootId": features.root_id,
        "TrustedAccess": list(features.trusted_access),
        "PolicyTypes": list(features.policy_types),
        "DelegatedAdministrators": [
            {"ServicePrincipal": admin.service_principal, "AccountId": admin.account_id}
            for admin in features.delegated_administrators
        ],
        "RegionalAdministrators": [
            {
                "Service": admin.service,
                "AccountId": admin.account_id,
                "Regions": list(admin.regions),
            }
            for admin in features.regional_administrators
        ],
        "RootFeatures": list(features.root_features),
        "RamSharing": features.ram_sharing,
        "StackSetsAccess": features.stack_sets_access,
    }
