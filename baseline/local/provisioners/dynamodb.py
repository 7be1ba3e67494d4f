"""AWS::DynamoDB::Table: what ministack's provisioner leaves out."""

from baseline.local.provisioners.resource import Resource
from baseline.local.provisioners.stock import completes


@completes(
    "AWS::DynamoDB::Table",
    applies=(
        "DeletionProtectionEnabled",
        "PointInTimeRecoverySpecification",
        "ResourcePolicy",
        "SSESpecification",
    ),
)
def complete_table(name: str, resource: Resource) -> None:
    """Set encryption, recovery, deletion protection and the resource policy."""
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
    if policy := resource.get("ResourcePolicy"):
        arn = f"arn:aws:dynamodb:{resource.region}:{resource.account}:table/{name}"
        resource.call(
            "dynamodb", "put_resource_policy", ResourceArn=arn, Policy=policy["PolicyDocument"]
        )
