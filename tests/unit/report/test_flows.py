"""The picture of the flows: what is on and nothing else, drawn so that nothing lies upon another."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from baseline.config import Standalone, read
from baseline.report.drawing import BOX, HEIGHT, draw
from baseline.report.flow_map import flow_map
from tests.support import ROOT
from tests.unit.report.conftest import example

EXAMPLES = sorted((ROOT / "examples" / "configurations").glob("*.yaml"))


def arrows(over: dict[str, Any]) -> set[tuple[str, str]]:
    return {(row.source, row.target) for row in flow_map(example(over))[1]}


DEFAULT = arrows({})


def test_the_default_flows_from_the_accounts_to_archive_and_people() -> None:
    assert {
        ("calls", "trail"),
        ("trail", "trail-logs"),
        ("trail", "alarms"),
        ("changes", "config-logs"),
        ("traffic", "flow-logs"),
        ("guardduty", "bus"),
        ("checks", "hub"),
        ("hub", "messages"),
        ("messages", "mail"),
        ("bus", "ports"),
    } <= DEFAULT


@pytest.mark.parametrize(
    ("over", "gone"),
    [
        ({"capabilities": {"guardduty": {"enabled": False}}}, "guardduty"),
        ({"capabilities": {"security_hub": {"enabled": False}}}, "hub"),
        ({"capabilities": {"config": {"enabled": False}}}, "changes"),
        ({"capabilities": {"config": {"aggregator": False}}}, "aggregator"),
        ({"capabilities": {"activity_alarms": {"enabled": False}}}, "alarms"),
        ({"capabilities": {"access_analyzer": {"enabled": False}}}, "analyzers"),
        ({"log_archive": {"load_balancer_logs": False}}, "balancers"),
        ({"log_archive": {"web_acl_logs": False}}, "web-acls"),
        ({"response": {"playbooks": {"enabled": False}}}, "playbooks"),
    ],
)
def test_what_is_off_is_not_drawn(over: dict[str, Any], gone: str) -> None:
    assert any(gone in pair for pair in DEFAULT)
    assert not any(gone in pair for pair in arrows(over))


@pytest.mark.parametrize(
    ("over", "comes"),
    [
        ({"capabilities": {"inspector": {"enabled": True}}}, ("inspector", "hub")),
        ({"capabilities": {"macie": {"enabled": True}}}, ("macie", "hub")),
        ({"capabilities": {"security_hub": {"archive": True}}}, ("hub", "finding-logs")),
        ({"log_archive": {"replication": {"region": "eu-central-1"}}}, ("trail-logs", "copies")),
        (
            {"siem": {"pull": {"account": "464646464646", "external_id": "us1-7f3kq9x2m4w8z6b1"}}},
            ("guardduty-logs", "siem-pull"),
        ),
        (
            {
                "siem": {
                    "push": {
                        "destination": "splunk",
                        "url": "https://http-inputs-firehose-acme.splunkcloud.com:443",
                        "sources": ["trail"],
                    }
                }
            },
            ("trail", "siem-push"),
        ),
        ({"siem": {"security_lake": {}}}, ("calls", "lake")),
        (
            {
                "notifications": {
                    "chat": {"ops": {"slack": {"workspace": "T0123ABCD", "channel": "C0123ABCD"}}}
                }
            },
            ("messages", "chat"),
        ),
    ],
)
def test_what_is_switched_on_is_drawn(over: dict[str, Any], comes: tuple[str, str]) -> None:
    assert comes not in DEFAULT
    assert comes in arrows(over)


def test_all_playbooks_off_is_none() -> None:
    from baseline.response.playbooks.catalog import PLAYBOOKS  # noqa: PLC0415 - loads the CDK

    modes = {playbook.id: "off" for playbook in PLAYBOOKS}
    assert not any(
        "playbooks" in pair for pair in arrows({"response": {"playbooks": {"modes": modes}}})
    )


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_drawn_without_overlaps(path: Path) -> None:
    stops, flows = flow_map(read(path))
    drawing = draw(stops, flows)
    assert {box.stop.id for box in drawing.boxes} == {stop.id for stop in stops}
    assert len(drawing.arrows) == len(flows) > 5
    for one, other in combinations(drawing.boxes, 2):
        assert one.x != other.x or abs(one.y - other.y) > HEIGHT, (one, other)
    for box in drawing.boxes:
        assert 0 <= box.x <= drawing.width - BOX
        assert 0 <= box.y <= drawing.height - HEIGHT


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_no_arrow_runs_behind_a_box_on_its_way(path: Path) -> None:
    drawing = draw(*flow_map(read(path)))
    for arrow in drawing.arrows:
        for x, y in re.findall(r"(\d+) (\d+)H", arrow.path):
            passed = [box for box in drawing.boxes if box.x == int(x)]
            assert not [box for box in passed if box.y <= int(y) <= box.y + HEIGHT]


def test_an_account_alone_has_no_core_accounts_in_its_picture() -> None:
    configuration = read(ROOT / "examples" / "configurations" / "standalone.yaml")
    assert isinstance(configuration, Standalone)
    stops, flows = flow_map(configuration)
    pairs = {(row.source, row.target) for row in flows}
    assert pairs >= {("trail", "trail-logs"), ("guardduty", "guardduty-logs"), ("hub", "messages")}
    said = " ".join(f"{stop.label} {stop.note}" for stop in stops)
    assert not re.search(r"(management|security|log archive) account|Organization", said)


def test_drawing_twice_gives_the_same_picture() -> None:
    stops, flows = flow_map(example())
    assert draw(stops, flows) == draw(stops, flows)
