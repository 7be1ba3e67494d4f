"""What stands before an application: web ACLs, load balancers, CloudFront, REST APIs."""

from collections.abc import Iterator

from baseline.local.readers.table import Check, Place, Properties, compare, reader
from baseline.local.readers.values import ABSENT, attempt, by_key, first, subset

CAPABILITY = "Edge"


@reader(
    "AWS::WAFv2::WebACL",
    capability="Web ACLs",
    covers="Name Scope DefaultAction Rules VisibilityConfig",
)
def web_acl(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read what a web ACL blocks and counts."""
    name, identifier, scope = physical_id.split("|")
    found = place("wafv2").get_web_acl(Name=name, Id=identifier, Scope=scope)["WebACL"]
    for setting in ("DefaultAction", "Rules", "VisibilityConfig"):
        if setting in expected:
            yield Check(
                setting=setting,
                expected=expected[setting],
                found=subset(found.get(setting, ABSENT), expected[setting]),
            )
    yield Check(setting="Scope", expected=expected["Scope"], found=_scope(found["ARN"]))


def _scope(arn: str) -> str:
    return "CLOUDFRONT" if ":global/" in arn else "REGIONAL"


@reader("AWS::WAFv2::WebACLAssociation", capability="Web ACLs", covers="ResourceArn WebACLArn")
def association(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read which web ACL stands before a resource."""
    answer = place("wafv2").get_web_acl_for_resource(ResourceArn=expected["ResourceArn"])
    found = (answer.get("WebACL") or {}).get("ARN", ABSENT)
    yield Check(setting="WebACLArn", expected=expected["WebACLArn"], found=found)


@reader(
    "AWS::WAFv2::LoggingConfiguration",
    capability="Web ACLs",
    covers="ResourceArn LogDestinationConfigs RedactedFields",
)
def web_acl_log(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read where a web ACL logs to, and what it leaves out."""
    answer = place("wafv2").get_logging_configuration(ResourceArn=physical_id)
    found = answer["LoggingConfiguration"]
    names = ("ResourceArn", "LogDestinationConfigs", "RedactedFields")
    yield from compare(expected, found, {name: name for name in names})


@reader(
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    capability="Load balancers",
    covers="LoadBalancerAttributes Scheme SecurityGroups Subnets Type",
)
def load_balancer(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read where a load balancer stands, and every attribute that the template sets."""
    client = place("elbv2")
    found = client.describe_load_balancers(LoadBalancerArns=[physical_id])["LoadBalancers"][0]
    yield from compare(expected, found, {name: name for name in ("Scheme", "SecurityGroups")})
    answer = client.describe_load_balancer_attributes(LoadBalancerArn=physical_id)
    live = by_key(answer["Attributes"])
    for name, value in by_key(expected.get("LoadBalancerAttributes")).items():
        yield Check(setting=name, expected=value, found=live.get(name, ABSENT))


@reader(
    "AWS::ElasticLoadBalancingV2::Listener",
    capability="Load balancers",
    covers="Port Protocol SslPolicy Certificates",
)
def listener(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read port, TLS policy and certificate of a listener."""
    answer = place("elbv2").describe_listeners(ListenerArns=[physical_id])
    found = answer["Listeners"][0]
    names = ("Port", "Protocol", "SslPolicy")
    yield from compare(expected, found, {name: name for name in names})
    if "Certificates" in expected:
        yield Check(
            setting="Certificates",
            expected=expected["Certificates"],
            found=subset(found.get("Certificates", ABSENT), expected["Certificates"]),
        )


@reader(
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    capability="Load balancers",
    covers="HealthCheckPath HealthCheckProtocol Port Protocol VpcId",
)
def target_group(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read how a load balancer speaks to its targets."""
    answer = place("elbv2").describe_target_groups(TargetGroupArns=[physical_id])
    names = ("HealthCheckPath", "HealthCheckProtocol", "Port", "Protocol", "VpcId")
    yield from compare(expected, answer["TargetGroups"][0], {name: name for name in names})


@reader("AWS::CloudFront::Distribution", capability="CloudFront", covers="DistributionConfig")
def distribution(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a distribution's web ACL, TLS policy, logs and way to its origin."""
    answer = place("cloudfront").get_distribution_config(Id=physical_id)
    found, wanted = answer["DistributionConfig"], expected["DistributionConfig"]
    yield Check(setting="WebACLId", expected=wanted["WebACLId"], found=found.get("WebACLId"))
    viewer = found.get("ViewerCertificate", {})
    names = {
        "AcmCertificateArn": "ACMCertificateArn",
        "MinimumProtocolVersion": "MinimumProtocolVersion",
        "SslSupportMethod": "SSLSupportMethod",
    }
    yield from compare(wanted["ViewerCertificate"], viewer, names)
    if "Logging" in wanted:
        logs = {"Bucket": "Bucket", "Prefix": "Prefix", "IncludeCookies": "IncludeCookies"}
        yield from compare(wanted["Logging"], found.get("Logging", {}), logs)
    behavior = found.get("DefaultCacheBehavior", {})
    names = {"ViewerProtocolPolicy": "ViewerProtocolPolicy", "CachePolicyId": "CachePolicyId"}
    yield from compare(wanted["DefaultCacheBehavior"], behavior, names)
    for origin in wanted["Origins"]:
        live = first(found["Origins"]["Items"], Id=origin["Id"])
        yield from compare(origin, live, {"DomainName": "DomainName"})
        if "VpcOriginConfig" in origin:
            into = live.get("VpcOriginConfig", {})
            yield from compare(origin["VpcOriginConfig"], into, {"VpcOriginId": "VpcOriginId"})


@reader(
    "AWS::ApiGateway::Method",
    capability="APIs",
    covers="ApiKeyRequired AuthorizationType AuthorizerId HttpMethod ResourceId RestApiId",
)
def method(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read who may call a method of a REST API."""
    found = place("apigateway").get_method(
        restApiId=expected["RestApiId"],
        resourceId=expected["ResourceId"],
        httpMethod=expected["HttpMethod"],
    )
    names = {"AuthorizationType": "authorizationType", "AuthorizerId": "authorizerId"}
    yield from compare(expected, found, names)


@reader(
    "AWS::ApiGateway::Stage",
    capability="APIs",
    covers="MethodSettings StageName TracingEnabled RestApiId",
)
def stage(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read how many calls a stage takes, and what it logs and traces."""
    found = place("apigateway").get_stage(
        restApiId=expected["RestApiId"], stageName=expected["StageName"]
    )
    yield from compare(expected, found, {"TracingEnabled": "tracingEnabled"})
    for given in expected.get("MethodSettings", ()):
        path = f"{given['ResourcePath'].strip('/') or '*'}/{given['HttpMethod']}"
        live = found.get("methodSettings", {}).get(path, {})
        names = {
            "DataTraceEnabled": "dataTraceEnabled",
            "LoggingLevel": "loggingLevel",
            "MetricsEnabled": "metricsEnabled",
            "ThrottlingBurstLimit": "throttlingBurstLimit",
            "ThrottlingRateLimit": "throttlingRateLimit",
        }
        for name, member in names.items():
            if name in given:
                yield Check(
                    setting=name,
                    expected=_number(given[name]),
                    found=_number(live.get(member, ABSENT)),
                )


def _number(value: object) -> object:
    # 100 in a template is 100.0 in the answer.
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


@reader(
    "AWS::ApiGateway::Authorizer",
    capability="APIs",
    covers="IdentitySource ProviderARNs RestApiId Type",
)
def authorizer(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read whose tokens an API takes."""
    found = attempt(
        place("apigateway").get_authorizer,
        "NotFoundException",
        restApiId=expected["RestApiId"],
        authorizerId=physical_id,
    )
    live = {} if found == ABSENT else found
    names = {"IdentitySource": "identitySource", "ProviderARNs": "providerARNs", "Type": "type"}
    yield from compare(expected, live, names)
