"""Game days: rehearsed incidents, what hears of them, experiments, and keys that nobody should use."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from baseline.config.forms import AccountId
from baseline.config.section import Section
from baseline.config.workload import QUALIFIER_PATTERN

ALARM_ARN_PATTERN = r"^arn:aws:cloudwatch:[a-z0-9-]+:[0-9]{12}:alarm:\S(.*\S)?$"
TAG_KEY_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_./=+@-]{0,127}$"
CANARY_PATTERN = r"^[A-Za-z][A-Za-z0-9-]{2,40}$"

HINTS = {
    ALARM_ARN_PATTERN: "is not the ARN of a CloudWatch alarm, such as arn:aws:cloudwatch:eu-west-1:666666666666:alarm:orders-errors",
    TAG_KEY_PATTERN: "is not a tag key: 1 to 128 letters, digits or . _ / = + @ -",
    CANARY_PATTERN: "is not a name for a canary: 3 to 41 letters, digits or hyphens, a letter first",
}

MAXIMUM_STOP_CONDITIONS = 5

AlarmArn = Annotated[str, Field(pattern=ALARM_ARN_PATTERN)]
CanaryName = Annotated[str, Field(pattern=CANARY_PATTERN)]


class Experiments(Section):
    """Experiments of AWS FIS in one workload account, which people start by hand or by a scenario."""

    account: AccountId = Field(
        description="ID of the workload account. Its own CDK bootstrap deploys the stack."
    )
    stop_alarms: tuple[AlarmArn, ...] = Field(
        min_length=1,
        max_length=MAXIMUM_STOP_CONDITIONS,
        description="ARNs of CloudWatch alarms of that account and the home Region; each stops an experiment at once. At least one, because an experiment without one stops for nobody.",
    )
    qualifier: str = Field(
        default="hnb659fds",
        pattern=QUALIFIER_PATTERN,
        description="Qualifier of the account's CDK bootstrap: that of application teams, never the baseline's own. hnb659fds by default.",
    )
    tag: str = Field(
        default="GameDayTarget",
        pattern=TAG_KEY_PATTERN,
        description="Tag key; machines and subnets on which it is `allowed` are targets, and nothing else is. GameDayTarget by default.",
    )
    report: bool = Field(
        default=False,
        strict=True,
        description="Let AWS FIS write a report of each experiment into a bucket; each report is billed. false by default.",
    )


class GameDays(Section):
    """Rehearsals of incidents: `baseline gameday`."""

    inbox: bool = Field(
        default=False,
        strict=True,
        description="A queue in the security account that hears what people are told, so that `baseline gameday` measures arrival, and a policy for those who run it. false by default.",
    )
    experiments: Experiments | None = Field(
        default=None, description="Experiments of AWS FIS. None by default."
    )
