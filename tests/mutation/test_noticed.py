"""Every protection of the example's templates: when it goes, somebody notices without being asked.

Here the review and the contracts look at every mutant; ``make mutation`` asks the Guard rules and
every unit test that reads templates besides, and keeps the score that is checked here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.mutation import documents, judges
from tests.mutation.mutants import mutants
from tests.mutation.protections import PROPERTIES, WATCHING
from tests.mutation.score import problems, read_score, reasons

Templates = dict[str, dict[str, Any]]
KINDS = {row.kind for row in PROPERTIES} | set(WATCHING) | {"condition", "principal", "resource"}
KINDS |= documents.KINDS
ONE_IN = 3
"""Of what is weakened inside of texts: definitions, packs and settings are much alike."""
LESS_THAN_BEFORE = 0.9
"""Of the mutants that the score counts; with fewer, the score is of other templates."""


@pytest.fixture(scope="module")
def subjects(assembly: Path, templates: Templates) -> list[judges.Subject]:
    return list(judges.subjects(assembly, templates))


def test_every_lost_protection_is_noticed(assembly: Path, subjects: list[judges.Subject]) -> None:
    contracts = judges.contracts(assembly)
    inside = [each for each in subjects if each.mutant.kind in documents.KINDS]
    alive = [
        each.name
        for each in subjects
        if each.mutant.kind not in documents.KINDS
        and not judges.by_review(each)
        and not judges.by_contracts(each, contracts)
    ] + [
        each.name
        # `make mutation` asks about all; for a long text the review takes longer than a contract.
        for each in inside[::ONE_IN]
        if not judges.by_contracts(each, contracts) and not judges.by_review(each)
    ]
    by_others = read_score()["by_others"]
    assert sorted({*alive} - {*by_others}) == sorted(reasons())


def test_no_stack_loses_its_termination_protection_unnoticed(assembly: Path) -> None:
    assert [name for name, noticed in judges.unprotected(assembly).items() if not noticed] == []


def test_there_are_mutants_of_every_kind(subjects: list[judges.Subject]) -> None:
    assert {each.mutant.kind for each in subjects} >= KINDS
    assert len(subjects) > 4000
    assert any("/" in each.stack for each in subjects), "the bodies of StackSets"


def test_the_score_is_of_these_templates_and_good_enough(subjects: list[judges.Subject]) -> None:
    kinds = read_score()["kinds"]
    counted: dict[str, int] = {}
    for each in subjects:
        counted[each.mutant.kind] = counted.get(each.mutant.kind, 0) + 1
    assert set(kinds) == {*counted, "all"}
    old = [k for k, n in counted.items() if kinds[k]["mutants"] < LESS_THAN_BEFORE * n]
    assert old == [], "run: python scripts/template_mutation.py --write"
    assert problems(kinds, sorted(reasons())) == []
    assert all(len(reason) > 30 for reason in reasons().values())


def test_guard_rules_judge_too(subjects: list[judges.Subject]) -> None:
    def first(name: str) -> judges.Subject:
        return next(each for each in subjects if each.mutant.name == name)

    rows = [
        first("AWS::KMS::Key EnableKeyRotation = False"),
        first("AWS::S3::Bucket PublicAccessBlockConfiguration removed"),
        first("AWS::CloudWatch::Alarm AlarmActions removed"),
    ]
    said = judges.by_rules(rows)
    assert [bool(each) for each in said] == [True, True, False]


def test_mutants_leave_no_protection_of_a_resource_out() -> None:
    """What a change of the table would lose without a word."""
    template = {
        "Resources": {
            "Bucket": {
                "Type": "AWS::S3::Bucket",
                "DeletionPolicy": "Retain",
                "Properties": {
                    "PublicAccessBlockConfiguration": {"BlockPublicAcls": True},
                    "Tags": [{"Key": "SecurityBaseline", "Value": "protected"}],
                },
            },
            "Policy": {
                "Type": "AWS::S3::BucketPolicy",
                "Properties": {
                    "PolicyDocument": {
                        "Statement": [
                            {
                                "Sid": "NoClearText",
                                "Effect": "Deny",
                                "Principal": "*",
                                "Action": "s3:*",
                                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                            }
                        ]
                    }
                },
            },
        }
    }
    assert {each.name for each in mutants(template)} == {
        "AWS::S3::Bucket DeletionPolicy=Delete",
        "AWS::S3::Bucket PublicAccessBlockConfiguration removed",
        "AWS::S3::Bucket PublicAccessBlockConfiguration.BlockPublicAcls = False",
        "AWS::S3::Bucket PublicAccessBlockConfiguration.BlockPublicAcls removed",
        "AWS::S3::Bucket Tags[SecurityBaseline] removed",
        "AWS::S3::BucketPolicy PolicyDocument[NoClearText] Bool aws:SecureTransport removed",
        "AWS::S3::BucketPolicy PolicyDocument[NoClearText] removed",
        "AWS::S3::BucketPolicy removed",
    }
