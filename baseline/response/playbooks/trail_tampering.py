"""Somebody switched off or weakened what records and watches an account."""

from __future__ import annotations

from baseline.detection import event_patterns
from baseline.response.playbooks import triggers
from baseline.response.playbooks.model import ByHand, Playbook, Step, Trigger

TAMPERING = {
    "cloudtrail": ("DeleteTrail", "PutEventSelectors", "StopLogging", "UpdateTrail"),
    "config": (
        "DeleteConfigurationRecorder",
        "DeleteDeliveryChannel",
        "StopConfigurationRecorder",
    ),
    "guardduty": (
        "DeleteDetector",
        "DeleteMembers",
        "DisassociateMembers",
        "StopMonitoringMembers",
        "UpdateDetector",
    ),
    "securityhub": ("DisableSecurityHub",),
}
"""Forwarded calls whose consequence can be seen in the account where they were made, by service."""

NOTHING_TO_UNDO = ("# Nothing: the step only reads.",)

PLAYBOOK = Playbook(
    id="trail-tampering",
    title="Tampering with logs or detection",
    family="protection",
    severity="critical",
    mode="contain",
    summary=(
        "A trail, a detector, a recorder, Security Hub, a flow log or a log bucket was stopped, "
        "deleted or changed by somebody who is no deployment of the baseline. What only has to be "
        "started is started again. What is deleted or configured otherwise is named: it belongs to a "
        "stack, and deploying puts it back. Who did it is kept, with what else they did."
    ),
    triggers=(
        *(
            triggers.api_calls(service.title(), f"calls that weaken {service}", service, names)
            for service, names in TAMPERING.items()
        ),
        Trigger(
            id="FlowLogs",
            says="flow logs of a VPC were deleted",
            pattern=event_patterns.flow_log_deletions(),
        ),
        Trigger(
            id="LogBuckets",
            says="policy, lifecycle or versions of a log bucket were changed",
            pattern=event_patterns.bucket_protection_changes(),
        ),
    ),
    steps=(
        Step(
            id="keep-state",
            title="Keep who did it and the state they left",
            why="Starting it again changes the state; this is what the attacker left.",
            kind="evidence",
            by_hand=(
                "aws cloudtrail get-trail-status --name TRAIL",
                "aws cloudtrail get-event-selectors --trail-name TRAIL",
                "aws guardduty get-detector --detector-id DETECTOR",
                "aws configservice describe-configuration-recorder-status",
                "aws securityhub describe-hub",
            ),
        ),
        Step(
            id="start-again",
            title="Start the trail, the detector or the recorder again",
            why="What happens while it is off is lost. Only stopped ones are started; nothing is guessed.",
            kind="contain",
            by_hand=(
                "aws cloudtrail start-logging --name TRAIL",
                "aws guardduty update-detector --detector-id DETECTOR --enable",
                "aws guardduty start-monitoring-members --detector-id DETECTOR --account-ids ACCOUNT",
                "aws configservice start-configuration-recorder --configuration-recorder-name RECORDER",
            ),
            undo=(
                "aws cloudtrail stop-logging --name TRAIL",
                "aws guardduty update-detector --detector-id DETECTOR --no-enable",
                "aws configservice stop-configuration-recorder --configuration-recorder-name RECORDER",
            ),
        ),
        Step(
            id="report-drift",
            title="Name what is still weaker than it was made",
            why=(
                "It belongs to a stack or StackSet. A playbook would guess what was there; deploying "
                "knows it. The step fails while there is any, so that nobody believes it contained."
            ),
            kind="contain",
            by_hand=(
                "aws cloudtrail get-trail --name TRAIL",
                "aws cloudformation detect-stack-drift --stack-name STACK",
                "aws cloudformation detect-stack-set-drift --stack-set-name STACK_SET",
            ),
            undo=NOTHING_TO_UNDO,
        ),
        Step(
            id="trace-actor",
            title="Keep what else the actor did in every Region",
            why="Whoever blinds the logs has something to hide, before or after.",
            kind="evidence",
            by_hand=(
                (
                    "aws cloudtrail lookup-events --lookup-attributes "
                    "AttributeKey=AccessKeyId,AttributeValue=KEY --region REGION"
                ),
            ),
        ),
    ),
    judge=(
        "Is the actor somebody of the team that runs the baseline, and is there a change for it?",
        "How long was it off? The status in the evidence says when it stopped.",
        "What did the same session do in that time, in other Regions and accounts, too?",
    ),
    afterwards=(
        "Contain the actor with the playbook that the report names: a role's session or an access key.",
        "Deploy the stack or StackSet that owns what the report names as weaker.",
        "Look for what happened in the gap: event history (90 days), flow logs, logs of workloads.",
        "Check the integrity of the log files (docs/runbooks/log-tampering.md).",
        (
            "Find out why protect-cloudtrail, protect-config, protect-guardduty or protect-log-archive did not "
            "stop it."
        ),
    ),
    sources=(
        "AWS CloudTrail User Guide: Turning off logging for a trail",
        "Amazon GuardDuty User Guide: Suspending or disabling GuardDuty",
        "AWS Config Developer Guide: Working with the configuration recorder",
    ),
    by_hand=ByHand(kind="trail", inputs={"id": "Name of the trail"}),
)
