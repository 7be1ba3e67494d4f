"""What ends, what is weaker, what is acknowledged: nothing that a file accepts stays unseen."""

from __future__ import annotations

import datetime as dt
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest

from baseline.config import Configuration, load
from baseline.config.section import Section
from baseline.errors import BaselineError
from baseline.report.accepted import FIRST_AFTER, LAST, accepted_of
from baseline.report.assembly import read_acknowledgements
from baseline.report.building import build
from baseline.report.model import Report
from baseline.report.weaker import LEFT_OUT, WEAKER, weaker_of
from tests.support import ROOT
from tests.unit.report.conftest import DATE, SUPPRESSIONS, example, write_assembly


def test_days_are_counted_from_the_date_of_the_report(report: Report) -> None:
    rows = {row.name: (row.last_day, row.days_left, row.state) for row in report.accepted}
    assert rows == {
        "siem-reader": ("2026-11-01", -21, "expired"),
        "semgrep python.subprocess": ("2026-11-21", -1, "expired"),
        "build-tools": ("2026-11-30", 8, "soon"),  # `expires` is the first day without it
        "public-website": ("2099-12-31", 26702, "current"),
    }
    assert [row.days_left for row in report.accepted] == sorted(
        row.days_left for row in report.accepted
    )
    assert [row.name for row in report.expired] == ["siem-reader", "semgrep python.subprocess"]


def test_the_last_day_still_counts(rich: Configuration) -> None:
    (row,) = [
        row for row in accepted_of(rich, (), dt.date(2026, 11, 1)) if row.name == "siem-reader"
    ]
    assert (row.days_left, row.state) == (0, "soon")


def test_an_acceptance_says_what_it_covers_why_and_where(report: Report) -> None:
    reader, scanned = report.expired
    assert reader.where == "capabilities.access_analyzer.accepted.siem-reader"
    assert reader.scope == "principals: 777777777777"
    assert reader.reason == "the vendor of the SIEM reads the archive"
    assert (scanned.owner, scanned.scope) == ("platform@example.com", "scripts/*")
    assert scanned.where.endswith("suppressions.yaml:2")


def dated(model: type[Section], seen: set[type[Section]]) -> Iterator[type[Section]]:
    """Give the sections of the configuration with a field for an end."""
    if model in seen:
        return
    seen.add(model)
    if {LAST, FIRST_AFTER} & model.model_fields.keys():
        yield model
    for field in model.model_fields.values():
        for inner in types_in(field.annotation):
            yield from dated(inner, seen)


def types_in(annotation: object) -> Iterator[type[Section]]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from types_in(argument)


def test_every_section_with_an_end_has_a_reason_that_the_report_shows() -> None:
    found = list(dated(Configuration, set()))
    assert len(found) >= 5
    assert all("reason" in model.model_fields for model in found)


def test_weaker_choices_are_found_with_value_default_and_reason(report: Report) -> None:
    rows = {(row.where, row.value): row for row in report.weaker}
    assert set(rows) == {
        ("log_archive.object_lock_mode", "GOVERNANCE"),
        ("log_archive.web_acl_logs", "false"),
        ("network.dns_firewall.action", "alert"),
        ("guardrails.trusted_accounts", "787878787878"),
        ("account_settings.off", "default_vpc"),
        ("response.open_ports.mode", "report"),
        ("capabilities.security_hub.disabled_controls", "EC2.10"),
    }
    assert rows["log_archive.object_lock_mode", "GOVERNANCE"].default == "COMPLIANCE"
    disabled = rows["capabilities.security_hub.disabled_controls", "EC2.10"]
    assert disabled.reason == "endpoints of EC2 are in the network account"


def test_defaults_and_stricter_choices_are_not_weaker() -> None:
    assert weaker_of(load(ROOT / "baseline.yaml")) == ()
    stricter = {"log_archive": {"object_lock_days": 730, "retention_days": 3650}}
    assert weaker_of(example(stricter)) == ()
    assert [row.where for row in weaker_of(example({"log_archive": {"object_lock_days": 90}}))] == [
        "log_archive.object_lock_days"
    ]


def test_every_switch_that_is_on_by_default_shows_when_it_is_off() -> None:
    rows = weaker_of(example({"capabilities": {"guardduty": {"enabled": False}}}))
    assert [(row.where, row.value, row.default) for row in rows] == [
        ("capabilities.guardduty.enabled", "false", "true")
    ]


def test_the_names_of_weaker_fields_are_fields_of_the_configuration() -> None:
    seen: set[type[Section]] = set()
    list(dated(Configuration, seen))
    known = {name for model in seen for name in model.model_fields}
    assert known >= LEFT_OUT | WEAKER.keys()


def test_the_suppressions_of_the_delivery_are_read_and_missed(tmp_path: Path) -> None:
    delivering = load(ROOT / "examples" / "configurations" / "delivery.yaml")
    assert delivering.delivery is not None
    named = delivering.delivery.model_copy(update={"suppressions": "security/accepted.yaml"})
    configuration = delivering.model_copy(update={"delivery": named})
    without = build(configuration, name="delivery.yaml", date=DATE, folder=tmp_path)
    assert without.accepted == ()
    assert [row for row in without.missing if "security/accepted.yaml" in row]
    (tmp_path / "security").mkdir()
    (tmp_path / "security" / "accepted.yaml").write_text(SUPPRESSIONS, encoding="utf-8")
    found = build(configuration, name="delivery.yaml", date=DATE, folder=tmp_path)
    assert [row.name for row in found.accepted] == ["semgrep python.subprocess"]
    assert not [row for row in found.missing if "security/accepted.yaml" in row]


def test_acknowledgements_are_grouped_by_their_compensating_control(report: Report) -> None:
    assert report.acknowledgements is not None
    (row,) = report.acknowledgements
    assert row.reason == "bound by the trail's ARN"
    assert row.rules == ("AwsSolutions-IAM5", "NIST.800.53.R5-IAMNoInlinePolicy")
    assert row.places == ("audit/OrganizationTrail/Key", "audit/Other")
    assert row.findings == 2


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("audit.metadata.json", "{", "cannot be read"),
        ("audit.metadata.json", '{"/a": [{"data": {}}]}', "is damaged"),
        ("audit.metadata.json", "[]", "is damaged"),
    ],
)
def test_a_damaged_assembly_is_one_line(tmp_path: Path, name: str, text: str, said: str) -> None:
    folder = write_assembly(tmp_path / "cdk.out")
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(BaselineError, match=said):
        read_acknowledgements(folder)


def test_a_folder_that_is_no_assembly_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="no cloud assembly"):
        read_acknowledgements(tmp_path)
