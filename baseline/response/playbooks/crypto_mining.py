"""Playbook: a machine or a function mines."""

from __future__ import annotations

from baseline.response.playbooks import triggers
from baseline.response.playbooks.compute_shared import HAND_OVER, INSTANCE_STEPS, SOURCES, STOP
from baseline.response.playbooks.model import ByHand, Playbook, Step

TYPES = (
    "CryptoCurrency:EC2/BitcoinTool.B",
    "CryptoCurrency:EC2/BitcoinTool.B!DNS",
    "CryptoCurrency:Lambda/BitcoinTool.B",
    "CryptoCurrency:Runtime/BitcoinTool.B",
    "CryptoCurrency:Runtime/BitcoinTool.B!DNS",
    "Impact:Runtime/CryptoMinerExecuted",
)
HIGH = 7

STOP_FUNCTION = Step(
    id="stop-function",
    title="Refuse invocations of the function",
    why="With no concurrency reserved for it, nothing invokes the function; its code stays.",
    kind="contain",
    by_hand=(
        "aws lambda put-function-concurrency --function-name $FUNCTION --reserved-concurrent-executions 0",
    ),
    undo=("aws lambda delete-function-concurrency --function-name $FUNCTION",),
)

LIST_LAUNCHES = Step(
    id="list-launches",
    title="List what the same caller started",
    why=(
        "Who mines rarely starts one machine, or in one Region. Seven days of CloudTrail in every "
        "Region of the account, by the access key that started this machine, and the limit that "
        "says how much more could be started."
    ),
    kind="evidence",
    by_hand=(
        "aws cloudtrail lookup-events --lookup-attributes AttributeKey=ResourceName,AttributeValue=$INSTANCE",
        "aws cloudtrail lookup-events --region $REGION --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=$KEY",
        "aws service-quotas get-service-quota --service-code ec2 --quota-code L-1216C47A",
    ),
)

PLAYBOOK = Playbook(
    id="crypto-mining",
    title="Cryptocurrency mining",
    family="compute",
    severity="high",
    # Every hour costs money, and the replacement of Auto Scaling keeps a service up; who runs
    # blockchain software on purpose suppresses the finding in GuardDuty or says ask.
    mode="contain",
    summary=(
        "An instance or a function talks to mining pools or runs a miner. A function gets no "
        "concurrency; an instance is isolated as a compromised one is, and everything that the "
        "same caller started is listed."
    ),
    triggers=(
        triggers.guardduty(
            "Mining",
            "GuardDuty findings of high severity about mining, of instances and functions",
            TYPES,
            severity_from=HIGH,
        ),
    ),
    steps=(STOP_FUNCTION, *INSTANCE_STEPS, LIST_LAUNCHES, STOP, HAND_OVER),
    judge=(
        "Does a team run blockchain software here on purpose? Then suppress the finding.",
        "Did an image or a package bring the miner, or did somebody start the machine for it?",
        "Who started the machine, with which credentials, and are they compromised?",
    ),
    afterwards=(
        "Answer the credentials that started it (playbooks compromised-access-key, compromised-role-session).",
        "Stop what else the report lists, in every Region.",
        "Keep instance types and sizes by the guardrail sandbox-limits; let AWS Support lower quotas that nobody needs.",
        "Ask AWS Support about the charges.",
        "Give the function back its concurrency when its code is sound.",
    ),
    sources=(
        *SOURCES,
        "AWS Lambda Developer Guide, Configuring reserved concurrency for a function",
    ),
    by_hand=ByHand(kind="instance", inputs={"id": "ID of the instance"}),
)
