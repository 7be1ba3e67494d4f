"""AuthorizerRequired: no route of an API answers without asking who it is."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
import jsii
from aws_cdk import aws_apigateway as rest
from aws_cdk import aws_apigatewayv2 as http
from constructs import IConstruct

from baseline.errors import BaselineError

OPEN = (None, "NONE")
PREFLIGHT = "OPTIONS"
"""Browsers send it without credentials, and it does nothing."""


@jsii.implements(cdk.IAspect)
class AuthorizerRequired:
    """Stops the synthesis when a method or route of an API has no authorizer.

    Args:
        public: resource paths or route keys that answer everybody, by name.

    Source: Security Hub APIGateway.8.
    """

    def __init__(self, public: Sequence[str]) -> None:
        self._public = frozenset(public)

    def visit(self, node: IConstruct) -> None:
        """Look at one construct."""
        if isinstance(node, rest.CfnMethod):
            route = f"{node.http_method} {_path(node)}"
            is_open = node.authorization_type in OPEN and node.http_method != PREFLIGHT
        elif isinstance(node, http.CfnRoute):
            route = node.route_key
            is_open = node.authorization_type in OPEN and not route.startswith(PREFLIGHT)
        else:
            return
        if is_open and route not in self._public:
            raise BaselineError(
                f"rule api-authorizer: {node.node.path} answers {route!r} without an authorizer; "
                "give the API one, or name the route in public_routes"
            )


def _path(method: rest.CfnMethod) -> str:
    parent = method.node.scope
    resource = parent.resource if isinstance(parent, rest.Method) else None
    return resource.path if resource is not None else "?"
