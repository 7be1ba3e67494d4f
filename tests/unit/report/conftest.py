"""A configuration with something of everything that a report shows, and a small cloud assembly."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from baseline.config import Configuration
from baseline.config.configuration import CHECKED_ELSEWHERE
from baseline.report.building import build
from baseline.report.model import Report
from tests.support import ROOT

DATE = dt.date(2026, 11, 22)

# Laid over baseline.yaml. What ends has a day of the past, of this month, and of far ahead.
RICH: dict[str, Any] = {
    "log_archive": {"object_lock_mode": "GOVERNANCE", "web_acl_logs": False},
    "network": {"dns_firewall": {"action": "alert"}},
    "account_settings": {"off": ["default_vpc"]},
    "guardrails": {"trusted_accounts": ["787878787878"]},
    "response": {"open_ports": {"mode": "report"}},
    "siem": {"pull": {"account": "464646464646", "external_id": "us1-7f3kq9x2m4w8z6b1"}},
    "capabilities": {
        "inspector": {
            "enabled": True,
            "suppressions": {
                "build-tools": {
                    "reason": "The compiler is not shipped",
                    "expires": "2026-12-01",
                    "packages": ["gcc"],
                }
            },
        },
        "security_hub": {
            "disabled_controls": {"EC2.10": "endpoints of EC2 are in the network account"},
            "accepted": {
                "public-website": {
                    "reason": "the website is for everybody",
                    "until": "2099-12-31",
                    "controls": ["S3.2"],
                }
            },
        },
        "access_analyzer": {
            "accepted": {
                "siem-reader": {
                    "reason": "the vendor of the SIEM reads the archive",
                    "until": "2026-11-01",
                    "principals": ["777777777777"],
                }
            }
        },
    },
}
SUPPRESSIONS = """suppressions:
  - tool: semgrep
    rule: python.subprocess
    path: scripts/*
    reason: the arguments are constants of ours
    owner: platform@example.com
    expires: 2026-11-21
"""
CONTROLS = [
    {
        "capability": "organization-trail",
        "controls": ["CloudTrail.1", "CloudTrail.2"],
        "construct": "audit/OrganizationTrail",
    }
]
METADATA = {
    "/audit/OrganizationTrail/Key": [
        {
            "type": "aws:cdk:acknowledged-rules",
            "data": {"Annotation::AwsSolutions-IAM5[Resource::*]": "bound by the trail's ARN"},
        }
    ],
    "/audit/Other": [
        {
            "type": "aws:cdk:acknowledged-rules",
            "data": {"NIST.800.53.R5-IAMNoInlinePolicy": "bound by the trail's ARN"},
        },
        {"type": "aws:cdk:logicalId", "data": "Other"},
    ],
}


def merged(base: Any, over: Any) -> Any:
    if not isinstance(base, dict) or not isinstance(over, dict):
        return over
    return {
        **base,
        **{key: merged(base[key], value) if key in base else value for key, value in over.items()},
    }


def example(over: dict[str, Any] | None = None) -> Configuration:
    """Give baseline.yaml with something laid over it; acceptances that are over are not refused."""
    base = YAML(typ="safe").load((ROOT / "baseline.yaml").read_text(encoding="utf-8"))
    return Configuration.model_validate(merged(base, over or {}), context=CHECKED_ELSEWHERE)


def write_assembly(folder: Path) -> Path:
    folder.mkdir()
    tree = {"tree": {"path": "", "children": {}}}
    for name, content in (
        ("manifest.json", {"artifacts": {}}),
        ("controls.json", CONTROLS),
        ("tree.json", tree),
        ("audit.metadata.json", METADATA),
    ):
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def rich() -> Configuration:
    return example(RICH)


@pytest.fixture(scope="session")
def small_assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_assembly(tmp_path_factory.mktemp("report") / "cdk.out")


@pytest.fixture(scope="session")
def report(
    rich: Configuration, small_assembly: Path, tmp_path_factory: pytest.TempPathFactory
) -> Report:
    """The report of the rich configuration on the date, with an assembly and suppressions of scans."""
    file = tmp_path_factory.mktemp("suppressions") / "suppressions.yaml"
    file.write_text(SUPPRESSIONS, encoding="utf-8")
    return build(
        rich, name="baseline.yaml", date=DATE, assembly=small_assembly, suppressions=[file]
    )
