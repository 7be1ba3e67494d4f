"""AWS::Backup::BackupSelection: what a plan backs up."""

from baseline.local.provisioners.registry import Physical, register
from baseline.local.provisioners.resource import Resource


def _create(resource: Resource) -> Physical:
    plan = resource.get("BackupPlanId")
    answer = resource.call(
        "backup",
        "create_backup_selection",
        BackupPlanId=plan,
        BackupSelection=resource.get("BackupSelection"),
    )
    identifier = answer["SelectionId"]
    return Physical(
        id=f"{identifier}_{plan}",
        attributes={
            "BackupPlanId": plan,
            "SelectionId": identifier,
            "Id": f"{identifier}_{plan}",
        },
    )


def _delete(physical_id: str, resource: Resource) -> None:
    identifier, _, plan = physical_id.partition("_")
    resource.call("backup", "delete_backup_selection", BackupPlanId=plan, SelectionId=identifier)


register(
    "AWS::Backup::BackupSelection",
    create=_create,
    delete=_delete,
    applies=("BackupPlanId", "BackupSelection"),
)
