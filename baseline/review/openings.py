"""Who or what gets in, out or out of sight by a resource that has no policy to read."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from baseline.review.assembly import Resource
from baseline.review.finding import Category, Finding, Severity, listed
from baseline.review.subject import ACCOUNT
from baseline.review.values import leaves, text

ADDRESS: Final = re.compile(r"https?://|[^@\s]+@[^@\s]+$|\+[0-9]+$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """What a resource opens by being there.

    Attributes:
        category: part of the report.
        kind: of the finding.
        sentence: what it does; the values follow.
        of: properties whose values say for whom.
        severity: of the finding.
        only: a property and the value with which it opens something.
        changed: whether values that come to a resource which is there count as well.
        new: whether a resource that comes counts.
    """

    category: Category
    kind: str
    sentence: str
    of: tuple[str, ...]
    severity: Severity = "warning"
    only: tuple[str, str] | None = None
    changed: bool = True
    new: bool = True


_LET_IN = functools.partial(Opening, category=Category.PRIVILEGE, kind="let-in")
_CONNECTED = functools.partial(
    Opening, category=Category.EXPOSURE, kind="connected", sentence="connects networks or accounts"
)
_HIDDEN = functools.partial(
    Opening, category=Category.PROTECTION, kind="hides", sentence="changes or hides findings"
)
_GIVEN = _LET_IN(sentence="gives its permissions", of=("Groups", "Roles", "Users"), new=False)

OPENINGS: Final[Mapping[str, Opening]] = {
    "AWS::EC2::ClientVpnEndpoint": _CONNECTED(of=("VpcId",)),
    "AWS::EC2::TransitGatewayAttachment": _CONNECTED(of=("TransitGatewayId", "VpcId")),
    "AWS::EC2::TransitGatewayPeeringAttachment": _CONNECTED(
        of=("PeerAccountId", "PeerTransitGatewayId")
    ),
    "AWS::EC2::TransitGatewayVpcAttachment": _CONNECTED(of=("TransitGatewayId", "VpcId")),
    "AWS::EC2::VPCEndpointServicePermissions": _CONNECTED(of=("AllowedPrincipals",)),
    "AWS::EC2::VPCPeeringConnection": _CONNECTED(of=("PeerOwnerId", "PeerVpcId")),
    "AWS::EC2::VPNConnection": _CONNECTED(of=("CustomerGatewayId",)),
    "AWS::GuardDuty::Filter": _HIDDEN(of=("Name", "FindingCriteria"), only=("Action", "ARCHIVE")),
    "AWS::GuardDuty::IPSet": _HIDDEN(of=("Location",)),
    "AWS::GuardDuty::TrustedEntitySet": _HIDDEN(of=("Location",)),
    "AWS::IAM::AccessKey": _LET_IN(
        sentence="is a credential without an end", of=("UserName",), severity="error"
    ),
    "AWS::IAM::ManagedPolicy": _GIVEN,
    "AWS::IAM::OIDCProvider": _LET_IN(
        sentence="trusts tokens", of=("Url", "ClientIdList", "ThumbprintList"), severity="error"
    ),
    "AWS::IAM::Policy": _GIVEN,
    "AWS::IAM::SAMLProvider": _LET_IN(
        sentence="trusts an identity provider",
        of=("Name", "SamlMetadataDocument"),
        severity="error",
    ),
    "AWS::IAM::User": _LET_IN(sentence="is a user", of=("UserName", "Groups", "LoginProfile")),
    "AWS::IAM::UserToGroupAddition": _LET_IN(sentence="adds to a group", of=("GroupName", "Users")),
    "AWS::InspectorV2::Filter": _HIDDEN(
        of=("Name", "FilterCriteria"), only=("FilterAction", "SUPPRESS")
    ),
    "AWS::Macie::AllowList": _HIDDEN(of=("Name", "Criteria")),
    "AWS::Macie::FindingsFilter": _HIDDEN(
        of=("Name", "FindingCriteria"), only=("Action", "ARCHIVE")
    ),
    "AWS::RAM::ResourceShare": _CONNECTED(
        of=("AllowExternalPrincipals", "Principals", "ResourceArns")
    ),
    "AWS::RolesAnywhere::Profile": _LET_IN(
        sentence="gives roles to certificates", of=("RoleArns",)
    ),
    "AWS::RolesAnywhere::TrustAnchor": _LET_IN(
        sentence="trusts certificates", of=("Source",), severity="error"
    ),
    "AWS::SSO::Assignment": _LET_IN(
        sentence="gives an account to people", of=("PermissionSetArn", "PrincipalId", "TargetId")
    ),
    "AWS::SSO::InstanceAccessControlAttributeConfiguration": _LET_IN(
        sentence="takes attributes of people for decisions",
        of=("AccessControlAttributes",),
        new=False,
    ),
    "AWS::SecurityHub::AutomationRule": _HIDDEN(of=("RuleName",), changed=False),
}
"""Types by which somebody or something gets in, or findings out of sight."""

SENDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS::Events::ApiDestination": ("InvocationEndpoint",),
    "AWS::Events::Rule": ("Targets",),
    "AWS::KinesisFirehose::DeliveryStream": ("HttpEndpointDestinationConfiguration",),
    "AWS::Lambda::EventInvokeConfig": ("DestinationConfig",),
    "AWS::Logs::SubscriptionFilter": ("DestinationArn",),
    "AWS::Pipes::Pipe": ("Target",),
    "AWS::S3::Bucket": ("ReplicationConfiguration",),
    "AWS::SNS::Subscription": ("Endpoint",),
    "AWS::Scheduler::Schedule": ("Target",),
}
"""Properties that say where something goes."""


def openings(
    base: Resource | None, head: Resource, accounts: frozenset[str] = frozenset()
) -> Iterator[Finding]:
    """Tell what a resource opens by being there, and what it sends to other than the accounts."""
    opening = OPENINGS.get(head.type)
    if opening is not None and (opening.new if base is None else opening.changed):
        yield from _opened(opening, base, head)
    come = _values(head, SENDERS.get(head.type, ())) - _values(base, SENDERS.get(head.type, ()))
    strangers = {each for each in come if set(ACCOUNT.findall(each)) - accounts}
    addresses = {each for each in come - strangers if ADDRESS.match(each)}
    told: tuple[tuple[set[str], Severity], ...] = ((strangers, "error"), (addresses, "warning"))
    for found, severity in told:
        if found:
            yield Finding(
                category=Category.EXPOSURE,
                kind="sent-outside",
                severity=severity,
                place=head.place,
                text=f"sends to {listed(found)}",
            )


def _opened(opening: Opening, base: Resource | None, head: Resource) -> Iterator[Finding]:
    if opening.only is not None and head.properties.get(opening.only[0]) != opening.only[1]:
        return
    come = _values(head, opening.of) - _values(base, opening.of)
    if come or base is None:
        values = f": {listed(come)}" if come else ""
        yield Finding(
            category=opening.category,
            kind=opening.kind,
            severity=opening.severity,
            place=head.place,
            text=f"{opening.sentence}{values}",
        )


def _values(resource: Resource | None, names: tuple[str, ...]) -> set[str]:
    if resource is None:
        return set()
    properties = {name: resource.properties.get(name) for name in names}
    return {text(value) for _, value in leaves(properties) if value is not None}
