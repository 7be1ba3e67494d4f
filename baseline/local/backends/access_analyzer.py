"""IAM Access Analyzer: analyzers are stored; they produce no findings."""

from datetime import UTC, datetime
from typing import Any

from baseline.local.backends import state
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError


def _analyzers(request: ApiRequest) -> dict[str, Any]:
    return state.regional("analyzers", request.account, request.region)


def _analyzer(request: ApiRequest) -> dict[str, Any]:
    name = request.parameters["analyzerName"]
    if name not in _analyzers(request):
        raise ServiceError("ResourceNotFoundException", f"analyzer {name} not found", 404)
    return dict(_analyzers(request)[name])


def _configuration(request: ApiRequest) -> dict[str, Any]:
    """Give the configuration, a union: external access has none, and an empty one is no answer."""
    given = request.parameters.get("configuration")
    return {"configuration": given} if given else {}


@answers("access-analyzer", "CreateAnalyzer")
def create(request: ApiRequest) -> dict[str, Any]:
    """Create an analyzer with its archive rules."""
    name = request.parameters["analyzerName"]
    if name in _analyzers(request):
        raise ServiceError("ConflictException", f"analyzer {name} already exists", 409)
    arn = f"arn:aws:access-analyzer:{request.region}:{request.account}:analyzer/{name}"
    _analyzers(request)[name] = {
        "arn": arn,
        "name": name,
        "type": request.parameters["type"],
        "createdAt": datetime.now(UTC),
        "tags": request.parameters.get("tags") or {},
        "status": "ACTIVE",
        "archiveRules": request.parameters.get("archiveRules") or [],
        **_configuration(request),
    }
    return {"arn": arn}


@answers("access-analyzer", "GetAnalyzer")
def get(request: ApiRequest) -> dict[str, Any]:
    """Give an analyzer."""
    return {"analyzer": _analyzer(request)}


@answers("access-analyzer", "ListAnalyzers")
def list_analyzers(request: ApiRequest) -> dict[str, Any]:
    """List the analyzers, of one type where the request names it."""
    kind = request.parameters.get("type")
    found = _analyzers(request).values()
    return {"analyzers": [one for one in found if kind in (None, one["type"])]}


@answers("access-analyzer", "UpdateAnalyzer")
def update(request: ApiRequest) -> dict[str, Any]:
    """Change the configuration of an analyzer."""
    found = _analyzer(request)
    changed = _configuration(request)
    _analyzers(request)[found["name"]] = {**found, **changed}
    return changed


@answers("access-analyzer", "DeleteAnalyzer")
def delete(request: ApiRequest) -> dict[str, Any]:
    """Delete an analyzer."""
    _analyzers(request).pop(_analyzer(request)["name"])
    return {}


@answers("access-analyzer", "ListArchiveRules")
def list_archive_rules(request: ApiRequest) -> dict[str, Any]:
    """List the archive rules of an analyzer."""
    found = _analyzer(request)
    created = found["createdAt"]
    return {
        "archiveRules": [
            {**rule, "createdAt": created, "updatedAt": created} for rule in found["archiveRules"]
        ]
    }
