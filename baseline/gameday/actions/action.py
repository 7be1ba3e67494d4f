"""Action: something that a scenario does, and what an action knows while it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from baseline.gameday import tags
from baseline.gameday.aws import client_error
from baseline.gameday.world import World

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

REFUSALS = frozenset(
    {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}
)
GONE = frozenset(
    {
        "InvalidGroup.NotFound",
        "InvalidVpcID.NotFound",
        "NoSuchBucket",
        "ResourceNotFoundException",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where an action acts.

    Attributes:
        world: the AWS.
        account: account ID.
        region: Region.
        run: name of the run.
        facts: what steps found out, by name; they add to it, also when they fail halfway.
        remember: keeps the facts where they outlive this process.
    """

    world: World
    account: str
    region: str
    run: str
    facts: dict[str, str] = field(default_factory=dict)
    remember: Callable[[], None] = lambda: None

    def note(self, **facts: str) -> None:
        """Add facts, and keep them at once."""
        self.facts.update(facts)
        self.remember()

    @contextmanager
    def making(self, fact: str, name: str = "") -> Iterator[None]:
        """Note what is made before it is: an answer that is lost does not lose the thing.

        Args:
            fact: that the answer gives.
            name: it, where it is known before. Without a name the cleanup looks for the tag.
        """
        self.note(**{fact: name})
        try:
            yield
        except client_error() as error:
            if refused(error):
                del self.facts[fact]
            raise

    @property
    def tagged(self) -> list[dict[str, Any]]:
        """The filter of EC2 for what this run made."""
        return [{"Name": f"tag:{tags.RUN}", "Values": [self.run]}]

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3
        """Give a boto3 client of the account and Region."""
        return self.world.client(service, self.account, self.region)

    def tags(self, kind: str) -> list[dict[str, Any]]:
        """Give the tags of a resource of EC2 that is being made."""
        tagged = [{"Key": tags.RUN, "Value": self.run}]
        return [{"ResourceType": kind, "Tags": tagged}]

    def call(
        self,
        service: str,
        operation: str,
        *,
        event: str,
        request: Mapping[str, object],
        **arguments: object,
    ) -> Any:  # noqa: ANN401 - boto3
        """Call an operation that CloudTrail tells of, a refused call included.

        Args:
            service: name of the service, in boto3 and of the source of the event.
            operation: name of the method.
            event: name of the event.
            request: its ``requestParameters``.
            arguments: of the method.
        """
        error = {}
        try:
            return getattr(self.client(service), operation)(**arguments)
        except client_error() as refused:
            error = {"errorCode": refused.response["Error"]["Code"]}
            raise
        finally:
            role = f"arn:aws:sts::{self.account}:assumed-role/game-day/{self.run}"
            self.record(
                service,
                event,
                {"userIdentity": {"type": "AssumedRole", "arn": role}, **error},
                request=request,
            )

    def record(
        self,
        service: str,
        event: str,
        more: Mapping[str, object],
        *,
        request: Mapping[str, object],
    ) -> None:
        """Let CloudTrail tell of a call."""
        detail = {
            "eventSource": f"{service}.amazonaws.com",
            "eventName": event,
            "eventID": f"{self.run}-{event}",
            "requestParameters": dict(request),
            **more,
        }
        self.world.recorded(self.account, self.region, detail)


Run = Callable[..., None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """A named action.

    Attributes:
        name: name in scenarios.
        run: does it; takes the :class:`Place`, then the parameters.
        says: what it does, for people.
        requires: parameters that have to be there.
        optional: parameters that may be there.
        gives: facts that it finds out.
        after: facts without which a cleanup has nothing to do.
    """

    name: str
    run: Run
    says: str
    requires: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    gives: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()

    @property
    def takes(self) -> frozenset[str]:
        """Every parameter."""
        return self.requires | self.optional


def code_of(error: ClientError) -> str:
    """Give the code of an error of AWS."""
    return str(error.response["Error"]["Code"])


def refused(error: ClientError) -> bool:
    """Whether AWS denied the call."""
    return code_of(error) in REFUSALS


def unless_gone(call: Callable[..., object], **arguments: object) -> None:
    """Call what deletes something; that it is gone already is no error."""
    try:
        call(**arguments)
    except client_error() as error:
        if code_of(error) not in GONE:
            raise
