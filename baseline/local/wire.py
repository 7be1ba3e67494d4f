"""Reading AWS API calls and writing AWS answers, with moto's parsers for every AWS protocol."""

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from moto.core.exceptions import ServiceException
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class

# SigV4 names that differ from botocore's service names.
_BOTOCORE_NAMES = {
    "access-analyzer": "accessanalyzer",
    "email": "ses",
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
    "sso": "sso-admin",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
}
# Source: "Common Errors" of the EC2 (ec2 protocol), IAM (query) and S3 (rest-xml) API references.
_DENIAL_CODES = {
    "ec2": "UnauthorizedOperation",
    "query": "AccessDenied",
    "rest-xml": "AccessDenied",
}
_S3_CONTROL_PATH = "/v20180820/"
_CBOR_PATH = re.compile(r"^/service/\w+/operation/(\w+)$")

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, kw_only=True)
class Response:
    """A complete HTTP response."""

    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Call:
    """One HTTP request and what the service's model says about it.

    Attributes:
        service: SigV4 service name, or ``s3control`` for its paths under ``s3``.
        operation: API operation; empty when the model does not know the request.
        parameters: Its input, by the model's member names.
        model: moto's operation model; None when unknown.
        protocol: AWS protocol of the request, for example ``rest-json``.
    """

    service: str
    operation: str
    parameters: dict[str, Any]
    model: Any = None
    protocol: str = ""


class ServiceError(ServiceException):  # type: ignore[misc]
    """An AWS error that one of our own answers raises.

    Args:
        code: Error code of the service's model, for example ``ResourceNotFoundException``.
        message: The sentence for the client.
        status: HTTP status.
        members: What else the model gives the error, such as ``OpsItemId``.
    """

    def __init__(self, code: str, message: str, status: int = 400, **members: str) -> None:
        super().__init__(code, message)
        self.status = status
        for name, value in members.items():
            setattr(self, name, value)


def botocore_name(service: str, path: str = "/") -> str:
    """Give botocore's name of a SigV4 service name."""
    if service == "s3" and path.startswith(_S3_CONTROL_PATH):
        return "s3control"
    return _BOTOCORE_NAMES.get(service, service)


def read(service: str, method: str, url: str, headers: dict[str, str], body: bytes) -> Call:
    """Find the operation of a request and parse its input.

    A request that no model describes gives a call without operation, so that it is still routed.
    """
    path = urlsplit(url).path
    name = botocore_name(service, path)
    owner = "s3control" if name == "s3control" else service
    try:
        request = Request.from_primitives(method, url, headers, body)
        model, labels = get_service_router(name).match(request)
        protocol = determine_request_protocol(model.service_model, request.content_type)
        parsed = PROTOCOL_PARSERS[protocol](model).parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": request.data,
                "url_path": request.path,
                "url_params": labels,
            }
        )
    except Exception:  # noqa: BLE001 - parsers raise anything on input that is not theirs
        cbor = _CBOR_PATH.match(path)
        target = headers.get("x-amz-target", "").rpartition(".")[2]
        operation = cbor.group(1) if cbor else target
        return Call(service=owner, operation=operation, parameters={})
    return Call(
        service=owner,
        operation=str(model.name),
        parameters=dict(parsed or {}),
        model=model,
        protocol=protocol,
    )


def write(call: Call, result: object) -> Response:
    """Write an output (a dict of the operation's members) or a :class:`ServiceError`."""
    serializer = get_serializer_class(botocore_name(call.service), call.protocol)
    serialized = serializer(call.model).serialize(result)
    body = serialized["body"]
    content = body if isinstance(body, bytes) else body.encode()
    status = result.status if isinstance(result, ServiceError) else serialized["status_code"]
    headers = {**serialized["headers"], "content-length": str(len(content))}
    pairs = [(name.lower().encode(), str(value).encode()) for name, value in headers.items()]
    return Response(status=int(status), headers=pairs, body=content)


def access_denied(call: Call, message: str) -> Response:
    """Write the access-denied error of the call's protocol, as AWS names it there."""
    code = _DENIAL_CODES.get(call.protocol, "AccessDeniedException")
    if call.model is None:
        return _plain_denial(code, message)
    return write(call, ServiceError(code, message, status=403))


def _plain_denial(code: str, message: str) -> Response:
    body = json.dumps({"__type": code, "message": message}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"x-amzn-errortype", code.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    return Response(status=403, headers=headers, body=body)
