"""One run finds all problems, each with its place; no file makes a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from baseline.config import load, read
from baseline.config.loader import MAXIMUM_BYTES
from baseline.errors import ConfigurationError

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
EXAMPLES = [ROOT / "baseline.yaml", *sorted((ROOT / "examples" / "configurations").glob("*.yaml"))]
SMALL = (ROOT / "examples/configurations/small.yaml").read_text(encoding="utf-8")
INSPECTOR = "capabilities: {{inspector: {{enabled: {switch}, package_paths: [/opt/app]}}}}\n"


def problems(path: Path) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(path)
    return str(caught.value).replace(f"{path.parent}/", "").split("\n")


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "baseline.yaml"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_example_is_right(path: Path) -> None:
    configuration = read(path)
    assert configuration.home_region in configuration.regions


def test_one_run_finds_every_kind_of_problem_in_the_order_of_the_file() -> None:
    assert problems(HERE / "broken.yaml") == [
        "broken.yaml:1:1 prefix: 'Sec-' is not a prefix: 3 to 16 lower-case letters, digits or hyphens, a letter first, no hyphen last",
        "broken.yaml:7:22 regions[1]: 'eu-centrl-1' is not a Region; did you mean 'eu-central-1'?",
        "broken.yaml:9:17 accounts.management.id: '111111111111' must stand in quotes: without them YAML reads a number, and leading zeros are lost",
        "broken.yaml:10:18 accounts.log_archive.id: '22222222222' is not an AWS account ID: 12 digits, in quotes",
        "broken.yaml:13:5 accounts.security.email: 'ops@gmail.com' is not in email_domains [example.com]; use a corporate address that a team reads",
        "broken.yaml:15:14 accounts.network.id: '333333333333' is the ID of accounts.security already; every account of the baseline is an account of its own",
        "broken.yaml:18:28 organizational_units.Security.guardrails[0]: 'foundaton' is not a guardrail or set; did you mean 'foundation'?",
        "broken.yaml:19:76 organizational_units.Deep.units.B.units.C.units.D.units.E.units.F: is on level 6; AWS Organizations allows 5 levels of units under the root",
        "broken.yaml:20:1 contacts.operations: is missing (Gets notices about service events)",
        "broken.yaml:26:1 notification: unknown key; did you mean 'notifications'?",
        "broken.yaml:28:3 log_archive.object_lock_days: 'yes' is not a whole number; write digits without quotes",
    ]


def test_a_missing_file(tmp_path: Path) -> None:
    assert problems(tmp_path / "none.yaml") == [
        "none.yaml no such file; name another, or start from an example"
    ]


def test_a_directory(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    assert problems(tmp_path / "folder") == ["folder cannot be read: Is a directory"]


def test_a_file_name_that_no_system_has(tmp_path: Path) -> None:
    (line,) = problems(tmp_path / "a\0b")
    assert line.endswith("cannot be read: embedded null byte")
    assert "\0" not in line


def test_a_file_of_other_encoding(written: Path) -> None:
    written.write_bytes("prefix: säc".encode("latin-1"))
    assert problems(written) == ["baseline.yaml is not UTF-8 text; save it as UTF-8"]


def test_a_file_that_is_too_large(written: Path) -> None:
    written.write_bytes(b"#" * (MAXIMUM_BYTES + 1))
    assert problems(written) == [
        "baseline.yaml is larger than 1,000,000 bytes; that is no configuration"
    ]


def test_a_byte_order_mark_is_no_problem(written: Path) -> None:
    written.write_bytes(b"\xef\xbb\xbf" + (ROOT / "baseline.yaml").read_bytes())
    assert load(written) == load(ROOT / "baseline.yaml")


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "null\n"])
def test_an_empty_file(written: Path, text: str) -> None:
    written.write_text(text)
    (line,) = problems(written)
    assert line.endswith(" is empty; `baseline schema` prints what a configuration holds")


@pytest.mark.parametrize("text", ["- a\n- b\n", "just text\n", "42\n"])
def test_a_file_without_keys(written: Path, text: str) -> None:
    written.write_text(text)
    (line,) = problems(written)
    assert line.endswith("stands where keys and values are expected")


def test_a_refused_value_is_not_missing_too(written: Path) -> None:
    written.write_text((ROOT / "baseline.yaml").read_text() + "break_glass: &x {role: !secret A}\n")
    assert not any("is missing" in line for line in problems(written))


def test_the_configuration_does_not_change_after_loading() -> None:
    configuration = load(ROOT / "baseline.yaml")
    with pytest.raises(ValueError, match="frozen"):
        configuration.prefix = "other"  # type: ignore[misc]


def test_what_follows_from_a_refused_value_is_no_second_problem(written: Path) -> None:
    written.write_text(f"{SMALL}\n{INSPECTOR.format(switch='maybe')}", encoding="utf-8")
    with pytest.raises(ConfigurationError) as error:
        load(written)
    assert [each.path for each in error.value.problems] == ["capabilities.inspector.enabled"]
    written.write_text(f"{SMALL}\n{INSPECTOR.format(switch='false')}", encoding="utf-8")
    with pytest.raises(ConfigurationError) as error:
        load(written)
    assert [each.path for each in error.value.problems] == ["capabilities.inspector.package_paths"]


@pytest.mark.parametrize(
    ("old", "new", "path", "said"),
    [
        ("log_archive: { id:", "log_archive: { idx:", "accounts.log_archive.idx", "mean 'id'?"),
        ("contacts:\n  security:", "contacts:\n  securty:", "contacts.securty", "mean 'security'?"),
        ("example.com, ou: Security", "example.com, oux: Security", "accounts.log_archive.oux", "'ou'"),
        ("example.com, ou: Security", "example.com, ou: 1.5", "accounts.log_archive.ou", "1.5"),
        ("[example.com]", "[a@b]", "organization.email_domains[0]", "such as example.com"),
        ("[eu-west-1, eu-central-1]", "[[], eu-central-1]", "regions[0]", "a list stands"),
        ("units:\n      Production: {}\n      Test: {}", "units: [a]", "organizational_units.Workloads.units", "a list stands"),
        ("    units:", "    unist:", "organizational_units.Workloads.unist", "mean 'units'?"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_line(written: Path, old: str, new: str, path: str, said: str) -> None:
    """A key or value that others are compared with: what follows from it is not told."""
    text = (ROOT / "baseline.yaml").read_text(encoding="utf-8")
    assert old in text
    written.write_text(text.replace(old, new, 1), encoding="utf-8")
    (line,) = problems(written)
    assert f" {path}: " in line
    assert said in line


def test_another_mistake_of_the_kind_is_told_beside_it(written: Path) -> None:
    text = (ROOT / "baseline.yaml").read_text(encoding="utf-8")
    text = text.replace("Sandbox: { guardrails:", "Sandbox: { guardrail:", 1)
    written.write_text(text.replace("ou: Workloads/Test", "ou: Workloads/Tset", 1), "utf-8")
    first, second = problems(written)
    assert "Workloads/Tset" in first
    assert "organizational_units.Sandbox.guardrail: " in second


def test_a_number_stands_in_a_list_once(written: Path) -> None:
    written.write_text(
        f"{SMALL}\nresponse: {{open_ports: {{ports: [22, 3389, 22]}}}}\n", encoding="utf-8"
    )
    with pytest.raises(ConfigurationError) as error:
        load(written)
    assert [each.path for each in error.value.problems] == ["response.open_ports.ports[2]"]
