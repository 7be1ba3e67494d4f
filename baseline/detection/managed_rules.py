"""The AWS managed rules about root and IAM users, and which standard of Security Hub has the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from baseline.config.capabilities import Standard
from baseline.errors import BaselineError

KEY_AGE_DAYS = 90
UNUSED_DAYS = 45

SUPPORT_POLICY = "arn:aws:iam::aws:policy/AWSSupportAccess"


@dataclass(frozen=True, kw_only=True, slots=True)
class ManagedRule:
    """One rule.

    Attributes:
        name: name of the rule, as the AWS Config Developer Guide spells it.
        identifier: source identifier of the rule.
        controls: Security Hub controls that ask the same.
        standards: standards with one of these controls; Security Hub makes the rule itself there.
        root: it is about the root user.
        parameters: input parameters.
    """

    name: str
    identifier: str
    controls: tuple[str, ...]
    standards: frozenset[Standard]
    root: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Logical ID in the conformance pack."""
        return self.name.title().replace("-", "")


def _rule(
    name: str, control: str, *standards: Standard, root: bool = False, **parameters: str
) -> ManagedRule:
    return ManagedRule(
        name=name,
        identifier=name.upper().replace("-", "_"),
        controls=tuple(control.split()),
        standards=frozenset(standards),
        root=root,
        parameters=parameters,
    )


def managed_rules(
    *, key_age_days: int = KEY_AGE_DAYS, unused_days: int = UNUSED_DAYS
) -> tuple[ManagedRule, ...]:
    """Give the rules, root users first.

    Args:
        key_age_days: age of an access key from which it is reported. Security Hub asks for 90 days
            always, so fewer are a rule of its own.
        unused_days: days without use after which credentials are reported; likewise with 45.

    Source: AWS Config Developer Guide, "List of AWS Config Managed Rules"; AWS Security Hub User
    Guide, "Security Hub CSPM controls for IAM" and "Standards reference for Security Hub CSPM".
    """
    aged: tuple[Standard, ...] = ("fsbp", "nist-800-53-r5", "pci-4.0.1", "cis-5.0")
    idle: tuple[Standard, ...] = ("cis-5.0",)
    return (
        _rule(
            "root-account-mfa-enabled", "IAM.9", "nist-800-53-r5", "pci-4.0.1", "cis-5.0", root=True
        ),
        _rule("root-account-hardware-mfa-enabled", "IAM.6", *aged, root=True),
        _rule("iam-root-access-key-check", "IAM.4", "fsbp", "nist-800-53-r5", "cis-5.0", root=True),
        _rule("mfa-enabled-for-iam-console-access", "IAM.5", *aged),
        _rule("iam-user-mfa-enabled", "IAM.19", "nist-800-53-r5", "pci-4.0.1"),
        _rule(
            "access-keys-rotated",
            "IAM.3",
            *(aged if key_age_days >= KEY_AGE_DAYS else ()),
            maxAccessKeyAge=str(key_age_days),
        ),
        _rule(
            "iam-user-unused-credentials-check",
            "IAM.22",
            *(idle if unused_days >= UNUSED_DAYS else ()),
            maxCredentialUsageAge=str(unused_days),
        ),
        _rule(
            "iam-password-policy",
            "IAM.15 IAM.16",
            "cis-5.0",
            MinimumPasswordLength="14",
            PasswordReusePrevention="24",
        ),
        _rule("iam-user-no-policies-check", "IAM.2", "fsbp", "nist-800-53-r5", "cis-5.0"),
        _rule("iam-policy-no-statements-with-admin-access", "IAM.1", "fsbp", "nist-800-53-r5"),
        _rule("iam-policy-in-use", "IAM.18", "pci-4.0.1", "cis-5.0", policyARN=SUPPORT_POLICY),
    )


def missing_rules(
    rules: Sequence[ManagedRule], standards: Sequence[Standard]
) -> Iterator[ManagedRule]:
    """Give the rules that no standard of Security Hub evaluates.

    Args:
        rules: rules of :func:`managed_rules`.
        standards: standards that are on; none where Security Hub is off.
    """
    return (rule for rule in rules if not rule.standards.intersection(standards))


def pack_template(rules: Sequence[ManagedRule], prefix: str) -> str:
    """Give the template of a conformance pack: YAML, which AWS Config asks for.

    Args:
        rules: the rules of the pack.
        prefix: start of the names of the rules.

    Raises:
        BaselineError: there is no rule: AWS Config takes no empty pack.
    """
    if not rules:
        raise BaselineError("rules is empty; a conformance pack has at least one rule")
    return "\n".join(["Resources:", *(line for rule in rules for line in _lines(rule, prefix)), ""])


def _lines(rule: ManagedRule, prefix: str) -> Iterator[str]:
    yield f"  {rule.id}:"
    yield "    Type: AWS::Config::ConfigRule"
    yield "    Properties:"
    yield f"      ConfigRuleName: {prefix}-{rule.name}"
    yield f"      Description: Security Hub {', '.join(rule.controls)}"
    if rule.parameters:
        yield "      InputParameters:"
    for name, value in rule.parameters.items():
        yield f'        {name}: "{value}"'
    yield "      Source:"
    yield "        Owner: AWS"
    yield f"        SourceIdentifier: {rule.identifier}"
