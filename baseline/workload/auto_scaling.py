"""HardenedAutoScalingGroup: machines that are replaced, not repaired, and that nobody logs in to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import aws_cdk as cdk
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.primitives.acknowledge import acknowledge, acknowledge_rule
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic
from baseline.workload import machines

ZONES = 2
INSTANCE_TYPES = ("m7g.large", "m6g.large")
LIFETIME_DAYS = (1, 365)
"""Source: Amazon EC2 Auto Scaling User Guide, "Replace Auto Scaling instances based on maximum
instance lifetime"."""

CONTROLS = (
    "AutoScaling.1",
    "AutoScaling.2",
    "AutoScaling.6",
    "AutoScaling.9",
    "EC2.25",
    "EC2.170",
    "EC2.181",
)
USE = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")


class Capacity(NamedTuple):
    """How many machines there are, and how long one lives."""

    minimum: int
    maximum: int
    lifetime_days: int


class HardenedAutoScalingGroup(Construct):
    """Machines of one image in at least two zones: IMDSv2, encrypted disks, no key pair, no address.

    People come in through Session Manager. A machine lives 14 days at most, so that it runs the
    newest image; instances that fail the load balancer's or EC2's check are replaced.

    Args:
        scope: parent construct.
        id: construct ID.
        vpc: the VPC.
        subnets: private subnets in at least two zones.
        image: the machine image, such as one of a hardened image pipeline by SSM parameter.
        topic: hears of launches, terminations and failures.
        instance_types: at least two, so that a shortage of one stops nothing; ``m7g.large`` and
            ``m6g.large`` by default. The image has to fit their architecture.
        minimum: machines at least; 2 by default, one per zone.
        maximum: machines at most; 8 by default, what absorbs a surge.
        root_gib: size of the root volume; 30 by default.
        key: key of the volumes, which Auto Scaling is then let use; by default the account's
            default key of EBS.
        lifetime_days: after which a machine is replaced; 14 by default.
        target_cpu_percent: load that scaling aims at; 50 by default.

    Attributes:
        group: the ``aws_autoscaling.AutoScalingGroup``.
        role: its machines' role; grant it what the application needs.
        security_group: of the machines; admits nothing until a rule says so.

    Raises:
        BaselineError: for a public subnet, a single zone or a number out of its range.

    Source: Security Hub AutoScaling.1, AutoScaling.2, AutoScaling.6, AutoScaling.9, EC2.25,
    EC2.170, EC2.181; Amazon EC2 Auto Scaling User Guide, "Required AWS KMS key policy for use with
    encrypted volumes".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc,
        subnets: Sequence[ec2.ISubnet],
        image: ec2.IMachineImage,
        topic: SecureTopic,
        instance_types: Sequence[str] = INSTANCE_TYPES,
        minimum: int = 2,
        maximum: int = 8,
        root_gib: int = 30,
        key: SecureKey | None = None,
        lifetime_days: int = 14,
        target_cpu_percent: int = 50,
    ) -> None:
        super().__init__(scope, id)
        machines.check_subnets(vpc, subnets)
        capacity = Capacity(minimum=minimum, maximum=maximum, lifetime_days=lifetime_days)
        _check(len(subnets), instance_types, capacity)
        if key is not None:
            _admit_auto_scaling(key, cdk.Stack.of(self))
        self.role = machines.instance_role(self)
        self.security_group = machines.egress_group(
            self, vpc, "Machines: nothing in, HTTPS to endpoints of the VPC"
        )
        template = self._create_template(image, instance_types[0], root_gib, key)
        mixed = autoscaling.MixedInstancesPolicy(
            launch_template=template,
            launch_template_overrides=[
                autoscaling.LaunchTemplateOverrides(instance_type=ec2.InstanceType(each))
                for each in instance_types
            ],
        )
        self.group = self._create_group(vpc, subnets, mixed, capacity, topic)
        self.group.scale_on_cpu_utilization("Cpu", target_utilization_percent=target_cpu_percent)
        _explain(self.group)
        implements(
            self,
            capability="hardened-auto-scaling-group",
            controls=CONTROLS,
        )

    def _create_template(
        self, image: ec2.IMachineImage, instance_type: str, root_gib: int, key: SecureKey | None
    ) -> ec2.LaunchTemplate:
        return ec2.LaunchTemplate(
            self,
            "Template",
            machine_image=image,
            instance_type=ec2.InstanceType(instance_type),
            role=self.role.without_policy_updates(),
            security_group=self.security_group,
            block_devices=[machines.root_volume(root_gib, key)],
            http_tokens=ec2.LaunchTemplateHttpTokens.REQUIRED,
            http_put_response_hop_limit=machines.HOP_LIMIT,
            detailed_monitoring=True,
            ebs_optimized=True,
            associate_public_ip_address=False,
        )

    def _create_group(
        self,
        vpc: ec2.IVpc,
        subnets: Sequence[ec2.ISubnet],
        machines_of: autoscaling.MixedInstancesPolicy,
        capacity: Capacity,
        topic: SecureTopic,
    ) -> autoscaling.AutoScalingGroup:
        return autoscaling.AutoScalingGroup(
            self,
            "Group",
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnets=list(subnets)),
            mixed_instances_policy=machines_of,
            min_capacity=capacity.minimum,
            max_capacity=capacity.maximum,
            max_instance_lifetime=cdk.Duration.days(capacity.lifetime_days),
            health_checks=autoscaling.HealthChecks.with_additional_checks(
                additional_types=[autoscaling.AdditionalHealthCheckType.ELB],
                grace_period=cdk.Duration.minutes(5),
            ),
            notifications=[
                autoscaling.NotificationConfiguration(
                    topic=topic.topic, scaling_events=autoscaling.ScalingEvents.ALL
                )
            ],
            group_metrics=[autoscaling.GroupMetrics.all()],
            update_policy=autoscaling.UpdatePolicy.rolling_update(
                min_instances_in_service=capacity.minimum
            ),
        )


def _explain(group: autoscaling.AutoScalingGroup) -> None:
    blind = "the rule reads no launch template of a mixed instances policy, which this group has; "
    acknowledge(group, {"AwsSolutions-EC26": f"{blind}the template encrypts every volume"})
    acknowledge_rule(
        group,
        "EC2IMDSv2Enabled",
        f"{blind}the template requires IMDSv2",
        packs=("HIPAA.Security", "NIST.800.53.R5"),
    )


def _admit_auto_scaling(key: SecureKey, stack: cdk.Stack) -> None:
    """Let Auto Scaling's service-linked role make grants for volumes.

    The role is named by a condition: a key policy that names a missing role as its principal is
    refused, and the role exists only once the account has used Auto Scaling.
    """
    role = (
        f"arn:{stack.partition}:iam::{stack.account}:role/aws-service-role/"
        "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    )
    only = {"ArnEquals": {"aws:PrincipalArn": role}}
    for sid, actions, conditions in (
        ("UseForVolumes", USE, only),
        (
            "GrantForVolumes",
            ("kms:CreateGrant",),
            {**only, "Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ):
        key.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid=sid,
                principals=[iam.AnyPrincipal()],
                actions=list(actions),
                resources=["*"],
                conditions=conditions,
            )
        )


def _check(zones: int, instance_types: Sequence[str], capacity: Capacity) -> None:
    if zones < ZONES:
        raise BaselineError(
            f"subnets holds {zones}; machines stand in at least {ZONES} availability zones"
        )
    if len(set(instance_types)) < ZONES:
        raise BaselineError(
            f"instance_types holds {', '.join(instance_types) or 'none'}; name at least two, so "
            "that a shortage of one stops nothing"
        )
    if not 1 <= capacity.minimum <= capacity.maximum:
        raise BaselineError(
            f"minimum must be between 1 and maximum, {capacity.maximum} machines, got "
            f"{capacity.minimum}"
        )
    low, high = LIFETIME_DAYS
    if not low <= capacity.lifetime_days <= high:
        raise BaselineError(
            f"lifetime_days must be between {low} and {high} days, got {capacity.lifetime_days}"
        )
