"""A package is whole whatever one of its sources says, and says itself what it lacks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO

import pytest

from baseline.evidence.handlers.evidence.collectors.outcome import (
    code_of,
    status_of,
    text_of,
)
from baseline.evidence.handlers.evidence.collectors.package import (
    WAITS,
    StoreError,
    as_bytes,
    digest_of,
    safe,
)
from baseline.evidence.handlers.evidence.collectors.protocol import (
    NotEnabledError,
    Part,
    RefusedError,
    Source,
    TimeIsUpError,
)
from baseline.evidence.handlers.evidence.collectors.records import clean, lines
from tests.unit.evidence.support import Aws, Memory, Run, refusal, source


def gives(*rows: object, path: str = "some/rows.jsonl") -> Part:
    return Part(path=path, what="rows", write=lines(lambda: rows, source(Aws())))


def fails(error: Exception, *, times: int = 99) -> Part:
    left = [error] * times

    def write(target: IO[bytes]) -> int:
        target.write(b"half of it")
        if left:
            raise left.pop()
        target.write(b", and the rest")
        return 1

    return Part(path="some/broken.jsonl", what="broken", write=write)


def parts(*found: Part) -> Iterator[Part]:
    yield from found


def test_what_is_collected_is_hashed_and_signed_off(run: Run) -> None:
    items = run({"some": lambda _: parts(gives({"b": 1, "a": 2}, {"c": 3}))}, source(Aws()))
    item = items["some/rows.jsonl"]
    assert (item["status"], item["records"], item["bytes"]) == ("collected", 2, 26)
    assert run.store.parts["some/rows.jsonl"] == b'{"a": 2, "b": 1}\n{"c": 3}\n'
    assert run.manifest["complete"]
    assert json.loads(run.store.manifest) == run.manifest
    assert run.manifest["collected_by"].endswith("auditor/eve")
    assert {"account", "region", "tool", "started", "finished", "since"} <= run.manifest.keys()


def test_the_same_content_has_the_same_manifest() -> None:
    first, second = Run(), Run()
    for each in (first, second):
        each({"some": lambda _: parts(gives({"a": 1}))}, source(Aws()))
    assert as_bytes(first.manifest) == as_bytes(second.manifest)
    assert digest_of(first.manifest) == digest_of(second.manifest)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (refusal("AccessDenied"), "denied"),
        (refusal("AccessDeniedException"), "denied"),
        (refusal("OrganizationAccessDeniedException"), "denied"),
        (RefusedError("terms"), "denied"),
        (refusal("InvalidAccessException"), "not enabled"),
        (refusal("NoSuchConfigurationAggregatorException"), "not enabled"),
        (refusal("SubscriptionRequiredException"), "not enabled"),
        (refusal("NoSuchBucket"), "not enabled"),
        (NotEnabledError("off"), "not enabled"),
        (refusal("InternalException"), "failed"),
        (TimeIsUpError("late"), "failed"),
        (OSError("cable"), "failed"),
    ],
)
def test_one_source_that_fails_is_named_and_stops_nobody(
    run: Run, error: Exception, status: str
) -> None:
    def broken(_: Source) -> Iterator[Part]:
        raise error

    wanted = {
        "part": lambda _: parts(fails(error), gives({"a": 1})),
        "whole": broken,
        "after": lambda _: parts(gives({"a": 1}, path="after/rows.jsonl")),
    }
    items = run(wanted, source(Aws()))
    assert items["some/broken.jsonl"]["status"] == items["whole"]["status"] == status
    assert (code_of(error) or str(error)) in items["whole"]["error"]
    assert items["some/rows.jsonl"]["status"] == items["after/rows.jsonl"]["status"] == "collected"
    assert not run.manifest["complete"]
    assert set(run.store.parts) == {"some/rows.jsonl", "after/rows.jsonl"}


def test_what_is_empty_is_no_failure_and_no_file(run: Run) -> None:
    items = run({"some": lambda _: parts(gives())}, source(Aws()))
    assert items["some/rows.jsonl"]["status"] == "empty"
    assert run.manifest["complete"]
    assert run.store.parts == {}


def test_what_nobody_wants_is_named_and_not_asked(run: Run) -> None:
    items = run({"some": lambda _: 1 / 0}, source(Aws()), off={"some": "off here"})  # type: ignore[dict-item,return-value]
    assert items["some"]["status"] == "not enabled"
    assert items["some"]["error"] == "off here"
    assert run.manifest["complete"]


@pytest.mark.parametrize("code", ["ThrottlingException", "TooManyRequestsException", "SlowDown"])
def test_a_throttled_part_is_asked_again_from_its_beginning(run: Run, code: str) -> None:
    items = run({"some": lambda _: parts(fails(refusal(code), times=2))}, source(Aws()))
    assert items["some/broken.jsonl"]["status"] == "collected"
    assert run.store.parts["some/broken.jsonl"] == b"half of it, and the rest"
    assert run.waited == list(WAITS[:2])


def test_what_stays_throttled_has_failed(run: Run) -> None:
    items = run({"some": lambda _: parts(fails(refusal("Throttling")))}, source(Aws()))
    assert items["some/broken.jsonl"]["status"] == "failed"
    assert "Throttling" in items["some/broken.jsonl"]["error"]
    assert run.waited == list(WAITS)


def test_a_throttled_list_goes_on_where_it_was(run: Run) -> None:
    asked = []

    def throttled(_: Source) -> Iterator[Part]:
        asked.append(1)
        yield gives({"a": 1})
        if len(asked) == 1:
            raise refusal("ThrottlingException")
        yield gives({"b": 1}, path="some/more.jsonl")

    items = run({"some": throttled}, source(Aws()))
    assert list(items) == ["some/rows.jsonl", "some/more.jsonl"]
    assert len(asked) == 2


def test_a_store_that_cannot_be_written_ends_the_run(run: Run) -> None:
    class Full(Memory):
        def keep(self, path: str, content: IO[bytes], sha256: str) -> None:
            raise StoreError(f"full at {path}, {content}, {sha256}")

    run.store = Full()
    with pytest.raises(StoreError, match="full"):
        run({"some": lambda _: parts(gives({"a": 1}))}, source(Aws()))


def test_a_late_run_cuts_a_source_and_keeps_the_others(run: Run) -> None:
    clock = iter([False, True])
    late = source(Aws(), time_is_up=lambda: next(clock))
    part = Part(path="some/long.jsonl", what="long", write=lines(lambda: [{}] * 200, late))
    items = run({"some": lambda _: parts(part)}, late)
    assert items["some/long.jsonl"]["status"] == "failed"
    assert "the time was up after 0 records" in items["some/long.jsonl"]["error"]


def test_a_late_run_begins_no_further_part(run: Run) -> None:
    clock = iter([False, True])
    late = source(Aws(), time_is_up=lambda: next(clock))
    second = gives({"b": 1}, path="some/more.jsonl")
    items = run({"some": lambda _: parts(gives({"a": 1}), second)}, late)
    assert items["some/rows.jsonl"]["status"] == "collected"
    assert "the time was up before some/more.jsonl" in items["some"]["error"]
    assert not run.manifest["complete"]


@pytest.mark.parametrize(
    "path", ["../etc", "a/../b", "/etc", "a//b", "manifest.json", "a/", "", "a\\b", "a\nb", "c:x"]
)
def test_a_name_that_leaves_the_package_is_refused(run: Run, path: str) -> None:
    assert not safe(path)
    run({"some": lambda _: parts(gives({"a": 1}, path=path))}, source(Aws()))
    assert run.store.parts == {}
    assert not run.manifest["complete"]


SECRETS = [
    "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
    "https://b.s3.amazonaws.com/r?X-Amz-Security-Token=SECRETVALUE&X-Amz-Signature=abcdef0123",
    "ghp_SECRETVALUE0123456789",
    "password=SECRETVALUE",
    "aws_secret_access_key = SECRETVALUE",
    "Authorization: SECRETVALUE",
]


@pytest.mark.parametrize("text", SECRETS)
def test_nothing_that_opens_something_is_written(text: str) -> None:
    found = json.dumps(clean({"a": [text]}))
    assert "[removed]" in found
    for value in ("MIIE", "SECRETVALUE", "abcdef0123"):
        assert value not in found
    assert "SECRETVALUE" not in text_of(RuntimeError(text))


def test_what_opens_nothing_stays() -> None:
    row = {
        "arn": "arn:aws:secretsmanager:eu-west-1:333333333333:secret:token-AbCdEf",
        "n": [1, None],
    }
    assert clean(row) == row


def test_an_error_is_one_short_line() -> None:
    assert "\n" not in text_of(RuntimeError("a\nb"))
    assert len(text_of(RuntimeError("a" * 9999))) < 500
    assert text_of(KeyError()) == "KeyError"
    assert status_of(KeyError()) == "failed"
