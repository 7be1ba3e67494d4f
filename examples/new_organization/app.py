"""An organization and its core accounts, where there are none yet.

Change the addresses, sign in to the account that is to manage the organization, and run
`cdk deploy --app "python3 examples/new_organization/app.py"`. The outputs go into baseline.yaml.
The account needs no bootstrap for this.
"""

import aws_cdk as cdk

from baseline.organization.new_organization import NewOrganization

app = cdk.App()
stack = cdk.Stack(
    app,
    "NewOrganization",
    description="Organization and core accounts, made once before the security baseline",
    synthesizer=cdk.BootstraplessSynthesizer(),
    termination_protection=True,
)
NewOrganization(
    stack,
    "Organization",
    email_domains=["example.com"],
    accounts={
        "log-archive": "aws-log-archive@example.com",
        "security": "aws-security@example.com",
        "network": "aws-network@example.com",
        "shared-services": "aws-shared-services@example.com",
    },
)
app.synth()
