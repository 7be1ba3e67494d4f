"""How a release is signed and verified: shell commands that need the AWS CLI and nothing of ours.

The manifest lists the SHA-256 of every file of the release in the format of ``sha256sum``; AWS KMS
signs the manifest's digest. Who verifies makes the list anew: a file that was changed, added or
taken away shows, a link is refused, and the commit must be that of the run, so that an older release
that was signed once cannot be deployed in its place.
"""

from __future__ import annotations

FOLDER = "release"
"""Where the release lies while a step works on it."""

ARCHIVE = "release.tar"
"""What one step hands to the next: platforms lose hidden files, rights and empty folders otherwise."""

MANIFEST, SIGNATURE, COMMIT = "manifest.sha256", "manifest.sig", "release.commit"
ALGORITHM = "ECDSA_SHA_256"
"""Of a key with ``ECC_NIST_P256``; the signature is as ``openssl`` reads it."""

KEY_VARIABLE, COMMIT_VARIABLE = "SIGNING_KEY", "RELEASE_COMMIT"

# Only the manifest and its signature at the top are left out: a file of that name elsewhere counts.
_LIST = (
    f"find . -type f ! -path ./{MANIFEST} ! -path ./{SIGNATURE} -print0"
    " | LC_ALL=C sort -z | xargs -0 sha256sum"
)
_NO_LINKS = 'test -z "$(find . ! -type f ! -type d -print)"'
_DIGEST = f"openssl dgst -sha256 -binary {MANIFEST} > ../manifest.digest"
_KMS = (
    f'--key-id "${KEY_VARIABLE}" --message fileb://../manifest.digest --message-type DIGEST'
    f" --signing-algorithm {ALGORITHM}"
)

_VERIFY = (
    f"aws kms verify {_KMS} --signature fileb://{SIGNATURE} --query SignatureValid --output text"
)

PACK = f"tar --create --file {ARCHIVE} {FOLDER}"
UNPACK = f"tar --extract --no-same-owner --file {ARCHIVE}"

SIGN = (
    UNPACK,
    f"cd {FOLDER}",
    _NO_LINKS,
    f"printf '%s\\n' \"${COMMIT_VARIABLE}\" > {COMMIT}",
    f"{_LIST} > {MANIFEST}",
    _DIGEST,
    f"aws kms sign {_KMS} --query Signature --output text | base64 --decode > {SIGNATURE}",
    "cd ..",
    PACK,
)
"""Write the manifest and its signature into the release."""

VERIFY = (
    UNPACK,
    f"cd {FOLDER}",
    _NO_LINKS,
    _DIGEST,
    f'test "$({_VERIFY})" = True',
    f"{_LIST} | diff {MANIFEST} -",
    f'test "$(cat {COMMIT})" = "${COMMIT_VARIABLE}"',
    "cd ..",
)
"""End with an error unless the release is exactly what was signed, for this commit."""
