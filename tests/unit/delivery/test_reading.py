"""How a template is read before the rules see it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from baseline.delivery.template_validation.reading import Reading, read

TEMPLATE = """\
Parameters:
  Shown: {Type: String, Default: shown}
  Hidden: {Type: String, NoEcho: true, Default: hidden}
  Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: /path}
  Free: {Type: String}
Resources:
  Subject:
    Type: A::B::C
    Properties:
      Date: 2012-10-17
      Shown: !Ref Shown
      Hidden: !Ref Hidden
      Stored: {Ref: Stored}
      Free: !Ref Free
      Nothing: !Ref AWS::NoValue
      Arn: !GetAtt Other.Arn
      Text: !Sub "${Free}"
      List:
        - !If [Here, first, !Ref AWS::NoValue]
        - second
"""


def readings(tmp_path: Path) -> list[Reading]:
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE, encoding="utf-8")
    return read(path, "template.yaml")


def properties(reading: Reading) -> dict[str, Any]:
    found: dict[str, Any] = reading.template["Resources"]["Subject"]["Properties"]
    return found


def test_only_a_default_that_is_shown_stands_for_its_parameter(tmp_path: Path) -> None:
    """A hidden one would be told as a secret in the template; a stored one is a path."""
    found = properties(readings(tmp_path)[0])
    assert found["Shown"] == "shown"
    for name in ("Hidden", "Stored", "Free"):
        assert found[name] == {"Ref": name}


def test_both_ways_of_a_condition_are_read_and_nothing_is_nothing(tmp_path: Path) -> None:
    first, second = readings(tmp_path)
    assert properties(first)["List"] == ["first", "second"]
    assert properties(second)["List"] == ["second"]
    assert "Nothing" not in properties(first)


def test_short_forms_are_functions_and_dates_are_text(tmp_path: Path) -> None:
    found = properties(readings(tmp_path)[0])
    assert found["Arn"] == {"Fn::GetAtt": ["Other", "Arn"]}
    assert found["Text"] == {"Fn::Sub": "${Free}"}
    assert found["Date"] == "2012-10-17"


def test_what_follows_nothing_keeps_its_place(tmp_path: Path) -> None:
    _, second = readings(tmp_path)
    line, column = second.place(("Resources", "Subject", "Properties", "List", "0"))
    assert TEMPLATE.splitlines()[line - 1][column - 1 :] == "second"
