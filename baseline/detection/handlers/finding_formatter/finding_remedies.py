"""What to do about a finding: one sentence for each kind, in order; the first that fits counts."""

from __future__ import annotations

ASK = (
    "Ask whoever did this; if nobody answers for it, treat it as an incident: keep the session from "
    "acting, then look at what else it did."
)

THREATS = (
    ("AttackSequence:", "Several signs belong to one attack: treat it as an incident at once. Contain the identities and resources it names, then read its timeline."),
    ("CryptoCurrency:", "Isolate the resource, keep a snapshot of its volumes, and find out how the miner came in; look for others like it."),
    ("Policy:IAMUser/RootCredentialUsage", "Ask the owner of the account. If it was nobody, change the root password, remove its access keys, and look at what root did."),
    ("Policy:S3/", "Ask the bucket's owner. If it was not intended, undo the change of the bucket's policy, and find out who made it."),
    ("Stealth:", "Somebody switched off a record: switch it on again, and look at what the same identity did since."),
    ("Execution:", "Isolate the resource and keep its volumes; find the process or file that the finding names, and how it came in."),
    ("Object:S3/MaliciousFile", "Do not open the object: quarantine it, find who uploaded it, and who has read it."),
    ("PenTest:", "Ask whether a test was announced; if not, treat it as an attack."),
    ("/Kubernetes", "Look up the user or workload in the audit log of the cluster; revoke its bindings, and isolate the node if it ran code."),
)  # fmt: skip
"""Part of the type of a GuardDuty finding, and what to do."""

THREATENED = (
    ("AccessKey", "Disable the access key or end the role's sessions, then look at what they did in CloudTrail; rotate what they could read."),
    ("Instance", "Isolate the instance with a security group that lets nothing through, keep a snapshot, and find out how it was reached; do not end it before."),
    ("S3Bucket", "Ask the bucket's owner who should have access; block public access, and see in CloudTrail what was read."),
    ("EKSCluster", "Isolate the workload that the finding names, revoke its role's sessions, and look at the audit log of the cluster."),
    ("ECSCluster", "Stop the task after keeping its logs, revoke its role's sessions, and check its image."),
    ("Container", "Stop the container after keeping its logs, revoke its role's sessions, and check its image."),
    ("RDSDBInstance", "Change the password of the database user, close the way in, and see what was read."),
    ("Lambda", "Look at the function's code and who changed it; revoke its role's sessions, and set its concurrency to 0 while you look."),
)  # fmt: skip
"""Type of the resource of a GuardDuty finding, and what to do."""

PRODUCTS = (
    ("product/aws/inspector", "Update the package to the version that the finding names, or rebuild the image with it; until then close the way to it."),
    ("product/aws/macie", "Ask the bucket's owner whether this data belongs there; restrict who can read it, or move it."),
    ("product/aws/access-analyzer", "Ask the owner whether outsiders shall have this access; if not, narrow the policy, else archive the finding with an archive rule."),
    ("product/aws/health", "Read the event and answer AWS where it asks for an answer; an exposed key or an abuse report is an incident."),
    ("product/aws/firewall-manager", "Apply the policy to the resource that lacks it, or exclude the resource by name."),
    ("product/aws/ssm-patch-manager", "Install the missing patches, or find out why the patch run failed."),
    ("product/aws/config", "Bring the resource in line with the rule, or ask for an exception."),
    ("product/aws/securityhub", "Bring the resource in line with the control; the guide has the steps. If the risk is accepted, suppress the finding with a note that says by whom."),
)  # fmt: skip
"""Part of the product's ARN of a finding in Security Hub, and what to do."""

CALLS = (
    ("kms:ScheduleKeyDeletion", "Cancel the deletion (KMS, CancelKeyDeletion) unless it was planned: what the key encrypted cannot be read afterwards."),
    ("kms:", "Enable the key and restore its policy unless this was planned: what it encrypts cannot be read while it is disabled."),
    ("cloudtrail:", "Switch the trail on again as it was, and look at what the same identity did; the organization trail's gap is where to look first."),
    ("guardduty:", "Switch the detection on again, and look at what the same identity did before and after."),
    ("securityhub:", "Undo the change in Security Hub, and look at what the same identity did before and after."),
    ("config:", "Start the recorder again, and look at what was changed while it was off."),
    ("sts:AssumeRoot", "Ask who opened the root session and for which task; the removal of root credentials is the only planned one."),
    ("account:", "Ask the owner of the account. Whoever reads its e-mail address can reset its root password: cancel the change if nobody answers for it."),
    ("iam:DisableOrganizations", "Switch central management of root on again: without it, members can make root credentials."),
)  # fmt: skip
"""Start of a recorded call, as ``service:Name``, and what to do."""

SOURCES = (
    ("aws.config", "Bring the resource in line with the rule, or ask for an exception."),
    ("aws.controltower", "See what changed and who changed it, then repair it in Control Tower."),
    ("aws.trustedadvisor", "Follow the recommendation, or exclude the resource in Trusted Advisor."),
    ("aws.health", "Read the event and answer AWS where it asks for an answer; an exposed key or an abuse report is an incident."),
    ("aws.inspector2", "Update the package to the version that the finding names, or rebuild the image with it."),
    ("aws.macie", "Ask the bucket's owner whether this data belongs there; restrict who can read it, or move it."),
    ("aws.access-analyzer", "Ask the owner whether outsiders shall have this access; if not, narrow the policy."),
    ("aws.cloudformation", "Read the reason in the stack's or StackSet's events, repair it, and deploy again: until then the protection it carries is missing there."),
    ("aws.ssm", "Read the output of the command on the machine or in the log archive, repair the cause, and run it again; until then what it was to install is missing there."),
    ("aws.kms", "Look at the key in the console, and restore it before what it encrypts is lost."),
    ("aws.backup", "Find out why the job failed, and run it again: until then the newest copy is older than it should be."),
)  # fmt: skip
"""Source of an event, and what to do."""

ANYTHING = "Find out whether this was intended; if nobody answers for it, treat it as an incident."


def first(table: tuple[tuple[str, str], ...], value: str, otherwise: str) -> str:
    """Give the sentence of the first row whose key is part of ``value``."""
    return next((sentence for key, sentence in table if key in value), otherwise)
