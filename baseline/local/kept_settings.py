"""Read the account settings back: no template names them, the reconciler set them in every account."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from baseline.config import Configuration, Names
from baseline.identity.settings_permissions import SESSION_DOCUMENT
from baseline.local.access import Access, briefly
from baseline.local.readers import Check
from baseline.local.readers.values import ABSENT, attempt
from baseline.local.verify import Finding
from baseline.settings.sweep_runs import Clients, RunError, run
from baseline.settings.wanted import wanted_settings

TARGET = "Settings"
"""Target of the rule that calls the function of a standalone account."""

_TYPE = "account settings"
_CAPABILITY = "Account settings"
_GLOBAL_REGION = "us-east-1"

Values = Mapping[str, Any]
Client = Callable[[str, str], Any]
Read = Callable[[Client, Values, str], Iterator[Check]]


def reconcile(configuration: Configuration, access: Access) -> dict[str, Any]:
    """Run the settings' state machine to its end, as its deployment does in AWS; give the report.

    A standalone account has the function alone, which is called as its rule does.

    Raises:
        RunError: The run failed.
    """
    names = Names.of(configuration)
    if names.standalone:
        return _visit(names, access)
    client = access.at(names.security, names.home_region)
    clients = Clients(states=client("stepfunctions"), s3=client("s3"))
    given: dict[str, object] = {"dry_run": False, "trigger": "deployment"}
    return run(clients, names.settings_machine_arn, given, sleep=briefly)


def read_back(configuration: Configuration, access: Access) -> Iterator[Finding]:
    """Compare the settings of every active account with the wanted ones."""
    names = Names.of(configuration)
    wanted: Mapping[str, Any] = wanted_settings(configuration)
    for account in [names.management] if names.standalone else _active(access):
        for region, name, read in _readers(configuration.regions):
            if name not in wanted:
                continue
            client = partial(_client, access, account)
            for check in read(client, wanted[name], region):
                yield Finding(
                    account=account,
                    region=region,
                    stack=names.settings_machine,
                    resource=name,
                    type=_TYPE,
                    capability=_CAPABILITY,
                    check=check,
                )


def _active(access: Access) -> list[str]:
    organizations = access.client("organizations", access.management, access.region)
    pages = organizations.get_paginator("list_accounts").paginate()
    accounts = [each for page in pages for each in page["Accounts"]]
    return [each["Id"] for each in accounts if each["Status"] == "ACTIVE"]


def _visit(names: Names, access: Access) -> dict[str, Any]:
    """Call the function with what its daily rule sends; give a report of one account."""
    client = access.at(names.management, names.home_region)
    rules = client("events").list_rules()["Rules"]
    targets = [
        target
        for rule in rules
        if rule.get("ScheduleExpression")
        for target in client("events").list_targets_by_rule(Rule=rule["Name"])["Targets"]
        if target["Id"] == TARGET
    ]
    for target in targets:
        answer = client("lambda").invoke(FunctionName=target["Arn"], Payload=target["Input"])
        account = json.loads(answer["Payload"].read())
        if "state" not in account:
            raise RunError(f"the function of the account settings failed: {account}")
        changed, failed = (account["state"] == state for state in ("changed", "failed"))
        summary = {"accounts": 1, "changed": int(changed), "failed": int(failed)}
        return {"summary": summary, "accounts": [account]}
    raise RunError("no rule calls the function of the account settings; deploy standalone-settings")


def _client(access: Access, account: str, service: str, region: str) -> Any:  # noqa: ANN401 boto3 clients have no published types
    return access.client(service, account, region)


def _readers(regions: Iterable[str]) -> Iterator[tuple[str, str, Read]]:
    yield from ((_GLOBAL_REGION, name, read) for name, read in _ONCE.items())
    yield from (
        (region, name, read) for region in regions for name, read in _IN_EACH_REGION.items()
    )


def _password_policy(client: Client, wanted: Values, region: str) -> Iterator[Check]:
    found = attempt(client("iam", region).get_account_password_policy, "NoSuchEntity")
    policy = {} if found == ABSENT else found["PasswordPolicy"]
    for name, value in wanted.items():
        yield Check(setting=name, expected=value, found=policy.get(name, ABSENT))


def _contacts(client: Client, wanted: Values, region: str) -> Iterator[Check]:
    api = client("account", region)
    for kind, contact in wanted.items():
        found = attempt(
            api.get_alternate_contact, "ResourceNotFoundException", AlternateContactType=kind
        )
        answer = {} if found == ABSENT else found["AlternateContact"]
        said = {name: answer.get(name, ABSENT) for name in contact}
        yield Check(setting=f"contact {kind}", expected=contact, found=said)


def _regions(client: Client, wanted: Values, region: str) -> Iterator[Check]:
    on = {
        each["RegionName"]
        for page in client("account", region).get_paginator("list_regions").paginate()
        for each in page["Regions"]
        if each["RegionOptStatus"] == "ENABLED"
    }
    extra = sorted(on - set(wanted["governed"]))
    yield Check(setting="opt-in Regions that are on and not governed", expected=[], found=extra)


def _public_access(client: Client, _: Values, region: str) -> Iterator[Check]:
    account = client("sts", region).get_caller_identity()["Account"]
    found = attempt(
        client("s3control", region).get_public_access_block,
        "NoSuchPublicAccessBlockConfiguration",
        AccountId=account,
    )
    block = {} if found == ABSENT else found["PublicAccessBlockConfiguration"]
    yield Check(setting="parts that are on", expected=4, found=sum(block.values()))


def _ebs_encryption(client: Client, _: Values, region: str) -> Iterator[Check]:
    found = client("ec2", region).get_ebs_encryption_by_default()
    yield Check(
        setting="encryption by default", expected=True, found=found["EbsEncryptionByDefault"]
    )


def _ec2_attributes(client: Client, wanted: Values, region: str) -> Iterator[Check]:
    ec2 = client("ec2", region)
    found = ec2.get_instance_metadata_defaults()["AccountLevel"]
    yield Check(setting="IMDSv2", expected="required", found=found.get("HttpTokens", ABSENT))
    hops = found.get("HttpPutResponseHopLimit", ABSENT)
    yield Check(setting="hop limit", expected=wanted["hop_limit"], found=hops)
    images = ec2.get_image_block_public_access_state()["ImageBlockPublicAccessState"]
    yield Check(setting="public images", expected="block-new-sharing", found=images)
    console = ec2.get_serial_console_access_status()["SerialConsoleAccessEnabled"]
    yield Check(setting="serial console", expected=False, found=console)


def _image_scanning(client: Client, _: Values, region: str) -> Iterator[Check]:
    found = client("ecr", region).get_registry_scanning_configuration()
    kind = found["scanningConfiguration"].get("scanType")
    yield Check(setting="scans of images", expected="ENHANCED", found=kind)


def _default_vpc(client: Client, _: Values, region: str) -> Iterator[Check]:
    wanted = [{"Name": "is-default", "Values": ["true"]}]
    found = client("ec2", region).describe_vpcs(Filters=wanted)["Vpcs"]
    yield Check(setting="default VPC", expected=[], found=[vpc["VpcId"] for vpc in found])


def _default_groups(client: Client, _: Values, region: str) -> Iterator[Check]:
    wanted = [{"Name": "group-name", "Values": ["default"]}]
    groups = client("ec2", region).describe_security_groups(Filters=wanted)["SecurityGroups"]
    rules = [
        rule
        for group in groups
        for rule in (*group["IpPermissions"], *group["IpPermissionsEgress"])
    ]
    yield Check(setting="rules of default security groups", expected=[], found=rules)


def _sessions(client: Client, wanted: Values, region: str) -> Iterator[Check]:
    found = attempt(client("ssm", region).get_document, "InvalidDocument", Name=SESSION_DOCUMENT)
    inputs = {} if found == ABSENT else json.loads(found["Content"])["inputs"]
    account = client("sts", region).get_caller_identity()["Account"]
    for name, value in wanted["inputs"].items():
        filled = value.replace("{account}", account) if isinstance(value, str) else value
        yield Check(setting=name, expected=filled, found=inputs.get(name, ABSENT))
    ours = ("s3BucketName", "cloudWatchLogGroupName", "kmsKeyId")
    left = [name for name in ours if inputs.get(name) == wanted["withdrawn"].get(name, ABSENT)]
    yield Check(setting="inputs of a recording that ended", expected=[], found=left)


def _resource_explorer(client: Client, wanted: Values, region: str) -> Iterator[Check]:
    api = client("resource-explorer-2", region)
    found = attempt(api.get_index, "ResourceNotFoundException")
    collects = region == wanted["aggregator"]
    yield Check(
        setting="index",
        expected="AGGREGATOR" if collects else "LOCAL",
        found=ABSENT if found == ABSENT else found["Type"],
    )
    if not collects:
        return
    view = api.get_default_view().get("ViewArn", ABSENT)
    yield Check(setting="default view", expected=wanted["view"], found=_view_name(view))
    if client("sts", region).get_caller_identity()["Account"] == wanted["administrator"]:
        views = {_view_name(arn): arn for arn in api.list_views()["Views"]}
        arn = views.get(wanted["organization_view"])
        scope = api.get_view(ViewArn=arn)["View"]["Scope"] if arn else ABSENT
        yield Check(setting="view's scope", expected=wanted["organization"], found=scope)


def _view_name(arn: str) -> str:
    return arn if arn == ABSENT else arn.split("/")[1]


_ONCE: Mapping[str, Read] = {
    "password_policy": _password_policy,
    "contacts": _contacts,
    "opt_in_regions": _regions,
    "public_access_block": _public_access,
}
_IN_EACH_REGION: Mapping[str, Read] = {
    "ebs_encryption": _ebs_encryption,
    "ec2_attributes": _ec2_attributes,
    "image_scanning": _image_scanning,
    "default_vpc": _default_vpc,
    "default_security_group": _default_groups,
    "resource_explorer": _resource_explorer,
    "session_preferences": _sessions,
}
