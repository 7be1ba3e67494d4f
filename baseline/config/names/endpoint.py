"""Endpoint agent: package and token (security account), documents and rule (every account)."""

from __future__ import annotations

from dataclasses import dataclass

from baseline.config.names.core import CoreNames


@dataclass(frozen=True, kw_only=True, slots=True)
class EndpointNames(CoreNames):
    """Endpoint agent: package and token (security account), documents and rule (every account)."""

    @property
    def endpoint_bucket(self) -> str:
        """Bucket of the agent's package, which the organization reads (home Region)."""
        return f"{self.prefix}-endpoint-{self.security}-{self.home_region}"

    @property
    def endpoint_token(self) -> str:
        """Secret with the vendor's token (home Region)."""
        return f"{self.prefix}-endpoint-token"

    @property
    def endpoint_token_arn(self) -> str:
        """ARN of that secret without the six characters that Secrets Manager adds."""
        return (
            f"arn:{self.partition}:secretsmanager:{self.home_region}:{self.security}"
            f":secret:{self.endpoint_token}"
        )

    @property
    def endpoint_key_pattern(self) -> str:
        """Pattern of the ARN of that secret's key, whose ID follows from nothing."""
        return f"arn:{self.partition}:kms:{self.home_region}:{self.security}:key/*"

    @property
    def endpoint_package(self) -> str:
        """Distributor package of each account and governed Region."""
        return f"{self.prefix}-endpoint-package"

    @property
    def endpoint_agent(self) -> str:
        """Document and association that install and check the agent."""
        return f"{self.prefix}-endpoint-agent"

    @property
    def endpoint_policy(self) -> str:
        """Managed policy with which an instance's role reads the token."""
        return f"{self.prefix}-endpoint-token-reader"

    def endpoint_rule(self, platform: str) -> str:
        """Rule of AWS Config that finds machines without the agent, such as ``linux``."""
        return f"{self.prefix}-endpoint-agent-{platform}"
