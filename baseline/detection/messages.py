"""Messages: the e-mails that findings become, as EventBridge input transformers."""

from __future__ import annotations

from aws_cdk import aws_events as events

CONSOLE = "https://<region>.console.aws.amazon.com"


def _transformer(lines: tuple[str, ...], **paths: str) -> events.CfnRule.InputTransformerProperty:
    # One quoted string per line: Amazon SNS would deliver JSON otherwise.
    return events.CfnRule.InputTransformerProperty(
        input_paths_map=paths, input_template="\n".join(f'"{line}"' for line in lines)
    )


def security_hub(severity: str) -> events.CfnRule.InputTransformerProperty:
    """Give the message of a finding in Security Hub."""
    finding = "$.detail.findings[0]"
    return _transformer(
        (
            f"{severity.upper()} finding: <title>",
            "Account <account>, Region <region>, found by <product>",
            "Resource: <resource>",
            "<description>",
            "What to do: <remediation>",
            f"Open: {CONSOLE}/securityhub/home?region=<region>#/findings",
            "Finding: <id>",
            "Set its workflow status to NOTIFIED, SUPPRESSED or RESOLVED to end these messages.",
        ),
        account=f"{finding}.AwsAccountId",
        description=f"{finding}.Description",
        id=f"{finding}.Id",
        product=f"{finding}.ProductName",
        region=f"{finding}.Region",
        remediation=f"{finding}.Remediation.Recommendation.Url",
        resource=f"{finding}.Resources[0].Id",
        title=f"{finding}.Title",
    )


def guardduty(severity: str) -> events.CfnRule.InputTransformerProperty:
    """Give the message of a GuardDuty finding."""
    return _transformer(
        (
            f"{severity.upper()} threat: <title>",
            "Account <account>, Region <region>, severity <severity>, type <type>",
            "Resource: <resource>",
            "<description>",
            "What to do: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_remediate.html",
            f"Open: {CONSOLE}/guardduty/home?region=<region>#/findings?search=id%3D<id>",
            "Archive the finding to end these messages.",
        ),
        account="$.detail.accountId",
        description="$.detail.description",
        id="$.detail.id",
        region="$.detail.region",
        resource="$.detail.resource.resourceType",
        severity="$.detail.severity",
        title="$.detail.title",
        type="$.detail.type",
    )


def activity() -> events.CfnRule.InputTransformerProperty:
    """Give the message of a recorded call: root use, or a protection weakened."""
    return _transformer(
        (
            "CRITICAL activity: <name> (<source>)",
            "Account <account>, Region <region>, at <time>",
            "By <identity> from <address>",
            "Result: <error> (empty: the call succeeded)",
            "What to do: ask the person named above; if nobody answers for it, treat it as an incident.",
            f"Open: {CONSOLE}/cloudtrailv2/home?region=<region>#/events?EventId=<id>",
        ),
        account="$.account",
        address="$.detail.sourceIPAddress",
        error="$.detail.errorCode",
        id="$.detail.eventID",
        identity="$.detail.userIdentity.arn",
        name="$.detail.eventName",
        region="$.region",
        source="$.detail.eventSource",
        time="$.detail.eventTime",
    )


def drift() -> events.CfnRule.InputTransformerProperty:
    """Give the message of a drift that Control Tower detects."""
    return _transformer(
        (
            "CRITICAL drift: something that Control Tower governs was changed outside of it",
            "Account <account>, Region <region>, at <time>, event <id>",
            "What to do: see what changed, who changed it, and repair it in Control Tower.",
            f"Open: {CONSOLE}/controltower/home?region=<region>",
        ),
        account="$.account",
        id="$.id",
        region="$.region",
        time="$.time",
    )


def noncompliance(severity: str) -> events.CfnRule.InputTransformerProperty:
    """Give the message of a resource that fails a rule of AWS Config."""
    return _transformer(
        (
            f"{severity.upper()} rule is not met: <rule>",
            "Account <account>, Region <region>, at <time>",
            "Resource: <type> <resource>",
            "What to do: https://docs.aws.amazon.com/config/latest/developerguide/managed-rules-by-aws-config.html",
            f"Open: {CONSOLE}/config/home?region=<region>#/rules/details?configRuleName=<rule>",
            "The message comes once, when the resource starts to fail.",
        ),
        account="$.detail.awsAccountId",
        region="$.detail.awsRegion",
        resource="$.detail.resourceId",
        rule="$.detail.configRuleName",
        time="$.detail.notificationCreationTime",
        type="$.detail.resourceType",
    )


def key_call(severity: str) -> events.CfnRule.InputTransformerProperty:
    """Give the message of a call that weakens a key."""
    return _transformer(
        (
            f"{severity.upper()} key event: <name>",
            "Account <account>, Region <region>, at <time>",
            "Key: <key> (in the request: <asked>)",
            "By <identity> from <address>",
            "Result: <error> (empty: the call succeeded)",
            "What to do: ask the person named above. Enable the key again, or cancel its deletion in time.",
            f"Open: {CONSOLE}/kms/home?region=<region>#/kms/keys",
        ),
        account="$.account",
        address="$.detail.sourceIPAddress",
        asked="$.detail.requestParameters.keyId",
        error="$.detail.errorCode",
        identity="$.detail.userIdentity.arn",
        key="$.detail.resources[0].ARN",
        name="$.detail.eventName",
        region="$.region",
        time="$.detail.eventTime",
    )
