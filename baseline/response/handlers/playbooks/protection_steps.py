"""Steps of the protection playbooks: use of a root user, and tampering with logs and detectors."""

from __future__ import annotations

import json
import os
from typing import Any

import clients
import history
import protection_actors as actors
import protection_states as states
from botocore.exceptions import ClientError
from calls import Call, NothingToDo, PartlyFailed

Client = Any  # boto3 clients have no published type
State = dict[str, Any]

MANAGEMENT = "docs/runbooks/management-root.md"
CREDENTIALS = {
    "AccountPasswordPresent": "a password",
    "AccountAccessKeysPresent": "access keys",
    "AccountSigningCertificatesPresent": "signing certificates",
    "AccountMFAEnabled": "an MFA device",
}
"""Entries of the account summary, which count or tell, to words."""

GONE = "ExecutionDoesNotExist"


# Use of a root user


def trace_root(call: Call) -> None:
    """Keep what the root user did in every Region."""
    who, how = _actor(call), call.target.get("how") or "started by hand"
    call.keep("actor.json", {"how": how, **who})
    call.note(f"{how} by {actors.in_words(who)}")
    found = history.look(call, "Username", "root", keep="calls.json")
    central = [
        each
        for each in found
        if each.get("userIdentity", {}).get("sessionContext", {}).get("assumedRoot") == "true"
    ]
    if central:
        call.note(f"{len(central)} of the calls came from sessions of central root access")


def inspect_root(call: Call) -> None:
    """Keep what credentials the root user has, and say what a person has to do."""
    has = _credentials(call)
    call.keep("root.json", has)
    words = [text for key, text in CREDENTIALS.items() if has[key]]
    call.note(f"the root user has {', '.join(words) or 'no credentials'}")
    if _is_management(call):
        call.problems.append(
            f"{call.account} is the management account, which no playbook contains: ask its owners "
            f"at once whether they did it, and follow {MANAGEMENT}"
        )


def remove_root_credentials(call: Call) -> None:
    """Start the removal of root credentials, which asks again and names what it removes."""
    if _is_management(call):
        raise NothingToDo(
            f"nobody removes root credentials of the management account: {MANAGEMENT}"
        )
    has = _credentials(call)
    if not any(has[key] for key in CREDENTIALS):
        raise NothingToDo("the root user has no credentials to remove")
    machine, name = _removal(), _removal_name(call)
    if _was_started(f"{machine.replace(':stateMachine:', ':execution:')}:{name}"):
        raise NothingToDo(f"the removal was started already ({name})")
    asked = json.dumps({"accounts": [call.account], "dry_run": False})
    call.change(
        f"start the removal of the root credentials of {call.account} ({name})",
        lambda: clients.own("stepfunctions").start_execution(
            stateMachineArn=machine, name=name, input=asked
        ),
    )


# Tampering with logs and detectors


def keep_state(call: Call) -> None:
    """Keep who did it, with what, and what the protection looks like now."""
    who = _actor(call)
    call.keep("actor.json", who)
    call.keep("call.json", {"call": states.called(call), "requested": states.requested(call)})
    call.keep("state.json", states.now(call))
    call.note(f"{states.called(call)} on {call.target['kind']} {call.target['id']}")
    call.note(f"by {actors.in_words(who)}")


def start_again(call: Call) -> None:
    """Start what only has to be started; the rest is reported by the step after it."""
    starters = {"trail": _start_trail, "detector": _start_detector, "recorder": _start_recorder}
    start = starters.get(call.target["kind"])
    if start is None:
        raise NothingToDo(f"a {call.target['kind']} is put back by deploying, not by starting it")
    start(call)


def report_drift(call: Call) -> None:
    """Say what is still weaker than the baseline makes it, and who has to put it back.

    Raises:
        PartlyFailed: when there is any, so that nobody takes the incident for contained.
    """
    found = states.weaknesses(call, states.now(call))
    if not found:
        call.note(f"{call.target['kind']} {call.target['id']} is as the baseline makes it")
        return
    call.keep("drift.json", found)
    if call.dry_run:
        call.note(f"would report: {'; '.join(found)}")
        return
    raise PartlyFailed(
        f"{'; '.join(found)}. Put it back by deploying the stack or StackSet that owns it: a playbook "
        "would have to guess what was there"
    )


def trace_actor(call: Call) -> None:
    """Keep what else the actor did, and name the playbook that contains the actor."""
    who = _actor(call)
    further = actors.follow_up(who, str(who["account"] or call.account))
    if further:
        call.problems.append(f"the actor is not contained: {further}")
    if not who["access_key"]:
        raise NothingToDo("the event names no access key to look for")
    history.look(call, "AccessKeyId", who["access_key"], keep="calls.json")


def _actor(call: Call) -> State:
    """Give who did it; nobody is known where a person started the playbook."""
    found: State = call.target.get("actor") or actors.actor({})
    return found


def _start_trail(call: Call) -> None:
    client, name = call.client("cloudtrail"), call.target["id"]
    status = states.read(lambda: client.get_trail_status(Name=name))
    if not status:
        raise NothingToDo(f"trail {name} is deleted")
    if status["IsLogging"]:
        call.note(f"trail {name} records")
        return
    call.change(f"start trail {name}", lambda: client.start_logging(Name=name))


def _start_detector(call: Call) -> None:
    client, detector = call.client("guardduty"), call.target["id"]
    found = states.read(lambda: client.get_detector(DetectorId=detector))
    if not found:
        raise NothingToDo(f"detector {detector} is deleted")
    if found["Status"] == "ENABLED":
        call.note(f"detector {detector} is on")
    else:
        call.change(
            f"switch detector {detector} on",
            lambda: client.update_detector(DetectorId=detector, Enable=True),
        )
    if states.called(call) == "StopMonitoringMembers":
        _monitor_again(call, client, detector)


def _monitor_again(call: Call, client: Client, detector: str) -> None:
    members = client.get_members(DetectorId=detector, AccountIds=states.stopped_members(call))
    paused = [
        each["AccountId"] for each in members["Members"] if each["RelationshipStatus"] == "Disabled"
    ]
    if not paused:
        call.note("the members are watched")
        return
    call.change(
        f"watch {', '.join(paused)} again", lambda: _start_members(client, detector, paused)
    )


def _start_members(client: Client, detector: str, accounts: list[str]) -> None:
    left = client.start_monitoring_members(DetectorId=detector, AccountIds=accounts)
    if left["UnprocessedAccounts"]:
        said = "; ".join(
            f"{each['AccountId']}: {each['Result']}" for each in left["UnprocessedAccounts"]
        )
        raise PartlyFailed(f"GuardDuty does not watch all of them again: {said}")


def _start_recorder(call: Call) -> None:
    client = call.client("config")
    found = client.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    if not found:
        raise NothingToDo("there is no recorder to start")
    for recorder in found:
        name = recorder["name"]
        if recorder["recording"]:
            call.note(f"recorder {name} records")
            continue
        call.change(
            f"start recorder {name}",
            lambda name=name: client.start_configuration_recorder(ConfigurationRecorderName=name),
        )


def _credentials(call: Call) -> State:
    summary = call.client("iam").get_account_summary()["SummaryMap"]
    return {key: summary.get(key, 0) for key in CREDENTIALS}


def _is_management(call: Call) -> bool:
    found = call.client("organizations").describe_organization()["Organization"]
    return bool(found["MasterAccountId"] == call.account)


def _removal() -> str:
    """Give the ARN of the state machine that removes root credentials after a person's approval."""
    place = f"{os.environ['AWS_REGION']}:{os.environ['SECURITY_ACCOUNT']}"
    machine = f"{os.environ['PREFIX']}-root-removal"
    return f"arn:{os.environ['PARTITION']}:states:{place}:stateMachine:{machine}"


def _removal_name(call: Call) -> str:
    """Give the execution's name: one a day, however often the root user is seen."""
    return f"{call.incident['id']}-{str(call.incident['detected'])[:10]}"


def _was_started(execution: str) -> bool:
    try:
        clients.own("stepfunctions").describe_execution(executionArn=execution)
    except ClientError as error:
        if error.response["Error"]["Code"] == GONE:
            return False
        raise
    return True
