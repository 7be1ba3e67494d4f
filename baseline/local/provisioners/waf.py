"""AWS WAF: web ACLs, what they protect, and what they log; moto keeps all three."""

from baseline.local.provisioners.registry import Physical, register
from baseline.local.provisioners.resource import Resource

_LEFT = "moto keeps no data protection and no protection of the load balancer itself"
_DECLARED = ("DataProtectionConfig", "OnSourceDDoSProtectionConfig", "ApplicationConfig")
_CHANGED = (
    *("AssociationConfig", "CaptchaConfig", "ChallengeConfig", "CustomResponseBodies"),
    *("DefaultAction", "Description", "Rules", "TokenDomains", "VisibilityConfig"),
)


def _create(resource: Resource) -> Physical:
    name, scope = resource.name("Name"), resource.get("Scope")
    answer = resource.call(
        "wafv2",
        "create_web_acl",
        Name=name,
        Scope=scope,
        Tags=resource.tag_list() or None,
        **resource.only(*_CHANGED),
    )
    return _physical(f"{name}|{answer['Summary']['Id']}|{scope}", resource)


def _update(physical_id: str, _: Resource, resource: Resource) -> Physical:
    key = _key(physical_id)
    token = resource.call("wafv2", "get_web_acl", **key)["LockToken"]
    resource.call("wafv2", "update_web_acl", LockToken=token, **key, **resource.only(*_CHANGED))
    return _physical(physical_id, resource)


def _delete(physical_id: str, resource: Resource) -> None:
    key = _key(physical_id)
    token = resource.call("wafv2", "get_web_acl", **key)["LockToken"]
    resource.call("wafv2", "delete_web_acl", LockToken=token, **key)


def _key(physical_id: str) -> dict[str, str]:
    name, identifier, scope = physical_id.split("|")
    return {"Name": name, "Id": identifier, "Scope": scope}


def _physical(physical_id: str, resource: Resource) -> Physical:
    found = resource.call("wafv2", "get_web_acl", **_key(physical_id))["WebACL"]
    attributes = {
        "Arn": found["ARN"],
        "Id": found["Id"],
        "Capacity": found.get("Capacity", 0),
        "LabelNamespace": found.get("LabelNamespace", ""),
    }
    return Physical(id=physical_id, attributes=attributes)


def _associate(resource: Resource) -> Physical:
    given = resource.only("WebACLArn", "ResourceArn")
    resource.call("wafv2", "associate_web_acl", **given)
    return Physical(id=f"{given['WebACLArn']}|{given['ResourceArn']}")


def _dissociate(physical_id: str, resource: Resource) -> None:
    resource.call("wafv2", "disassociate_web_acl", ResourceArn=physical_id.partition("|")[2])


def _log(resource: Resource) -> Physical:
    given = resource.only("ResourceArn", "LogDestinationConfigs", "RedactedFields", "LoggingFilter")
    resource.call("wafv2", "put_logging_configuration", LoggingConfiguration=given)
    return Physical(id=given["ResourceArn"])


def _stop_log(physical_id: str, resource: Resource) -> None:
    resource.call("wafv2", "delete_logging_configuration", ResourceArn=physical_id)


register(
    "AWS::WAFv2::WebACL",
    create=_create,
    update=_update,
    delete=_delete,
    applies=("Name", "Scope", "Tags", *_CHANGED),
    declared=_DECLARED,
    reason=_LEFT,
)
register(
    "AWS::WAFv2::WebACLAssociation",
    create=_associate,
    delete=_dissociate,
    applies=("ResourceArn", "WebACLArn"),
)
register(
    "AWS::WAFv2::LoggingConfiguration",
    create=_log,
    update=lambda _, __, resource: _log(resource),
    delete=_stop_log,
    applies=("LogDestinationConfigs", "LoggingFilter", "RedactedFields", "ResourceArn"),
)
