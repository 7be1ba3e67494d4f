"""What is wrong in a block is found: a harness that accepts everything would be worse than none."""

from __future__ import annotations

from pathlib import Path

import pytest

from baseline.errors import ConfigurationError
from tests.docs.blocks import Block, blocks_of
from tests.docs.execution import execute
from tests.support import ROOT


def block(folder: Path, text: str) -> Block:
    """Write a page and give its only block."""
    page = folder / "page.md"
    page.write_text(text, encoding="utf-8")
    (only,) = blocks_of(page)
    return only


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("```\nwhatever\n```", "a block of no language"),
        ("```ruby\nputs 1\n```", "nobody executes ruby"),
        ("```json\n{}\n", "fence is not closed"),
        ("```text\naws s3api list-buckets\n```", "a program or a command is no text"),
        ("```text\nfrom baseline import x\n```", "a program or a command is no text"),
        ("```console\nbaseline validate\n```", "behind"),
        ("```console\n$ if\n```", "syntax error"),
        ("```sh\nmake nothing-like-it\n```", "Makefile has no nothing-like-it"),
        ("```sh\nfrobnicate\n```", "frobnicate is a program"),
        ("```sh\nbaseline nothing\n```", "No such command"),
        ("```sh\nbaseline local demo --nothing\n```", "--nothing"),
        ("```sh\nbaseline validate missing.yaml\n```", "exit 2, not 0"),
        ("<!-- exit: 2 -->\n```sh\nbaseline --version\n```", "exit 0, not 2"),
        ("<!-- not run: no AWS -->\n```sh\nbaseline validate --nothing\n```", "--nothing"),
        ("```sh\naws s3api list-bucket\n```", "aws s3api has no list-bucket"),
        ("```sh\naws s3 list-buckets\n```", "aws s3 has no list-buckets"),
        ("```sh\naws sqs list-queues --name x\n```", "--name is unknown"),
        ("```sh\naws kms describe-key\n```", "--key-id is missing"),
        ("```sh\necho() { :; }\ncat x | aws kms list-key --region x\n```", "kms has no list-key"),
        ('```sh\nexport A="$(aws kms list-key)"\n```', "kms has no list-key"),
        ("```sh\nnpx cdk deploy --nothing\n```", "cdk deploy has no --nothing"),
    ],
)
def test_what_is_wrong_is_found(tmp_path: Path, text: str, wrong: str) -> None:
    with pytest.raises(AssertionError, match=wrong):
        execute(block(tmp_path, text), tmp_path)


def test_wrong_configuration_is_found(tmp_path: Path) -> None:
    wrong = block(tmp_path, "```yaml\nbilling: { monthly_dolars: 1 }\n```")
    with pytest.raises(ConfigurationError, match="monthly_dollars"):
        execute(wrong, tmp_path)


def test_a_program_that_fails_is_found(tmp_path: Path) -> None:
    with pytest.raises(NameError, match="stack"):
        execute(block(tmp_path, "```python\nprint(stack)\n```"), tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "<!-- not run: a fragment -->\n```python\nprint(stack)\n```",
        "<!-- not run: of another tool -->\n```yaml\nstages: [test]\n```",
        "```text\nbaseline.yaml is right.\n```",
        "```sh\naws ec2 create-network-acl-entry --network-acl-id a --rule-number 1 --protocol=-1 --rule-action deny --ingress\n```",
        "```sh\naws ec2 modify-instance-attribute --instance-id i --no-disable-api-termination > before.json\n```",
    ],
)
def test_what_is_right_passes(tmp_path: Path, text: str) -> None:
    execute(block(tmp_path, text), tmp_path)


def test_a_comment_belongs_to_the_next_block_only(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- not run: x -->\n```json\n{}\n```\n\n```json\n{}\n```\n", encoding="utf-8")
    assert [each.notes for each in blocks_of(page)] == [{"not run": "x"}, {}]


def test_a_file_of_a_block_is_there_for_the_next(tmp_path: Path) -> None:
    execute(block(tmp_path, "<!-- file: a/b.json -->\n```json\n{}\n```"), tmp_path)
    assert (tmp_path / "a" / "b.json").read_text(encoding="utf-8") == "{}\n"


def test_a_fragment_may_be_merged_over_another_configuration(tmp_path: Path) -> None:
    name = "examples/configurations/inspector.yaml"
    assert (ROOT / name).exists()
    text = "```yaml\ncapabilities: { inspector: { suppressions: { build: { reason: not shipped at all, expires: 2027-06-30, packages: [gcc], repositories: [b] } } } }\n```"
    execute(block(tmp_path, f"<!-- over: {name} -->\n{text}"), tmp_path)
    with pytest.raises(ConfigurationError, match="Inspector is off"):
        execute(block(tmp_path, text), tmp_path)
