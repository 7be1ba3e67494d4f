"""What application teams import passes every check without a word of theirs."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.images.conftest import Images

# The CDK writes a dependency that an attribute implies.
IGNORED = ("W3005",)


def test_no_pack_finds_anything(images: Images) -> None:
    assert images.findings == []


def test_the_templates_are_valid(images: Images) -> None:
    done = subprocess.run(
        ["cfn-lint", *map(str, images.files), "--ignore-checks", *IGNORED],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_what_holds_data_outlives_its_stack(images: Images) -> None:
    lasting = {
        "AWS::ECR::Repository",
        "AWS::KMS::Key",
        "AWS::Logs::LogGroup",
        "AWS::S3::Bucket",
    }
    found = {
        (row["Type"], row.get("DeletionPolicy") in {"Retain", "RetainExceptOnCreate"})
        for resources in images.stacks.values()
        for row in resources.values()
        if row["Type"] in lasting
    }
    assert found == {(kind, True) for kind in lasting}
