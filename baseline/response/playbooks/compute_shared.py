"""Steps that the playbooks about machines share, written for the person who is woken at night.

The commands take the machine's ID as ``$INSTANCE``; `aws ec2 describe-instances` gives the rest.
"""

from __future__ import annotations

from baseline.response.playbooks.model import Step

COLLECT = Step(
    id="collect-instance",
    title="Keep what the machine is and says",
    why=(
        "Its description, interfaces, groups, console and inventory as they are before anything is "
        "changed. Of the user data only the hash is kept, because people put secrets there."
    ),
    kind="evidence",
    by_hand=(
        "aws ec2 describe-instances --instance-ids $INSTANCE > instance.json",
        "aws ec2 get-console-output --instance-id $INSTANCE --latest --output text > console.txt",
        "aws ec2 get-console-screenshot --instance-id $INSTANCE > screenshot.json",
        "aws ssm list-inventory-entries --instance-id $INSTANCE --type-name AWS:Application",
    ),
)

PRESERVE = Step(
    id="preserve-instance",
    title="Protect the machine and its volumes from deletion",
    why=(
        "Whoever is in the machine, or Auto Scaling, could destroy the evidence. Termination is "
        "refused, a shutdown from inside stops instead of terminating, volumes outlive the machine. "
        "Nothing that runs is touched, so nobody is asked."
    ),
    kind="evidence",
    by_hand=(
        "aws ec2 create-tags --resources $INSTANCE --tags Key=SecurityBaselineIncident,Value=$INCIDENT",
        "aws ec2 modify-instance-attribute --instance-id $INSTANCE --disable-api-termination",
        "aws ec2 modify-instance-attribute --instance-id $INSTANCE --attribute instanceInitiatedShutdownBehavior --value stop",
        'aws ec2 modify-instance-attribute --instance-id $INSTANCE --block-device-mappings \'[{"DeviceName":"/dev/xvda","Ebs":{"DeleteOnTermination":false}}]\'',
    ),
    undo=(
        "aws ec2 modify-instance-attribute --instance-id $INSTANCE --no-disable-api-termination",
        "aws ec2 delete-tags --resources $INSTANCE --tags Key=SecurityBaselineIncident",
    ),
)

SNAPSHOT = Step(
    id="snapshot-volumes",
    title="Take snapshots of all volumes",
    why=(
        "All volumes at the same moment, while the machine runs. Snapshots of the last 24 hours "
        "count; a volume that has one gets no other."
    ),
    kind="evidence",
    by_hand=(
        "aws ec2 create-snapshots --instance-specification InstanceId=$INSTANCE --description $INCIDENT",
    ),
)

DEREGISTER = Step(
    id="deregister-targets",
    title="Take the machine out of its load balancers",
    why=(
        "First of all changes, so that users are served by other machines before this one goes "
        "silent. Target groups that know it by ID or by address, and Classic Load Balancers."
    ),
    kind="contain",
    by_hand=(
        "aws elbv2 deregister-targets --target-group-arn $GROUP --targets Id=$INSTANCE",
        "aws elb deregister-instances-from-load-balancer --load-balancer-name $NAME --instances $INSTANCE",
    ),
    undo=(
        "aws elbv2 register-targets --target-group-arn $GROUP --targets Id=$INSTANCE",
        "aws elb register-instances-with-load-balancer --load-balancer-name $NAME --instances $INSTANCE",
    ),
)

DETACH_SCALING = Step(
    id="detach-scaling",
    title="Detach the machine from its Auto Scaling group",
    why=(
        "Auto Scaling would terminate a machine that fails its health check, and the evidence with "
        "it. The group starts another one in its place, from the same image: see whether that is "
        "sound."
    ),
    kind="contain",
    by_hand=(
        "aws autoscaling detach-instances --instance-ids $INSTANCE --auto-scaling-group-name $GROUP --no-should-decrement-desired-capacity",
    ),
    undo=(
        "aws autoscaling attach-instances --instance-ids $INSTANCE --auto-scaling-group-name $GROUP",
    ),
)

DRAIN = Step(
    id="drain-containers",
    title="Move ECS services away from the machine",
    why=(
        "ECS places no more tasks on it and starts those of services elsewhere. A node of EKS is "
        "named in the report: cordoning it takes rights inside the cluster, which nothing here has."
    ),
    kind="contain",
    by_hand=(
        "aws ecs update-container-instances-state --cluster $CLUSTER --container-instances $ARN --status DRAINING",
        "kubectl cordon $NODE",
    ),
    undo=(
        "aws ecs update-container-instances-state --cluster $CLUSTER --container-instances $ARN --status ACTIVE",
        "kubectl uncordon $NODE",
    ),
)

BLOCK_REMOTE = Step(
    id="block-remote-addresses",
    title="Deny the other end in the network ACL",
    why=(
        "A network ACL keeps no state, so this ends connections that are open, to and from the "
        "addresses of the internet that the finding names, for every machine of the subnet."
    ),
    kind="contain",
    by_hand=(
        "aws ec2 describe-network-acls --filters Name=association.subnet-id,Values=$SUBNET",
        "aws ec2 create-network-acl-entry --network-acl-id $ACL --rule-number 1 --protocol=-1 --rule-action deny --ingress --cidr-block $ADDRESS/32",
        "aws ec2 create-network-acl-entry --network-acl-id $ACL --rule-number 1 --protocol=-1 --rule-action deny --egress --cidr-block $ADDRESS/32",
    ),
    undo=(
        "aws ec2 delete-network-acl-entry --network-acl-id $ACL --rule-number 1 --ingress",
        "aws ec2 delete-network-acl-entry --network-acl-id $ACL --rule-number 1 --egress",
    ),
)

MEMORY = Step(
    id="capture-memory",
    title="Capture the machine's memory",
    why=(
        "Only where response.compute.memory names a tool and Systems Manager reaches the machine. "
        "Before the machine is isolated, which cuts Systems Manager off, and before its profile is "
        "detached, which the upload needs. The machine is suspect, and so is what it answers."
    ),
    kind="evidence",
    by_hand=(
        "aws ssm describe-instance-information --filters Key=InstanceIds,Values=$INSTANCE",
        "aws ssm start-session --target $INSTANCE",
    ),
    waits_minutes=30,
)

ISOLATE = Step(
    id="isolate-instance",
    title="Isolate the machine from the network",
    why=(
        "Every interface gets a security group without rules and no other. Connections that are "
        "tracked would survive that, so each interface passes for a moment through a group under "
        "which nothing is tracked. A subnet in which nothing else is gets a network ACL that denies "
        "everything."
    ),
    kind="contain",
    by_hand=(
        "aws ec2 describe-network-interfaces --filters Name=attachment.instance-id,Values=$INSTANCE",
        "aws ec2 create-security-group --group-name secbase-isolation --description isolation --vpc-id $VPC",
        "aws ec2 revoke-security-group-egress --group-id $GROUP --ip-permissions IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0}]",
        "aws ec2 modify-network-interface-attribute --network-interface-id $INTERFACE --groups $GROUP",
    ),
    undo=(
        "aws ec2 modify-network-interface-attribute --network-interface-id $INTERFACE --groups $GROUPS_BEFORE",
        "aws ec2 replace-network-acl-association --association-id $ASSOCIATION --network-acl-id $ACL_BEFORE",
    ),
)

DETACH_PROFILE = Step(
    id="detach-profile",
    title="Take the instance profile from the machine",
    why=(
        "It gets no new credentials. Those that it has stay valid for up to six hours: start the "
        "playbook compromised-role-session for the role that the report names."
    ),
    kind="contain",
    by_hand=(
        "aws ec2 describe-iam-instance-profile-associations --filters Name=instance-id,Values=$INSTANCE",
        "aws ec2 disassociate-iam-instance-profile --association-id $ASSOCIATION",
    ),
    undo=(
        "aws ec2 associate-iam-instance-profile --instance-id $INSTANCE --iam-instance-profile Name=$PROFILE",
    ),
)

STOP = Step(
    id="stop-instance",
    title="Stop the machine",
    why=(
        "It hibernates where it can, which keeps its memory. Otherwise memory is lost, and what is "
        "in instance store is lost in any case: approve it when memory is captured or not needed. "
        "It is never terminated."
    ),
    kind="destructive",
    by_hand=("aws ec2 stop-instances --instance-ids $INSTANCE",),
    undo=("aws ec2 start-instances --instance-ids $INSTANCE",),
)

HAND_OVER = Step(
    id="hand-over-snapshots",
    title="Copy the snapshots into the forensic account",
    why=(
        "Snapshots under the key that AWS manages cannot be shared. So they are copied under the "
        "forensic account's key, shared, and copied again by that account, where nobody of this "
        "account reaches them. Without a forensic account the report says which could be shared."
    ),
    kind="evidence",
    by_hand=(
        "aws ec2 copy-snapshot --source-region $REGION --source-snapshot-id $SNAPSHOT --encrypted --kms-key-id $FORENSIC_KEY_ARN",
        "aws ec2 modify-snapshot-attribute --snapshot-id $COPY --attribute createVolumePermission --operation-type add --user-ids $FORENSIC_ACCOUNT",
    ),
    waits_minutes=120,
)

INSTANCE_STEPS = (
    COLLECT,
    PRESERVE,
    SNAPSHOT,
    DEREGISTER,
    DETACH_SCALING,
    DRAIN,
    BLOCK_REMOTE,
    MEMORY,
    ISOLATE,
    DETACH_PROFILE,
)
"""From what nobody notices to what stops the attacker; memory before the network is gone."""

SOURCES = (
    "AWS Security Incident Response User Guide",
    "Amazon GuardDuty User Guide, Remediating a potentially compromised Amazon EC2 instance",
    "AWS Systems Manager Automation runbook reference, AWSSupport-ContainEC2Instance",
    "Amazon EC2 User Guide, Security group connection tracking",
)
