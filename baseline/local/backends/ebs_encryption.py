"""EC2: EBS encryption by default and its key, per account and Region."""

from typing import Any

from baseline.local.backends import state
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest

_AWS_KEY = "alias/aws/ebs"


def _settings(request: ApiRequest) -> dict[str, Any]:
    return state.regional("ebs encryption", request.account, request.region)


@answers("ec2", "EnableEbsEncryptionByDefault", "DisableEbsEncryptionByDefault")
def switch(request: ApiRequest) -> dict[str, Any]:
    """Turn the encryption of new volumes on or off."""
    settings = _settings(request)
    settings["on"] = request.operation.startswith("Enable")
    return {"EbsEncryptionByDefault": settings["on"]}


@answers("ec2", "GetEbsEncryptionByDefault")
def get(request: ApiRequest) -> dict[str, Any]:
    """Tell whether new volumes are encrypted."""
    return {"EbsEncryptionByDefault": _settings(request).get("on", False)}


@answers("ec2", "ModifyEbsDefaultKmsKeyId")
def set_key(request: ApiRequest) -> dict[str, Any]:
    """Set the key of new volumes."""
    settings = _settings(request)
    settings["key"] = request.parameters["KmsKeyId"]
    return {"KmsKeyId": settings["key"]}


@answers("ec2", "GetEbsDefaultKmsKeyId", "ResetEbsDefaultKmsKeyId")
def get_key(request: ApiRequest) -> dict[str, Any]:
    """Give the key of new volumes; a reset gives AWS's own key back."""
    settings = _settings(request)
    if request.operation.startswith("Reset"):
        settings.pop("key", None)
    return {"KmsKeyId": settings.get("key", _AWS_KEY)}
