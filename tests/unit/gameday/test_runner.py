"""The runner: what arrives, what does not, what is cleaned up whatever happens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from baseline.config import Names
from baseline.errors import BaselineError
from baseline.gameday.library import scenarios
from baseline.gameday.results import Result
from tests.unit.gameday.fakes import (
    HOME,
    MEMBER,
    SECURITY,
    Clock,
    FakeWorld,
    Service,
    configuration,
    error,
    runner,
)

CLOSED = "group sg-1 was open and is closed now"
KEPT = {f"open-ports/{MEMBER}/{HOME}/1.json": b'[{"group": "sg-1", "state": "closed"}]'}


@pytest.fixture
def names(tmp_path: Path) -> Names:
    return Names.of(configuration(tmp_path))


class Day:
    """One world and what was played in it."""

    def __init__(self, tmp_path: Path, names: Names) -> None:
        self.world, self.clock = FakeWorld(), Clock()
        self.runner = runner(self.world, tmp_path, names, self.clock)

    def at(self, seconds: float, happen: Any) -> None:
        self.clock.at.append((seconds, happen))

    def play(self, name: str, account: str = MEMBER) -> Result:
        return self.runner.play(scenarios()[name], account, HOME)

    def answer(self, *, told: float = 2, closed: float = 1) -> None:
        """Answer an open port as the closer does."""
        self.at(closed, lambda: setattr(self.world.ec2, "open", False))
        self.at(closed, lambda: self.world.s3.objects.update(KEPT))
        self.at(told, lambda: self.world.inbox.tell("high", CLOSED))


@pytest.fixture
def day(tmp_path: Path, names: Names) -> Day:
    return Day(tmp_path, names)


def verdicts(result: Result) -> list[str]:
    return [row.verdict for row in result.rows]


def test_everything_that_arrives_is_timed_and_cleaned_up(day: Day) -> None:
    day.answer(told=7, closed=3)

    result = day.play("open-port")

    assert result.ok
    assert [(row.verdict, row.seconds) for row in result.rows] == [
        ("arrived", 3),
        ("arrived", 7),
        ("arrived", 3),
    ]
    assert [step.state for step in result.cleanup] == ["done"]
    assert day.world.ec2.names()[-2:] == ["delete_security_group", "delete_vpc"]
    assert day.runner.journal.entries() == []
    assert day.world.events[0]["eventName"] == "AuthorizeSecurityGroupIngress"


def test_what_is_made_bears_the_name_of_the_run(day: Day) -> None:
    day.answer()
    day.play("open-port")

    made = [given for name, given in day.world.ec2.called if name.startswith("create_")]
    assert made
    tag = {"Key": "GameDay", "Value": "gameday-1"}
    assert all(given["TagSpecifications"][0]["Tags"] == [tag] for given in made)


def test_what_does_not_come_in_time_is_missing_and_the_rest_still_counts(day: Day) -> None:
    day.answer(told=301)

    result = day.play("open-port")

    assert verdicts(result) == ["arrived", "missing", "arrived"]
    assert not result.ok
    assert result.rows[1].seconds == 300
    assert [step.state for step in result.cleanup] == ["done"]


def test_messages_of_earlier_days_do_not_count(day: Day) -> None:
    day.world.inbox.tell("high", CLOSED)
    day.answer(told=999)

    assert verdicts(day.play("open-port"))[1] == "missing"


def test_a_message_to_other_people_does_not_count(day: Day) -> None:
    day.answer(told=999)
    day.at(1, lambda: day.world.inbox.tell("medium", CLOSED))

    assert verdicts(day.play("open-port"))[1] == "missing"


def test_a_failed_step_is_cleaned_up_and_nothing_is_waited_for(day: Day) -> None:
    def refuse(**_: object) -> None:
        raise error("VpcLimitExceeded", "too many")

    day.world.ec2._operations["create_security_group"] = refuse

    result = day.play("open-port")

    assert result.problem == "open-security-group: VpcLimitExceeded: too many"
    assert verdicts(result) == ["not looked at"] * 3
    assert day.clock.now == 0
    assert day.world.ec2.names()[-1] == "delete_vpc"
    assert "delete_security_group" not in day.world.ec2.names()


def test_ctrl_c_cleans_up_and_says_so(day: Day) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    day.at(2, interrupt)

    result = day.play("open-port")

    assert result.interrupted
    assert not result.ok
    assert day.world.ec2.names()[-1] == "delete_vpc"
    assert day.runner.journal.entries() == []


def test_a_cleanup_that_fails_is_reported_and_can_be_done_again(day: Day) -> None:
    day.answer()
    day.world.ec2.refuses_deletion = True

    result = day.play("open-port")

    assert [step.state for step in result.cleanup] == ["failed"]
    assert "in use" in result.cleanup[0].detail
    assert not result.ok
    (left,) = day.runner.journal.entries()
    assert (left.scenario, left.facts["group"], left.facts["vpc"]) == ("open-port", "sg-1", "vpc-1")
    day.world.ec2.refuses_deletion = False
    assert [step.state for step in day.runner.clean_again(left)] == ["done"]
    assert day.runner.journal.entries() == []


def test_what_is_gone_already_is_clean(day: Day) -> None:
    def gone(**_: object) -> None:
        raise error("InvalidGroup.NotFound")

    day.answer()
    day.world.ec2._operations["delete_security_group"] = gone

    assert day.play("open-port").ok


def test_the_journal_knows_of_a_thing_before_it_is_made(day: Day) -> None:
    seen = []

    def look(**_: object) -> dict[str, Any]:
        seen.append([entry.scenario for entry in day.runner.journal.entries()])
        return {"Vpc": {"VpcId": "vpc-1"}}

    day.world.ec2._operations["create_vpc"] = look
    day.answer()
    day.play("open-port")

    assert seen == [["open-port"]]


def test_without_an_inbox_nothing_is_done(day: Day) -> None:
    day.world.inbox.exists = False

    with pytest.raises(BaselineError, match=r"response\.game_days\.inbox: true"):
        day.play("open-port")

    assert day.world.ec2.called == []


def trail(answer: Any) -> Service:
    def stop(**_: object) -> dict[str, str]:
        if answer is not None:
            raise answer
        return {}

    return Service(stop_logging=stop)


def test_a_refusal_that_is_expected_arrives_and_is_recorded(day: Day) -> None:
    day.world.others["cloudtrail"] = trail(error("AccessDeniedException", "explicit deny"))
    day.at(4, lambda: day.world.inbox.tell("critical", f"StopLogging in {MEMBER}"))

    result = day.play("trail-stopped")

    assert verdicts(result) == ["arrived", "arrived"]
    assert result.rows[0].detail == "explicit deny"
    assert day.world.events[0]["errorCode"] == "AccessDeniedException"


def test_a_call_that_nobody_denies_is_a_failure(day: Day) -> None:
    day.world.others["cloudtrail"] = trail(None)
    day.at(1, lambda: day.world.inbox.tell("critical", f"StopLogging in {MEMBER}"))

    result = day.play("trail-stopped")

    assert verdicts(result) == ["missing", "arrived"]
    assert "did what was asked" in result.rows[0].detail


def test_another_error_is_no_refusal(day: Day) -> None:
    day.world.others["cloudtrail"] = trail(error("TrailNotFoundException", "which?"))

    result = day.play("trail-stopped")

    assert result.problem == "stop-trail: TrailNotFoundException: which?"
    assert not result.ok


def samples(day: Day) -> Service:
    found = {"Findings": [{"Id": "f1", "Title": "[SAMPLE] x"}, {"Id": "f2", "Title": "real"}]}
    guardduty = Service(
        list_detectors=lambda: {"DetectorIds": ["d1"]},
        create_sample_findings=lambda **_: {},
        list_findings=lambda **_: {"FindingIds": ["f1", "f2"]},
        get_findings=lambda **_: found,
        archive_findings=lambda **_: {},
    )
    hub = {"Findings": [{"Title": "[SAMPLE] Backdoor"}]}

    def missing(**_: object) -> None:
        raise error("StateMachineDoesNotExist")

    day.world.others |= {
        "stepfunctions": Service(list_executions=missing),
        "guardduty": guardduty,
        "securityhub": Service(get_findings=lambda **_: hub),
    }
    types = ("Backdoor:EC2/C&CActivity.B", "UnauthorizedAccess:IAMUser/MaliciousIPCaller.Custom")
    for kind in types:
        event = {"source": "aws.guardduty", "detail": {"title": "[SAMPLE]", "type": kind}}
        day.at(5, lambda event=event: day.world.inbox.put(event))
    return guardduty


def test_samples_arrive_and_nobody_is_told(day: Day) -> None:
    guardduty = samples(day)

    result = day.play("guardduty-samples", SECURITY)

    without_playbooks = ["not deployed"] * 2
    assert verdicts(result) == ["arrived"] * 3 + without_playbooks + ["arrived"]
    assert result.rows[5].seconds == 300
    (archived,) = [given for name, given in guardduty.called if name == "archive_findings"]
    assert archived["FindingIds"] == ["f1"], "a real finding is never archived"


def test_a_sample_that_somebody_is_told_of_is_a_failure_at_once(day: Day) -> None:
    samples(day)
    day.at(6, lambda: day.world.inbox.tell("critical", "CRITICAL: [SAMPLE] Backdoor"))

    result = day.play("guardduty-samples", SECURITY)

    assert result.rows[5].verdict == "unexpected"
    assert result.rows[5].seconds == 6
    assert not result.ok


def buckets(day: Day, *, policy: str | None) -> None:
    def refuse(**_: object) -> None:
        raise error("AccessDenied", "an explicit deny")

    def read(**_: object) -> dict[str, str]:
        if policy is None:
            raise error("NoSuchBucketPolicy")
        return {"Policy": policy}

    block = {"PublicAccessBlockConfiguration": {"BlockPublicPolicy": True}}
    day.world.others |= {
        "s3": Service(
            create_bucket=lambda **_: {},
            put_bucket_tagging=lambda **_: {},
            put_bucket_policy=refuse if policy is None else lambda **_: {},
            get_bucket_policy=read,
            delete_bucket=lambda **_: {},
        ),
        "s3control": Service(
            get_public_access_block=lambda **_: block, put_public_access_block=refuse
        ),
    }


def test_a_public_bucket_is_denied_and_stays_private(day: Day) -> None:
    buckets(day, policy=None)

    assert verdicts(day.play("public-bucket")) == ["arrived"] * 3


def test_a_bucket_that_becomes_public_is_a_failure(day: Day) -> None:
    open_policy = {"Statement": [{"Effect": "Allow", "Principal": "*"}]}
    buckets(day, policy=json.dumps(open_policy))

    assert verdicts(day.play("public-bucket")) == ["arrived", "missing", "missing"]


def test_what_the_embedded_aws_cannot_answer_is_never_said_to_have_arrived(day: Day) -> None:
    buckets(day, policy=None)
    day.world.embedded = True

    result = day.play("public-bucket")

    assert verdicts(result) == ["arrived", "not emulated", "arrived"]
    assert "put_bucket_policy" not in day.world.client("s3", MEMBER, HOME).names()
    experiment = day.play("instances-stopped")
    assert verdicts(experiment) == ["not emulated"]
    assert not experiment.proved


class Fis(Service):
    """One template, whose experiment ends as wanted."""

    def __init__(self, status: str) -> None:
        self.status = "running"
        self.ends = status
        super().__init__(
            start_experiment=lambda **_: {"experiment": {"id": "EXP1"}},
            get_experiment=lambda **_: {"experiment": {"state": {"status": self.status}}},
            stop_experiment=lambda **_: {},
        )

    def get_paginator(self, _: str) -> Fis:
        return self

    def paginate(self) -> list[dict[str, Any]]:
        templates = [{"id": "EXT1", "tags": {"GameDayExperiment": "stop-instances"}}]
        return [{"experimentTemplates": templates}]


@pytest.mark.parametrize(
    ("status", "verdict"), [("completed", "arrived"), ("stopped", "missing"), ("failed", "missing")]
)
def test_an_experiment_that_an_alarm_stops_did_not_arrive(
    day: Day, status: str, verdict: str
) -> None:
    fis = day.world.others["fis"] = Fis(status)
    day.at(60, lambda: setattr(fis, "status", status))

    result = day.play("instances-stopped")

    assert verdicts(result) == [verdict]
    assert "stop_experiment" not in fis.names()
    started = next(given for name, given in fis.called if name == "start_experiment")
    assert started == {"experimentTemplateId": "EXT1", "tags": {"GameDay": "gameday-1"}}


def test_an_experiment_that_does_not_end_is_stopped(day: Day) -> None:
    fis = day.world.others["fis"] = Fis("running")

    assert verdicts(day.play("instances-stopped")) == ["missing"]
    assert fis.names()[-1] == "stop_experiment"


def test_a_template_that_is_not_there_is_named(day: Day) -> None:
    day.world.others["fis"] = Fis("completed")

    result = day.play("zone-cut-off")

    assert "no experiment disrupt-zone" in result.problem
