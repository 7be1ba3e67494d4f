"""ReleaseGate: no image is released that does not demand IMDSv2 or has critical vulnerabilities."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, get_args

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from baseline.errors import BaselineError
from baseline.images.machine_role import acknowledge_patterns
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.handler_function import HandlerFunction

HANDLER = Path(__file__).parent / "handlers" / "release_gate"
STEPS = ("ReleaseGate", "RequireImdsv2")
Severity = Literal["CRITICAL", "HIGH", "MEDIUM"]
VULNERABILITY = re.compile(r"[A-Z][A-Z0-9]*-[A-Za-z0-9:-]{4,60}")
MINIMUM_REASON_LENGTH = 20
TIMEOUT_SECONDS = 120


class ReleaseGate(Construct):
    """Answers the steps at which a build waits; without an answer, the build fails.

    One step makes the machine image demand IMDSv2. The other reads what Amazon Inspector found on
    the test machine and stops the build before its image is shared, copied or published.

    Args:
        scope: parent construct.
        id: construct ID.
        name: start of the names of workflows and images.
        blocked: severities of vulnerabilities that stop a build; CRITICAL by default.
        accepted: vulnerability to the reason why it does not stop a build; none by default.

    Attributes:
        function: the :class:`HandlerFunction`.
        rule: the ``CfnRule`` that calls it.

    Raises:
        BaselineError: no or an unknown severity, no vulnerability's ID, a reason too short.

    Source: EC2 Image Builder User Guide, "Supported step actions for your workflow document"
    (WaitForAction, CollectImageScanFindings); Amazon EC2 User Guide, "Configure instance metadata
    options for new instances" (imds-support).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        blocked: Sequence[Severity] = ("CRITICAL",),
        accepted: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id)
        check_gate(blocked, accepted or {})
        stack = cdk.Stack.of(self)
        self._own = f"arn:{stack.partition}:imagebuilder:{stack.region}:{stack.account}"
        self.function = HandlerFunction(
            self,
            "Function",
            handler=HANDLER,
            description="Sets IMDSv2 on new images and stops those with vulnerabilities",
            timeout_seconds=TIMEOUT_SECONDS,
            environment={
                "ACCEPTED": json.dumps(sorted(accepted or {})),
                "BLOCKED_SEVERITIES": json.dumps(sorted(set(blocked))),
            },
            statements=self._statements(name),
        )
        self._acknowledge(name)
        self.rule = self._create_rule(name)

    def _statements(self, name: str) -> list[iam.PolicyStatement]:
        images = f"{self._own}:image/{name}-*/*"
        return [
            iam.PolicyStatement(
                sid="ReadBuilds",
                actions=["imagebuilder:GetImage", "imagebuilder:ListImageScanFindings"],
                resources=[images],
            ),
            iam.PolicyStatement(
                sid="ReadSteps",
                actions=["imagebuilder:ListWorkflowStepExecutions"],
                resources=[f"{self._own}:workflow-execution/*"],
            ),
            iam.PolicyStatement(
                sid="AnswerSteps",
                actions=["imagebuilder:SendWorkflowStepAction"],
                resources=[images, f"{self._own}:workflow-step-execution/*"],
            ),
            iam.PolicyStatement(
                sid="RequireImdsv2",
                actions=["ec2:ModifyImageAttribute"],
                resources=[_images()],
                conditions={"StringEquals": {"aws:ResourceTag/CreatedBy": "EC2 Image Builder"}},
            ),
            iam.PolicyStatement(sid="ReadImages", actions=["ec2:DescribeImages"], resources=["*"]),
        ]

    def _create_rule(self, name: str) -> events.CfnRule:
        function = self.function.function
        rule = events.CfnRule(
            self,
            "Waiting",
            description="Waiting steps of builds to the release gate",
            event_pattern={
                "source": ["aws.imagebuilder"],
                "detail-type": ["EC2 Image Builder Workflow Step Waiting"],
                "detail": {"workflow-step-name": list(STEPS)},
                "resources": [{"prefix": f"{self._own}:image/{name}-"}],
            },
            state="ENABLED",
            targets=[events.CfnRule.TargetProperty(id="Gate", arn=function.function_arn)],
        )
        acknowledge(
            rule,
            {
                "Serverless-EventBusDLQ": (
                    "a step without an answer fails its build after an hour, which is told; what "
                    "the function fails at waits in the function's own dead-letter queue"
                )
            },
        )
        lambda_.CfnPermission(
            self,
            "Invocation",
            action="lambda:InvokeFunction",
            function_name=function.function_name,
            principal="events.amazonaws.com",
            source_arn=rule.attr_arn,
            source_account=cdk.Stack.of(self).account,
        )
        return rule

    def _acknowledge(self, name: str) -> None:
        numbered = (
            f"{self._own}:image/{name}-*/*",
            f"{self._own}:workflow-execution/*",
            f"{self._own}:workflow-step-execution/*",
        )
        acknowledge_patterns(
            self.function,
            numbered,
            "Image Builder numbers images, workflows and steps; the pattern names those alone",
        )
        acknowledge_patterns(
            self.function,
            [_images()],
            "an image has no ID before it is built; a condition keeps it to Image Builder's",
        )
        acknowledge(
            self.function,
            {"AwsSolutions-IAM5[Resource::*]": "EC2 describes images without naming them"},
        )


def check_gate(blocked: Sequence[Severity], accepted: Mapping[str, str]) -> None:
    """Refuse a gate that lets everything through, or accepts what nobody can look up.

    Raises:
        BaselineError: names the value.
    """
    known = get_args(Severity)
    if not blocked or not set(blocked) <= set(known):
        raise BaselineError(
            f"blocked is {list(blocked)!r}; name at least one of {', '.join(known)}"
        )
    for vulnerability, reason in accepted.items():
        if not VULNERABILITY.fullmatch(vulnerability):
            raise BaselineError(
                f"accepted names {vulnerability!r}; write the ID of a vulnerability, such as "
                "CVE-2026-12345"
            )
        if len(reason.strip()) < MINIMUM_REASON_LENGTH:
            raise BaselineError(
                f"the reason for accepting {vulnerability} is {reason!r}; write at least "
                f"{MINIMUM_REASON_LENGTH} characters that name the compensating control"
            )


def _images() -> str:
    # A machine image's ARN has no account.
    return f"arn:{cdk.Aws.PARTITION}:ec2:{cdk.Aws.REGION}::image/*"
