"""Live accounts without AWS: answers by account, Region and call, checked against botocore's models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

from baseline.config import Configuration, Names, load
from baseline.live.organization import organization_of
from baseline.live.reader import Reader
from baseline.preflight.expected import Expected, ExpectedStack, Named
from baseline.preflight.finding import Finding
from baseline.preflight.look import Look

ROOT = Path(__file__).resolve().parents[3]
HOME = "eu-west-1"
OTHER = "eu-central-1"
MANAGEMENT, LOGS, SECURITY = "111111111111", "222222222222", "333333333333"
NETWORK, SHARED = "444444444444", "999999999999"
CORE = (MANAGEMENT, LOGS, SECURITY, NETWORK, SHARED)
ORGANIZATION, ROOT_ID = "o-exampleorgid", "r-exam"

Answer = dict[str, Any] | str
"""An answer, or an error code."""


@cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def _check(shape: Any, value: dict[str, Any], what: str) -> None:
    report = ParamValidator().validate(value, shape)
    assert not report.has_errors(), f"{what}: {report.generate_report()}"


def _empty(shape: Any) -> dict[str, Any]:
    """Give the lists that AWS always answers with."""
    members = shape.members.items()
    return {
        key: [] for key, one in members if key in shape.required_members and one.type_name == "list"
    }


class Client:
    """A client whose answers come from the world; calls and answers have the form of AWS."""

    def __init__(self, world: World, account: str, service: str, region: str) -> None:
        self._world, self._account = world, account
        self._service, self._region = service, region

    def can_paginate(self, _: str) -> bool:
        return False

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        model = _model(self._service)
        operations = {xform_name(each): each for each in model.operation_names}
        operation = model.operation_model(operations[name])

        def call(**parameters: Any) -> dict[str, Any]:
            what = f"{self._service}:{operation.name}"
            if operation.input_shape is not None:
                _check(operation.input_shape, parameters, what)
            answer = self._world.answer(self._account, self._region, what, parameters)
            if isinstance(answer, str):
                raise ClientError({"Error": {"Code": answer, "Message": "no"}}, operation.name)
            whole = {**_empty(operation.output_shape), **answer}
            _check(operation.output_shape, whole, f"answer of {what}")
            return whole

        return call


class Session:
    """What stands for a boto3 session."""

    def __init__(self, world: World, account: str) -> None:
        self._world, self._account = world, account

    def client(self, service: str, *, region_name: str, **_: object) -> Client:
        return Client(self._world, self._account, service, region_name)


class World:
    """An organization as baseline.yaml describes it, ready for the first deployment.

    ``set`` changes an answer, in one account and Region or in all of them.
    """

    def __init__(self, configuration: Configuration | None = None) -> None:
        self.configuration = configuration or example()
        self.answers: dict[tuple[str, str, str], Any] = {}
        self.calls: list[tuple[str, str, str]] = []
        self.units: dict[str, str] = {}
        self.expected: Expected | None = None
        self.accounts = {
            row.id: {"Id": row.id, "Name": name, "Email": row.email, "State": "ACTIVE"}
            for name, row in self.configuration.all_accounts()
            if row.id
        }
        self.places = {
            str(row.id): row.ou or "" for _, row in self.configuration.all_accounts() if row.id
        }
        self.policies: list[dict[str, Any]] = []
        self.targets: dict[str, list[str]] = {}
        self._defaults()

    def set(self, call: str, answer: Any, *, account: str = "", region: str = "") -> None:
        """Set the answer of a call: a document, an error code, or a function of the parameters."""
        self.answers[account, region, call] = answer

    def answer(self, account: str, region: str, call: str, parameters: dict[str, Any]) -> Answer:
        self.calls.append((account, region, call))
        for key in ((account, region), (account, ""), ("", region), ("", "")):
            if (*key, call) in self.answers:
                found = self.answers[(*key, call)]
                return found(parameters) if callable(found) else found  # type: ignore[no-any-return]
        return {}

    def unit(self, path: str, number: str) -> None:
        """Make a unit; those above it exist."""
        self.units[path] = f"ou-exam-{number}0000000"

    def policy(self, name: str, *targets: str, kind: str = "SERVICE_CONTROL_POLICY") -> None:
        """Make a policy and attach it."""
        made = f"p-{len(self.policies):08d}"
        summary = {"Id": made, "Name": name, "Type": kind, "AwsManaged": name.startswith("Full")}
        self.policies.append(summary)
        self.targets[made] = list(targets)

    def reader(self, account: str) -> Reader:
        return Reader(Session(self, account), account=account)

    def look(self, *accounts: str) -> Look:
        """Give a look; into the core accounts by default."""
        readers = {account: self.reader(account) for account in accounts or CORE}
        management = readers.get(MANAGEMENT) or self.reader(MANAGEMENT)
        return Look(
            configuration=self.configuration,
            names=Names.of(self.configuration),
            readers={MANAGEMENT: management, **readers},
            live=organization_of(management),
            expected=self.expected,
        )

    def stack(
        self, name: str, account: str, region: str = HOME, state: str = "CREATE_COMPLETE"
    ) -> None:
        """Deploy a stack."""
        key = (account, region, "cloudformation:ListStacks")
        rows = self.answers.setdefault(key, {"StackSummaries": []})["StackSummaries"]
        rows.append(
            {"StackName": name, "StackStatus": state, "CreationTime": "2026-11-01T00:00:00Z"}
        )

    def _defaults(self) -> None:
        self.set("sts:GetCallerIdentity", {"Account": MANAGEMENT})
        self.set(
            "organizations:DescribeOrganization",
            {
                "Organization": {
                    "Id": ORGANIZATION,
                    "MasterAccountId": MANAGEMENT,
                    "FeatureSet": "ALL",
                }
            },
        )
        types = [
            {"Type": kind, "Status": "ENABLED"}
            for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")
        ]
        self.set("organizations:ListRoots", {"Roots": [{"Id": ROOT_ID, "PolicyTypes": types}]})
        self.set("organizations:ListOrganizationalUnitsForParent", self._units)
        self.set("organizations:ListAccounts", lambda _: {"Accounts": list(self.accounts.values())})
        self.set("organizations:ListAccountsForParent", self._members)
        self.set("organizations:ListPolicies", self._policies)
        self.set("organizations:ListTargetsForPolicy", self._targets)
        self.set("organizations:DescribeResourcePolicy", "ResourcePolicyNotFoundException")
        self.set("cloudformation:DescribeOrganizationsAccess", {"Status": "DISABLED"})
        self.set("cloudformation:DescribeStacks", lambda _: toolkit())
        self.set("securityhub:DescribeHub", "InvalidAccessException")
        self.set("ssm:DescribeDocument", "InvalidDocument")
        self.set("s3:HeadBucket", "404")
        self.set("ec2:GetEbsDefaultKmsKeyId", {"KmsKeyId": "alias/aws/ebs"})
        self.set("ec2:GetEbsEncryptionByDefault", {"EbsEncryptionByDefault": False})
        self.set("iam:GetAccountSummary", {"SummaryMap": {"Roles": 40}})
        self.set("iam:ListRoles", {"Roles": [role("SecurityOperations"), role("NetworkAdmin")]})
        self.set("service-quotas:GetServiceQuota", {"Quota": {"Value": 1000.0}})
        self.set("lambda:GetAccountSettings", {"AccountLimit": {"ConcurrentExecutions": 1000}})
        regions = [
            {"RegionName": region, "RegionOptStatus": "ENABLED_BY_DEFAULT"}
            for region in (HOME, OTHER)
        ]
        self.set("account:ListRegions", {"Regions": regions})
        center = self.configuration.identity_center
        instance = {"InstanceArn": center.instance, "IdentityStoreId": center.identity_store}
        if center.instance:
            self.set("sso-admin:ListInstances", {"Instances": [instance]}, region=HOME)

    def _units(self, parameters: dict[str, Any]) -> dict[str, Any]:
        by_id = {id_: path for path, id_ in self.units.items()} | {ROOT_ID: ""}
        above = by_id[parameters["ParentId"]]
        rows = [
            {"Id": id_, "Name": path.rpartition("/")[2]}
            for path, id_ in self.units.items()
            if path.rpartition("/")[0] == above
        ]
        return {"OrganizationalUnits": rows}

    def _members(self, parameters: dict[str, Any]) -> dict[str, Any]:
        by_id = {id_: path for path, id_ in self.units.items()} | {ROOT_ID: ""}
        here = by_id[parameters["ParentId"]]
        rows = [
            row
            for account, row in self.accounts.items()
            if (self.places[account] if self.places[account] in self.units else "") == here
        ]
        return {"Accounts": rows}

    def _policies(self, parameters: dict[str, Any]) -> dict[str, Any]:
        return {"Policies": [row for row in self.policies if row["Type"] == parameters["Filter"]]}

    def _targets(self, parameters: dict[str, Any]) -> dict[str, Any]:
        return {"Targets": [{"TargetId": each} for each in self.targets[parameters["PolicyId"]]]}


_EXAMPLE: dict[str, Configuration] = {}


def example() -> Configuration:
    """Give the example's configuration."""
    if "" not in _EXAMPLE:
        _EXAMPLE[""] = load(ROOT / "baseline.yaml")
    return _EXAMPLE[""]


def changed(**sections: Any) -> Configuration:
    """Give the example's configuration with other sections, validated."""
    document = example().model_dump(mode="json", exclude_unset=True)
    for name, value in sections.items():
        if isinstance(value, dict):
            _put(document.setdefault(name, {}), value)
        else:
            document[name] = value
    return Configuration.model_validate(document)


def _put(into: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _put(into[key], value)
        else:
            into[key] = value


def role(name: str) -> dict[str, Any]:
    """Give a role as IAM lists it."""
    return {
        "RoleName": name,
        "Path": "/",
        "RoleId": "AROAEXAMPLEEXAMPLE123",
        "Arn": f"arn:aws:iam::111111111111:role/{name}",
        "CreateDate": "2026-11-01T00:00:00Z",
    }


def toolkit(
    *, version: str = "30", trusted: str = MANAGEMENT, state: str = "CREATE_COMPLETE"
) -> dict[str, Any]:
    """Give a bootstrap stack."""
    stack = {
        "StackName": "secbase-toolkit",
        "CreationTime": "2026-11-01T00:00:00Z",
        "StackStatus": state,
        "Parameters": [
            {"ParameterKey": "Qualifier", "ParameterValue": "secbase"},
            {"ParameterKey": "TrustedAccounts", "ParameterValue": trusted},
        ],
        "Outputs": [{"OutputKey": "BootstrapVersion", "OutputValue": version}],
    }
    return {"Stacks": [stack]}


def named(kind: str, name: str, **other: Any) -> Named:
    """Give a named resource of the stack `log-archive`."""
    given: dict[str, Any] = {
        "account": LOGS,
        "region": HOME,
        "stack": "log-archive",
        "stack_name": "secbase-log-archive",
        "logical_id": f"Logical{len(name)}",
        "retained": True,
    }
    return Named(type=kind, name=name, **(given | other))


def expected(
    *names: Named, stacks: tuple[ExpectedStack, ...] = (), stack_sets: tuple[str, ...] = ()
) -> Expected:
    """Give what a small app would make."""
    return Expected(stacks=stacks, stack_sets=stack_sets, named=names, bootstrap_version=6)


def expected_stack(
    id_: str, account: str, region: str = HOME, **types: tuple[str, ...]
) -> ExpectedStack:
    """Give a stack; types are written with two underscores: AWS__EC2__VPC."""
    logical = {kind.replace("__", "::"): ids for kind, ids in types.items()}
    return ExpectedStack(
        id=id_,
        name=f"secbase-{id_}",
        account=account,
        region=region,
        types={kind: len(ids) for kind, ids in logical.items()},
        logical_ids=logical,
    )


def of(check: str, findings: Iterator[Finding] | list[Finding]) -> list[Finding]:
    """Give the findings of one kind."""
    return [finding for finding in findings if finding.check == check]


def blocking(findings: Iterator[Finding] | list[Finding]) -> list[Finding]:
    """Give what is in the way."""
    return [finding for finding in findings if finding.blocks]
