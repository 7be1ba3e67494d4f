"""Service quotas: what the stacks make beside what is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from baseline.live.reader import Reader
from baseline.preflight.finding import Finding, Verdict
from baseline.preflight.look import Look

GLOBAL = "us-east-1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Quota:
    """A quota of Service Quotas, and how what counts against it is made and counted."""

    service: str
    code: str
    what: str
    type: str
    regional: bool = True


QUOTAS = (
    Quota(service="vpc", code="L-F678F1CE", what="VPCs", type="AWS::EC2::VPC"),
    Quota(service="ec2", code="L-0263D0A3", what="Elastic IP addresses", type="AWS::EC2::EIP"),
    Quota(
        service="iam", code="L-FE177D64", what="IAM roles", type="AWS::IAM::Role", regional=False
    ),
    Quota(service="s3", code="L-DC2B2D3D", what="buckets", type="AWS::S3::Bucket", regional=False),
)
ACCOUNTS = Quota(
    service="organizations",
    code="L-E619E033",
    what="accounts",
    type="AWS::Organizations::Account",
    regional=False,
)
CONCURRENCY = Quota(
    service="lambda",
    code="L-B99A9384",
    what="concurrent functions",
    type="AWS::Lambda::Function",
)
LEAST_CONCURRENCY = 100
"""Ours: a new account has 10, and the jobs of the security account would throttle each other."""


def resources(look: Look) -> Iterator[Finding]:
    """Compare what the stacks make with what is left."""
    if look.expected is None:
        return
    for account, reader in look.readers.items():
        places = dict.fromkeys(
            (quota, stack.region if quota.regional else GLOBAL)
            for quota in QUOTAS
            for stack in look.expected.stacks
            if stack.account == account and quota.type in stack.types
        )
        for quota, region in places:
            if _is_there(look, account, quota, region):
                continue
            more = look.expected.count(quota.type, account, region if quota.regional else None)
            used = _used(reader, quota, region)
            yield from _compare(look, account, region, quota, used=used, more=more)


def _is_there(look: Look, account: str, quota: Quota, region: str) -> bool:
    """Tell whether the stacks that make it are deployed, so that it is counted already."""
    expected = look.expected
    return expected is not None and all(
        look.is_deployed(account, stack.region, stack.name)
        for stack in expected.stacks
        if stack.account == account
        and quota.type in stack.types
        and (not quota.regional or stack.region == region)
    )


def accounts(look: Look) -> Iterator[Finding]:
    """Compare the accounts that are created with the organization's quota."""
    if not look.organization.knows("organizations:ListAccounts"):
        return
    emails = {row.email.lower() for row in look.organization.accounts}
    new = [
        member
        for member in look.configuration.members.values()
        if member.id is None and member.email.lower() not in emails
    ]
    used = len(look.organization.accounts)
    account = look.names.management
    yield from _compare(look, account, GLOBAL, ACCOUNTS, used=used, more=len(new))


def concurrency(look: Look) -> Iterator[Finding]:
    """The jobs of the security account run in Lambda functions beside each other."""
    account, region = look.names.security, look.names.home_region
    reader = look.readers.get(account)
    answer = reader.one("lambda", "GetAccountSettings", region) if reader is not None else None
    if answer is None:
        return
    limit = int(answer["AccountLimit"]["ConcurrentExecutions"])
    small = limit < LEAST_CONCURRENCY
    yield Finding(
        check="quotas.concurrency",
        verdict=Verdict.NOTE if small else Verdict.FINE,
        place=look.place(account, region),
        message=f"{limit} concurrent functions"
        + ("; ask for more, or lower account_settings.accounts_at_once" if small else ""),
        configuration={"account_settings": {"accounts_at_once": max(1, limit // 4)}}
        if small
        else {},
        commands=(increase(CONCURRENCY, region, 1000),) if small else (),
    )


def _compare(
    look: Look, account: str, region: str, quota: Quota, *, used: int | None, more: int
) -> Iterator[Finding]:
    if used is None:
        return
    answer = look.readers[account].one(
        "service-quotas",
        "GetServiceQuota",
        region,
        ServiceCode=quota.service,
        QuotaCode=quota.code,
    )
    if answer is None:
        return
    limit = int(answer["Quota"]["Value"])
    full = used + more > limit
    yield Finding(
        check="quotas.full",
        verdict=Verdict.CONFLICT if full else Verdict.FINE,
        place=look.place(account, region if quota.regional else ""),
        message=f"{quota.what}: {used} of {limit}, the baseline makes {more}",
        commands=(increase(quota, region, used + more),) if full else (),
    )


def increase(quota: Quota, region: str, value: int) -> str:
    """Give the command that asks for more."""
    return (
        f"aws service-quotas request-service-quota-increase --service-code {quota.service} "
        f"--quota-code {quota.code} --desired-value {value} --region {region}"
    )


def _used(reader: Reader, quota: Quota, region: str) -> int | None:
    if quota.type == "AWS::EC2::VPC":
        rows = reader.every("ec2", "DescribeVpcs", "Vpcs", region)
    elif quota.type == "AWS::EC2::EIP":
        rows = reader.every("ec2", "DescribeAddresses", "Addresses", region)
    elif quota.type == "AWS::S3::Bucket":
        rows = reader.every("s3", "ListBuckets", "Buckets")
    else:
        summary = reader.one("iam", "GetAccountSummary")
        return None if summary is None else int(summary["SummaryMap"].get("Roles", 0))
    return None if rows is None else len(rows)
