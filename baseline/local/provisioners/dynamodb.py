"""AWS::DynamoDB::Table: what ministack's provisioner leaves out."""

from baseline.local.provisioners.resource import Resource
from baseline.local.provisioners.stock import completes


@completes(
    "AWS::DynamoDB::Table",
    applies=("DeletionProtectionEnabled", "PointInTimeRecoverySpecification", "SSESpecification"),
)
def complete_table(name: str, resource: Resource) -> None:
    """Set encryption, recovery and deletion protection."""
    if "PointInTimeRecoverySpecification" in resource.properties:
        resource.call(
            "dynamodb",
            "update_continuous_backups",
            TableName=name,
            **resource.only("PointInTimeRecoverySpecification"),
        )
    if encryption := resource.get("SSESpecification"):
        wanted = {"Enabled": encryption["SSEEnabled"]} | {
            key: encryption[key] for key in ("SSEType", "KMSMasterKeyId") if key in encryption
        }
        resource.call("dynamodb", "update_table", TableName=name, SSESpecification=wanted)
    if protection := resource.only("DeletionProtectionEnabled"):
        resource.call("dynamodb", "update_table", TableName=name, **protection)
