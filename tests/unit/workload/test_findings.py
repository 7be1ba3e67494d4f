"""What application teams import passes every check without a word of theirs."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.workload.conftest import Workload

# The CDK writes a dependency that an attribute implies, and a zone that the subnet implies.
IGNORED = ("W3005", "W3010")


def test_no_pack_finds_anything(workload: Workload) -> None:
    assert workload.findings == []


def test_the_templates_are_valid(workload: Workload) -> None:
    done = subprocess.run(
        ["cfn-lint", *map(str, workload.files), "--ignore-checks", *IGNORED],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_what_holds_data_outlives_its_stack(workload: Workload) -> None:
    lasting = {
        "AWS::Backup::BackupVault",
        "AWS::DynamoDB::Table",
        "AWS::EFS::FileSystem",
        "AWS::KMS::Key",
        "AWS::Logs::LogGroup",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::SecretsManager::Secret",
    }
    found = {
        (row["Type"], row.get("DeletionPolicy"), row.get("UpdateReplacePolicy"))
        for resources in workload.stacks.values()
        for row in resources.values()
        if row["Type"] in lasting
    }
    assert found == {(kind, "Retain", "Retain") for kind in lasting}
