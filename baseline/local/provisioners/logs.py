"""AWS::Logs::LogGroup: what ministack's provisioner leaves out."""

from baseline.local.provisioners.resource import Resource
from baseline.local.provisioners.stock import completes

_PROTECTION = "DeletionProtectionEnabled"


@completes("AWS::Logs::LogGroup", applies=(_PROTECTION,))
def complete_log_group(name: str, resource: Resource) -> None:
    """Protect the log group from deletion, or end that when the template dropped it."""
    if _PROTECTION in resource.properties or _PROTECTION in resource.dropped:
        resource.call(
            "logs",
            "put_log_group_deletion_protection",
            logGroupIdentifier=name,
            deletionProtectionEnabled=resource.get(_PROTECTION, False),
        )
