"""The verification is readable at 100 columns, and a difference shows only where it differs."""

from __future__ import annotations

import io

from rich.console import Console

from baseline.local.readers import Check
from baseline.local.tables import differing, show_report
from baseline.local.verify import Finding, Gap, Report

NAMES = {"222222222222": "log_archive"}


def finding(setting: str, expected: object, found: object) -> Finding:
    return Finding(
        account="222222222222",
        region="eu-west-1",
        stack="secbase-log-archive",
        resource="log-archive/Archive/CloudTrail/Bucket",
        type="AWS::S3::Bucket",
        capability="Buckets",
        check=Check(setting=setting, expected=expected, found=found),
    )


def shown(*findings: Finding, not_applied: tuple[Gap, ...] = ()) -> str:
    report = Report(findings=findings, not_read=(), not_applied=not_applied, stacks=1, resources=1)
    output = io.StringIO()
    show_report(Console(file=output, width=100), report, NAMES)
    return output.getvalue()


def test_account_capability_expected_found_and_verdict() -> None:
    text = shown(finding("IsLogging", expected=True, found="true"))

    assert "log_archive" in text
    assert "Buckets" in text
    assert "logging true" in text
    assert "1 of 1" in text
    assert "1 properties of 1 resources in 1 stacks compared: 0 differ" in text


def test_a_difference_is_shown_with_both_values() -> None:
    text = shown(
        finding("VersioningConfiguration", {"Status": "Enabled"}, {"Status": "Suspended"}),
        finding("ObjectLockEnabled", expected=True, found=True),
    )

    assert "1 of 2" in text
    assert "differs" in text
    assert "Suspended" in text
    assert "log-archive/Archive/CloudTrail" in text


def test_no_line_is_wider_than_100_columns() -> None:
    long = {"Statement": [{"Sid": "S" * 300}]}
    gap = Gap(type="AWS::S3::Bucket", property="AccessControl", reason="not read " * 20)

    text = shown(finding("PolicyDocument", long, {}), not_applied=(gap,))

    assert max(len(line) for line in text.splitlines()) <= 100
    assert "Only recorded by the embedded AWS" in text


def test_markup_in_a_value_is_printed_as_it_is() -> None:
    assert "[red]" in shown(finding("Description", "[red]", "[bold]"))


def test_only_the_differing_members_are_kept() -> None:
    expected, found = differing({"Version": 1, "Statement": "a"}, {"Version": 1, "Statement": "b"})

    assert (expected, found) == ({"Statement": "a"}, {"Statement": "b"})
    assert differing([1, 2], [2, 3]) == ([1], [3])
    assert differing("a", "b") == ("a", "b")
