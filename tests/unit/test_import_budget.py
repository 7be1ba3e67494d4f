"""What the app loads, which is a fifth of its time: nothing for choices that a configuration does not make."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UNUSED = (
    "apigateway apigatewayv2 autoscaling cloudfront codebuild codepipeline elasticloadbalancingv2 "
    "imagebuilder kinesisfirehose rds securitylake wafv2"
)
"""Services of the stacks that baseline.yaml does not have: workload, images, delivery, SIEM, edge."""


def loaded(statement: str) -> set[str]:
    program = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return set(json.loads(done.stdout))


def test_the_app_loads_no_service_that_the_example_does_not_use() -> None:
    found = loaded("import app")
    assert "aws_cdk.aws_organizations" in found
    assert not found & {f"aws_cdk.aws_{service}" for service in UNUSED.split()}
    assert "cdk_nag" not in found


def test_quicker_calls_are_chosen_before_the_cdk_is_loaded() -> None:
    assert not loaded("import baseline.synthesis") & {"jsii", "aws_cdk"}
