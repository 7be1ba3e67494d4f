from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatch

import aws_cdk as cdk
from aws_cdk import assertions

from baseline.config import Configuration, Names
from baseline.controls.registry import declarations
from stacks.security import SecurityStack
from tests.support import CONTEXT


def create(
    app: cdk.App, configuration: Configuration, environment: cdk.Environment
) -> assertions.Template:
    return assertions.Template.from_stack(
        SecurityStack(
            app,
            "security",
            configuration=configuration,
            names=Names.of(configuration),
            env=environment,
        )
    )


def with_capability(configuration: Configuration, name: str, **settings: object) -> Configuration:
    capabilities = configuration.capabilities
    changed = getattr(capabilities, name).model_copy(update=settings)
    return configuration.model_copy(
        update={"capabilities": capabilities.model_copy(update={name: changed})}
    )


def test_no_finding_is_left(
    app: cdk.App,
    configuration: Configuration,
    names: Names,
    security_environment: cdk.Environment,
    findings: Callable[[cdk.App], list[str]],
) -> None:
    SecurityStack(
        app, "security", configuration=configuration, names=names, env=security_environment
    )
    assert findings(app) == []


def test_topics_of_the_configured_severities_only(
    app: cdk.App, configuration: Configuration, security_environment: cdk.Environment
) -> None:
    template = create(app, configuration, security_environment)
    topics = template.find_resources("AWS::SNS::Topic").values()
    assert [topic["Properties"]["TopicName"] for topic in topics] == [
        "secbase-findings-critical",
        "secbase-findings-high",
    ]


def test_medium_findings_are_told_where_someone_wants_them(
    app: cdk.App, configuration: Configuration, security_environment: cdk.Environment
) -> None:
    wanted = configuration.notifications.model_copy(update={"medium": ("cloud@example.com",)})
    changed = configuration.model_copy(update={"notifications": wanted})
    template = create(app, changed, security_environment)
    template.has_resource_properties("AWS::SNS::Topic", {"TopicName": "secbase-findings-medium"})
    template.resource_count_is("AWS::Events::Rule", 11)


def test_security_hub_off_leaves_it_out(
    app: cdk.App, configuration: Configuration, security_environment: cdk.Environment
) -> None:
    changed = with_capability(configuration, "security_hub", enabled=False)
    template = create(app, changed, security_environment)
    template.resource_count_is("AWS::SecurityHub::ConfigurationPolicy", 0)
    template.resource_count_is("AWS::GuardDuty::PublishingDestination", 1)


def test_guardduty_off_leaves_the_export_out(
    app: cdk.App, configuration: Configuration, security_environment: cdk.Environment
) -> None:
    changed = with_capability(configuration, "guardduty", enabled=False)
    template = create(app, changed, security_environment)
    template.resource_count_is("AWS::GuardDuty::PublishingDestination", 0)
    template.resource_count_is("AWS::SecurityHub::ConfigurationPolicy", 1)


def test_another_region_changes_lists_only(
    configuration: Configuration, security_environment: cdk.Environment
) -> None:
    more = configuration.model_copy(update={"regions": (*configuration.regions, "us-east-1")})
    before = create(cdk.App(context=CONTEXT), configuration, security_environment).to_json()[
        "Resources"
    ]
    after = create(cdk.App(context=CONTEXT), more, security_environment).to_json()["Resources"]
    changed = [name for name in before if before[name] != after[name]]
    assert set(before) == set(after)
    assert sorted(before[name]["Type"] for name in changed) == [
        "AWS::Config::ConfigurationAggregator",
        "AWS::IAM::ManagedPolicy",
        "AWS::KMS::Key",
        "AWS::SecurityHub::FindingAggregator",
        "Custom::DetectorsLookup",
    ]


def test_controls_are_declared(
    app: cdk.App, configuration: Configuration, security_environment: cdk.Environment
) -> None:
    create(app, configuration, security_environment)
    declared = {entry["capability"]: entry["controls"] for entry in declarations(app)}
    assert declared["finding-notification"] == ["SNS.1", "SNS.4"]
    assert declared["security-event-bus"] == ["EventBridge.3"]


def test_the_audit_reader_is_allowed_what_the_log_archive_grants_it(
    app: cdk.App,
    configuration: Configuration,
    names: Names,
    security_environment: cdk.Environment,
) -> None:
    # Across accounts the bucket and key policies of the log archive are one half of a permission.
    template = create(app, configuration, security_environment)
    policies = template.find_resources("AWS::IAM::ManagedPolicy").values()
    (logs,) = (p for p in policies if p["Properties"]["Description"] == "Read the log archive")
    statements = {s["Sid"]: s for s in logs["Properties"]["PolicyDocument"]["Statement"]}
    # The buckets of access logs and of load balancers, in every Region, by one pattern.
    buckets = {*names.log_buckets, names.web_acl_bucket, "secbase-access-logs-222222222222-*"}
    assert len(buckets) == 9
    read = {each.removesuffix("/*") for each in statements["ReadLogs"]["Resource"]}
    assert read <= {f"arn:aws:s3:::{bucket}" for bucket in buckets}
    for bucket in buckets:
        assert any(fnmatch(f"arn:aws:s3:::{bucket}", pattern) for pattern in read)
    archive, exported = statements["DecryptLogs"]["Resource"]
    assert archive == "arn:aws:kms:eu-west-1:222222222222:key/*"
    assert exported["Fn::GetAtt"][0].startswith("GuardDutyExportKey")


def test_without_guardduty_the_audit_reader_needs_no_key_of_it(
    app: cdk.App, configuration: Configuration, security_environment: cdk.Environment
) -> None:
    off = with_capability(configuration, "guardduty", enabled=False)
    assert "GuardDutyExportKey" not in str(create(app, off, security_environment).to_json())
