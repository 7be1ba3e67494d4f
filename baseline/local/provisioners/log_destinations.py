"""AWS::Logs::Destination: where log groups of other accounts are sent to."""

from baseline.local.provisioners.registry import Physical, register
from baseline.local.provisioners.resource import Resource


def _put(resource: Resource) -> Physical:
    name = resource.properties["DestinationName"]
    resource.call(
        "logs",
        "put_destination",
        destinationName=name,
        targetArn=resource.properties["TargetArn"],
        roleArn=resource.properties["RoleArn"],
        tags=resource.tags(),
    )
    if "DestinationPolicy" in resource.properties:
        resource.call(
            "logs",
            "put_destination_policy",
            destinationName=name,
            accessPolicy=resource.properties["DestinationPolicy"],
        )
    arn = f"arn:aws:logs:{resource.region}:{resource.account}:destination:{name}"
    return Physical(id=name, attributes={"Arn": arn})


def _update(_: str, __: Resource, new: Resource) -> Physical:
    return _put(new)


def _delete(name: str, resource: Resource) -> None:
    resource.call("logs", "delete_destination", destinationName=name)


register(
    "AWS::Logs::Destination",
    create=_put,
    update=_update,
    delete=_delete,
    applies=("DestinationName", "DestinationPolicy", "RoleArn", "Tags", "TargetArn"),
)
