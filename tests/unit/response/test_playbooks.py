"""What the playbooks deploy: machines, rules, functions, the document, and roles of every account."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template

from baseline.config import load
from baseline.config.names import Names
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic
from baseline.response.evidence import EvidenceStore
from baseline.response.playbooks.families import Family
from baseline.response.playbooks.model import Mode, Playbook, Step, Trigger
from baseline.response.playbooks.playbooks import Playbooks
from baseline.response.playbooks.responder import PlaybookResponder

NAMES = Names.of(load(Path("baseline.yaml")))
ENV = cdk.Environment(account=NAMES.security, region=NAMES.home_region)


def statements() -> list[iam.PolicyStatement]:
    return [iam.PolicyStatement(sid="Stop", actions=["ec2:StopInstances"], resources=["*"])]


FAMILY = Family(id="sample", title="samples", statements=statements, reasons={})
STEP = Step(id="stop-it", title="Stop it", why="", kind="contain", by_hand=(), undo=("start it",))
PLAYBOOK = Playbook(
    id="sample-playbook",
    title="A sample",
    family="sample",
    severity="high",
    mode="contain",
    summary="",
    triggers=(
        Trigger(id="Finding", says="a finding", pattern={"source": ["aws.guardduty"]}),
        Trigger(
            id="Control", says="a control", pattern={"source": ["aws.securityhub"]}, bus="default"
        ),
    ),
    steps=(STEP, replace(STEP, id="end-it", title="End it", kind="destructive")),
    judge=(),
    afterwards=(),
    sources=(),
)


def build(mode: Mode = "contain") -> Template:
    stack = cdk.Stack(cdk.App(), "playbooks", env=ENV)
    key = SecureKey(stack, "Key", description="Messages")
    Playbooks(
        stack,
        "Playbooks",
        names=NAMES,
        families=[FAMILY],
        modes={PLAYBOOK: mode},
        bus=events.CfnEventBus(stack, "Bus", name=NAMES.event_bus),
        evidence=EvidenceStore(stack, "Evidence"),
        topic=SecureTopic(stack, "Topic", key=key),
        topic_key=key,
        break_glass_role="OrgBreakGlass",
    )
    return Template.from_stack(stack)


@pytest.fixture(scope="module")
def template() -> Template:
    return build()


def properties(template: Template, kind: str) -> list[dict[str, Any]]:
    return [each["Properties"] for each in template.find_resources(kind).values()]


def test_step_functions_1_every_machine_logs_its_steps_and_no_token(template: Template) -> None:
    [machine] = properties(template, "AWS::StepFunctions::StateMachine")
    logging = machine["LoggingConfiguration"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ALL", False)
    assert machine["StateMachineName"] == "secbase-playbook-sample-playbook"


def test_destructive_steps_wait_for_a_person(template: Template) -> None:
    [machine] = properties(template, "AWS::StepFunctions::StateMachine")
    states = json.loads(machine["DefinitionString"])["States"]
    assert states["Decide: End it"]["Default"] == "Ask: End it"
    assert states["Ask: End it"]["Resource"].endswith(".waitForTaskToken")
    assert states["Ask: End it"]["TimeoutSeconds"] == 24 * 3600
    assert states["Decide: Stop it"]["Default"] == "Stop it"
    # Nothing leads to a destructive step but its question and a dry run.
    before = {
        name
        for name, state in states.items()
        if "End it" in json.dumps([state.get("Next"), state.get("Choices"), state.get("Default")])
        and name not in {"Decide: End it", "Ask: End it"}
    }
    assert before == {"Stop it"}
    assert states["Stop it"]["Next"] == "Decide: End it"


def test_every_task_repeats_with_jitter_and_no_failure_stops_the_rest(template: Template) -> None:
    [machine] = properties(template, "AWS::StepFunctions::StateMachine")
    states = json.loads(machine["DefinitionString"])["States"]
    for name in ("Open", "Stop it", "End it", "Close"):
        assert states[name]["Retry"][-1]["JitterStrategy"] == "FULL"
    assert states["Stop it"]["Catch"][0] == {
        "ErrorEquals": ["States.ALL"],
        "ResultPath": "$.results.stop_it",
        "Next": "Decide: End it",
    }


def test_rules_start_it_and_keep_what_they_cannot_deliver(template: Template) -> None:
    rules = properties(template, "AWS::Events::Rule")
    assert {json.dumps(rule.get("EventBusName")) for rule in rules} == {'{"Ref": "Bus"}', "null"}
    for rule in rules:
        [target] = rule["Targets"]
        assert "StateMachine" in json.dumps(target["Arn"])
        assert "Failures" in json.dumps(target["DeadLetterConfig"])


def test_failures_are_alarms_that_the_topic_admits(template: Template) -> None:
    alarms = {each["AlarmName"]: each for each in properties(template, "AWS::CloudWatch::Alarm")}
    assert set(alarms) == {
        "secbase-playbook-sample-playbook-failed",
        "secbase-playbook-undelivered-events",
    }
    [total, *metrics] = alarms["secbase-playbook-sample-playbook-failed"]["Metrics"]
    assert total["Expression"] == "FILL(m1,0)+FILL(m2,0)+FILL(m3,0)"
    assert [each["ReturnData"] for each in (total, *metrics)] == [True, *[False] * 3]


def test_the_function_acts_in_accounts_by_one_role_only(template: Template) -> None:
    [policy] = [
        each
        for each in properties(template, "AWS::IAM::ManagedPolicy")
        if "AssumeResponders" in json.dumps(each)
    ]
    found = {each["Sid"]: each for each in policy["PolicyDocument"]["Statement"]}
    assume = found["AssumeResponders"]
    assert "role/secbase-responder-sample" in json.dumps(assume["Resource"])
    assert assume["Condition"] == {"StringEquals": {"aws:ResourceOrgID": NAMES.organization_id}}
    assert "incidents/claims/*" in json.dumps(found["ReadClaims"]["Resource"])
    assert found["AddEvidence"]["Action"] == "s3:PutObject"
    actions = json.dumps(policy)
    assert "s3:Delete" not in actions
    assert "BypassGovernance" not in actions


def test_modes_are_settings_of_the_function() -> None:
    [function] = properties(build("dry_run"), "AWS::Lambda::Function")
    variables = function["Environment"]["Variables"]
    assert json.loads(variables["PLAYBOOKS"])["sample-playbook"]["mode"] == "dry_run"
    assert variables["BREAK_GLASS_ROLE"] == "OrgBreakGlass"


def test_the_answer_document_runs_as_who_starts_it(template: Template) -> None:
    [document] = properties(template, "AWS::SSM::Document")
    assert "assumeRole" not in document["Content"]
    [step] = document["Content"]["mainSteps"]
    assert step["inputs"]["Handler"] == "answer"
    assert "send_task_success" in step["inputs"]["Script"]
    assert document["Content"]["parameters"]["Decision"]["allowedValues"] == ["approve", "refuse"]


def test_a_responder_trusts_its_family_alone() -> None:
    stack = cdk.Stack(cdk.App(), "member")
    PlaybookResponder(
        stack,
        "Sample",
        family=FAMILY,
        role_name=NAMES.playbook_responder_role("sample"),
        trusted_account=NAMES.security,
        trusted_role=NAMES.playbooks_role("sample"),
        organization_id=NAMES.organization_id,
    )
    template = Template.from_stack(stack)
    [role] = properties(template, "AWS::IAM::Role")
    [trust] = role["AssumeRolePolicyDocument"]["Statement"]
    assert "role/secbase-playbooks-sample" in json.dumps(trust["Condition"]["ArnEquals"])
    assert trust["Condition"]["StringEquals"] == {"aws:PrincipalOrgID": NAMES.organization_id}
    [policy] = properties(template, "AWS::IAM::ManagedPolicy")
    [statement] = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == "ec2:StopInstances"
