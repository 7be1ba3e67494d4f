"""Insights: the views of the findings that somebody looks at every week."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from aws_cdk import aws_securityhub as securityhub
from constructs import Construct

from baseline.controls.registry import implements
from baseline.detection.finding_rules import NEXT, RAISED_FIELD

DATA = Path(__file__).parent / "data" / "security_hub_insights.json"

Insight = securityhub.CfnInsight


class Insights(Construct):
    """The views in ``data/security_hub_insights.json``, over the findings of all accounts and Regions.

    They look at active findings and cost nothing.

    Args:
        scope: parent construct, in a stack of the delegated administrator, home Region.
        id: construct ID.
        prefix: start of their titles, so that they are found together.

    Attributes:
        insights: the ``CfnInsight`` by name.

    Source: AWS Security Hub User Guide, "Viewing and managing insights in Security Hub CSPM".
    """

    def __init__(self, scope: Construct, id: str, *, prefix: str) -> None:
        super().__init__(scope, id)
        self.insights = {
            name: Insight(
                self,
                name,
                name=f"{prefix}: {row['title']}",
                group_by_attribute=row["group"],
                filters=_filters(row),
            )
            for name, row in rows().items()
        }
        implements(self, capability="insights", controls=[])


@cache
def rows() -> dict[str, dict[str, Any]]:
    """Give the rows of the table by name."""
    found: dict[str, dict[str, Any]] = json.loads(DATA.read_text(encoding="utf-8"))
    return found


def _filters(row: dict[str, Any]) -> Insight.AwsSecurityFindingFiltersProperty:
    filters: dict[str, Any] = {"record_state": [_equals("ACTIVE")]}
    for name, wanted in row["filters"].items():
        filters[_argument(name)] = (
            [
                Insight.DateFilterProperty(
                    date_range=Insight.DateRangeProperty(unit="DAYS", value=wanted)
                )
            ]
            if isinstance(wanted, int)
            else [_equals(value) for value in wanted]
        )
    if row.get("raised"):
        filters["user_defined_fields"] = [
            Insight.MapFilterProperty(comparison="EQUALS", key=RAISED_FIELD, value=label)
            for label in NEXT
        ]
    return Insight.AwsSecurityFindingFiltersProperty(**filters)


def _equals(value: str) -> Insight.StringFilterProperty:
    return Insight.StringFilterProperty(comparison="EQUALS", value=value)


def _argument(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)[1:]
