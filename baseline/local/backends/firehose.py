"""Amazon Data Firehose: events and logs reach streams, and streams deliver to HTTPS endpoints here.

Only loopback addresses are called, at once: nothing is buffered or tried twice. Everything that is
not delivered lies in the failure bucket, as in AWS. Splunk and OpenSearch have protocols of their
own, which are not spoken: their records are kept by ministack and go nowhere.
"""

from __future__ import annotations

import base64
import gzip
import http.client
import json
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from baseline.local import emulators, internal
from baseline.local.backends.registry import follows
from baseline.local.requests import ApiRequest

LOOPBACK = ("127.0.0.1", "::1", "localhost")
SECONDS = 5
PROTOCOL = "1.0"
FAILED = "http-endpoint-failed"

Records = Sequence[bytes]


class UndeliveredError(Exception):
    """The endpoint did not take the records; the message says why."""


def receive_events_and_logs() -> None:
    """Let rules and subscription filters of log groups reach streams, which ministack drops."""
    events, logs = emulators.ministack("eventbridge"), emulators.ministack("cloudwatch_logs")
    events._invoke_target = _events_to(events._invoke_target)
    logs._fanout_to_subscription_filters = _logs_to(logs._fanout_to_subscription_filters)


def _events_to(invoke: Callable[..., None]) -> Callable[..., None]:
    def wrapped(
        target: Mapping[str, Any],
        event: dict[str, Any],
        rule: Mapping[str, Any],
        view: Any = None,  # noqa: ANN401 - ministack has no types
    ) -> None:
        arn = str(target.get("Arn", ""))
        changed = {"Input", "InputPath", "InputTransformer"} & target.keys()
        if ":deliverystream/" not in arn or changed:
            invoke(target, event, rule, view)
            return
        # EventBridge sends to streams of its own account and Region only.
        if tuple(arn.split(":")[4:2:-1]) == emulators.scope():
            seen = view or emulators.ministack("eventbridge")._pattern_event_view(event)
            _put(arn, [json.dumps(seen.event_with_detail()).encode()])

    return wrapped


def _logs_to(fan_out: Callable[..., None]) -> Callable[..., None]:
    def wrapped(group: str, stream: str, events: Sequence[Mapping[str, Any]]) -> None:
        fan_out(group, stream, events)
        service = emulators.ministack("cloudwatch_logs")
        filters = (service._log_groups.get(group) or {}).get("subscriptionFilters") or {}
        for each in filters.values():
            pattern = each.get("filterPattern", "")
            wanted = [
                one
                for one in events
                if service._subscription_pattern_matches(pattern, one.get("message", ""))
            ]
            arn = _stream_behind(each.get("destinationArn", ""))
            if arn and wanted:
                _put(arn, [_batch(group, stream, each, wanted)])

    return wrapped


def _stream_behind(arn: str) -> str:
    """Give the stream that a subscription leads to, through a destination of another account."""
    if ":deliverystream/" in arn:
        return arn
    if ":destination:" not in arn:
        return ""
    region, account, name = arn.split(":")[3], arn.split(":")[4], arn.rpartition(":")[2]
    with _scope(account, region):
        found = emulators.ministack("cloudwatch_logs")._destinations.get(name) or {}
    target = str(found.get("targetArn", ""))
    return target if ":deliverystream/" in target else ""


def _batch(
    group: str, stream: str, each: Mapping[str, Any], events: Iterable[Mapping[str, Any]]
) -> bytes:
    """Give a batch as CloudWatch Logs sends it: one compressed document."""
    document = {
        "messageType": "DATA_MESSAGE",
        "owner": emulators.scope()[0],
        "logGroup": group,
        "logStream": stream,
        "subscriptionFilters": [each.get("filterName", "")],
        "logEvents": [
            {"id": uuid.uuid4().hex, "timestamp": one.get("timestamp"), "message": one["message"]}
            for one in events
        ],
    }
    return gzip.compress(json.dumps(document).encode())


def _scope(account: str, region: str) -> Any:  # noqa: ANN401 - ministack has no types
    return emulators.module("ministack.core.responses").request_scope(account, region)


def _put(arn: str, records: Records) -> None:
    region, account, name = arn.split(":")[3], arn.split(":")[4], arn.rpartition("/")[2]
    with _scope(account, region):
        service = emulators.ministack("firehose")
        for record in records:
            data = base64.b64encode(record).decode()
            service._put_record({"DeliveryStreamName": name, "Record": {"Data": data}})
    _deliver(account, region, name, records)


@follows("firehose", "PutRecord", "PutRecordBatch")
def deliver_put_records(request: ApiRequest) -> None:
    """Deliver what a client put on a stream."""
    given = request.parameters
    records = given.get("Records") or [given["Record"]]
    data = [
        each["Data"] if isinstance(each["Data"], bytes) else base64.b64decode(each["Data"])
        for each in records
    ]
    _deliver(request.account, request.region, given["DeliveryStreamName"], data)


def _deliver(account: str, region: str, name: str, records: Records) -> None:
    with _scope(account, region):
        stream = emulators.ministack("firehose")._streams.get(name) or {}
    for each in stream.get("destinations", []):
        if each["type"] == "HttpEndpoint":
            work = (account, region, dict(stream), each["config"], list(records))
            # The secret and the bucket are asked for at the endpoint that this call came from.
            threading.Thread(target=_send, args=work, daemon=True).start()


def _send(
    account: str,
    region: str,
    stream: Mapping[str, Any],
    config: Mapping[str, Any],
    records: Records,
) -> None:
    processed = [out for record in records for out in _process(config, record)]
    try:
        _post(config, processed, _token(account, region, config), stream["arn"])
    except (OSError, http.client.HTTPException, UndeliveredError) as error:
        key, body = _failure(stream["name"], config["S3Configuration"], records, str(error))
        bucket = config["S3Configuration"]["BucketARN"].rpartition(":")[2]
        internal.client("s3", account, region).put_object(Bucket=bucket, Key=key, Body=body)


def _process(config: Mapping[str, Any], record: bytes) -> Iterable[bytes]:
    """Run the processors for records of CloudWatch Logs; others of the same stream fail, as in AWS."""
    processing = config.get("ProcessingConfiguration") or {}
    kinds = [each["Type"] for each in processing.get("Processors", [])]
    if "Decompression" not in kinds:
        return [record]
    plain = gzip.decompress(record)
    if "CloudWatchLogProcessing" not in kinds:
        return [plain]
    messages = [one["message"] for one in json.loads(plain)["logEvents"]]
    return ["".join(f"{message}\n" for message in messages).encode()]


def _token(account: str, region: str, config: Mapping[str, Any]) -> str:
    given = config.get("SecretsManagerConfiguration") or {}
    if not given.get("Enabled"):
        return str(config["EndpointConfiguration"].get("AccessKey", ""))
    client = internal.client("secretsmanager", account, region)
    value = json.loads(client.get_secret_value(SecretId=given["SecretARN"])["SecretString"])
    return str(value["api_key"])


def _post(config: Mapping[str, Any], records: Records, token: str, arn: str) -> None:
    """Post records as Firehose's protocol for HTTP endpoints has it.

    Source: Amazon Data Firehose Developer Guide, "HTTP endpoint delivery request and response
    specifications".
    """
    url = urlsplit(config["EndpointConfiguration"]["Url"])
    if url.hostname not in LOOPBACK or url.scheme != "https":
        raise UndeliveredError(
            f"{url.hostname} is not on this machine; the embedded AWS stays here"
        )
    identifier = str(uuid.uuid4())
    body = json.dumps(
        {
            "requestId": identifier,
            "timestamp": int(time.time() * 1000),
            "records": [{"data": base64.b64encode(each).decode()} for each in records],
        }
    ).encode()
    headers = {
        "Content-Type": "application/json",
        "X-Amz-Firehose-Protocol-Version": PROTOCOL,
        "X-Amz-Firehose-Request-Id": identifier,
        "X-Amz-Firehose-Source-Arn": arn,
        "X-Amz-Firehose-Access-Key": token,
    }
    if (config.get("RequestConfiguration") or {}).get("ContentEncoding") == "GZIP":
        body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
    # A certificate for this machine's own name is signed by nobody.
    context = ssl._create_unverified_context()  # noqa: S323 - loopback only
    connection = http.client.HTTPSConnection(
        url.hostname, url.port, timeout=SECONDS, context=context
    )
    try:
        path = f"{url.path or '/'}{f'?{url.query}' if url.query else ''}"
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    if answer.status != http.client.OK or _echo(text) != identifier:
        raise UndeliveredError(f"HTTP {answer.status}: {text[:200]!r}")


def _echo(text: bytes) -> str:
    """Give the request ID that the endpoint sends back; deliveries without it have failed."""
    try:
        return str(json.loads(text)["requestId"])
    except (KeyError, TypeError, ValueError):
        return ""


def _failure(name: str, backup: Mapping[str, Any], records: Records, why: str) -> tuple[str, bytes]:
    """Give key and content of the object that keeps undelivered records, as AWS documents them."""
    now = int(time.time() * 1000)
    lines = "".join(
        json.dumps(
            {
                "attemptsMade": 1,
                "arrivalTimestamp": now,
                "errorCode": "HttpEndpoint.DestinationException",
                "errorMessage": why,
                "attemptEndingTimestamp": now,
                "rawData": base64.b64encode(each).decode(),
            }
        )
        + "\n"
        for each in records
    ).encode()
    start = backup.get("ErrorOutputPrefix") or f"{backup.get('Prefix', '')}{FAILED}/"
    key = f"{start.replace('!{firehose:error-output-type}', FAILED)}{name}-{uuid.uuid4()}"
    if backup.get("CompressionFormat") == "GZIP":
        return f"{key}.gz", gzip.compress(lines)
    return key, lines
