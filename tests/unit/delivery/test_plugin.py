"""The rules at synthesis: a finding stops it, an acknowledged one does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.support import ROOT

APP = """
import json, sys
import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from baseline.delivery.template_validation import template_rules_plugin
from baseline.primitives.acknowledge import acknowledge

context = json.load(open('cdk.json'))['context']  # the flag that lets findings raise
app = cdk.App(outdir=sys.argv[1], analytics_reporting=False, context=context)
for name in ("Open", "Accepted"):
    group = ec2.CfnSecurityGroup(
        cdk.Stack(app, name),
        "Group",
        group_description="mail",
        security_group_ingress=[
            ec2.CfnSecurityGroup.IngressProperty(
                ip_protocol="tcp", from_port=25, to_port=25, cidr_ip="0.0.0.0/0"
            )
        ],
    )
acknowledge(group, {"CloudFormation-Validate::OPEN_PORT": "the world's mail arrives here"})
cdk.Validations.of(app).add_plugins(template_rules_plugin())
app.synth()
"""


def test_a_finding_stops_the_synthesis_and_an_accepted_one_does_not(tmp_path: Path) -> None:
    # A process of its own: the one of the tests runs without validation.
    environment = {key: value for key, value in os.environ.items() if key != "CDK_VALIDATION"}
    done = subprocess.run(
        [sys.executable, "-c", APP, str(tmp_path)],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "Acknowledge with 'CloudFormation-Validate::OPEN_PORT'" in done.stderr
    assert "Open/Group" in done.stderr
    assert "Accepted/Group" not in done.stderr
    report = json.loads((tmp_path / "validation-report.json").read_text("utf-8"))
    assert "OPEN_PORT" in json.dumps(report)
