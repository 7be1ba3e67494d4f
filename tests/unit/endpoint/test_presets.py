"""Presets are data: the ones that come with the library are sound, and a wrong one is one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from baseline.config.endpoint import BY_SERVICE, OWN, Vendor
from baseline.endpoint.preset import load_preset, presets
from baseline.errors import BaselineError
from tests.support import ROOT

EXAMPLE = ROOT / "examples" / "configurations" / "endpoint-preset.json"


def test_every_vendor_of_the_configuration_has_a_preset() -> None:
    assert set(presets()) == set(get_args(Vendor)) - {BY_SERVICE, OWN}


@pytest.mark.parametrize("name", sorted(presets()))
def test_a_preset_is_named_as_its_file_and_says_what_was_not_verified(name: str) -> None:
    preset = presets()[name]
    assert preset.id == name
    assert preset.unverified
    assert preset.source


def test_only_the_free_agent_needs_no_token() -> None:
    assert [name for name, preset in presets().items() if preset.secret is None] == ["clamav"]


def test_the_example_to_copy_is_a_preset() -> None:
    assert load_preset(EXAMPLE).linux.platforms == ("amazon", "redhat", "debian", "ubuntu")


def broken(**changes: Any) -> dict[str, Any]:
    preset: dict[str, Any] = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    for path, value in changes.items():
        place = preset
        *parents, last = path.split("__")
        for parent in parents:
            place = place[parent]
        place[last] = value
    return preset


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"linux__token__command": ["/bin/agent", "{token}"]},
            "give file or command, and not both",
        ),
        ({"linux__token__file": None}, "give file or command, and not both"),
        ({"linux__token__content": "x"}, "{token} stands nowhere"),
        ({"secret": None}, "secret says what the token is exactly where"),
        ({"linux__rpm__services": ["a; rm -rf /"]}, "linux.rpm.services.0"),
        ({"linux__deb__packages": []}, "linux.deb.packages"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_preset_is_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    file = tmp_path / "preset.json"
    file.write_text(json.dumps(broken(**changes)), encoding="utf-8")
    with pytest.raises(BaselineError) as error:
        load_preset(file)
    assert message in str(error.value)


def test_a_preset_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="cannot be read"):
        load_preset(tmp_path / "absent.json")
    (tmp_path / "text.json").write_bytes(b"\xff\xfe")
    with pytest.raises(BaselineError, match="is no preset"):
        load_preset(tmp_path / "text.json")
