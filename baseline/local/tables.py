"""The tables of ``baseline local`` for a terminal of 100 columns."""

import json
from collections.abc import Iterable, Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from baseline.local.readers.values import ABSENT
from baseline.local.verify import Finding, Gap, Report

WIDTH = 100
"""Columns that every table fits into."""

_NAMED = 4
_WORD = 36
_VALUE = 34
_DETAILS = 40


_LABELS = {
    "AccountName": "name",
    "AssumeRolePolicyDocument": "trust",
    "BucketEncryption": "encryption",
    "BucketName": "name",
    "CloudWatchLogsLogGroupArn": "log group",
    "CloudWatchLogsRoleArn": "log role",
    "DestinationProperties": "destination",
    "EnableKeyRotation": "rotation",
    "EnableLogFileValidation": "log validation",
    "EventPattern": "pattern",
    "IsLogging": "logging",
    "IsMultiRegionTrail": "multi-Region",
    "IsOrganizationTrail": "organization",
    "KMSKeyId": "key",
    "KeyPolicy": "policy",
    "KmsKeyId": "key",
    "KmsMasterKeyId": "key",
    "LifecycleConfiguration": "lifecycle",
    "LoggingConfiguration": "logging",
    "ManagedPolicyArns": "managed policies",
    "ImageTagMutability": "tags",
    "LogGroupName": "name",
    "MapPublicIpOnLaunch": "public addresses",
    "ObjectLockConfiguration": "Object Lock",
    "OwnershipControls": "ownership",
    "PermissionsBoundary": "boundary",
    "PolicyDocument": "policy",
    "MessageRetentionPeriod": "retention",
    "PublicAccessBlockConfiguration": "public access block",
    "RepositoryName": "name",
    "RepositoryPolicyText": "policy",
    "RetentionInDays": "retention days",
    "RotationPeriodInDays": "rotation days",
    "S3BucketName": "bucket",
    "TopicName": "name",
    "VersioningConfiguration": "versions",
}
"""CloudFormation's names that are long or hide what they are about, in words."""


def show_report(console: Console, report: Report, accounts: Mapping[str, str]) -> None:
    """Show what was compared by account and capability, every difference, and what was not applied.

    Args:
        console: Where to show it.
        report: The verification.
        accounts: Account ID to the name that people know it by.
    """
    console.print(_summary_table(report, accounts))
    if report.mismatches:
        console.print(_mismatch_table(report.mismatches[:_DETAILS], accounts))
        more = len(report.mismatches) - _DETAILS
        if more > 0:
            console.print(f"... and {more} more differences: --json has all of them", style="red")
    _show_gaps(console, "Only recorded by the embedded AWS, not applied", report.not_applied)
    _show_gaps(console, "Applied, but not compared", report.not_read)
    verdict = (
        f"{len(report.findings)} properties of {report.resources} resources in {report.stacks} stacks"
        f" compared: {len(report.mismatches)} differ"
    )
    console.print(verdict, style="bold green" if report.ok else "bold red")


def _summary_table(report: Report, accounts: Mapping[str, str]) -> Table:
    table = _table("Read back through the services' own APIs", "bold")
    table.add_column("account", no_wrap=True, max_width=19)
    table.add_column("capability", no_wrap=True, max_width=21)
    table.add_column("expected", no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_column("found", no_wrap=True, max_width=9)
    table.add_column("verdict", no_wrap=True, width=7)
    last = ""
    for (account, capability), findings in _groups(report.findings).items():
        wrong = sum(1 for finding in findings if not finding.ok)
        name = accounts.get(account, account)
        table.add_row(
            "" if account == last else escape(name),
            capability,
            escape(_expectation(findings)),
            f"{len(findings) - wrong} of {len(findings)}",
            "[red]differs[/]" if wrong else "[green]ok[/]",
        )
        last = account
    return table


def _table(title: str, style: str) -> Table:
    return Table(
        title=title,
        title_justify="left",
        title_style=style,
        width=WIDTH,
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )


def _groups(findings: Iterable[Finding]) -> dict[tuple[str, str], list[Finding]]:
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in sorted(findings, key=lambda each: (each.account, each.capability)):
        groups.setdefault((finding.account, finding.capability), []).append(finding)
    return groups


def _expectation(findings: Sequence[Finding]) -> str:
    """Give how many resources a group has, and its first settings in words."""
    resources = {(finding.region, finding.stack, finding.resource) for finding in findings}
    values: dict[str, set[str]] = {}
    for finding in findings:
        name = _label(finding.check.setting)
        values.setdefault(name, set()).add(_word(finding.check.expected))
    # What has one value everywhere says the most, so it comes first.
    said = [f"{name} {only}" for name, found in values.items() if (only := "".join(found))]
    said = [name for name in said if len(name) <= _WORD]
    said += [name for name in values if not any(each.startswith(f"{name} ") for each in said)]
    more = f" +{len(said) - _NAMED}" if len(said) > _NAMED else ""
    return f"{len(resources)} x {', '.join(said[:_NAMED])}{more}"


def _label(setting: str) -> str:
    """Give a setting in words: without the resource's name, CloudFormation's long names shortened."""
    name = setting.split(" of ", maxsplit=1)[0]
    for start in ("subscription", "feature", "target", "inbound rule", "outbound rule"):
        if name.startswith(f"{start} "):
            return f"{start}s"
    return _LABELS.get(name, name)


def _word(value: object) -> str:
    """Give a value that is one short word, else nothing."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if isinstance(value, bool | int | str) and text.isidentifier() else ""


def _mismatch_table(findings: Sequence[Finding], accounts: Mapping[str, str]) -> Table:
    table = _table("Differences", "bold red")
    table.add_column("where", max_width=34, overflow="fold")
    table.add_column("property", max_width=20, overflow="fold")
    table.add_column("expected", ratio=1, overflow="fold")
    table.add_column("found", ratio=1, overflow="fold")
    for finding in findings:
        where = (
            f"{accounts.get(finding.account, finding.account)} {finding.region}\n{finding.resource}"
        )
        expected, found = differing(finding.check.expected, finding.check.found)
        table.add_row(
            escape(where),
            escape(finding.check.setting),
            escape(brief(expected)),
            escape(brief(found)),
        )
    return table


def differing(expected: object, found: object) -> tuple[object, object]:
    """Narrow two values to the members in which they differ, so that long policies stay readable."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        names = [name for name in {**expected, **found} if expected.get(name) != found.get(name)]
        return (
            {name: expected.get(name, ABSENT) for name in names},
            {name: found.get(name, ABSENT) for name in names},
        )
    if isinstance(expected, list) and isinstance(found, list):
        return (
            [each for each in expected if each not in found],
            [each for each in found if each not in expected],
        )
    return expected, found


def brief(value: object) -> str:
    """Give a value as one short text."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    return text if len(text) <= _VALUE * 4 else f"{text[: _VALUE * 4]}..."


def _show_gaps(console: Console, title: str, gaps: Sequence[Gap]) -> None:
    if not gaps:
        return
    table = _table(title, "bold")
    table.add_column("type", overflow="fold", max_width=40)
    table.add_column("property", overflow="fold", max_width=26)
    table.add_column("resources", justify="right")
    table.add_column("reason", overflow="fold")
    for gap in gaps:
        table.add_row(
            gap.type,
            "all" if gap.property == "*" else gap.property,
            str(gap.count),
            escape(gap.reason),
        )
    console.print(table)
