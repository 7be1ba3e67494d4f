"""An application team's own app with one construct of the baseline, judged by the five rule packs.

`pip install` the wheel, then `cdk synth --app "python3 app.py"`. The app accepts no finding.
"""

import aws_cdk as cdk
import cdk_nag
from aws_cdk import aws_dynamodb as dynamodb

from baseline.workload.table import HardenedTable

app = cdk.App()
stack = cdk.Stack(app, "Orders", description="Orders of the shop")
HardenedTable(
    stack,
    "Orders",
    partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
    organization_id="o-exampleorgid",  # yours: principals of other organizations are denied
)
cdk.Validations.of(app).add_plugins(
    cdk_nag.AwsSolutionsChecks(app),
    cdk_nag.HIPAASecurityChecks(app),
    cdk_nag.NIST80053R5Checks(app),
    cdk_nag.PCIDSS321Checks(app),
    cdk_nag.ServerlessChecks(app),
)
app.synth()  # fails, and names the finding, when a pack has one
