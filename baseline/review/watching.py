"""What finds, records, tells and answers: whether it still looks where it did, and tells whom it told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from baseline.review.assembly import Resource
from baseline.review.finding import Category, Finding, Severity, code, listed
from baseline.review.values import Path, leaves

WATCHED: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS::AccessAnalyzer::Analyzer": ("AnalyzerConfiguration", "Type"),
    "AWS::Budgets::Budget": ("Budget", "NotificationsWithSubscribers"),
    "AWS::CE::AnomalySubscription": (
        "Frequency",
        "MonitorArnList",
        "Subscribers",
        "ThresholdExpression",
    ),
    "AWS::CloudFormation::StackSet": (
        "AutoDeployment",
        "OperationPreferences",
        "StackInstancesGroup",
    ),
    "AWS::CloudTrail::Trail": (
        "AdvancedEventSelectors",
        "CloudWatchLogsLogGroupArn",
        "EventSelectors",
        "InsightSelectors",
    ),
    "AWS::CloudWatch::Alarm": (
        "ActionsEnabled",
        "AlarmActions",
        "ComparisonOperator",
        "DatapointsToAlarm",
        "Dimensions",
        "EvaluationPeriods",
        "MetricName",
        "Metrics",
        "Namespace",
        "Period",
        "Statistic",
        "Threshold",
        "TreatMissingData",
    ),
    "AWS::Config::ConfigRule": ("InputParameters", "Scope", "Source"),
    "AWS::Config::ConfigurationAggregator": ("OrganizationAggregationSource",),
    "AWS::Config::ConformancePack": ("TemplateBody",),
    "AWS::Config::OrganizationConformancePack": ("TemplateBody",),
    "AWS::Config::ConfigurationRecorder": ("RecordingGroup", "RecordingMode"),
    "AWS::EC2::FlowLog": ("TrafficType",),
    "AWS::EC2::NetworkAclEntry": ("CidrBlock", "Ipv6CidrBlock", "PortRange", "RuleAction"),
    "AWS::EC2::Subnet": ("MapPublicIpOnLaunch",),
    "AWS::EC2::VPCEndpoint": ("PrivateDnsEnabled",),
    "AWS::Events::EventBus": ("DeadLetterConfig",),
    "AWS::Events::Rule": ("EventPattern", "ScheduleExpression", "State", "Targets"),
    "AWS::IAM::Role": ("MaxSessionDuration",),
    "AWS::Lambda::EventInvokeConfig": ("DestinationConfig",),
    "AWS::Lambda::Function": ("DeadLetterConfig", "Environment", "LoggingConfig", "TracingConfig"),
    "AWS::Logs::MetricFilter": ("FilterPattern", "MetricTransformations"),
    "AWS::Route53Resolver::FirewallRuleGroup": ("FirewallRules",),
    "AWS::S3::Bucket": ("LoggingConfiguration", "OwnershipControls"),
    "AWS::SNS::Subscription": ("Endpoint", "FilterPolicy", "Protocol"),
    "AWS::SSM::Association": ("OutputLocation", "ScheduleExpression", "Targets"),
    "AWS::SSM::MaintenanceWindow": ("AllowUnassociatedTargets", "Schedule"),
    "AWS::SSM::MaintenanceWindowTask": ("Targets", "TaskInvocationParameters"),
    "AWS::SSM::PatchBaseline": ("ApprovalRules", "DefaultBaseline", "RejectedPatchesAction"),
    "AWS::SSM::ServiceSetting": ("SettingValue",),
    "AWS::SSO::PermissionSet": ("SessionDuration",),
    "AWS::Scheduler::Schedule": ("ScheduleExpression", "State", "Target"),
    "AWS::SecurityHub::AutomationRule": ("Actions", "Criteria", "RuleStatus"),
    "AWS::SecurityHub::ConfigurationPolicy": ("ConfigurationPolicy",),
    "AWS::SecurityHub::OrganizationConfiguration": ("AutoEnable", "ConfigurationType"),
    "AWS::SecurityHub::PolicyAssociation": ("TargetId", "TargetType"),
    "AWS::StepFunctions::StateMachine": (
        "DefinitionString",
        "LoggingConfiguration",
        "TracingConfiguration",
    ),
    "Custom::DnsFirewallLookup": ("FailOpen", "Lists"),
    "Custom::OrganizationFeatures": (
        "DelegatedAdministrators",
        "OnDelete",
        "Placements",
        "PolicyTypes",
        "RegionalAdministrators",
        "RootFeatures",
        "TrustedAccess",
    ),
}
"""Properties by type: less of them, or others, and something is no longer found, told or held back."""

NARROWING: Final = frozenset(
    {"Criteria", "EventPattern", "FilterPolicy", "RecordingGroup", "Scope", "ThresholdExpression"}
)
"""More of these looks at less."""

OFF: Final = frozenset(
    {
        ("ActionsEnabled", "false"),
        ("AllowUnassociatedTargets", "true"),
        ("FailOpen", "enabled"),
        ("MapPublicIpOnLaunch", "true"),
        ("PrivateDnsEnabled", "false"),
        ("RuleStatus", "disabled"),
        ("State", "disabled"),
    }
)
"""Words that take away what holds where nothing is said."""

LIMITS: Final = frozenset({"MaxSessionDuration"})
"""Numbers that protect by being small."""

Pairs = Counter[tuple[Path, str]]
"""How often a value stands at a path: one of three rules that block less is less."""


def watching(base: Resource, head: Resource) -> Iterator[Finding]:
    """Compare what a resource finds, records, tells and holds back."""
    for name in WATCHED.get(head.type, ()):
        old, new = _pairs(base, name), _pairs(head, name)
        if old == new or _smaller(name, old, new):
            continue
        gone = [each for each in old - new if not _off(name, each)]
        less = bool(gone) or name in NARROWING or any(_off(name, each) for each in new - old)
        severity: Severity = "warning" if less else "note"
        yield Finding(
            category=Category.PROTECTION,
            kind="watches-otherwise" if less else "watches-more",
            severity=severity,
            place=head.place,
            text=_sentence(name, old, new),
            change="worse" if less else "better",
        )


def _pairs(resource: Resource, name: str) -> Pairs:
    found: Any = resource.properties.get(name)
    return Counter((path, str(value)) for path, value in leaves(found) if value is not None)


def _off(name: str, pair: tuple[Path, str]) -> bool:
    path, value = pair
    return ((path or (name,))[-1], value.lower()) in OFF


def _smaller(name: str, old: Pairs, new: Pairs) -> bool:
    if name not in LIMITS or not old or not new:
        return False
    was, is_ = ([value for _, value in side] for side in (old, new))
    return all(each.isdigit() for each in (*was, *is_)) and int(is_[0]) < int(was[0])


def _sentence(name: str, old: Pairs, new: Pairs) -> str:
    if not new:
        return f"{code(name)} is gone: {_shown(old)}"
    gone, come = old - new, new - old
    if gone and come:
        return f"{code(name)} has {_shown(come)} instead of {_shown(gone)}"
    return (
        f"{code(name)} has {_shown(come)} besides" if come else f"{code(name)} loses {_shown(gone)}"
    )


def _shown(pairs: Pairs) -> str:
    return listed(_row(path, value) for path, value in pairs)


def _row(path: Sequence[str], value: str) -> str:
    return f"{'.'.join(path)} {value}" if path else value
