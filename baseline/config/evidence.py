"""Evidence of compliance that is collected by itself."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictBool

from baseline.config.section import Section


class Evidence(Section):
    """Evidence of compliance: a package for each period, in the evidence bucket."""

    enabled: StrictBool = Field(
        default=True,
        description="Collect it on a schedule. true by default; it costs cents a month.",
    )
    period: Literal["monthly", "weekly"] = Field(
        default="monthly",
        description="How often there is a package. monthly by default.",
    )
    artifact: Literal["list", "reports"] = Field(
        default="list",
        description="What is taken of AWS Artifact: the list of reports and agreements, or the reports too, some hundred megabytes each time. list by default.",
    )
    accept_terms: StrictBool = Field(
        default=False,
        description="The terms of each report of AWS Artifact are accepted on behalf of your company; without it reports that ask for it are left out and named. false by default.",
    )
