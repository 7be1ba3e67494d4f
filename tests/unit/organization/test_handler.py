from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.organization.conftest import Invoke
from tests.unit.organization.fake_aws import ROOT_ID, SECURITY, Clock, FakeAws, Fault, throttled
from tests.unit.organization.handler import apicalls, desired

RefusedError = apicalls.RefusedError
NETWORK = "444444444444"


def deploy(invoke: Invoke, aws: FakeAws, **properties: object) -> dict[str, Any]:
    """Create, wait for the policy types, complete."""
    data = invoke("on_event", **properties)["Data"]
    aws.finish_policy_types()
    return invoke("is_complete", data=data, **properties)


def test_one_deployment_brings_everything_about(invoke: Invoke, aws: FakeAws) -> None:
    answer = deploy(invoke, aws)

    assert answer["IsComplete"] is True
    assert {"config.amazonaws.com", "guardduty.amazonaws.com", "iam.amazonaws.com"} < {
        *aws.services
    }
    assert aws.policy_types == {"SERVICE_CONTROL_POLICY": "ENABLED", "GUARDDUTY_POLICY": "ENABLED"}
    assert aws.delegated["config.amazonaws.com"] == [SECURITY]
    assert {
        (service, region, found["account"])
        for (service, region), found in aws.administrators.items()
    } == {
        ("guardduty", "eu-west-1", SECURITY),
        ("guardduty", "eu-central-1", SECURITY),
        ("securityhub", "eu-west-1", SECURITY),
    }
    assert aws.root_features == ["RootCredentialsManagement", "RootSessions"]
    assert "ram.amazonaws.com" in aws.services
    assert aws.stack_sets == "ENABLED"
    assert aws.parents[SECURITY] == "ou-exam-security"
    assert aws.service_roles == ["guardduty.amazonaws.com"]
    assert list(aws.hubs) == ["eu-west-1"]
    assert answer["Data"]["Changes"] == "17"


def test_the_configuration_policy_of_security_hub_can_reach_the_management_account(
    invoke: Invoke, aws: FakeAws
) -> None:
    administrator = {"Service": "securityhub", "AccountId": SECURITY}
    regional = [{**administrator, "Regions": ["eu-west-1", "eu-central-1"]}]
    deploy(invoke, aws, RegionalAdministrators=regional)
    # The policy names the standards; the default ones would come on top of them.
    settings = {"enable_default_standards": False, "control_finding_generator": "SECURITY_CONTROL"}
    assert aws.hubs == {"eu-west-1": settings, "eu-central-1": settings}


def test_a_hub_of_the_management_account_stays_as_it_is(invoke: Invoke, aws: FakeAws) -> None:
    aws.hubs["eu-west-1"] = {"made": "by hand"}
    deploy(invoke, aws)
    assert aws.hubs == {"eu-west-1": {"made": "by hand"}}


def test_a_hub_that_is_enabled_meanwhile_is_fine(invoke: Invoke, aws: FakeAws) -> None:
    aws.fail("EnableSecurityHub", Fault("ResourceConflictException", "already subscribed", 409))
    assert deploy(invoke, aws)["IsComplete"] is True


def test_inspector_and_the_new_security_hub_get_administrators_of_their_own(
    invoke: Invoke, aws: FakeAws
) -> None:
    regional = [
        {"Service": service, "AccountId": SECURITY, "Regions": ["eu-west-1"]}
        for service in ("inspector2", "securityhubv2")
    ]
    settings = {
        "RegionalAdministrators": regional,
        "TrustedAccess": [
            "iam.amazonaws.com",
            "inspector2.amazonaws.com",
            "securityhub.amazonaws.com",
        ],
        "DelegatedAdministrators": [],
    }
    deploy(invoke, aws, **settings)
    assert {key: found["account"] for key, found in aws.administrators.items()} == {
        ("inspector2", "eu-west-1"): SECURITY,
        ("securityhubv2", "eu-west-1"): SECURITY,
    }
    assert aws.service_roles == ["securityhubv2.amazonaws.com"]
    assert aws.hubs == {}
    aws.calls.clear()
    deploy(invoke, aws, **settings)
    assert aws.writes() == []


def test_macie_and_detective_get_administrators_too(invoke: Invoke, aws: FakeAws) -> None:
    settings = {
        "RegionalAdministrators": [
            {"Service": service, "AccountId": SECURITY, "Regions": ["eu-west-1", "eu-central-1"]}
            for service in ("detective", "macie2")
        ],
        "TrustedAccess": ["detective.amazonaws.com", "iam.amazonaws.com", "macie.amazonaws.com"],
        "DelegatedAdministrators": [],
    }
    deploy(invoke, aws, **settings)
    assert {key: found["account"] for key, found in aws.administrators.items()} == {
        (service, region): SECURITY
        for service in ("detective", "macie2")
        for region in ("eu-west-1", "eu-central-1")
    }
    aws.calls.clear()
    deploy(invoke, aws, **settings)
    assert aws.writes() == []


def test_access_analyzer_gets_its_role_in_the_management_account(
    invoke: Invoke, aws: FakeAws
) -> None:
    deploy(
        invoke,
        aws,
        TrustedAccess=["access-analyzer.amazonaws.com", "iam.amazonaws.com"],
        DelegatedAdministrators=[],
        RegionalAdministrators=[],
    )
    assert aws.service_roles == ["access-analyzer.amazonaws.com"]


def test_without_security_hub_none_is_enabled(invoke: Invoke, aws: FakeAws) -> None:
    deploy(invoke, aws, RegionalAdministrators=[])
    assert aws.hubs == {}


def test_the_guardduty_policy_reaches_the_management_account(invoke: Invoke, aws: FakeAws) -> None:
    scanning = ["guardduty.amazonaws.com", "malware-protection.guardduty.amazonaws.com"]
    deploy(
        invoke,
        aws,
        TrustedAccess=[
            "config.amazonaws.com",
            "securityhub.amazonaws.com",
            "iam.amazonaws.com",
            *scanning,
        ],
    )
    assert aws.service_roles == scanning


def test_a_service_linked_role_that_appears_meanwhile_is_fine(invoke: Invoke, aws: FakeAws) -> None:
    aws.fail("CreateServiceLinkedRole", Fault("InvalidInput", "has been taken in this account"))
    assert deploy(invoke, aws)["IsComplete"] is True


def test_without_guardduty_no_role_is_made(invoke: Invoke, aws: FakeAws) -> None:
    deploy(
        invoke,
        aws,
        TrustedAccess=["config.amazonaws.com", "securityhub.amazonaws.com", "iam.amazonaws.com"],
        RegionalAdministrators=[],
    )
    assert aws.service_roles == []


def test_trusted_access_comes_before_whatever_rests_on_it(invoke: Invoke, aws: FakeAws) -> None:
    invoke("on_event")
    names = [name for _, _, name in aws.writes()]
    last_access = max(i for i, name in enumerate(names) if name == "EnableAWSServiceAccess")
    rest = [
        "EnablePolicyType",
        "RegisterDelegatedAdministrator",
        "EnableOrganizationAdminAccount",
        "EnableOrganizationsRootSessions",
        "MoveAccount",
    ]
    assert all(names.index(name) > last_access for name in rest)
    assert names[-1] == "MoveAccount"


def test_global_services_are_called_where_their_control_plane_is(
    invoke: Invoke, aws: FakeAws
) -> None:
    invoke("on_event")
    regions = {(service, region) for service, region, _ in aws.calls}
    assert {region for service, region in regions if service in ("organizations", "iam")} == {
        "us-east-1"
    }
    assert ("guardduty", "eu-central-1") in regions
    assert ("cloudformation", "eu-west-1") in regions


def test_a_finished_organization_is_only_read(invoke: Invoke, aws: FakeAws) -> None:
    deploy(invoke, aws)
    aws.calls.clear()

    answer = deploy(invoke, aws)

    assert aws.writes() == []
    assert answer == {"IsComplete": True, "Data": {"Changed": "", "Changes": "0"}}


def test_is_complete_waits_until_every_policy_type_is_enabled(invoke: Invoke, aws: FakeAws) -> None:
    data = invoke("on_event")["Data"]
    aws.calls.clear()
    assert invoke("is_complete", data=data) == {"IsComplete": False}
    assert aws.writes() == [], "what is on its way is not asked for again"

    aws.finish_policy_types()
    complete = invoke("is_complete", data=data)
    assert complete["IsComplete"] is True
    assert "policy type GUARDDUTY_POLICY" in complete["Data"]["Changed"]


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("EnableAWSServiceAccess", "TooManyRequestsException"),
        ("EnablePolicyType", "ConcurrentModificationException"),
        ("EnablePolicyType", "PolicyChangesInProgressException"),
        ("RegisterDelegatedAdministrator", "ConcurrentModificationException"),
        ("EnableOrganizationAdminAccount", "ThrottlingException"),
        ("EnableOrganizationsRootSessions", "ServiceAccessNotEnabledException"),
        ("ListOrganizationsFeatures", "ServiceAccessNotEnabled"),
        ("MoveAccount", "ConcurrentModificationException"),
        ("ListRoots", "TooManyRequestsException"),
    ],
)
def test_a_passing_error_is_retried(
    invoke: Invoke, aws: FakeAws, clock: Clock, operation: str, code: str
) -> None:
    aws.fail(operation, *[Fault(code)] * 3)
    assert deploy(invoke, aws)["IsComplete"] is True
    assert clock.slept == [0.5, 1.0, 2.0]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_unknown_error_with_a_passing_status_is_retried(
    invoke: Invoke, aws: FakeAws, clock: Clock, status: int
) -> None:
    aws.fail("EnableOrganizationAdminAccount", Fault("SomethingElse", status=status))
    assert deploy(invoke, aws)["IsComplete"] is True
    assert len(clock.slept) == 1


def test_waiting_grows_to_a_limit_and_is_jittered() -> None:
    asked: list[tuple[float, float]] = []
    clock = Clock(limit=10_000)

    def jitter(low: float, high: float) -> float:
        asked.append((low, high))
        return low

    aws = FakeAws()
    aws.fail("DescribeOrganization", *throttled(9))
    api = apicalls.Api(
        remaining=clock.remaining,
        client=aws.client,
        region="eu-west-1",
        sleep=clock.sleep,
        jitter=jitter,
    )
    api.call("organizations", "describe_organization")
    assert asked[:2] == [(0.25, 0.5), (0.5, 1.0)]
    assert asked[-1] == (10.0, 20.0)
    assert clock.slept == [low for low, _ in asked]


def test_a_pass_ends_before_the_function_does_and_the_next_one_continues(
    invoke: Invoke, aws: FakeAws, clock: Clock
) -> None:
    aws.fail("RegisterDelegatedAdministrator", *throttled(30))
    answer = invoke("on_event")

    assert clock.remaining() >= 15
    assert "trusted access config.amazonaws.com" in answer["Data"]["Changed"]
    assert aws.delegated["config.amazonaws.com"] == []

    clock.slept.clear()
    assert invoke("is_complete", data=answer["Data"]) == {"IsComplete": False}
    aws.faults.clear()
    aws.finish_policy_types()
    clock.slept.clear()
    assert invoke("is_complete", data=answer["Data"])["IsComplete"] is True
    assert aws.delegated["config.amazonaws.com"] == [SECURITY]


def test_a_failure_halfway_is_finished_by_the_next_run_and_nothing_is_done_twice(
    invoke: Invoke, aws: FakeAws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.fail("EnableAWSServiceAccess", None, None, Fault("ConstraintViolationException", "limit"))
    with pytest.raises(RefusedError, match=r"ConstraintViolationException: limit"):
        invoke("on_event")
    refused = [json.loads(line) for line in capsys.readouterr().out.splitlines()][-1]
    assert refused["changed"] == [
        "trusted access config.amazonaws.com",
        "trusted access guardduty.amazonaws.com",
    ]

    assert deploy(invoke, aws)["IsComplete"] is True
    # The fake asserts that trusted access is not enabled twice; the others are counted here.
    names = [name for _, _, name in aws.writes()]
    assert names.count("RegisterDelegatedAdministrator") == 1
    assert names.count("EnableOrganizationAdminAccount") == 3
    assert names.count("MoveAccount") == 1


@pytest.mark.parametrize(
    ("operation", "code", "action"),
    [
        ("EnablePolicyType", "AccessDeniedException", "organizations:EnablePolicyType"),
        (
            "EnableOrganizationAdminAccount",
            "AccessDeniedException",
            "guardduty:EnableOrganizationAdminAccount",
        ),
        ("ListOrganizationsFeatures", "AccessDenied", "iam:ListOrganizationsFeatures"),
        (
            "RegisterDelegatedAdministrator",
            "AccessDeniedForDependencyException",
            "organizations:RegisterDelegatedAdministrator",
        ),
    ],
)
def test_a_missing_permission_is_named_with_its_action(
    invoke: Invoke, aws: FakeAws, operation: str, code: str, action: str
) -> None:
    aws.fail(operation, Fault(code, "User is not authorized", 403))
    with pytest.raises(RefusedError, match=f"not allowed to call {action} .* Grant {action} to"):
        invoke("on_event")


def test_a_region_that_is_off_is_named(invoke: Invoke, aws: FakeAws) -> None:
    aws.fail("ListOrganizationAdminAccounts", Fault("UnrecognizedClientException", status=403))
    with pytest.raises(RefusedError, match=r"in eu-west-1.*Enable the Region in the management"):
        invoke("on_event")


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("EnablePolicyType", "PolicyTypeAlreadyEnabledException"),
        ("RegisterDelegatedAdministrator", "AccountAlreadyRegisteredException"),
        ("MoveAccount", "DuplicateAccountException"),
    ],
)
def test_already_is_success(invoke: Invoke, aws: FakeAws, operation: str, code: str) -> None:
    aws.fail(operation, Fault(code))
    assert invoke("on_event")["PhysicalResourceId"] == "organization-features-o-exampleorgid"


def test_an_administrator_named_in_the_meantime_is_success(
    invoke: Invoke, aws: FakeAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: str, **__: str) -> None:
        aws.administrators["guardduty", "eu-west-1"] = {"account": SECURITY, "status": "ENABLED"}
        raise Fault("BadRequestException", "already enabled")

    monkeypatch.setattr(aws, "guardduty_enable_organization_admin_account", late)
    regional = [{"Service": "guardduty", "AccountId": SECURITY, "Regions": ["eu-west-1"]}]
    assert deploy(invoke, aws, RegionalAdministrators=regional)["IsComplete"] is True


def test_a_refusal_that_is_no_conflict_keeps_its_own_words(invoke: Invoke, aws: FakeAws) -> None:
    aws.fail("EnableOrganizationAdminAccount", Fault("BadRequestException", "not a member"))
    with pytest.raises(RefusedError, match=r"in eu-west-1: BadRequestException: not a member"):
        invoke("on_event")


def test_another_delegated_administrator_is_an_error_with_both_accounts(
    invoke: Invoke, aws: FakeAws
) -> None:
    aws.delegated["config.amazonaws.com"] = [NETWORK]
    with pytest.raises(RefusedError, match=rf"account {NETWORK}, .* wants {SECURITY}"):
        invoke("on_event")


@pytest.mark.parametrize(
    "service",
    ["detective", "guardduty", "inspector2", "macie2", "securityhub", "securityhubv2"],
)
def test_another_regional_administrator_is_an_error_with_both_accounts(
    invoke: Invoke, aws: FakeAws, service: str
) -> None:
    aws.administrators[service, "eu-west-1"] = {"account": NETWORK, "status": "ENABLED"}
    regional = [{"Service": service, "AccountId": SECURITY, "Regions": ["eu-west-1"]}]
    with pytest.raises(RefusedError, match=rf"{service} in eu-west-1 .*{NETWORK}.*{SECURITY}"):
        invoke("on_event", RegionalAdministrators=regional)


@pytest.mark.parametrize(
    ("service", "status"),
    [("guardduty", "DISABLE_IN_PROGRESS"), ("macie2", "DISABLING_IN_PROGRESS")],
)
def test_an_administrator_on_its_way_out_is_an_error_that_says_so(
    invoke: Invoke, aws: FakeAws, service: str, status: str
) -> None:
    aws.administrators[service, "eu-central-1"] = {"account": NETWORK, "status": status}
    regional = [{"Service": service, "AccountId": SECURITY, "Regions": ["eu-central-1"]}]
    with pytest.raises(RefusedError, match=rf"eu-central-1 is still removing .* {NETWORK}"):
        invoke("on_event", RegionalAdministrators=regional)


def test_more_than_one_page_is_read(invoke: Invoke, aws: FakeAws) -> None:
    aws.services = ["a.amazonaws.com", "b.amazonaws.com", "c.amazonaws.com", "iam.amazonaws.com"]
    invoke("on_event")
    assert aws.services.count("iam.amazonaws.com") == 1


def test_delete_leaves_everything_as_it_is(invoke: Invoke, aws: FakeAws) -> None:
    deploy(invoke, aws)
    aws.calls.clear()

    answer = invoke("on_event", "Delete")

    assert aws.calls == []
    assert answer == {"PhysicalResourceId": "organization-features-o-exampleorgid"}
    assert invoke("is_complete", "Delete") == {"IsComplete": True}


def test_delete_with_revert_turns_root_features_off_and_nothing_else(
    invoke: Invoke, aws: FakeAws
) -> None:
    deploy(invoke, aws, OnDelete="revert")
    aws.calls.clear()

    invoke("on_event", "Delete", OnDelete="revert")

    assert aws.root_features == []
    assert {name for _, _, name in aws.writes()} == {
        "DisableOrganizationsRootCredentialsManagement",
        "DisableOrganizationsRootSessions",
    }


def test_delete_of_a_resource_that_was_never_valid_succeeds(invoke: Invoke) -> None:
    assert invoke("on_event", "Delete", OnDelete="nonsense")["PhysicalResourceId"]


def test_an_entry_that_is_removed_from_the_properties_is_not_reverted(
    invoke: Invoke, aws: FakeAws
) -> None:
    deploy(invoke, aws)
    aws.calls.clear()

    invoke("on_event", "Update", TrustedAccess=[], DelegatedAdministrators=[], RootFeatures=[])

    assert aws.writes() == []
    assert "config.amazonaws.com" in aws.services


def test_an_account_is_moved_from_the_unit_of_the_previous_configuration(
    invoke: Invoke, aws: FakeAws
) -> None:
    aws.parents[SECURITY] = "ou-exam-oldplace"
    old = {"Placements": [{"AccountId": SECURITY, "UnitId": "ou-exam-oldplace"}]}
    invoke("on_event", "Update", old=old)
    assert aws.parents[SECURITY] == "ou-exam-security"


def test_an_account_is_moved_from_the_unit_that_is_stated(invoke: Invoke, aws: FakeAws) -> None:
    aws.parents[SECURITY] = "ou-exam-adopted1"
    placement = {"AccountId": SECURITY, "UnitId": "ou-exam-security"}
    invoke("on_event", Placements=[{**placement, "PreviousUnitId": "ou-exam-adopted1"}])
    assert aws.parents[SECURITY] == "ou-exam-security"


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_an_account_in_a_unit_of_someone_else_is_an_error_with_both_units(
    invoke: Invoke, aws: FakeAws, request_type: str
) -> None:
    aws.parents[SECURITY] = "ou-exam-stranger"
    with pytest.raises(RefusedError, match=r"stands in ou-exam-stranger, .* ou-exam-security"):
        invoke("on_event", request_type)
    assert aws.parents[SECURITY] == "ou-exam-stranger"


def test_a_rollback_does_what_it_can_and_does_not_fail(
    invoke: Invoke, aws: FakeAws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.stack_status = "UPDATE_ROLLBACK_IN_PROGRESS"
    aws.delegated["config.amazonaws.com"] = [NETWORK]
    data = invoke("on_event", "Update")["Data"]
    aws.finish_policy_types()
    assert invoke("is_complete", "Update", data=data)["IsComplete"] is True

    assert aws.delegated["config.amazonaws.com"] == [NETWORK]
    assert aws.parents[SECURITY] == "ou-exam-security", "the steps after it are done"
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    refused = next(line for line in lines if line["event"] == "refused")
    assert refused["rollback"] is True
    assert NETWORK in refused["reason"]


def test_a_stack_whose_status_is_unknown_is_not_rolling_back(invoke: Invoke, aws: FakeAws) -> None:
    aws.stack_status = "UPDATE_ROLLBACK_IN_PROGRESS"
    aws.delegated["config.amazonaws.com"] = [NETWORK]
    aws.fail("DescribeStacks", Fault("AccessDenied", status=403))
    with pytest.raises(RefusedError, match=NETWORK):
        invoke("on_event", "Update")


def test_an_account_outside_the_organization_is_an_error(invoke: Invoke, aws: FakeAws) -> None:
    aws.parents = {"111111111111": ROOT_ID}
    with pytest.raises(RefusedError, match=rf"account {SECURITY} is not in the organization"):
        invoke("on_event")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("organization", "o-someoneelse", "belongs to organization o-someoneelse"),
        ("feature_set", "CONSOLIDATED_BILLING", "enable all features"),
    ],
)
def test_nothing_is_written_into_the_wrong_organization(
    invoke: Invoke, aws: FakeAws, field: str, value: str, message: str
) -> None:
    setattr(aws, field, value)
    with pytest.raises(RefusedError, match=message):
        invoke("on_event")
    assert aws.writes() == []


def test_nothing_is_written_when_the_root_is_another(invoke: Invoke, aws: FakeAws) -> None:
    with pytest.raises(RefusedError, match=r"r-exam.*configured: r-none"):
        invoke("on_event", RootId="r-none")
    assert aws.writes() == []


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"TrustedAcces": []}, "TrustedAcces is not a property"),
        ({"RootFeatures": ["RootEverything"]}, "RootEverything"),
        ({"RamSharing": "yes"}, "a switch is 'true' or 'false', got 'yes'"),
        ({"OnDelete": "revertt"}, "revertt"),
        ({"RootId": ""}, "RootId must be a text"),
        ({"PolicyTypes": "SERVICE_CONTROL_POLICY"}, "a list of texts"),
        ({"RegionalAdministrators": [{"Service": "macie"}]}, "got 'macie'"),
        (
            {"DelegatedAdministrators": [{"ServicePrincipal": "a", "AccountId": "12"}]},
            "AccountId must be 12 digits, got '12'",
        ),
        ({"Placements": [{"Account": SECURITY}]}, "Placements.Account is not a property"),
    ],
)
def test_a_wrong_property_is_an_error_before_any_call(
    invoke: Invoke, aws: FakeAws, properties: dict[str, object], message: str
) -> None:
    with pytest.raises(desired.PropertyError, match=message):
        invoke("on_event", **properties)
    assert aws.calls == []


def test_the_answer_fits_into_what_cloudformation_accepts(invoke: Invoke, aws: FakeAws) -> None:
    principals = [f"service-{number:04}.amazonaws.com" for number in range(400)]
    data = invoke(
        "on_event",
        TrustedAccess=[
            "iam.amazonaws.com",
            "config.amazonaws.com",
            "guardduty.amazonaws.com",
            "securityhub.amazonaws.com",
            *principals,
        ],
    )["Data"]
    aws.finish_policy_types()
    assert len(json.dumps(data)) < 3_000
    assert data["Changed"].endswith("; ...")
    assert int(data["Changes"]) > 400


def test_each_log_line_is_json(
    invoke: Invoke, aws: FakeAws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.fail("EnablePolicyType", *throttled(1))
    invoke("on_event")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["event"] for line in lines} == {"changed", "retry", "pass"}
    retry = next(line for line in lines if line["event"] == "retry")
    assert retry["action"] == "organizations:EnablePolicyType"
    assert retry["failure"] == "TooManyRequests"
