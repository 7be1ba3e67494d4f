"""The stacks of Security Lake: what each Region gets, who may use the keys, and nothing by default."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Match, Template

from baseline.config import Configuration, Names
from baseline.config.siem import SecurityLake, Siem
from stacks.security_lake import (
    RegionalSecurityLakeStack,
    SecurityLakeAccountsStack,
    SecurityLakeStack,
)
from stacks.wiring import Wiring
from tests.composed import composed, switched_on
from tests.support import CONTEXT

ARCHIVE, VENDOR, EXTERNAL_ID = "222222222222", "464646464646", "us1-7f3kq9x2m4w8z6b1"
SUBSCRIBER = {"account": VENDOR, "external_id": EXTERNAL_ID, "sources": ["SH_FINDINGS"]}
SOURCES = ("CLOUD_TRAIL_MGMT", "ROUTE53", "SH_FINDINGS", "VPC_FLOW")
METASTORE = f"arn:aws:iam::{ARCHIVE}:role/service-role/AmazonSecurityLakeMetaStoreManagerV2"
REPLICATION = f"arn:aws:iam::{ARCHIVE}:role/SecurityLake-secbase-replication"
HOME = cdk.Environment(account=ARCHIVE, region="eu-west-1")


def with_lake(configuration: Configuration, **lake: object) -> Configuration:
    siem = Siem(security_lake=SecurityLake.model_validate(lake))
    return configuration.model_copy(update={"siem": siem})


def made(
    kind: type[SecurityLakeStack | SecurityLakeAccountsStack],
    configuration: Configuration,
) -> Template:
    chosen = configuration.siem.security_lake
    assert chosen is not None
    stack = kind(
        cdk.App(context=CONTEXT),
        "lake",
        configuration=configuration,
        names=Names.of(configuration),
        chosen=chosen,
        env=HOME,
    )
    return Template.from_stack(stack)


@pytest.fixture(scope="module")
def home(configuration: Configuration) -> Template:
    return made(SecurityLakeStack, with_lake(configuration, subscriber=SUBSCRIBER))


@pytest.fixture(scope="module")
def alone(configuration: Configuration) -> Template:
    """Without a subscriber, and with the home Region only."""
    one = with_lake(configuration).model_copy(update={"regions": ("eu-west-1",)})
    return made(SecurityLakeStack, one)


@pytest.fixture(scope="module")
def other(configuration: Configuration) -> Template:
    changed = with_lake(configuration, subscriber=SUBSCRIBER)
    chosen = changed.siem.security_lake
    assert chosen is not None
    app = cdk.App(context=CONTEXT)
    wiring = Wiring(app=app, configuration=changed, names=Names.of(changed))
    stack = RegionalSecurityLakeStack(
        app,
        "security-lake-eu-central-1",
        configuration=changed,
        names=Names.of(changed),
        chosen=chosen,
        region="eu-central-1",
        env=cdk.Environment(account=ARCHIVE, region="eu-central-1"),
        synthesizer=wiring.through_home(ARCHIVE),
    )
    return Template.from_stack(stack)


def resources(template: Template, kind: str) -> dict[str, Any]:
    return dict(template.find_resources(kind))


def lake_key(template: Template) -> list[dict[str, Any]]:
    (key,) = [
        row["Properties"]
        for row in resources(template, "AWS::KMS::Key").values()
        if row["Properties"]["Description"] == "Security Lake of this Region"
    ]
    assert key["EnableKeyRotation"] is True
    return list(key["KeyPolicy"]["Statement"])


@pytest.mark.parametrize("fixture", ["home", "other"])
def test_the_lake_has_a_key_and_keeps_logs_as_long_as_the_archive(
    fixture: str, request: pytest.FixtureRequest, configuration: Configuration
) -> None:
    """KMS.4 of security-lake: the helper asks that the key rotates."""
    template: Template = request.getfixturevalue(fixture)
    assert lake_key(template)
    days = configuration.log_archive
    template.has_resource(
        "AWS::SecurityLake::DataLake",
        {
            "DeletionPolicy": "Retain",
            "Properties": {
                "EncryptionConfiguration": {
                    "KmsKeyId": {"Fn::GetAtt": [Match.string_like_regexp("Key"), "Arn"]}
                },
                "LifecycleConfiguration": {
                    "Expiration": {"Days": days.retention_days},
                    "Transitions": [
                        {"Days": days.glacier_after_days, "StorageClass": "GLACIER_IR"}
                    ],
                },
                "MetaStoreManagerRoleArn": METASTORE,
            },
        },
    )


def test_lakes_of_other_regions_are_copied_home(home: Template, other: Template) -> None:
    copied = {"ReplicationConfiguration": {"Regions": ["eu-west-1"], "RoleArn": REPLICATION}}
    other.has_resource_properties("AWS::SecurityLake::DataLake", copied)
    absent = {"ReplicationConfiguration": Match.absent()}
    home.has_resource_properties("AWS::SecurityLake::DataLake", absent)


@pytest.mark.parametrize("fixture", ["home", "other"])
def test_sources_of_all_accounts_are_switched_on_one_after_the_other(
    fixture: str, request: pytest.FixtureRequest
) -> None:
    found = resources(request.getfixturevalue(fixture), "AWS::SecurityLake::AwsLogSource")
    order = {row["Properties"]["SourceName"]: name for name, row in found.items()}
    assert tuple(order) == SOURCES
    for before, after in pairwise(SOURCES):
        assert order[before] in found[order[after]]["DependsOn"]
    for row in found.values():
        assert "Accounts" not in row["Properties"]
        assert row["DeletionPolicy"] == "Retain"


def test_another_region_needs_no_assets(other: Template) -> None:
    kinds = {row["Type"] for row in other.to_json()["Resources"].values()}
    assert kinds == {
        "AWS::KMS::Key",
        "AWS::KMS::Alias",
        "AWS::SecurityLake::DataLake",
        "AWS::SecurityLake::AwsLogSource",
    }


def test_the_metadata_role_is_the_one_that_security_lake_takes(home: Template) -> None:
    home.has_resource_properties(
        "AWS::IAM::Role",
        {
            "RoleName": "AmazonSecurityLakeMetaStoreManagerV2",
            "Path": "/service-role/",
            "AssumeRolePolicyDocument": {
                "Statement": [
                    {
                        "Action": "sts:AssumeRole",
                        "Effect": "Allow",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                    }
                ]
            },
        },
    )


def test_the_replication_role_reads_there_and_writes_here(home: Template) -> None:
    def allow(sid: str, resource: Any, conditions: dict[str, Any]) -> Any:
        return Match.object_like({"Sid": sid, "Resource": resource, "Condition": conditions})

    lakes = "arn:aws:s3:::aws-security-data-lake"
    own = {"StringEquals": {"s3:ResourceAccount": ARCHIVE}}
    alias = {"kms:ResourceAliases": "alias/secbase-security-lake"}
    home.has_resource_properties(
        "AWS::IAM::ManagedPolicy",
        {
            "PolicyDocument": {
                "Statement": [
                    allow(
                        "ReadLakes", [f"{lakes}-eu-central-1-*", f"{lakes}-eu-central-1-*/*"], own
                    ),
                    allow("WriteCopies", f"{lakes}-eu-west-1-*/*", own),
                    allow(
                        "DecryptLakes",
                        f"arn:aws:kms:eu-central-1:{ARCHIVE}:key/*",
                        {
                            "StringEquals": {"kms:ViaService": ["s3.eu-central-1.amazonaws.com"]},
                            "ForAnyValue:StringEquals": alias,
                        },
                    ),
                    allow(
                        "EncryptCopies",
                        f"arn:aws:kms:eu-west-1:{ARCHIVE}:key/*",
                        {
                            "StringEquals": {"kms:ViaService": ["s3.eu-west-1.amazonaws.com"]},
                            "ForAnyValue:StringEquals": alias,
                        },
                    ),
                ]
            }
        },
    )


def test_one_region_needs_no_replication_role(alone: Template) -> None:
    names = [
        row["Properties"].get("RoleName") for row in resources(alone, "AWS::IAM::Role").values()
    ]
    assert "AmazonSecurityLakeMetaStoreManagerV2" in names
    assert not [name for name in names if name and name.startswith("SecurityLake-")]


def test_the_key_waits_for_the_roles_that_its_policy_names(home: Template) -> None:
    (before,) = resources(home, "Custom::SecurityLakeRoles")
    for kind in ("AWS::SecurityLake::DataLake", "AWS::SecurityLake::AwsLogSource"):
        assert all(before in row["DependsOn"] for row in resources(home, kind).values())
    keys = resources(home, "AWS::KMS::Key").values()
    assert [row for row in keys if before in row.get("DependsOn", ())]
    manager = [row for row in lake_key(home) if row.get("Sid") == "ManageLake"]
    assert manager[0]["Principal"]["AWS"].endswith(
        "AWSServiceRoleForSecurityLakeResourceManagement"
    )


def test_a_subscriber_reads_with_its_external_id_and_is_told_by_a_queue(home: Template) -> None:
    home.has_resource_properties(
        "AWS::SecurityLake::Subscriber",
        {
            "AccessTypes": ["S3"],
            "SubscriberIdentity": {"Principal": VENDOR, "ExternalId": EXTERNAL_ID},
            "Sources": [{"AwsLogSource": {"SourceName": "SH_FINDINGS", "SourceVersion": "2.0"}}],
        },
    )
    (notification,) = resources(home, "AWS::SecurityLake::SubscriberNotification").values()
    assert notification["Properties"]["NotificationConfiguration"] == {
        "SqsNotificationConfiguration": {}
    }
    (decrypt,) = [row for row in lake_key(home) if row.get("Sid") == "DecryptForSubscribers"]
    assert decrypt["Action"] == "kms:Decrypt"
    assert decrypt["Condition"] == {
        "StringEquals": {
            "aws:PrincipalOrgID": "o-exampleorgid",
            "kms:CallerAccount": ARCHIVE,
            "kms:ViaService": "s3.eu-west-1.amazonaws.com",
        },
        "ArnLike": {
            "aws:PrincipalArn": f"arn:aws:iam::{ARCHIVE}:role/"
            "AmazonSecurityLake-????????-????-????-????-????????????"
        },
        "StringLike": {
            "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::aws-security-data-lake-eu-west-1-*"
        },
    }


def test_without_a_subscriber_nobody_reads(alone: Template, other: Template) -> None:
    for template in (alone, other):
        template.resource_count_is("AWS::SecurityLake::Subscriber", 0)
        assert not [row for row in lake_key(template) if row["Principal"] == {"AWS": "*"}]


def test_new_accounts_contribute_in_every_region(configuration: Configuration) -> None:
    template = made(SecurityLakeAccountsStack, with_lake(configuration, sources=["SH_FINDINGS"]))
    template.has_resource_properties(
        "Custom::SecurityLakeOrganization",
        {"Regions": ["eu-west-1", "eu-central-1"], "Sources": ["SH_FINDINGS"], "Version": "2.0"},
    )
    lakes = [
        f"arn:aws:securitylake:{region}:{ARCHIVE}:data-lake/default"
        for region in ("eu-central-1", "eu-west-1")
    ]
    template.has_resource_properties(
        "AWS::IAM::ManagedPolicy",
        {
            "PolicyDocument": {
                "Statement": Match.array_with(
                    [Match.object_like({"Sid": "TakeInAccounts", "Resource": lakes})]
                )
            }
        },
    )


def test_lakes_come_after_the_administrator_and_new_accounts_after_all_lakes() -> None:
    made = composed(switched_on())
    lakes = {"security-lake", "security-lake-eu-central-1", "security-lake-accounts"}
    assert {made.stacks[name].account for name in lakes} == {ARCHIVE}
    assert {"organization", "audit", "security"} <= made.waits_for("security-lake")
    assert "security-lake" in made.waits_for("security-lake-eu-central-1")
    assert {"security-lake", "security-lake-eu-central-1"} <= made.waits_for(
        "security-lake-accounts"
    )
    assert "security-lake-accounts" in made.waits_for("guardrails")


def test_without_the_section_there_is_no_stack(configuration: Configuration) -> None:
    assert [name for name in composed(configuration).stacks if "lake" in name] == []
