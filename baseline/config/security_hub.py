"""Security Hub CSPM: standards, controls, classes of units, rules for findings, what is exported."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field, StrictBool, StrictFloat, StrictInt

from baseline.config.access_analyzer import DATE_PATTERN
from baseline.config.forms import PHRASE_PATTERN, WORDS_PATTERN, AccountId, UnitPath
from baseline.config.organization_policies import TagKey
from baseline.config.section import Section

if TYPE_CHECKING:
    from baseline.config.units import OrganizationalUnit

CONTROL_PATTERN = r"^[A-Z][A-Za-z0-9]*\.[0-9]{1,3}$"
CONTROL_PARAMETER_PATTERN = r"^[A-Za-z][A-Za-z0-9]{0,127}$"
FINDING_TYPE_PATTERN = r"^[A-Z][A-Za-z ]+(/[^/]+){0,2}$"
FINDING_RESOURCE_PATTERN = r"^[A-Z][A-Za-z0-9]+$"
PRODUCT_PATTERN = r"^arn:aws:securityhub:[a-z0-9-]+:([0-9]{12})?:product/[\w.-]+/[\w.-]+$"

# Values of one criterion of AWS::SecurityHub::AutomationRule.
FEW_VALUES: Final = 20
MANY_VALUES: Final = 100
# Two rules an acceptance, one a severity that is raised, one a route: together the 100 rules that
# an administrator may have (AWS Security Hub User Guide, "Understanding automation rules").
MOST_ACCEPTED: Final = 25
MOST_RAISED: Final = 10

SANDBOX_GUARDRAIL: Final = "sandbox-limits"

Standard = Literal["fsbp", "cis-5.0", "nist-800-53-r5", "pci-4.0.1"]
UnitClass = Literal["core", "workload", "sandbox"]
RaisedSeverity = Literal["low", "medium", "high"]
ControlId = Annotated[str, Field(pattern=CONTROL_PATTERN)]
ParameterName = Annotated[str, Field(pattern=CONTROL_PARAMETER_PATTERN)]
RuleName = Annotated[str, Field(pattern=WORDS_PATTERN, max_length=60)]
FindingType = Annotated[str, Field(pattern=FINDING_TYPE_PATTERN, max_length=200)]
FindingResource = Annotated[str, Field(pattern=FINDING_RESOURCE_PATTERN, max_length=100)]
ProductArn = Annotated[str, Field(pattern=PRODUCT_PATTERN)]
Reason = Annotated[str, Field(pattern=PHRASE_PATTERN, min_length=10, max_length=200)]
Words = Annotated[str, Field(pattern=PHRASE_PATTERN, max_length=200)]
Texts = Annotated[tuple[Words, ...], Field(min_length=1, max_length=100)]

HINTS: Mapping[str, str] = MappingProxyType(
    {
        CONTROL_PATTERN: "is not the ID of a control, such as S3.2",
        CONTROL_PARAMETER_PATTERN: "is not the name of a control's parameter, such as daysToExpiration",
        FINDING_TYPE_PATTERN: "is not a type of findings, such as Effects/Data Exposure",
        FINDING_RESOURCE_PATTERN: "is not a type of resources as Security Hub calls it, such as AwsS3Bucket",
        PRODUCT_PATTERN: "is not the ARN of a product, such as arn:aws:securityhub:eu-west-1::product/vendor/product",
    }
)
"""What each form of text asks for."""


class ControlParameter(Section):
    """The value of one parameter of a control, under the type that the control gives it."""

    boolean: StrictBool | None = Field(default=None, description="A truth value.")
    integer: StrictInt | None = Field(default=None, description="A whole number.")
    double: StrictFloat | None = Field(default=None, description="A number.")
    string: Words | None = Field(default=None, description="A text.")
    enum: Words | None = Field(default=None, description="One of the values that AWS lists.")
    integers: Annotated[tuple[StrictInt, ...], Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Whole numbers."
    )
    strings: Texts | None = Field(default=None, description="Texts.")
    enums: Texts | None = Field(default=None, description="Some of the values that AWS lists.")

    def given(self) -> dict[str, bool | int | float | str | tuple[int, ...] | tuple[str, ...]]:
        """Give the types that have a value; right is one."""
        return {name: value for name, value in self if value is not None}


Parameters = dict[ControlId, dict[ParameterName, ControlParameter]]


class ClassPolicy(Section):
    """What Security Hub does otherwise in one class of units. Nothing by default."""

    units: tuple[UnitPath, ...] = Field(
        default=(),
        description="Units that belong to the class, with the units below them, whatever they look like. None by default.",
    )
    standards: tuple[Standard, ...] | None = Field(
        default=None,
        description="Standards that are checked in the class. Those of the organization by default.",
    )
    disabled_controls: dict[ControlId, Reason] = Field(
        default_factory=dict,
        description="Controls that are off in the class besides those of the organization, each with its reason. None by default.",
    )
    parameters: Parameters = Field(
        default_factory=dict,
        description="Parameters of controls in the class, before those of the organization. None by default.",
    )

    def differs(self) -> bool:
        """Tell whether the class needs a policy of its own."""
        return self.standards is not None or bool(self.disabled_controls or self.parameters)


class Classes(Section):
    """The classes of units. A unit without a word here has the class of what stands in it."""

    core: ClassPolicy = Field(
        default_factory=ClassPolicy,
        description="Units with the core accounts, where no choice says otherwise.",
    )
    workload: ClassPolicy = Field(
        default_factory=ClassPolicy, description="All units that are neither core nor sandbox."
    )
    sandbox: ClassPolicy = Field(
        default_factory=ClassPolicy,
        description="Units with the guardrail sandbox-limits, where no choice says otherwise.",
    )

    def items(self) -> list[tuple[UnitClass, ClassPolicy]]:
        """Give name and policy of each class."""
        return [("core", self.core), ("workload", self.workload), ("sandbox", self.sandbox)]


class AcceptedFinding(Section):
    """Findings that somebody looked at and accepted, until a day."""

    reason: Reason = Field(description="Why they are accepted, for whoever reads it in a year.")
    until: str = Field(
        pattern=DATE_PATTERN,
        description="Last day on which they are accepted, in quotes, as in '2027-06-30'. After it Security Hub suppresses nothing more and opens again what it had suppressed, and the file is invalid until somebody decides again.",
    )
    controls: tuple[ControlId, ...] = Field(
        default=(), max_length=FEW_VALUES, description="Controls, such as S3.2. None by default."
    )
    types: tuple[FindingType, ...] = Field(
        default=(),
        max_length=FEW_VALUES,
        description="Starts of the types of findings, such as Effects/Data Exposure. None by default.",
    )
    titles: tuple[Words, ...] = Field(
        default=(),
        max_length=FEW_VALUES,
        description="Starts of the titles of findings. None by default.",
    )
    resources: tuple[Words, ...] = Field(
        default=(),
        max_length=FEW_VALUES,
        description="IDs of the resources as findings have them, mostly ARNs, in full. None by default.",
    )
    accounts: tuple[AccountId, ...] = Field(
        default=(), max_length=FEW_VALUES, description="IDs of accounts. All by default."
    )
    tags: dict[TagKey, Words] = Field(
        default_factory=dict,
        max_length=FEW_VALUES,
        description="Tags of the resource; one of them is enough. None by default.",
    )


class RaisedFindings(Section):
    """Findings that count one severity more than Security Hub gives them."""

    severities: tuple[RaisedSeverity, ...] = Field(
        default=("medium", "high"),
        min_length=1,
        description="Severities that are raised by one: high becomes critical. medium and high by default.",
    )
    units: tuple[UnitPath, ...] = Field(
        default=(),
        description="Units whose accounts are meant, with the units below them; accounts that have an id. None by default.",
    )
    accounts: tuple[Words, ...] = Field(
        default=(), description="Names of accounts that are meant. None by default."
    )
    tags: dict[TagKey, Words] = Field(
        default_factory=dict,
        max_length=FEW_VALUES,
        description="Tags of the resource; one of them is enough. None by default.",
    )
    resource_types: tuple[FindingResource, ...] = Field(
        default=(),
        max_length=FEW_VALUES,
        description="Types of resources, such as AwsCloudFrontDistribution. All by default.",
    )
    types: tuple[FindingType, ...] = Field(
        default=(),
        max_length=FEW_VALUES,
        description="Starts of the types of findings. All by default.",
    )
    controls: tuple[ControlId, ...] = Field(
        default=(), max_length=FEW_VALUES, description="Controls. All by default."
    )


def _internet_facing() -> dict[str, RaisedFindings]:
    return {"internet-facing": RaisedFindings(tags={"Exposure": "internet"})}


class SecurityHubSettings(Section):
    """Security Hub CSPM: central configuration, aggregation into the home Region, standards."""

    enabled: bool = Field(
        default=True,
        strict=True,
        description="Security Hub in every account and governed Region. true by default.",
    )
    standards: tuple[Standard, ...] = Field(
        default=("fsbp", "cis-5.0"),
        description="Standards that are checked. fsbp is AWS Foundational Security Best Practices. fsbp and cis-5.0 by default.",
    )
    disabled_controls: dict[ControlId, Reason] = Field(
        default_factory=dict,
        description="Controls that are off in all accounts, each with its reason. None by default; whatever AWS adds arrives enabled.",
    )
    parameters: Parameters = Field(
        default_factory=dict,
        description="Parameters of controls: control, parameter, type, value, as in ACM.1: {daysToExpiration: {integer: 45}}. Those of AWS by default.",
    )
    classes: Classes = Field(
        default_factory=Classes,
        description="What is otherwise in the units with core accounts, workloads and sandboxes.",
    )
    accepted: dict[RuleName, AcceptedFinding] = Field(
        default_factory=dict,
        max_length=MOST_ACCEPTED,
        description="Findings that are suppressed, by name. None by default.",
    )
    raised: dict[RuleName, RaisedFindings] = Field(
        default_factory=_internet_facing,
        max_length=MOST_RAISED,
        description="Findings that count more, by name, such as those of production. Those of resources with the tag Exposure: internet by default; {} for none.",
    )
    insights: bool = Field(
        default=True,
        strict=True,
        description="The baseline's views of the findings in the home Region. true by default.",
    )
    archive: bool = Field(
        default=False,
        strict=True,
        description="Keep every finding, and each of its updates, in the log archive; Security Hub forgets them after 90 days. Billed by finding. false by default.",
    )
    products: tuple[ProductArn, ...] = Field(
        default=(),
        description="ARNs of products of other vendors whose findings are taken in, each of a governed Region. AWS's own need none. None by default.",
    )

    def everywhere(self) -> tuple[Standard, ...]:
        """Give the standards that are checked in every class."""
        others = [policy.standards for _, policy in self.classes.items()]
        return tuple(
            each
            for each in self.standards
            if all(standards is None or each in standards for standards in others)
        )


def classes_of(
    units: Mapping[str, OrganizationalUnit],
    *,
    classes: Classes,
    core: frozenset[str],
) -> dict[str, UnitClass]:
    """Give the class of each unit by its path, parents first.

    A choice of the configuration goes first, then the guardrail for sandboxes, then the core
    accounts, then the class of the unit above.

    Args:
        units: the units by path, parents first.
        classes: choices of the configuration.
        core: paths of the units that a core account stands in.
    """
    chosen: dict[str, UnitClass] = {
        path: name for name, policy in classes.items() for path in policy.units
    }
    found: dict[str, UnitClass] = {}
    for path, unit in units.items():
        parent = found.get(path.rpartition("/")[0], "workload")
        if path in chosen:
            found[path] = chosen[path]
        elif SANDBOX_GUARDRAIL in unit.guardrails:
            found[path] = "sandbox"
        elif path in core:
            found[path] = "core"
        else:
            found[path] = parent
    return found
