"""Taking a machine out of service: load balancers first, so that users are served by others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import compute_instance
from botocore.exceptions import ClientError
from calls import Call
from clients import Client

State = dict[str, Any]


def deregister_targets(call: Call) -> None:
    """Take the instance out of every target group and every Classic Load Balancer."""
    instance = compute_instance.read(call)
    groups = list(_target_groups(call, instance))
    classic = list(_classic(call, instance["InstanceId"]))
    call.keep("before.json", {"target_groups": groups, "classic": classic})
    call.each([*groups, *classic], lambda place: _leave(call, instance["InstanceId"], place))


def _leave(call: Call, instance: str, place: State) -> None:
    if "TargetGroupArn" in place:
        group = place["TargetGroupArn"]
        name = group.split(":targetgroup/")[-1]
        call.change(
            f"deregister {instance} from target group {name}",
            lambda: call.client("elbv2").deregister_targets(
                TargetGroupArn=group, Targets=place["Targets"]
            ),
        )
        return
    name = place["LoadBalancerName"]
    call.change(
        f"deregister {instance} from Classic Load Balancer {name}",
        lambda: call.client("elb").deregister_instances_from_load_balancer(
            LoadBalancerName=name, Instances=[{"InstanceId": instance}]
        ),
    )


def _target_groups(call: Call, instance: State) -> Iterator[State]:
    """Give the groups that send to the instance, by its ID or by one of its addresses."""
    client = call.client("elbv2")
    known = {instance["InstanceId"], *compute_instance.addresses(instance)}
    for page in client.get_paginator("describe_target_groups").paginate():
        for group in page["TargetGroups"]:
            if group.get("TargetType") not in {"instance", "ip"}:
                continue
            arn = group["TargetGroupArn"]
            health = client.describe_target_health(TargetGroupArn=arn)
            found = [
                {key: each["Target"][key] for key in ("Id", "Port") if key in each["Target"]}
                for each in health["TargetHealthDescriptions"]
                if each["Target"]["Id"] in known and each["TargetHealth"]["State"] != "draining"
            ]
            if found:
                yield {"TargetGroupArn": arn, "Targets": found}


def _classic(call: Call, instance: str) -> Iterator[State]:
    for page in call.client("elb").get_paginator("describe_load_balancers").paginate():
        for each in page["LoadBalancerDescriptions"]:
            if any(member["InstanceId"] == instance for member in each["Instances"]):
                yield {"LoadBalancerName": each["LoadBalancerName"]}


def detach_scaling(call: Call) -> None:
    """Take the instance out of its Auto Scaling group, which starts another in its place."""
    instance = compute_instance.read(call)
    name, client = instance["InstanceId"], call.client("autoscaling")
    found = client.describe_auto_scaling_instances(InstanceIds=[name])["AutoScalingInstances"]
    call.keep("before.json", found)
    for each in found:
        if each["LifecycleState"].startswith(("Detach", "Terminat")):
            call.note(f"{name} is leaving {each['AutoScalingGroupName']} already")
            continue
        group = each["AutoScalingGroupName"]
        call.change(
            f"detach {name} from Auto Scaling group {group}, which replaces it",
            lambda group=group: client.detach_instances(
                InstanceIds=[name],
                AutoScalingGroupName=group,
                ShouldDecrementDesiredCapacity=False,
            ),
        )
        call.note(f"the replacement in {group} starts from the same image: see whether it is sound")


def drain_containers(call: Call) -> None:
    """Let ECS place nothing on the instance and move services away; tell of a Kubernetes node."""
    instance = compute_instance.read(call)
    name, client = instance["InstanceId"], call.client("ecs")
    found = list(_container_instances(client, name))
    call.keep("before.json", found)
    for cluster in _kubernetes(instance):
        call.note(
            f"{name} is a node of EKS cluster {cluster}: cordon it with kubectl; its pods move "
            "when Kubernetes finds the isolated node unreachable"
        )
    call.each(found, lambda place: _drain(call, client, place))


def _drain(call: Call, client: Client, place: State) -> None:
    if place["status"] != "ACTIVE":
        return
    call.change(
        f"drain container instance {place['arn'].rpartition('/')[2]}",
        lambda: client.update_container_instances_state(
            cluster=place["cluster"], containerInstances=[place["arn"]], status="DRAINING"
        ),
    )


def _container_instances(client: Client, instance: str) -> Iterator[State]:
    for page in client.get_paginator("list_clusters").paginate():
        for cluster in page["clusterArns"]:
            try:
                arns = client.list_container_instances(
                    cluster=cluster, filter=f"ec2InstanceId == {instance}"
                )["containerInstanceArns"]
            except ClientError as error:
                if error.response["Error"]["Code"] != "ClusterNotFoundException":
                    raise
                continue
            if not arns:
                continue
            described = client.describe_container_instances(
                cluster=cluster, containerInstances=arns
            )["containerInstances"]
            for each in described:
                # An emulator may not know the filter; AWS gives exactly this one.
                if each["ec2InstanceId"] == instance:
                    yield {
                        "cluster": cluster,
                        "arn": each["containerInstanceArn"],
                        "status": each["status"],
                    }


def _kubernetes(instance: State) -> list[str]:
    prefix = "kubernetes.io/cluster/"
    keys = [each["Key"] for each in instance.get("Tags", [])]
    return [key.removeprefix(prefix) for key in keys if key.startswith(prefix)]
