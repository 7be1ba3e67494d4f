"""Playbooks: everything in the security account that answers incidents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.config.names import Names
from baseline.controls.registry import implements
from baseline.detection.notifications import NotificationKeys
from baseline.detection.rule_role import EVENTS, RuleRole
from baseline.primitives.acknowledge import acknowledge, as_printed
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic
from baseline.primitives.service_access import service_statement
from baseline.response.evidence import EvidenceStore
from baseline.response.playbooks.alarm import failed_alarm
from baseline.response.playbooks.answer import AnswerDocument
from baseline.response.playbooks.families import Family
from baseline.response.playbooks.function import PlaybookFunction
from baseline.response.playbooks.machine import PlaybookMachine
from baseline.response.playbooks.model import Mode, Playbook
from baseline.response.playbooks.start import StartDocument


class Playbooks(Construct):
    """A state machine for each playbook, a function for each family, and the way to answer them.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        names: names of machines, roles and the document.
        families: families of those playbooks.
        modes: playbook to what it does; a playbook that is not named is not there.
        bus: bus that the accounts' events and GuardDuty's findings arrive on.
        evidence: where evidence is kept.
        topic: topic that hears of incidents, questions and failures; admits alarms of the account.
        topic_key: its key.
        break_glass_role: name of the emergency role, which no step touches.
        security_hub: note incidents on findings of Security Hub; on by default.
        approval_hours: how long a question waits for its answer; 24 by default.
        environment: further environment variables of the functions; none by default.

    Attributes:
        machines: the :class:`PlaybookMachine` by the playbook's ID.
        functions: the :class:`PlaybookFunction` by the family's ID.
        answer: the :class:`AnswerDocument`.

    Source: AWS Security Incident Response User Guide; NIST SP 800-61 revision 3; Security Hub
    StepFunctions.1.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        families: Sequence[Family],
        modes: Mapping[Playbook, Mode],
        bus: events.CfnEventBus,
        evidence: EvidenceStore,
        topic: SecureTopic,
        topic_key: SecureKey,
        break_glass_role: str,
        security_hub: bool = True,
        approval_hours: int = 24,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id)
        undelivered = NotificationKeys(self, "Undelivered")
        start = self._start_role(names)
        self.answer = AnswerDocument(self, "Answer", name=names.answer_document)
        told = {
            **(environment or {}),
            "ANSWER_DOCUMENT": names.answer_document,
            "BREAK_GLASS_ROLE": break_glass_role,
            "PREFIX": names.prefix,
            "SECURITY_ACCOUNT": names.security,
            "SECURITY_HUB": "on" if security_hub else "off",
        }
        self.functions: dict[str, PlaybookFunction] = {}
        self.machines: dict[str, PlaybookMachine] = {}
        for family in families:
            own = {each: mode for each, mode in modes.items() if each.family == family.id}
            function = self.functions[family.id] = PlaybookFunction(
                self,
                family.id.title(),
                family=family,
                modes=own,
                role_name=names.playbooks_role(family.id),
                responder_role=names.playbook_responder_role(family.id),
                organization_id=names.organization_id,
                evidence=evidence,
                topic=topic,
                topic_key=topic_key,
                environment=told,
            )
            for playbook in own:
                self._let_people_start(playbook, names)
                self.machines[playbook.id] = PlaybookMachine(
                    self,
                    _pascal(playbook.id),
                    playbook=playbook,
                    name=names.playbook(playbook.id),
                    function=function.function.function,
                    bus=bus,
                    start_role=start.role,
                    failures=undelivered.failures.queue_arn,
                    topic=topic.topic,
                    approval_hours=approval_hours,
                )
        rules = [rule for each in self.machines.values() for rule in each.rules.values()]
        for rule in rules:
            rule.node.add_dependency(start.policy)
        self._keep_undelivered(undelivered, rules)
        self._tell_of_undelivered(undelivered, names, topic)
        implements(self, capability="incident-playbooks", controls=["StepFunctions.1"])

    def _tell_of_undelivered(
        self, undelivered: NotificationKeys, names: Names, topic: SecureTopic
    ) -> None:
        failed_alarm(
            self,
            "UndeliveredAlarm",
            name=f"{names.playbook('undelivered')}-events",
            description="Events that should start playbooks wait in the queue; start them by hand",
            metrics={"ApproximateNumberOfMessagesVisible": "Maximum"},
            namespace="AWS/SQS",
            dimension=("QueueName", undelivered.failures.queue_name),
            topic=topic.topic,
        )

    def _let_people_start(self, playbook: Playbook, names: Names) -> None:
        if playbook.by_hand is None:
            return
        StartDocument(
            self,
            f"Start{_pascal(playbook.id)}",
            playbook=playbook,
            name=names.start_document(playbook.id),
            machine_name=names.playbook(playbook.id),
        )

    def _start_role(self, names: Names) -> RuleRole:
        machines = cdk.Stack.of(self).format_arn(
            service="states",
            resource="stateMachine",
            resource_name=names.playbook("*"),
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        role = RuleRole(
            self,
            "Start",
            description="Events start playbooks",
            statements=[
                iam.PolicyStatement(
                    sid="StartPlaybooks", actions=["states:StartExecution"], resources=[machines]
                )
            ],
        )
        acknowledge(
            role.policy,
            {
                f"AwsSolutions-IAM5[Resource::{as_printed(machines)}]": (
                    "rules start the playbook that each names; there are no other machines of this name"
                )
            },
        )
        return role

    def _keep_undelivered(self, undelivered: NotificationKeys, rules: list[events.CfnRule]) -> None:
        queue = undelivered.failures
        queue.add_to_resource_policy(
            service_statement(
                EVENTS,
                sid="KeepUndelivered",
                actions=["sqs:SendMessage"],
                resources=[queue.queue_arn],
                conditions={"ArnEquals": {"aws:SourceArn": [rule.attr_arn for rule in rules]}},
            )
        )


def _pascal(id: str) -> str:
    return "".join(word.title() for word in id.split("-"))
