"""What admits an organization admits the account where there is none, and never everybody."""

from __future__ import annotations

import pytest

from baseline.primitives.circle import (
    anybody_of,
    is_organization,
    principals_of,
    resources_of,
    sources_of,
)


def test_an_organization_is_named_as_one() -> None:
    assert is_organization("o-exampleorgid")
    assert principals_of("o-exampleorgid") == {"aws:PrincipalOrgID": "o-exampleorgid"}
    assert sources_of("o-exampleorgid") == {"aws:SourceOrgID": "o-exampleorgid"}
    assert resources_of("o-exampleorgid") == {"aws:ResourceOrgID": "o-exampleorgid"}


@pytest.mark.parametrize(
    ("condition", "key"),
    [
        (principals_of, "aws:PrincipalAccount"),
        (sources_of, "aws:SourceAccount"),
        (resources_of, "aws:ResourceAccount"),
    ],
)
def test_an_account_alone_keeps_a_condition(condition: object, key: str) -> None:
    assert not is_organization("121212121212")
    assert callable(condition)
    assert condition("121212121212") == {key: "121212121212"}


def test_an_account_alone_is_a_principal_and_not_everybody() -> None:
    assert anybody_of("o-exampleorgid").policy_fragment.principal_json == {"AWS": ["*"]}
    (root,) = anybody_of("121212121212").policy_fragment.principal_json["AWS"]
    assert root.endswith(":iam::121212121212:root")
