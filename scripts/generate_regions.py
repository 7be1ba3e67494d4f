"""Writes the Region table `baseline/config/data/regions.json`.

Run it after an update of cfn-lint: `python scripts/generate_regions.py`. It works offline, from the
CloudFormation resource schemas that cfn-lint carries for every Region. A test compares the committed
table with what this script makes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import botocore.session
import cfnlint

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from baseline.config import regions

PROVIDERS = Path(cfnlint.__file__).parent / "data" / "schemas" / "providers"

# The Regions that every account has from the start. All later ones have to be enabled.
# Source: AWS Account Management Reference Guide, "Enable or disable AWS Regions in your account":
# Regions launched before 20 March 2019 are on by default (17 in the commercial partition).
ON_BY_DEFAULT = frozenset(
    {
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-north-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
    }
)


def table() -> dict[str, object]:
    """Give the table as it is written.

    Raises:
        RuntimeError: cfn-lint carries no schemas for a Region that every account has.
    """
    commercial = botocore.session.Session().get_available_regions("ec2", "aws")
    known = sorted(name for name in commercial if (PROVIDERS / f"{name}.json").is_file())
    if missing := ON_BY_DEFAULT.difference(known):
        raise RuntimeError(f"cfn-lint carries no schemas for {sorted(missing)}")
    return {
        "source": "scripts/generate_regions.py, from the CloudFormation schemas of cfn-lint",
        "regions": {name: row(name) for name in known},
    }


def row(name: str) -> dict[str, object]:
    """Give the row of one Region: whether it is opt-in, and which of our types it lacks."""
    offered = json.loads((PROVIDERS / f"{name}.json").read_text(encoding="utf-8"))
    lacking = sorted(kind for kind in regions.resource_types() if kind not in offered)
    return {"opt_in": name not in ON_BY_DEFAULT, "missing": lacking}


def rendered() -> str:
    """Give the file's text."""
    return json.dumps(table(), indent=2) + "\n"


if __name__ == "__main__":
    regions.TABLE.parent.mkdir(exist_ok=True)
    regions.TABLE.write_text(rendered(), encoding="utf-8")
