"""Scripts in templates: user data, build specifications, commands and programs."""

from __future__ import annotations

import json

from baseline.workload.cleartext.names import is_harmless, promises_secret, resolves_secret
from baseline.workload.cleartext.places import Place
from baseline.workload.cleartext.texts import (
    argument,
    assigned,
    build_secret,
    decoded,
    secret_in,
)
from baseline.workload.cleartext.values import OPAQUE, Surroundings, function_of, literals

PROGRAM = "zipfile"
SPECIFICATION = "buildspec"
USER_DATA = "userdata"


def in_document(value: object, at: Place, around: Surroundings) -> str | None:
    """Give what is wrong with the document that a generated secret begins with."""
    if at.key != "SecretStringTemplate":
        return None
    for text in literals(value, around):
        try:
            document = json.loads(text)
        except json.JSONDecodeError:
            continue
        for key, item in document.items() if isinstance(document, dict) else ():
            known = str(item).replace(OPAQUE, "")
            if promises_secret(key) and not is_harmless(known):
                return f"the document of the secret holds {key}"
    return None


def in_script(value: object, at: Place, around: Surroundings) -> str | None:
    """Give what is wrong with a script; None where nothing is, or where it is none."""
    if not at.inside_script:
        return None
    if isinstance(value, list) and at.is_script:
        words = [text for item in value for text in literals(item, around)[:1]]
        option = argument(words)
        return f"the command takes a secret after {option}" if option else None
    if not isinstance(value, str) and function_of(value) is None:
        return None
    for text in literals(value, around):
        problem = _problem(text, at)
        if problem is not None:
            return problem
    return None


def _problem(text: str, at: Place) -> str | None:
    keys = {part.lower() for part in at.path}
    if USER_DATA in keys:
        text = decoded(text)
        kind = secret_in(text)
        if kind is not None:
            return f"the user data holds {kind}"
        if resolves_secret(text):
            return "a secret is put into the user data by the deployment"
    if SPECIFICATION in keys:
        name = build_secret(text)
        return f"the build's variable {name} holds a secret" if name else None
    name = assigned(text, bare=PROGRAM not in keys)
    return f"the script assigns a secret to {name}" if name else None
