"""One call, its findings, and what it says to wrong input."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from baseline.blueprint import Platform, apply_baseline
from baseline.blueprint.catalog import HARDENINGS
from baseline.blueprint.listing import markdown, python_name
from baseline.errors import BaselineError

Make = Callable[..., Any]
ACCEPTED = cdk.Acknowledgment(
    id="blueprint::topic.enforce_ssl", reason="an old device that speaks no TLS publishes here"
)


@pytest.mark.parametrize("hardening", HARDENINGS, ids=lambda each: each.name)
def test_the_cdk_knows_kind_and_arguments(hardening: Any) -> None:
    """A kind or an argument that the CDK does not have would be injected into nothing."""
    name = python_name(hardening.construct)
    module, _, construct = name.partition(".")
    service = __import__(f"aws_cdk.{module}", fromlist=[construct])
    assert hardening.construct == getattr(service, construct).PROPERTY_INJECTION_ID
    props = "TablePropsV2" if construct == "TableV2" else f"{construct}Props"
    mapping = getattr(service, props).__jsii_name_mapping__
    for setting in hardening.settings:
        assert mapping[setting.name] == setting.key


def test_a_weaker_value_can_be_accepted_where_it_is(make_one: Make) -> None:
    def build(stack: cdk.Stack) -> None:
        cdk.Validations.of(sns.Topic(stack, "Topic", enforce_ssl=False)).acknowledge(ACCEPTED)

    made = make_one(build)
    assert made.failed == ""
    assert made.rules("error") == set()


def test_accepted_at_one_it_is_found_at_the_other(make_one: Make) -> None:
    def build(stack: cdk.Stack) -> None:
        cdk.Validations.of(sns.Topic(stack, "Topic", enforce_ssl=False)).acknowledge(ACCEPTED)
        sns.Topic(stack, "Other", enforce_ssl=False)

    made = make_one(build)
    assert "ValidationFailed" in made.failed
    assert made.rules("error") == {("topic.enforce_ssl", "Shop/Other")}


def test_a_warning_ends_a_strict_synthesis_only(make_one: Make) -> None:
    def build(stack: cdk.Stack) -> None:
        s3.Bucket(stack, "Bucket", versioned=False)

    lenient = make_one(build)
    assert lenient.failed == ""
    assert lenient.rules("warning") == {("bucket.versioned", "Shop/Bucket")}
    strict = make_one(build, strict=True)
    assert "ValidationFailed" in strict.failed
    assert strict.rules("error") == {("bucket.versioned", "Shop/Bucket")}


def test_what_it_did_stands_beside_the_templates(make_one: Make) -> None:
    reason = "objects are derived and rebuilt every night"
    made = make_one(
        lambda stack: s3.Bucket(stack, "Bucket", enforce_ssl=False),
        without={"bucket.versioned": reason},
    )
    document = json.loads((made.folder / "blueprint.json").read_text(encoding="utf-8"))
    assert document == made.blueprint.record.as_json()
    assert {"name": "bucket.versioned", "reason": reason} in document["without"]
    (change,) = document["changes"]
    assert (change["path"], change["injector"]) == ("Shop/Bucket", "bucket")
    assert "block_public_access" in change["settings"]
    assert "versioned" not in change["settings"]
    (weaker,) = document["weaker"]
    assert (weaker["path"], weaker["rule"]) == ("Shop/Bucket", "bucket.enforce_ssl")


def test_the_packs_and_the_rules_judge_the_app() -> None:
    app = cdk.App(analytics_reporting=False)
    apply_baseline(app)
    stack = cdk.Stack(app, "Shop")
    ec2.CfnSecurityGroup(stack, "Open", group_description="Anybody", security_group_ingress=[OPEN])
    sqs.Queue(stack, "Queue")
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    report = json.loads(Path(app.outdir, "validation-report.json").read_text(encoding="utf-8"))
    rules = {row["ruleName"] for each in report["pluginReports"] for row in each["violations"]}
    assert any("OPEN_PORT" in rule for rule in rules)
    assert any("AwsSolutions-SQS3" in rule for rule in rules)


OPEN = {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "cidrIp": "0.0.0.0/0"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"without": {"bukket": "x" * 20}}, "did you mean 'bucket'"),
        ({"without": {"bucket.version": "x" * 20}}, "did you mean 'bucket.versioned'"),
        ({"without": {"stack_key": "x" * 20}}, "did you mean 'stack-key'"),
        ({"without": {"bucket": "no"}}, "at least 20 characters"),
        ({"without": ["bucket"]}, "write each name with its reason"),
        ({"packs": ("AwsSolution",)}, "did you mean 'AwsSolutions'"),
    ],
)
def test_wrong_input_says_what_is_right(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(BaselineError) as error:
        apply_baseline(cdk.App(), **arguments)
    assert says in str(error.value)


def test_it_comes_before_the_first_stack() -> None:
    app = cdk.App()
    cdk.Stack(app, "Shop")
    with pytest.raises(BaselineError, match="has Shop already"):
        apply_baseline(app)


def test_it_is_applied_once() -> None:
    app = cdk.App()
    apply_baseline(app, packs=())
    with pytest.raises(BaselineError, match="call it once"):
        apply_baseline(app, packs=())


def test_it_takes_an_app() -> None:
    with pytest.raises(BaselineError, match="takes an app or a stage, got Stack"):
        apply_baseline(cdk.Stack(cdk.App(), "Shop"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"prefix": "Sec Base"}, "prefix is 'Sec Base'"),
        ({"log_archive_account": "22222222222"}, "log_archive_account is"),
        ({"log_archive_account": 222222222222}, "with quotes"),
        ({"home_region": "Ireland"}, "write it as 'eu-west-1'"),
        ({"log_retention_days": 366}, "CloudWatch Logs has"),
    ],
)
def test_a_platform_of_wrong_names(arguments: dict[str, Any], says: str) -> None:
    right = {
        "prefix": "secbase",
        "log_archive_account": "222222222222",
        "home_region": "eu-west-1",
    }
    with pytest.raises(BaselineError) as error:
        Platform.from_names(**{**right, **arguments})
    assert says in str(error.value)


def test_backups_are_kept_as_long_as_rds_can() -> None:
    assert Platform().backup_days == 35
    with pytest.raises(BaselineError, match="give 7 to 35 days"):
        Platform(backup_days=36)


def test_importing_it_imports_none_of_the_extras() -> None:
    extras = ("boto3", "cdk_nag", "jinja2", "moto", "rich", "ruamel", "typer")
    code = f"import baseline.blueprint, sys; print([m for m in {extras!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_the_page_lists_every_injector_and_part() -> None:
    page = markdown()
    for each in HARDENINGS:
        assert f"### `{each.name}`" in page
    assert "| `versioned` | `True` |" in page
    assert "| `stack-key` |" in page


@pytest.mark.parametrize(
    ("standalone", "boundary"), [(False, "secbase-boundary"), (True, "secbase-account-boundary")]
)
def test_the_boundary_is_that_of_the_profile(standalone: bool, boundary: str) -> None:
    platform = Platform.from_names(
        prefix="secbase",
        log_archive_account="222222222222",
        home_region="eu-west-1",
        standalone=standalone,
    )
    assert platform.permissions_boundary == boundary
