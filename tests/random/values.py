"""Values for the fields: from their types and forms, and with a meaning where a check asks for one."""

from __future__ import annotations

import functools
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, get_args

from hypothesis import strategies as st

from baseline.config import access_analyzer, backups, forms, forms_control_tower, siem
from baseline.detection.managed_rules import rule_table
from baseline.guardrails.catalog import known_names
from baseline.identity.permission_set_catalog import catalog as permission_sets
from tests.random.model_fields import Kind, is_section, kind, kind_of_field

Draw = Callable[[st.SearchStrategy[Any]], Any]
PRINTABLE = "".join(c for c in string.printable if c.isprintable())
OUTSIDE = ("464646464646", "777777777777", "888888888888")
MOST_ENTRIES = 3
WORDS = ("payments", "ledger", "al2023", "web", "orders-2")
NAMES = ("Web", "Ledger", "B2", "OrdersAndPayments")


@dataclass
class Around:
    """What a value may refer to.

    Attributes:
        core: IDs of the core accounts by role.
        members: IDs of the members that have one.
        names: names of all accounts.
        units: paths of the units.
        home: the home Region.
        regions: the governed Regions.
        groups: names of groups of Identity Center.
    """

    core: dict[str, str]
    members: list[str]
    names: list[str]
    units: list[str]
    home: str
    regions: list[str]
    groups: list[str] = field(default_factory=lambda: ["Operators", "R&D <all>"])

    @property
    def accounts(self) -> list[str]:
        """Give the IDs of all accounts."""
        return [*dict.fromkeys([*self.core.values(), *self.members])]


def one(draw: Draw, *options: Any) -> Any:
    """Give one of some values."""
    return draw(st.sampled_from(options))


def value(draw: Draw, around: Around, of: Kind, owner: str, name: str) -> Any:
    """Give a value of a field.

    Args:
        draw: of hypothesis.
        around: what it may refer to.
        of: its type.
        owner: name of the section that has the field.
        name: of the field; a key of a mapping is asked for as ``name.key``.
    """
    if of.optional and draw(st.integers(0, 9)) == 0:
        return None
    if meant := MEANT.get((owner, name)):
        return meant(draw, around)
    if of.origin is tuple:
        return _list(draw, around, of, owner, name)
    if of.origin is dict:
        return _mapping(draw, around, of, owner, name)
    if is_section(of.type):
        return section(draw, around, of.type)
    return _plain(draw, around, of)


def section(draw: Draw, around: Around, of: Any) -> dict[str, Any]:
    """Give a section with all that it needs, and a little more."""
    names = list(of.model_fields)
    more = draw(st.lists(st.sampled_from(names), max_size=2, unique=True))
    return {
        name: value(draw, around, kind_of_field(model_field), of.__name__, name)
        for name, model_field in of.model_fields.items()
        if model_field.is_required() or name in more
    }


def _list(draw: Draw, around: Around, of: Kind, owner: str, name: str) -> list[Any]:
    item = kind(get_args(of.type)[0])
    least, most = of.limit("min_length") or 0, of.limit("max_length") or MOST_ENTRIES
    count = draw(st.integers(least, max(least, min(most, MOST_ENTRIES))))
    found: list[Any] = []
    for _ in range(count):
        entry = value(draw, around, item, owner, f"{name}[]")
        if entry not in found:
            found.append(entry)
    return found


def _mapping(draw: Draw, around: Around, of: Kind, owner: str, name: str) -> dict[str, Any]:
    keys, values = get_args(of.type)
    least, most = of.limit("min_length") or 0, of.limit("max_length") or MOST_ENTRIES
    count = draw(st.integers(max(least, 1), max(least, min(most, 2))))
    return {
        str(value(draw, around, kind(keys), owner, f"{name}.key")): value(
            draw, around, kind(values), owner, f"{name}.*"
        )
        for _ in range(count)
    }


def _plain(draw: Draw, around: Around, of: Kind) -> Any:
    if of.origin is Literal:
        return one(draw, *get_args(of.type))
    if of.type is bool:
        return draw(st.booleans())
    if of.type is date:
        return soon(draw)
    if of.type in (int, float):
        return number(draw, of.limit("ge"), of.limit("le"))
    assert of.type is str, of
    return text(draw, around, of)


def number(draw: Draw, least: int | None, most: int | None) -> int:
    """Give a whole number, often one of the ends."""
    low = 0 if least is None else least
    high = low + 10_000 if most is None else most
    return int(
        one(draw, low, high, low + 1) if draw(st.booleans()) else draw(st.integers(low, high))
    )


def soon(draw: Draw) -> str:
    """Give a day within a year."""
    return str(datetime.now(tz=UTC).date() + timedelta(days=draw(st.integers(30, 300))))


def text(draw: Draw, around: Around, of: Kind) -> str:
    """Give a text of a form; without a form, words."""
    pattern, most = of.limit("pattern"), of.limit("max_length")
    if pattern in FORMS:
        return str(FORMS[pattern](draw, around))
    least = of.limit("min_length") or 0
    if pattern is None:
        return str(draw(st.text(PRINTABLE, min_size=max(least, 1), max_size=min(most or 40, 60))))
    return str(draw(_of_form(pattern, least, most)))


@functools.cache
def _of_form(pattern: str, least: int, most: int | None) -> st.SearchStrategy[str]:
    found = st.from_regex(pattern, fullmatch=True, alphabet=PRINTABLE)
    if least or most:
        found = found.filter(lambda each: least <= len(each) <= (most or 10_000))
    return found


def _reason(draw: Draw, _: Around) -> str:
    return str(one(draw, "the website is for everybody", 'a "reason" with <signs> & ${a:b}, 100%'))


def _account(draw: Draw, around: Around) -> str:
    return str(one(draw, *around.accounts))


def _member(draw: Draw, around: Around) -> str:
    return str(one(draw, *(around.members or OUTSIDE)))


def _outside(draw: Draw, _: Around) -> str:
    return str(one(draw, *OUTSIDE))


def _unit(draw: Draw, around: Around) -> str:
    return str(one(draw, *around.units))


def _region(draw: Draw, around: Around) -> str:
    return str(one(draw, *around.regions))


def _another_region(draw: Draw, around: Around) -> str:
    return str(one(draw, *(around.regions[1:] or around.regions)))


def _address(draw: Draw, _: Around) -> str:
    return str(
        one(draw, "security@example.com", "a.team+x=1@mail.example.com", "x_y-1@example.com")
    )


def _arn(service: str, resource: str, role: str = "") -> Callable[[Draw, Around], str]:
    def arn(draw: Draw, around: Around) -> str:
        account = around.core[role] if role else _account(draw, around)
        return f"arn:aws:{service}:{around.home}:{account}:{resource}"

    return arn


def _day(draw: Draw, _: Around) -> str:
    return str(one(draw, "2099-12-31", soon(draw)))


def _range(draw: Draw, _: Around) -> str:
    return str(one(draw, "10.1.0.0/20", "10.2.0.0/20", "192.168.0.0/16", "172.20.0.0/20"))


def _sampled(*options: Any) -> Callable[[Draw, Around], Any]:
    return lambda draw, _: one(draw, *options)


def _control(draw: Draw, _: Around) -> str:
    return str(one(draw, "EC2.10", "S3.2", "ACM.1", "CloudWatch.16", "DynamoDB.2", "RDS.5"))


def _rule(draw: Draw, _: Around) -> str:
    return str(draw(st.sampled_from([rule.name for rule in rule_table()])))


def _repaired(draw: Draw, _: Around) -> list[str]:
    names = [rule.name for rule in rule_table() if rule.remediation]
    return list(draw(st.lists(st.sampled_from(names), max_size=3, unique=True)))


def _own_rule(draw: Draw, _: Around) -> dict[str, Any]:
    return {
        "identifier": "REQUIRED_TAGS",
        "parameters": {"tag1Key": one(draw, "CostCenter", 'Cost "Center"', "${x}")},
        **({"home_region_only": True} if draw(st.booleans()) else {}),
    }


def _parameters(draw: Draw, _: Around) -> dict[str, Any]:
    chosen = {
        "ACM.1": {"daysToExpiration": {"integer": draw(st.integers(14, 365))}},
        "CloudWatch.16": {"minRetentionTime": {"enum": "365"}},
        "IAM.7": {"RequireSymbols": {"boolean": True}, "MinimumPasswordLength": {"integer": 20}},
        "EC2.22": {"x": {"strings": ["a", "b"]}},
    }
    keys = draw(st.lists(st.sampled_from(list(chosen)), min_size=1, max_size=3, unique=True))
    return {key: chosen[key] for key in keys}


def _guardrails(draw: Draw, _: Around) -> list[str]:
    usual = ["foundation", "protect-logs", "private-network", "sandbox-limits", "data-perimeter"]
    other = sorted(known_names())
    names = st.sampled_from(usual) | st.sampled_from(other)
    return list(draw(st.lists(names, min_size=1, max_size=3, unique=True)))


def _permission_set(draw: Draw, _: Around) -> str:
    return str(draw(st.sampled_from(sorted(permission_sets()))))


def _assignments(draw: Draw, around: Around) -> list[dict[str, Any]]:
    made = []
    for group in draw(st.lists(st.sampled_from(around.groups), max_size=2, unique=True)):
        target = (
            {"units": [_unit(draw, around)]}
            if draw(st.booleans())
            else {"accounts": [one(draw, *(n for n in around.names if n != "management"))]}
        )
        made.append({"group": group, "permission_set": _permission_set(draw, around), **target})
    return made


def _criteria(draw: Draw, _: Around) -> dict[str, Any]:
    chosen = {
        "type": {"equals": ["Recon:EC2/Portscan"]},
        "resource.instanceDetails.tags.value": {"equals": ['scan"ner', "${x}"]},
        "severity": {"less_than": 4},
        "region": {"not_equals": ["us-east-1"]},
    }
    more = draw(st.lists(st.sampled_from(list(chosen)), max_size=2, unique=True))
    return {key: chosen[key] for key in dict.fromkeys(["type", *more])}


def _endpoints(draw: Draw, _: Around) -> list[str]:
    known = ["ssm", "ssmmessages", "ec2messages", "kms", "logs", "sts", "secretsmanager", "ecr.api"]
    return list(draw(st.lists(st.sampled_from(known), max_size=6, unique=True)))


FORMS: dict[str, Callable[[Draw, Around], Any]] = {
    forms.ACCOUNT_ID_PATTERN: _account,
    forms.CONTACT_EMAIL_PATTERN: _address,
    forms.UNIT_PATH_PATTERN: _unit,
    forms.UNIT_ID_PATTERN: _sampled("ou-exam-11111111", "ou-exam-a1b2c3d4e5"),
    forms.CONNECTION_PATTERN: _sampled(*NAMES),
    forms.SHORT_NAME_PATTERN: _sampled(*WORDS),
    forms.WORDS_PATTERN: _sampled("weekly", "payments", "public-website"),
    forms.PERMISSION_SET_FILE_PATTERN: _permission_set,
    forms.PHRASE_PATTERN: _reason,
    forms.SAML_PROVIDER_PATTERN: lambda _, around: (
        f"arn:aws:iam::{around.core['network']}:saml-provider/vpn"
    ),
    forms.CERTIFICATE_PATTERN: _arn("acm", "certificate/11111111-2222", "network"),
    forms.ATTACHMENT_PATTERN: _sampled("tgw-attach-0123456789abcdef0"),
    access_analyzer.DATE_PATTERN: _day,
    backups.CRON_PATTERN: _sampled("cron(0 3 ? * * *)", "cron(30 1 ? * SUN *)"),
    forms_control_tower.KEY_ARN_PATTERN: _arn(
        "kms", "key/11111111-2222-3333-4444-555555555555", "management"
    ),
    siem.EXTERNAL_ID_PATTERN: _sampled("us1-7f3kq9x2m4w8z6b1", "0a1B=c,d.e@f:g/h-ij9"),
}
"""Forms whose texts mean something."""

MEANT: dict[tuple[str, str], Callable[[Draw, Around], Any]] = {
    ("Route", "accounts[]"): lambda draw, around: one(draw, *around.names),
    ("Route", "channels[]"): _sampled("payments", "security"),
    ("Notifications", "routes.key"): _sampled("payments", "platform"),
    ("Notifications", "chat.key"): _sampled("payments", "security"),
    ("Paging", "secret"): _arn("secretsmanager", "secret:paging/x-a1B2c3", "security"),
    ("Endpoint", "token_secret"): _arn("secretsmanager", "secret:edr/token-a1B2c3"),
    ("ReviewComment", "secret"): _arn("secretsmanager", "secret:review-a1B2c3", "shared_services"),
    ("LogReplication", "region"): _another_region,
    ("NetworkSettings", "cidr"): _sampled("10.0.0.0/20", "10.64.0.0/16", "172.16.0.0/18"),
    ("NetworkSettings", "interface_endpoints"): _endpoints,
    ("SecurityGroupSettings", "clients[]"): _sampled("10.0.0.0/8", "192.168.7.0/24", "0.0.0.0/0"),
    ("SecurityGroupSettings", "client_port"): _sampled(443, 8443, 60_000),
    ("SecurityGroupSettings", "application_port"): _sampled(443, 8080, 8443),
    ("SecurityGroupSettings", "database_ports[]"): _sampled(5432, 3306, 1433, 6379),
    ("DnsFirewallSettings", "allowed_domains[]"): _sampled("cdn.example.com", "*.example.org"),
    ("DnsFirewallSettings", "blocked_domains[]"): _sampled("bad.example", "*.example.net"),
    ("InspectionSettings", "cidr"): _sampled("10.255.0.0/20", "10.200.0.0/19"),
    ("InspectionSettings", "networks[]"): _sampled("10.0.0.0/8", "192.168.0.0/16"),
    ("InspectionSettings", "allowed_domains[]"): _sampled(".example.com", "pypi.org"),
    ("InspectedFlow", "source"): _range,
    ("InspectedFlow", "destination"): _range,
    ("InspectedFlow", "port"): _sampled(443, 5432, 8443, 65535),
    ("SiteToSiteVpnSettings", "address"): _sampled("198.51.100.7", "203.0.113.250"),
    ("ClientVpnSettings", "client_cidr"): _sampled("172.20.0.0/20", "100.64.0.0/22"),
    ("ClientVpnAccess", "network"): _sampled("10.0.0.0/8", "10.1.0.0/20"),
    ("ClientVpnAccess", "ports[]"): _sampled(443, 8443, 5432),
    ("GuardrailSettings", "global_actions[]"): _sampled("chime:*", "pricing:GetProducts"),
    ("GuardrailSettings", "trusted_accounts[]"): _outside,
    ("GuardrailSettings", "reserved_scp_slots"): _sampled(0, 1, 2),
    ("GuardrailSettings", "reserved_rcp_slots"): _sampled(0, 1),
    ("CoreAccount", "guardrails"): _guardrails,
    ("MemberAccount", "guardrails"): _guardrails,
    ("OrganizationalUnit", "guardrails"): _guardrails,
    ("IdentityCenter", "groups.key"): lambda draw, around: one(draw, *around.groups),
    ("IdentityCenter", "assignments"): _assignments,
    ("IdentityCenter", "attributes"): _sampled({"CostCenter": "${path:enterprise.costCenter}"}),
    ("IdentityCenter", "region"): _region,
    ("ManagementAssignment", "group"): lambda draw, around: one(draw, *around.groups),
    ("PatchBaseline", "rules"): _sampled(
        [{"days": 0}], [{"days": 7, "severities": ["Critical"], "classifications": ["Security"]}]
    ),
    ("PatchBaseline", "approved.*"): _reason,
    ("PatchBaseline", "rejected.*"): _reason,
    ("PatchWindow", "timezone"): _sampled("UTC", "Europe/Berlin", "America/New_York"),
    ("Billing", "account_dollars.key"): lambda draw, around: one(draw, *around.names),
    ("Billing", "region"): _region,
    ("BackupIntegration", "administrator_account"): _member,
    ("BackupIntegration", "vault_account"): _member,
    ("EnabledControl", "control"): _sampled(
        "AWS-GR_ENCRYPTED_VOLUMES", "503uicglhjkokaajywfpt6ros"
    ),
    ("EnabledControl", "allowed_regions[]"): _region,
    ("DeployRole", "account"): _sampled("shared_services", "network", "security"),
    ("DeployRole", "repository"): _sampled("example/baseline", "example/app.v2_x"),
    ("Experiments", "account"): _member,
    ("Workload", "account"): _member,
    ("Workload", "region"): _region,
    ("Workload", "alarms[]"): _address,
    ("InstancesWorkload", "cidr"): _sampled("10.64.0.0/20", "10.80.0.0/18"),
    ("InstancesWorkload", "countries[]"): _sampled("DE", "FR"),
    ("Forensics", "unit"): lambda draw, around: one(draw, *around.units),
    ("SecurityIncidentResponse", "team"): _sampled(
        [
            {"name": "First team", "job_title": "On call", "email": "first@example.com"},
            {"name": "Second team", "job_title": "Lead", "email": "second@example.com"},
        ]
    ),
    ("SiemPull", "account"): _outside,
    ("OwnRole", "account"): _outside,
    ("LakeSubscriber", "account"): _outside,
    ("Images", "copies.key"): _another_region,
    ("Images", "accepted.*"): _sampled(
        "the module is on the list of modules that are never loaded"
    ),
    ("Images", "unscanned"): _sampled("a scanner of our own looks at every image before release"),
    ("MachineImage", "schedule"): _sampled("cron(0 4 ? * sun *)", "cron(0 4 ? * mon-fri *)"),
    ("ContainerImage", "schedule"): _sampled("cron(0 4 ? * sun *)"),
    ("WebAclPolicy", "regions[]"): _region,
    ("DnsFirewallPolicy", "managed_lists.key"): _region,
    ("ShieldPolicy", "acknowledge_commitment"): _sampled(
        "3000 USD per month for 12 months, renewed every year"
    ),
    ("GuardDutySettings", "regions.key"): _region,
    ("Suppression", "criteria"): _criteria,
    ("ResourceRules", "off.key"): _rule,
    ("ResourceRules", "off.*"): _reason,
    ("ResourceRules", "own.*"): _own_rule,
    ("ResourceRules", "remediate"): _repaired,
    ("SecurityHubSettings", "parameters"): _parameters,
    ("ClassPolicy", "parameters"): _parameters,
    ("AcceptedFinding", "controls[]"): _control,
    ("RaisedFindings", "controls[]"): _control,
    ("RaisedFindings", "accounts[]"): lambda draw, around: one(draw, *around.names),
    ("SecurityHubSettings", "disabled_controls.key"): _control,
    ("ClassPolicy", "disabled_controls.key"): _control,
    ("CentralCopies", "region"): _region,
    ("TrailSettings", "network_activity[]"): _sampled("s3.amazonaws.com", "kms.amazonaws.com"),
    ("DataEvents", "type"): _sampled("AWS::S3::Object", "AWS::Lambda::Function"),
    ("DataEvents", "only[]"): _sampled("arn:aws:s3:::bucket/", "arn:aws:s3:::other/x"),
    ("DataEvents", "leave_out[]"): _sampled("arn:aws:s3:::noise/"),
    ("CustomIdentifier", "regex"): _sampled("EMP-[0-9]{6}", '"?[A-Z]{2}\\d+"?'),
    ("AllowList", "regex"): _sampled("4242 ?4242 ?4242 ?4242"),
    ("TagRule", "enforced_for[]"): _sampled("ec2:instance", "s3:ALL_SUPPORTED"),
    ("TagRule", "required_for[]"): _sampled("ec2:instance", "s3:bucket"),
    ("SiemPush", "url"): _sampled(
        "https://http-inputs-x.splunkcloud.com:443", "https://siem.example"
    ),
    ("InternalAccess", "resources[]"): _arn("dynamodb", "table/payments"),
    ("ContainerImage", "parent"): _sampled("public.ecr.aws/amazonlinux/amazonlinux:2023"),
    ("TemplateValidation", "report_bucket"): _sampled("example-reports"),
    ("Delivery", "repository"): _sampled("example/baseline"),
    ("Delivery", "connection"): _arn(
        "codeconnections", "connection/11111111-2222-3333-4444-555555555555", "shared_services"
    ),
    ("SecurityGroupSettings", "gateway_prefix_lists[]"): _sampled("pl-6da54004"),
}
"""Fields that stand for something, by the section and the field."""
