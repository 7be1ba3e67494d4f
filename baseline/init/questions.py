"""The questions: each with the flag that answers it, why it is asked, and what an answer costs."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One question.

    Attributes:
        flag: option that answers it without a terminal.
        text: what is asked, short.
        why: what depends on the answer.
        cost: what it costs, in money or in work; None where it costs nothing.
        choices: words that answer it, with what each means; any text where there are none.
        usage: how the flag is written, where it takes more than a value.
    """

    flag: str
    text: str
    why: str
    cost: str | None = None
    choices: dict[str, str] = field(default_factory=dict)
    usage: str = ""


SCOPE = Question(
    flag="--scope",
    text="What is to be protected",
    why="The same protections, at the level of an organization or inside one account.",
    choices={
        "organization": "AWS Organizations, with guardrails, a log archive and a security account",
        "standalone": "one account without an organization; it keeps its logs when it joins one",
    },
)
PREFIX = Question(
    flag="--prefix",
    text="Start of every physical name",
    why="Buckets, keys and roles are named with it, so that policies can name them first.",
    cost="Changing it later replaces the log buckets.",
)
ACCOUNT_ID = Question(
    flag="--account-id",
    text="ID of the account",
    why="Twelve digits; `aws sts get-caller-identity` shows them.",
)
ROOT_EMAIL = Question(
    flag="--root-email",
    text="Root address of the account",
    why="The address that the account has at AWS. Who reads it can reset the root password.",
)
NETWORK = Question(
    flag="--network",
    text="A hardened VPC",
    why="Private subnets, interface endpoints, DNS Firewall and flow logs, for machines that you put there.",
    cost="Its endpoints cost by hour and Availability Zone, used or not (`baseline cost` says how much).",
    choices={"yes": "with the defaults", "no": "none; one section adds it later"},
)
ORGANIZATION_ID = Question(
    flag="--organization-id",
    text="ID of the organization",
    why="Bucket policies, key policies and roles trust this organization only. "
    "`aws organizations describe-organization` shows it (o-...).",
)
ROOT_ID = Question(
    flag="--root-id",
    text="ID of its root",
    why="Units are made below it. `aws organizations list-roots` shows it (r-...).",
)
EMAIL_DOMAIN = Question(
    flag="--email-domain",
    text="Mail domains of the company, with commas",
    why="Who reads the root mailbox of an account can take it over: every address has to be in one of these.",
)
HOME_REGION = Question(
    flag="--home-region",
    text="Home Region",
    why="Logs, keys and collected findings stand here; moving them later means new buckets.",
    cost="Some KMS keys, 1 USD a month each, and storage by volume.",
)
REGIONS = Question(
    flag="--region",
    text="Governed Regions, with commas",
    why="Everything is watched here, and guardrails deny all other Regions.",
    cost="GuardDuty, AWS Config and Security Hub bill in each of them, by what happens there.",
)
CONTROL_TOWER = Question(
    flag="--control-tower",
    text="AWS Control Tower",
    why="Who makes the landing zone. What both could do is done once (docs/control-tower.md).",
    cost="Nothing by itself; the AWS Config recorders of its baselines bill by change.",
    choices={
        "none": "the organization is not governed by it",
        "controls": "a landing zone exists; controls are switched on in it",
        "landing-zone": "the baseline makes the landing zone, too",
    },
)
ACCOUNT = Question(
    flag="--account",
    text="ID",
    why="They carry the baseline and hold nothing else. They have to exist; "
    "examples/new_organization makes them.",
    cost="Nothing: accounts are free.",
)
ACCOUNT_EMAIL = Question(
    flag="--account-email", text="root address", why="The address that the account has at AWS."
)
CONTACT = Question(
    flag="--contact",
    text="address",
    why="AWS writes to them about abuse, events and invoices, for every account. Name mailboxes of teams.",
)
PHONE = Question(
    flag="--phone",
    text='Telephone number that AWS may call ("+4930123450")',
    why="One number for the three contacts; they can differ later.",
)
FINDINGS = Question(
    flag="--findings",
    text="Who gets critical and high findings, with commas",
    why="Each address confirms a mail of Amazon SNS once; nothing arrives before.",
)
LOCK = Question(
    flag="--lock",
    text="Object Lock of the logs",
    why="Logs are locked for 365 days and kept for seven years.",
    cost="With COMPLIANCE nobody can shorten it, nor the bill for storage: the bucket stays until the last lock ends.",
    choices={
        "COMPLIANCE": "nobody deletes a locked log, root included",
        "GOVERNANCE": "a privileged role may; right while you only try it",
    },
)
ENDPOINTS = Question(
    flag="--endpoints",
    text="Interface endpoints in the network account's VPC",
    why="Machines there reach Systems Manager, KMS, logs and STS without the internet.",
    cost="By hour and Availability Zone, used or not: six in two zones are the largest fixed part of the bill "
    "(`baseline cost` says how much).",
    choices={"yes": "six endpoints in two zones", "no": "none until something runs there"},
)
EXTRAS = Question(
    flag="--with",
    text="What is billed by what it looks at, with commas",
    why="Off unless you name it; each can be switched on later with one line.",
    cost="By volume, in every account and governed Region.",
    choices={
        "inspector": "vulnerabilities of machines, images and functions; by each of them and month",
        "macie": "sensitive data in buckets; by bucket, object and gigabyte",
        "detective": "behavior behind findings; by gigabyte of logs",
    },
)
BUDGET = Question(
    flag="--monthly-dollars",
    text="Monthly budget in US dollars, or none",
    why="Mining with a stolen key shows as cost first; unexpected cost is told without a budget, too.",
    cost="Nothing: the first two budgets are free.",
)
CI = Question(
    flag="--ci",
    text="Who checks changes",
    why="Each change is validated, synthesized and reviewed, with a comment in its pull request. "
    "No credentials of AWS are needed.",
    cost="About ten build minutes a change.",
    choices={
        "github": ".github/workflows/baseline.yml",
        "gitlab": ".gitlab-ci.yml",
        "none": "nobody yet",
    },
)

ROLES = {
    "management": "owns the organization: units, policies, the trail; no workloads",
    "log_archive": "keeps the logs; nobody works here",
    "security": "administers GuardDuty and Security Hub; findings meet here",
    "network": "owns the shared VPC",
    "shared_services": "pipelines and images",
}
CONTACTS = {
    "security": "abuse and security notices",
    "operations": "events of services",
    "billing": "invoices",
}
