"""Functions, state machines, machines and clusters of containers; and access keys."""

from __future__ import annotations

from aws_cdk import aws_iam as iam

from baseline.blueprint.settings import Hardening, Props, Setting, judged, lacks, on
from baseline.blueprint.site import Site, Value

MANAGED_LOGS = "@aws-cdk/aws-lambda:useCdkManagedLogGroup"


def _function_logs(site: Site) -> Value:
    if site.scope.node.try_get_context(MANAGED_LOGS):
        # The function makes one itself, which comes out hardened.
        return None
    group = site.log_group()
    role = site.props.get("role")
    if isinstance(role, iam.Role):
        # The role is the team's, and may write only into the log group that Lambda would have made.
        group.grant_write(role)
    return group


EGRESS = judged(
    "allow_all_outbound",
    "who breaks in reaches the whole internet from here",
    True,
    severity="warning",
)

FUNCTION = Hardening(
    name="function",
    construct="aws-cdk-lib.aws-lambda.Function",
    title="traced, its logs kept and encrypted",
    # Lambda@Edge takes neither.
    outside=("EdgeFunction",),
    settings=(
        Setting(
            name="tracing",
            why="which call came from where",
            shown="`ACTIVE`",
            default=lambda _site: "Active",
            weaker=lambda value, _site: "it is turned off" if value == "Disabled" else None,
            severity="warning",
        ),
        Setting(
            name="log_group",
            why="Lambda keeps logs for ever and encrypts them with no key of yours",
            shown="a log group of its own",
            default=_function_logs,
            when=lacks("logRetention"),
            controls=("CloudWatch.16",),
        ),
        EGRESS,
    ),
)

FUNCTION_URL = Hardening(
    name="function-url",
    construct="aws-cdk-lib.aws-lambda.FunctionUrl",
    title="not for anonymous callers",
    settings=(
        judged("auth_type", "anybody on the internet calls it", "NONE", controls=("Lambda.1",)),
    ),
)


def _logging(site: Site) -> Value:
    return {"destination": site.log_group(), "level": "ALL", "includeExecutionData": False}


def _little_or_too_much(value: Value, _site: Site) -> str | None:
    if value.get("level") == "OFF":
        return "nothing is logged"
    if value.get("includeExecutionData") is True:
        return "the data of executions is logged"
    return None


STATE_MACHINE = Hardening(
    name="state-machine",
    construct="aws-cdk-lib.aws-stepfunctions.StateMachine",
    title="logged and traced",
    settings=(
        Setting(
            name="logs",
            why="what it did can be found out later",
            shown="every event, without the data, in a log group of its own",
            default=_logging,
            weaker=_little_or_too_much,
            severity="warning",
            controls=("StepFunctions.1",),
        ),
        on("tracing_enabled", "which call came from where", severity="warning"),
    ),
)


def _own_template(props: Props) -> bool:
    return not any(name in props for name in ("launchTemplate", "mixedInstancesPolicy"))


IMDS = on(
    "require_imdsv2",
    "a request that the machine is tricked into cannot read its credentials",
    controls=("EC2.8",),
    when=lacks("httpTokens"),
)
IMDS_CHOSEN = judged(
    "http_tokens",
    "a request that the machine is tricked into can read its credentials",
    "optional",
    controls=("EC2.8",),
)
PUBLIC_ADDRESS = judged(
    "associate_public_ip_address",
    "the internet reaches the machine",
    True,
    controls=("EC2.9",),
)


MACHINE = Hardening(
    name="instance",
    construct="aws-cdk-lib.aws-ec2.Instance",
    title="IMDSv2, not ended by mistake",
    settings=(
        IMDS,
        IMDS_CHOSEN,
        on("disable_api_termination", "nobody ends it by mistake", severity="warning"),
        PUBLIC_ADDRESS,
        EGRESS,
    ),
)
LAUNCH_TEMPLATE = Hardening(
    name="launch-template",
    construct="aws-cdk-lib.aws-ec2.LaunchTemplate",
    title="IMDSv2",
    settings=(IMDS, IMDS_CHOSEN, PUBLIC_ADDRESS),
)
AUTO_SCALING_GROUP = Hardening(
    name="auto-scaling-group",
    construct="aws-cdk-lib.aws-autoscaling.AutoScalingGroup",
    title="IMDSv2",
    settings=(
        on(
            "require_imdsv2",
            "a request that the machine is tricked into cannot read its credentials",
            controls=("AutoScaling.3",),
            when=_own_template,
        ),
        PUBLIC_ADDRESS,
        EGRESS,
    ),
)
BASTION = Hardening(
    name="bastion-host",
    construct="aws-cdk-lib.aws-ec2.BastionHostLinux",
    title="IMDSv2",
    settings=(IMDS,),
)

CLUSTER = Hardening(
    name="ecs-cluster",
    construct="aws-cdk-lib.aws-ecs.Cluster",
    title="its tasks are measured",
    settings=(
        Setting(
            name="container_insights_v2",
            why="a task that behaves differently is seen",
            shown="`ENABLED`",
            default=lambda _site: "enabled",
            when=lacks("containerInsights"),
            weaker=lambda value, _site: "it is turned off" if value == "disabled" else None,
            severity="warning",
            controls=("ECS.12",),
        ),
    ),
)

ACCESS_KEY = Hardening(
    name="access-key",
    construct="aws-cdk-lib.aws-iam.AccessKey",
    title="named: a credential that does not end",
    exists="an access key does not end and leaks; let a role be assumed instead",
)

COMPUTE = (
    FUNCTION,
    FUNCTION_URL,
    STATE_MACHINE,
    MACHINE,
    LAUNCH_TEMPLATE,
    AUTO_SCALING_GROUP,
    BASTION,
    CLUSTER,
    ACCESS_KEY,
)
