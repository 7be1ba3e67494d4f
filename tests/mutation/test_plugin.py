"""The plugin finds what a test notices, and nothing else; templates are as before afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.mutation.live import OTHER, Live, key_of
from tests.mutation.mutants import mutants
from tests.support import ROOT

SUITE = """
import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms as kms, aws_s3 as s3
from aws_cdk.assertions import Template


@pytest.fixture(scope="module")
def template():
    stack = cdk.Stack(cdk.App(), "Stack")
    kms.Key(stack, "Key", enable_key_rotation=True)
    s3.Bucket(stack, "Bucket", versioned=True)
    return Template.from_stack(stack)


def test_rotation(template):
    template.has_resource_properties("AWS::KMS::Key", {"EnableKeyRotation": True})


def test_nothing(template):
    template.resource_count_is("AWS::S3::Bucket", 1)


def test_of_its_own():
    stack = cdk.Stack(cdk.App(), "Stack")
    s3.Bucket(stack, "Bucket", versioned=True)
    (bucket,) = Template.from_stack(stack).find_resources("AWS::S3::Bucket").values()
    assert bucket["DeletionPolicy"] == "Retain"
"""
OPTIONS = ("-q", "-p", "tests.mutation.plugin", "-p", "no:xdist", "-p", "no:cacheprovider")
WANTED = [
    ("AWS::KMS::Key", "EnableKeyRotation removed", ""),
    ("AWS::KMS::Key", "DeletionPolicy=Delete", ""),
    ("AWS::S3::Bucket", "DeletionPolicy=Delete", "named"),
    ("AWS::S3::Bucket", "VersioningConfiguration removed", ""),
]


def template() -> dict[str, Any]:
    key = {
        "Type": "AWS::KMS::Key",
        "Properties": {"EnableKeyRotation": True, "Description": "Logs"},
        "DeletionPolicy": "Retain",
    }
    return {"Resources": {"Key": key}}


def test_a_mutant_reaches_what_was_read_before_and_goes_again() -> None:
    keys = {key_of(each) for each in mutants(template())}
    live = Live(frozenset(keys))
    document = live.add(template())
    properties = document["Resources"]["Key"]["Properties"]
    rotation = ("AWS::KMS::Key", "EnableKeyRotation removed", "Logs")
    assert rotation in live.found()
    with live.without(frozenset({rotation})):
        assert "EnableKeyRotation" not in properties
        assert document["Resources"]["Key"]["DeletionPolicy"] == "Retain"
        assert "EnableKeyRotation" not in live.add(template())["Resources"]["Key"]["Properties"]
    with live.without(frozenset(keys)):
        assert document["Resources"] == {}
        assert properties == {}
    assert json.dumps(document) == json.dumps(template())


def test_a_resource_of_another_name_counts_as_its_like() -> None:
    live = Live(frozenset({("AWS::KMS::Key", "EnableKeyRotation removed", "Another")}))
    live.add(template())
    assert live.fresh == {("AWS::KMS::Key", "EnableKeyRotation removed", OTHER)}


def test_the_tests_that_notice_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_suite.py").write_text(SUITE, encoding="utf-8")
    wanted, report = tmp_path / "wanted.json", tmp_path / "report.json"
    wanted.write_text(json.dumps(WANTED), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *OPTIONS, "--rootdir", str(tmp_path), str(folder)],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "MUTATION_WANTED": str(wanted),
            "MUTATION_REPORT": str(report),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "CDK_VALIDATION": "false",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert report.exists(), done.stdout + done.stderr
    found = json.loads(report.read_text(encoding="utf-8"))
    noticed = {(row[0], row[1], row[2]): row[3].rpartition("::")[2] for row in found["noticed"]}
    assert noticed == {
        ("AWS::KMS::Key", "EnableKeyRotation removed", ""): "test_rotation",
        ("AWS::S3::Bucket", "DeletionPolicy=Delete", OTHER): "test_of_its_own",
    }
    assert sorted(row[1] for row in found["seen"]) == [
        "DeletionPolicy=Delete",
        "VersioningConfiguration removed",
    ]
