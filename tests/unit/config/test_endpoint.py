"""What a configuration may say of the agent, and what is refused before anything is deployed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from baseline.guardrails.service_policies import controls_met
from tests.support import ROOT
from tests.unit.guardrails import harness

Found = Callable[[dict[str, object]], list[str]]
PRESET = "examples/configurations/endpoint-preset.json"
ARN = "arn:aws:secretsmanager:eu-west-1:333333333333:secret:secbase-endpoint-token-AbCdEf"


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder with two installers and a preset."""
    for name in ("sensor.rpm", "sensor.msi"):
        (tmp_path / name).touch()
    (tmp_path / "preset.json").write_text((ROOT / PRESET).read_text())
    (tmp_path / "broken.json").write_text('{"id": "x"}')
    monkeypatch.chdir(tmp_path)


FALCON = {"vendor": "crowdstrike-falcon", "installers": {"amazon/x86_64": "sensor.rpm"}}
OWN = {"vendor": "own", "preset": "preset.json"}


@pytest.mark.parametrize(
    "section",
    [
        {},
        {"vendor": "clamav"},
        {"vendor": "guardduty"},
        FALCON,
        {**FALCON, "token_secret": ARN, "target": {"key": "Endpoint", "value": "yes"}},
        {**FALCON, "installers": {"windows/x86_64": "sensor.msi"}},
        OWN,
    ],
    ids=str,
)
def test_a_complete_section_is_accepted(found: Found, section: dict[str, object]) -> None:
    assert found({"endpoint": section}) == []


REFUSED: list[tuple[dict[str, object], str]] = [
    ({"endpoint": {"vendor": "norton"}}, "endpoint.vendor: 'norton' is not one of clamav"),
    (
        {"endpoint": {"vendor": "crowdstrike-falcon"}},
        "endpoint.vendor: 'crowdstrike-falcon' has no installers; download them",
    ),
    (
        {"endpoint": {**FALCON, "vendor": "clamav"}},
        "endpoint.installers: clamav takes no installers; remove them",
    ),
    (
        {"endpoint": {**FALCON, "vendor": "guardduty"}},
        "endpoint.installers: guardduty takes no installers; remove them",
    ),
    (
        {"endpoint": {**OWN, "installers": {"amazon/x86_64": "sensor.rpm"}}},
        "endpoint.installers: own takes no installers; remove them",
    ),
    (
        {"endpoint": {"installers": {"amazon/x86_64": "sensor.rpm"}}},
        "endpoint.installers: is for nobody; name the vendor",
    ),
    (
        {"endpoint": {"target": {"key": "a", "value": "b"}}},
        "endpoint.target: is for nobody; name the vendor",
    ),
    (
        {"endpoint": {**FALCON, "installers": {"ubuntu/x86_64": "sensor.rpm"}}},
        "endpoint.installers.ubuntu/x86_64: 'sensor.rpm' is no installer of this platform, which ends in .deb",
    ),
    (
        {"endpoint": {**FALCON, "installers": {"amazon/x86_64": "absent.rpm"}}},
        "endpoint.installers.amazon/x86_64: 'absent.rpm' is no file here",
    ),
    (
        {
            "endpoint": {
                **FALCON,
                "vendor": "trend-micro",
                "installers": {"windows/x86_64": "sensor.msi"},
            }
        },
        "endpoint.installers.windows/x86_64: trend-micro has no Windows part",
    ),
    ({"endpoint": {"vendor": "own"}}, "endpoint.vendor: 'own' has no preset"),
    (
        {"endpoint": {"vendor": "clamav", "preset": "preset.json"}},
        "endpoint.preset: is not used with vendor clamav",
    ),
    (
        {"endpoint": {"vendor": "own", "preset": "absent.json"}},
        "endpoint.preset: preset absent.json cannot be read",
    ),
    (
        {"endpoint": {"vendor": "own", "preset": "broken.json"}},
        "endpoint.preset: preset broken.json is no preset: title",
    ),
    (
        {"endpoint": {"vendor": "guardduty"}, "capabilities.guardduty.enabled": False},
        "endpoint.vendor: GuardDuty is off",
    ),
    (
        {"endpoint": {"vendor": "guardduty"}, "capabilities.guardduty.runtime_monitoring": False},
        "capabilities.guardduty.runtime_monitoring: is off, and endpoint.vendor says",
    ),
    (
        {
            "endpoint": {"vendor": "guardduty"},
            "capabilities.guardduty.regions": {"eu-central-1": {"runtime_monitoring": False}},
        },
        "capabilities.guardduty.regions.eu-central-1.runtime_monitoring: is off",
    ),
    (
        {"endpoint": {"vendor": "clamav"}, "systems_manager.inventory": False},
        "systems_manager.inventory: is off, and endpoint needs the inventory",
    ),
    (
        {
            "endpoint": {"vendor": "clamav"},
            "capabilities.config.enabled": False,
            "capabilities.security_hub.enabled": False,
            "capabilities.trusted_advisor.enabled": False,
        },
        "capabilities.config.enabled: is off, and endpoint needs the rule",
    ),
    (
        {"endpoint": {"vendor": "clamav", "token_secret": ARN}},
        "endpoint.token_secret: clamav needs no token; remove it",
    ),
    (
        {"endpoint": {**FALCON, "token_secret": ARN.replace("333333333333", "222222222222")}},
        "endpoint.token_secret: is not the baseline's secret",
    ),
    (
        {"endpoint": {**FALCON, "token_secret": "my-token"}},
        "endpoint.token_secret: 'my-token' is not the full ARN of a secret",
    ),
    (
        {"endpoint": {"vendor": "clamav", "version": "1 2"}},
        "endpoint.version: '1 2' is not a version",
    ),
]


@pytest.mark.parametrize(("changes", "message"), REFUSED, ids=[row[1] for row in REFUSED])
def test_what_could_not_work_is_one_sentence(
    found: Found, changes: dict[str, object], message: str
) -> None:
    problems = found(changes)
    assert len(problems) == 1, problems
    assert problems[0].startswith(message)


def test_guardduty_11_guardduty_13_the_agent_is_on_in_every_region_that_says_so(
    found: Found,
) -> None:
    """GuardDuty.11, GuardDuty.13: the policy meets them exactly where the check lets it pass."""
    content = harness.rendered("guardduty-organization").content
    assert content is not None
    assert {"GuardDuty.11", "GuardDuty.13"} <= set(controls_met(content))
    assert found({"endpoint": {"vendor": "guardduty"}}) == []
    off: dict[str, object] = {"capabilities.guardduty.runtime_monitoring": False}
    assert len(found({"endpoint": {"vendor": "guardduty"}, **off})) == 1
    assert found(off) == []
