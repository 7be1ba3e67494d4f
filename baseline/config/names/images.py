"""Golden images (shared services account, home Region)."""

from __future__ import annotations

from dataclasses import dataclass

from baseline.config.names.core import CoreNames


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageNames(CoreNames):
    """Golden images (shared services account, home Region)."""

    @property
    def image_builds(self) -> str:
        """Start of the names of pipelines, recipes, components, workflows and repositories."""
        return f"{self.prefix}-images"

    @property
    def image_build_role(self) -> str:
        """Role with which Image Builder builds and shares images, which guardrails let do so."""
        return f"{self.prefix}-image-build"

    @property
    def image_organization_arn(self) -> str:
        """ARN of the organization, with which images are shared."""
        return (
            f"arn:{self.partition}:organizations::{self.management}"
            f":organization/{self.organization_id}"
        )

    def image_unit_arn(self, unit: str) -> str:
        """ARN of an organizational unit, with which images are shared."""
        return (
            f"arn:{self.partition}:organizations::{self.management}"
            f":ou/{self.organization_id}/{unit}"
        )
