"""Which stacks an assembly has, in which order, and what a failed run of cdk is reduced to."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from baseline.errors import BaselineError
from baseline.local.driver import Stack, read_stacks, relevant, run

FAILED_LOG = """\
secbase-audit: deploying... [1/3]
secbase-audit | 1/3 | 6:27:33 AM | CREATE_COMPLETE | AWS::KMS::Key | audit/Key (Key)
Failed resources:
secbase-audit | 6:27:33 AM | CREATE_FAILED | AWS::S3::Bucket | audit/Bucket (Bucket) name is taken
❌  secbase-audit failed to deploy
‣ DeploymentError: Resource updates failed:
  name is taken
Source Location: ...jsii runtime, node internals...
                 (no user code in 10 frames, use --stack-trace-limit to capture more)
"""


def artifact(name: str, *dependencies: str) -> dict[str, object]:
    return {
        "type": "aws:cloudformation:stack",
        "environment": "aws://111111111111/eu-west-1",
        "properties": {
            "stackName": f"secbase-{name}",
            "templateFile": f"{name}.template.json",
        },
        "dependencies": [*dependencies, f"{name}.assets"],
        "displayName": name,
    }


def test_stacks_come_after_those_that_they_depend_on(tmp_path: Path) -> None:
    artifacts = {
        "guardrails": artifact("guardrails", "members"),
        "guardrails.assets": {"type": "cdk:asset-manifest"},
        "members": artifact("members", "organization"),
        "organization": artifact("organization"),
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))

    stacks = read_stacks(tmp_path)

    assert [stack.id for stack in stacks] == ["organization", "members", "guardrails"]
    assert stacks[0] == Stack(
        id="organization",
        name="secbase-organization",
        account="111111111111",
        region="eu-west-1",
        template=tmp_path / "organization.template.json",
    )


def test_a_missing_assembly_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="run `baseline local deploy`"):
        read_stacks(tmp_path)


def test_a_failed_run_is_told_by_its_failed_resources(tmp_path: Path) -> None:
    log = tmp_path / "deploy.log"
    log.write_text(FAILED_LOG)

    lines = relevant(log, 1)

    assert lines[0] == "Failed resources:"
    assert any("name is taken" in line for line in lines)
    assert not any("Source Location" in line or "CREATE_COMPLETE" in line for line in lines)
    assert lines[-1] == f"cdk ended with status 1; log: {log}"


def test_a_failure_without_a_known_mark_is_told_by_the_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "deploy.log"
    log.write_text("\n".join(f"line {number}" for number in range(100)))

    assert relevant(log, 1)[-2] == "line 99"


def test_the_output_is_shown_and_kept(tmp_path: Path) -> None:
    shown: list[str] = []
    log = tmp_path / "new" / "run.log"
    program = (
        "import os, sys; print(os.environ['GREETING']); print('bad', file=sys.stderr); sys.exit(4)"
    )

    status = run(
        [sys.executable, "-c", program],
        environment={"GREETING": "hello", "PATH": os.defpath},
        folder=tmp_path,
        log=log,
        show=shown.append,
    )

    assert status == 4
    assert sorted(shown) == ["bad", "hello"]
    assert sorted(log.read_text().splitlines()) == ["bad", "hello"]
