"""Whose a resource is, by its tag: the services write tags each in its own way."""

from __future__ import annotations

from finding_model import Event, at, text

# Where GuardDuty has the tags of the resource that a finding is about.
GUARDDUTY = (
    ("instanceDetails", "tags"),
    ("eksClusterDetails", "tags"),
    ("ecsClusterDetails", "tags"),
    ("lambdaDetails", "tags"),
    ("rdsDbInstanceDetails", "tags"),
    ("s3BucketDetails", 0, "tags"),
)


def owners(event: Event, tag: str) -> frozenset[str]:
    """Give the values of a tag of all resources of a finding.

    Args:
        event: a finding of Security Hub or GuardDuty; another event has none.
        tag: key of the tag; empty for none.
    """
    if not tag:
        return frozenset()
    detail = at(event, "detail")
    found = [
        text(one, "Tags", tag)
        for finding in at(detail, "findings") or ()
        for one in at(finding, "Resources") or ()
    ]
    # The new Security Hub writes OCSF: a list of names and values.
    found += [
        text(pair, "value")
        for finding in at(detail, "findings") or ()
        for one in at(finding, "resources") or ()
        for pair in at(one, "tags") or ()
        if text(pair, "name") == tag
    ]
    found += [
        text(pair, "value")
        for place in GUARDDUTY
        for pair in at(detail, "resource", *place) or ()
        if text(pair, "key") == tag
    ]
    return frozenset(filter(None, found))
