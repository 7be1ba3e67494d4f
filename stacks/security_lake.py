"""Stacks `security-lake`, one per governed Region, and `security-lake-accounts` (log archive account)."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.audit.security_lake import SecurityLake
from baseline.audit.security_lake_roles import LakeServiceRoles
from baseline.audit.security_lake_steps import LakeAccounts, LakeRoles
from baseline.config import Configuration, Names
from baseline.config import siem as settings


class SecurityLakeStack(cdk.Stack):
    """The lake of the home Region, its roles and its subscriber."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        chosen: settings.SecurityLake,
        env: cdk.Environment,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: Security Lake of the home Region",
            env=env,
        )
        before = LakeRoles(self, "LakeRoles", names=names)
        roles = LakeServiceRoles(
            self, "LakeServiceRoles", names=names, regions=configuration.regions
        )
        self.lake = SecurityLake(
            self,
            "SecurityLake",
            names=names,
            settings=configuration.log_archive,
            region=names.home_region,
            sources=chosen.sources,
        )
        if chosen.subscriber is not None:
            sources = chosen.subscriber.sources or chosen.sources
            self.lake.subscribe(chosen.subscriber, sources=sources)
        # The key's policy names a role of the service, and Security Lake takes the metadata role.
        self.lake.node.add_dependency(before.resource)
        self.lake.lake.node.add_dependency(roles)


class RegionalSecurityLakeStack(cdk.Stack):
    """The lake of another governed Region, without assets and so without a bootstrap there."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        chosen: settings.SecurityLake,
        region: str,
        env: cdk.Environment,
        synthesizer: cdk.IStackSynthesizer,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: Security Lake of a governed Region",
            env=env,
            synthesizer=synthesizer,
        )
        self.lake = SecurityLake(
            self,
            "SecurityLake",
            names=names,
            settings=configuration.log_archive,
            region=region,
            sources=chosen.sources,
        )


class SecurityLakeAccountsStack(cdk.Stack):
    """New accounts contribute, once every Region has its lake."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        chosen: settings.SecurityLake,
        env: cdk.Environment,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: Security Lake takes in new accounts",
            env=env,
        )
        LakeAccounts(
            self,
            "LakeAccounts",
            names=names,
            regions=configuration.regions,
            sources=chosen.sources,
        )
