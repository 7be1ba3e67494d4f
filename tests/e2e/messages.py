"""What people are told, and the events that AWS services would send."""

from __future__ import annotations

import time

from tests.e2e.organization import Organization


class Inbox:
    """A queue that is subscribed to a topic, as a paging system would be."""

    def __init__(self, organization: Organization, severity: str) -> None:
        account = organization.names.security
        self._sqs = organization.client("sqs", account)
        # Nobody else may take a subscription off a topic of the baseline.
        role = organization.session.configuration.break_glass.role
        self._sns = organization.client("sns", account, role=role)
        name = organization.names.topic(severity)
        self.topic = f"arn:aws:sns:{organization.home}:{account}:{name}"
        self.url = self._sqs.create_queue(QueueName=f"e2e-{severity}")["QueueUrl"]
        arn = f"arn:aws:sqs:{organization.home}:{account}:e2e-{severity}"
        self.subscription = self._sns.subscribe(
            TopicArn=self.topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True
        )["SubscriptionArn"]

    def texts(self, *, wanted: str, seconds: float) -> str:
        """Give the messages that came, at the latest when one holds ``wanted``."""
        received = ""
        deadline = time.monotonic() + seconds
        while wanted not in received and time.monotonic() < deadline:
            answer = self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
            for message in answer.get("Messages", ()):
                received += message["Body"]
                self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            time.sleep(0.2)
        return received

    def close(self) -> None:
        """Leave the topic as it was."""
        self._sns.unsubscribe(SubscriptionArn=self.subscription)
        self._sqs.delete_queue(QueueUrl=self.url)


def record(organization: Organization, account: str, region: str, **event: object) -> None:
    """Let CloudTrail deliver a recorded call."""
    body = {"account": account, "region": region, **event}
    assert organization.access.page("/_baseline/events", body)["event_id"]
