"""The configuration as code reads it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from baseline.config import Configuration, load
from baseline.config.document import Value
from baseline.config.fields import field_at, section_at
from baseline.config.section import Section

ROOT = Path(__file__).parents[3]


@pytest.fixture
def configuration() -> Configuration:
    return load(ROOT / "examples" / "configurations" / "enterprise.yaml")


def test_units_come_parents_first_in_the_order_of_the_file(configuration: Configuration) -> None:
    paths = [path for path, _ in configuration.walk_units()]
    assert paths[:5] == [
        "Security",
        "Security/Forensics",
        "Infrastructure",
        "Infrastructure/Shared",
        "Infrastructure/Deployment",
    ]
    assert "Workloads/Payments/Production/Card Data" in paths


def test_core_accounts_come_by_role(configuration: Configuration) -> None:
    core = configuration.core_accounts()
    assert list(core) == ["management", "log_archive", "security", "network", "shared_services"]
    assert core["security"].id == "333333333333"
    assert core["management"].ou is None


def test_a_unit_is_bound_by_its_parents_guardrails_first(example: Value) -> None:
    assert isinstance(example, dict)
    units: dict[str, object] = {
        **example["organizational_units"],  # type: ignore[dict-item]
        "Workloads": {
            "guardrails": ["foundation"],
            "units": {"Test": {"guardrails": ["protect-logs", "foundation"]}, "Production": {}},
        },
    }
    configuration = Configuration.model_validate({**example, "organizational_units": units})
    assert configuration.guardrails_of("Workloads") == ("foundation",)
    assert configuration.guardrails_of("Workloads/Test") == ("foundation", "protect-logs")
    assert configuration.guardrails_of("Workloads/Production") == ("foundation",)
    with pytest.raises(KeyError):
        configuration.guardrails_of("Nowhere")


def test_built_in_python_it_is_checked_as_a_file_is(example: Value) -> None:
    assert isinstance(example, dict)
    assert Configuration.model_validate(example).prefix == "secbase"
    with pytest.raises(ValidationError, match=r"home_region: 'us-east-1' is not in regions"):
        Configuration.model_validate({**example, "home_region": "us-east-1"})


def test_the_defaults_are_the_safe_ones() -> None:
    configuration = load(ROOT / "examples" / "configurations" / "small.yaml")
    assert configuration.log_archive.object_lock_mode == "COMPLIANCE"
    assert configuration.log_archive.retention_days == 2555
    capabilities = configuration.capabilities
    assert all(capabilities.guardduty.model_dump(exclude={"regions"}).values())
    assert capabilities.ec2_attributes.enabled
    assert capabilities.ec2_attributes.imdsv2_enforced
    assert capabilities.s3_public_access_block.enabled
    assert capabilities.ai_opt_out.enabled
    assert not capabilities.inspector.enabled
    assert not capabilities.unified_security_hub.enabled
    assert capabilities.backup is None
    assert capabilities.security_hub.enabled
    assert capabilities.config.enabled
    assert not configuration.guardrails.lambda_at_edge
    assert not configuration.guardrails.bedrock_cross_region


def sections(root: type[Section]) -> set[type[Section]]:
    below = {
        section_at(root, (name,)) or section_at(root, (name, "any")) for name in root.model_fields
    } - {None, root}
    return {root}.union(*(sections(section) for section in below if section))


def test_every_field_says_what_it_means() -> None:
    fields = [
        field for section in sections(Configuration) for field in section.model_fields.items()
    ]
    assert len(fields) > 50
    for name, field in fields:
        assert field.description, name
        assert field.description.endswith((".", ")")), name


def test_every_default_is_described_as_behaviour() -> None:
    for section in sections(Configuration):
        for name, field in section.model_fields.items():
            scalar = isinstance(field.default, str | int) or field.default == ()
            if scalar and not field.is_required():
                assert "by default" in (field.description or ""), f"{section.__name__}.{name}"


def test_fields_are_found_by_path() -> None:
    assert field_at(Configuration, ("accounts", "security", "email")) is not None
    assert field_at(Configuration, ("members", "any", "ou")) is not None
    assert field_at(Configuration, ("organizational_units", "A", "units", "B", "id")) is not None
    assert field_at(Configuration, ("prefix", "x")) is None
    assert field_at(Configuration, ("nothing", "x")) is None


def test_it_loads_without_the_cdk_and_within_a_second() -> None:
    code = (
        "import sys, pathlib; from baseline.config import load; load(pathlib.Path('baseline.yaml'));"
        "heavy = {'aws_cdk', 'jsii', 'boto3', 'botocore', 'typer', 'cfnlint'} & set(sys.modules);"
        "sys.exit(f'imports {heavy}' if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
