"""Security Hub CSPM: aggregation and central configuration of the organization.

Configuration policies and associations are stored; no standard is switched on in a member account
by them, so an association stays PENDING.
"""

import uuid
from datetime import UTC, datetime
from typing import Any

from baseline.local import emulators
from baseline.local.backends import administrators, state
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

ASSOCIATION_STATUS = "PENDING"
ASSOCIATION_MESSAGE = "The embedded AWS stores associations and configures no member account."
_TARGETS = {"AccountId": "ACCOUNT", "OrganizationalUnitId": "ORGANIZATIONAL_UNIT", "RootId": "ROOT"}


def _missing(what: str) -> ServiceError:
    return ServiceError("ResourceNotFoundException", f"{what} not found", 404)


def _aggregators(request: ApiRequest) -> dict[str, Any]:
    return state.account_wide("securityhub aggregator", request.account)


@answers("securityhub", "CreateFindingAggregator")
def create_aggregator(request: ApiRequest) -> dict[str, Any]:
    """Make the Region the one where findings come together."""
    if _aggregators(request):
        raise ServiceError("InvalidInputException", "A finding aggregator already exists.")
    arn = (
        f"arn:aws:securityhub:{request.region}:{request.account}:finding-aggregator/{uuid.uuid4()}"
    )
    _aggregators(request)[arn] = {
        "FindingAggregatorArn": arn,
        "FindingAggregationRegion": request.region,
        "RegionLinkingMode": request.parameters["RegionLinkingMode"],
        "Regions": request.parameters.get("Regions") or [],
    }
    return dict(_aggregators(request)[arn])


def _aggregator(request: ApiRequest) -> dict[str, Any]:
    found = _aggregators(request).get(request.parameters["FindingAggregatorArn"])
    if found is None:
        raise _missing("Finding aggregator")
    return dict(found)


@answers("securityhub", "GetFindingAggregator")
def get_aggregator(request: ApiRequest) -> dict[str, Any]:
    """Describe the aggregator."""
    return _aggregator(request)


@answers("securityhub", "ListFindingAggregators")
def list_aggregators(request: ApiRequest) -> dict[str, Any]:
    """List the aggregator, from any Region."""
    arns = _aggregators(request)
    return {"FindingAggregators": [{"FindingAggregatorArn": arn} for arn in arns]}


@answers("securityhub", "UpdateFindingAggregator")
def update_aggregator(request: ApiRequest) -> dict[str, Any]:
    """Change the linked Regions."""
    found = _aggregator(request)
    found["RegionLinkingMode"] = request.parameters["RegionLinkingMode"]
    found["Regions"] = request.parameters.get("Regions") or []
    _aggregators(request)[found["FindingAggregatorArn"]] = found
    return found


@answers("securityhub", "DeleteFindingAggregator")
def delete_aggregator(request: ApiRequest) -> dict[str, Any]:
    """End the aggregation."""
    _aggregators(request).pop(_aggregator(request)["FindingAggregatorArn"])
    return {}


def _need_administrator(request: ApiRequest) -> None:
    named = administrators.administrator_of("securityhub", request.account, request.region)
    if named != request.account:
        raise ServiceError(
            "InvalidAccessException",
            f"Account {request.account} is not the delegated Security Hub administrator.",
            401,
        )


@answers("securityhub", "UpdateOrganizationConfiguration")
def update_organization(request: ApiRequest) -> dict[str, Any]:
    """Choose local or central configuration; central needs the aggregator."""
    _need_administrator(request)
    wanted = request.parameters.get("OrganizationConfiguration") or {}
    central = wanted.get("ConfigurationType") == "CENTRAL"
    if central and not _aggregators(request):
        raise ServiceError(
            "InvalidInputException", "Central configuration needs a finding aggregator."
        )
    if central and request.parameters.get("AutoEnable"):
        raise ServiceError(
            "InvalidInputException", "AutoEnable must be false with central configuration."
        )
    state.account_wide("securityhub organization", request.account).update(
        {
            "AutoEnable": request.parameters["AutoEnable"],
            "AutoEnableStandards": request.parameters.get("AutoEnableStandards", "DEFAULT"),
            "OrganizationConfiguration": {
                "ConfigurationType": wanted.get("ConfigurationType", "LOCAL"),
                "Status": "ENABLED",
            },
        }
    )
    return {}


@answers("securityhub", "DescribeOrganizationConfiguration")
def describe_organization(request: ApiRequest) -> dict[str, Any]:
    """Say how the organization is configured."""
    _need_administrator(request)
    saved = state.account_wide("securityhub organization", request.account)
    local = {"ConfigurationType": "LOCAL", "Status": "ENABLED"}
    return {
        "AutoEnable": False,
        "AutoEnableStandards": "DEFAULT",
        "MemberAccountLimitReached": False,
        "OrganizationConfiguration": local,
        **saved,
    }


def _policies(request: ApiRequest) -> dict[str, Any]:
    _need_administrator(request)
    saved = state.account_wide("securityhub organization", request.account)
    kind = saved.get("OrganizationConfiguration", {}).get("ConfigurationType")
    if kind != "CENTRAL":
        raise ServiceError(
            "InvalidAccessException", "The organization does not use central configuration.", 401
        )
    return state.account_wide("securityhub policies", request.account)


def _policy(request: ApiRequest, member: str = "Identifier") -> dict[str, Any]:
    identifier = str(request.parameters[member]).rpartition("/")[2]
    found = _policies(request).get(identifier)
    if found is None:
        raise _missing("Configuration policy")
    return dict(found)


@answers("securityhub", "CreateConfigurationPolicy")
def create_policy(request: ApiRequest) -> dict[str, Any]:
    """Store a configuration policy."""
    policies = _policies(request)
    identifier = str(uuid.uuid4())
    now = datetime.now(UTC)
    policies[identifier] = {
        "Arn": (
            f"arn:aws:securityhub:{request.region}:{request.account}"
            f":configuration-policy/{identifier}"
        ),
        "Id": identifier,
        "Name": request.parameters["Name"],
        "Description": request.parameters.get("Description", ""),
        "ConfigurationPolicy": request.parameters["ConfigurationPolicy"],
        "CreatedAt": now,
        "UpdatedAt": now,
    }
    return dict(policies[identifier])


@answers("securityhub", "GetConfigurationPolicy")
def get_policy(request: ApiRequest) -> dict[str, Any]:
    """Give a configuration policy."""
    return _policy(request)


@answers("securityhub", "UpdateConfigurationPolicy")
def update_policy(request: ApiRequest) -> dict[str, Any]:
    """Change a configuration policy."""
    found = _policy(request)
    changed = ("Name", "Description", "ConfigurationPolicy")
    found |= {name: request.parameters[name] for name in changed if name in request.parameters}
    found["UpdatedAt"] = datetime.now(UTC)
    _policies(request)[found["Id"]] = found
    return found


@answers("securityhub", "ListConfigurationPolicies")
def list_policies(request: ApiRequest) -> dict[str, Any]:
    """List the configuration policies."""
    members = ("Arn", "Id", "Name", "Description", "UpdatedAt")
    return {
        "ConfigurationPolicySummaries": [
            {
                **{name: policy[name] for name in members},
                "ServiceEnabled": policy["ConfigurationPolicy"]["SecurityHub"]["ServiceEnabled"],
            }
            for policy in _policies(request).values()
        ]
    }


@answers("securityhub", "DeleteConfigurationPolicy")
def delete_policy(request: ApiRequest) -> dict[str, Any]:
    """Delete a configuration policy that nothing is associated with."""
    found = _policy(request)
    used = _associations(request).values()
    if any(one["ConfigurationPolicyId"] == found["Id"] for one in used):
        raise ServiceError(
            "ResourceConflictException", "The configuration policy is associated.", 409
        )
    _policies(request).pop(found["Id"])
    return {}


def _associations(request: ApiRequest) -> dict[str, Any]:
    return state.account_wide("securityhub associations", request.account)


def _target(request: ApiRequest) -> tuple[str, str]:
    target = request.parameters["Target"]
    member = next(name for name in _TARGETS if target.get(name))
    return target[member], _TARGETS[member]


@answers("securityhub", "StartConfigurationPolicyAssociation")
def associate(request: ApiRequest) -> dict[str, Any]:
    """Associate a policy (or SELF_MANAGED_SECURITY_HUB) with an account, a unit or the root."""
    identifier = request.parameters["ConfigurationPolicyIdentifier"]
    if identifier != "SELF_MANAGED_SECURITY_HUB":
        identifier = _policy(request, "ConfigurationPolicyIdentifier")["Id"]
    target, kind = _target(request)
    _associations(request)[target] = {
        "ConfigurationPolicyId": identifier,
        "TargetId": target,
        "TargetType": kind,
        "AssociationType": "APPLIED",
        "UpdatedAt": datetime.now(UTC),
        "AssociationStatus": ASSOCIATION_STATUS,
        "AssociationStatusMessage": ASSOCIATION_MESSAGE,
    }
    return dict(_associations(request)[target])


@answers("securityhub", "StartConfigurationPolicyDisassociation")
def disassociate(request: ApiRequest) -> dict[str, Any]:
    """End an association."""
    if _associations(request).pop(_target(request)[0], None) is None:
        raise _missing("Association")
    return {}


@answers("securityhub", "GetConfigurationPolicyAssociation")
def get_association(request: ApiRequest) -> dict[str, Any]:
    """Give the association of a target."""
    found = _associations(request).get(_target(request)[0])
    if found is None:
        raise _missing("Association")
    return dict(found)


@answers("securityhub", "ListConfigurationPolicyAssociations")
def list_associations(request: ApiRequest) -> dict[str, Any]:
    """List all associations."""
    return {"ConfigurationPolicyAssociationSummaries": list(_associations(request).values())}


@answers("securityhub", "GetEnabledStandards")
def standards(request: ApiRequest) -> dict[str, Any]:
    """List the standards that were switched on by BatchEnableStandards."""
    found = state.regional("securityhub standards", request.account, request.region)
    return {"StandardsSubscriptions": list(found.values())}


@answers("securityhub", "BatchEnableStandards")
def enable_standards(request: ApiRequest) -> dict[str, Any]:
    """Switch standards on in the account and Region."""
    found = state.regional("securityhub standards", request.account, request.region)
    for wanted in request.parameters["StandardsSubscriptionRequests"]:
        path = wanted["StandardsArn"].partition("standards/")[2]
        arn = f"arn:aws:securityhub:{request.region}:{request.account}:subscription/{path}"
        found[arn] = {
            "StandardsSubscriptionArn": arn,
            "StandardsArn": wanted["StandardsArn"],
            "StandardsInput": wanted.get("StandardsInput") or {},
            "StandardsStatus": "READY",
        }
    return {"StandardsSubscriptions": list(found.values())}


def _imported(request: ApiRequest) -> Any:  # noqa: ANN401 - moto has no types
    backends = emulators.module("moto.securityhub.models").securityhub_backends
    return backends[request.account][request.region].findings


@answers("securityhub", "BatchDisableStandards")
def disable_standards(request: ApiRequest) -> dict[str, Any]:
    """Switch standards off."""
    wanted = set(request.parameters["StandardsSubscriptionArns"])
    found = state.regional("securityhub standards", request.account, request.region)
    gone = [found.pop(arn) for arn in wanted & set(found)]
    return {"StandardsSubscriptions": gone}


@answers("securityhub", "BatchUpdateFindings")
def update_findings(request: ApiRequest) -> dict[str, Any]:
    """Change what customers may change of findings that were imported."""
    findings = {finding.id: finding for finding in _imported(request)}
    changes = {
        name: request.parameters[name]
        for name in ("Workflow", "UserDefinedFields", "Severity", "Note")
        if name in request.parameters
    }
    processed, left = [], []
    for one in request.parameters["FindingIdentifiers"]:
        finding = findings.get(one["Id"])
        if finding is None:
            code, words = "FindingNotFound", "Finding Not Found"
            left.append({"FindingIdentifier": one, "ErrorCode": code, "ErrorMessage": words})
        else:
            finding.data.update(changes)
            processed.append(one)
    return {"ProcessedFindings": processed, "UnprocessedFindings": left}
