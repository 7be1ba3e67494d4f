"""Wiring: what every stack of the app is made from, and how a Region without bootstrap is reached."""

from __future__ import annotations

from dataclasses import dataclass

import aws_cdk as cdk

from baseline.config import Configuration
from baseline.config.names import Names
from baseline.guardrails.roles import QUALIFIER


@dataclass(frozen=True, kw_only=True, slots=True)
class Wiring:
    """The app, the configuration and the names that follow from it.

    Attributes:
        app: gets the stacks.
        configuration: the validated baseline.yaml.
        names: physical names.
    """

    app: cdk.App
    configuration: Configuration
    names: Names

    def env(self, account: str, region: str | None = None) -> cdk.Environment:
        """Give an account in a Region, the home Region by default."""
        return cdk.Environment(account=account, region=region or self.configuration.home_region)

    def through_home(self, account: str) -> cdk.BootstraplessSynthesizer:
        """Give a synthesizer for a Region without bootstrap: the home Region's deploy roles work.

        Roles exist in the whole account, and a stack without assets needs nothing else of a
        bootstrap.
        """
        home = self.configuration.home_region

        def role(kind: str) -> str:
            return f"arn:aws:iam::{account}:role/cdk-{QUALIFIER}-{kind}-role-{account}-{home}"

        return cdk.BootstraplessSynthesizer(
            deploy_role_arn=role("deploy"), cloud_formation_execution_role_arn=role("cfn-exec")
        )
