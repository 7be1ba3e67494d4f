"""checkov over the pipelines of golden images, which the first example does not deploy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from aws_cdk.assertions import Template

from baseline.config import load
from tests.composed import composed
from tests.tools.scanning import checkov
from tests.tools.test_linters import CHECKOV_ACCEPTED, accepts

pytestmark = pytest.mark.tools
ACCEPTED = (
    *CHECKOV_ACCEPTED,
    (
        "CKV_AWS_33",
        r"EnvironmentKey",
        "each such statement names the organization; a test says so (test_pipelines.py)",
    ),
)


@pytest.mark.nightly
def test_checkov(tmp_path: Path) -> None:
    stack = composed(load(Path("examples/configurations/images.yaml"))).stacks["images"]
    text = json.dumps(Template.from_stack(stack).to_json())
    (tmp_path / "images.template.json").write_text(text, encoding="utf-8")
    found = [
        f"{check['resource']} {check['check_id']} {check['check_name']}"
        for check in checkov(tmp_path)
        if not any(accepts(row, check) for row in ACCEPTED)
    ]
    assert found == []
