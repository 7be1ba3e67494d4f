"""Files that no configuration should be, by name: what YAML allows, editors write and people mean."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT = Path(__file__).parents[3]
EXAMPLE: Final = (ROOT / "baseline.yaml").read_text(encoding="utf-8")
ALONE: Final = (ROOT / "examples/configurations/standalone.yaml").read_text(encoding="utf-8")
SMALL: Final = (ROOT / "examples/configurations/small.yaml").read_text(encoding="utf-8")
DEEP: Final = 1_200


def placed(key: str, value: str) -> bytes:
    """Give the small example with another value of a key at its top."""
    lines = SMALL.splitlines()
    kept = [line for line in lines if not line.startswith(f"{key}:")]
    return "\n".join([*kept, f"{key}: {value}", ""]).encode("utf-8", "surrogatepass")


SCALARS: Final[dict[str, str]] = {
    "1e400": "1e400",
    "infinity": ".inf",
    "minus-infinity": "-.Inf",
    "not-a-number": ".nan",
    "octal": "0o14",
    "old-octal": "014",
    "hexadecimal": "0xFF",
    "binary": "0b1010",
    "sexagesimal": "190:20:30",
    "underscores": "1_000_000",
    "norway": "NO",
    "yes": "yes",
    "off": "Off",
    "tilde": "~",
    "null": "null",
    "date": "2026-11-23",
    "time": "2026-11-23T02:18:09.5Z",
    "date-that-is-none": "2026-13-45",
    "digits": "9" * 5_000,
    "negative-zero": "-0",
    "float-of-digits": "0." + "1" * 400,
    "plus": "+5",
    "equals": "=",
    "question": "?",
    "empty-text": "''",
    "blank": "'   '",
    "escapes": r'"\u0000\x07\uD800"',
    "emoji": "'\N{PILE OF POO}'",
    "right-to-left": "'\N{RIGHT-TO-LEFT OVERRIDE}abc'",
    "zero-width": "'a\N{ZERO WIDTH SPACE}b'",
    "combining": "'" + "e\N{COMBINING ACUTE ACCENT}" * 50 + "'",
    "fullwidth-digits": "'\N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT TWO}'",
    "homoglyph": "'s\N{CYRILLIC SMALL LETTER IE}cbase'",
    "long-text": "x" * 100_000,
    "literal-block": "|\n  a\n  b",
    "folded-block": ">-\n  a\n\n  b",
    "anchor": "&a secbase",
    "unknown-alias": "*nobody",
    "alias-of-itself": "&a [*a]",
    "alias-of-itself-in-a-mapping": "&a {b: *a}",
    "tag": "!!python/object/apply:os.system ['true']",
    "tag-of-bytes": "!!binary aGVsbG8=",
    "tag-of-a-set": "!!set {a, b}",
    "tag-of-an-ordered-mapping": "!!omap [a: 1]",
    "own-tag": "!Ref Something",
    "verbatim-tag": "!<tag:yaml.org,2002:str> x",
    "tag-of-a-number-on-text": "!!int abc",
    "tag-of-a-float-on-text": "!!float abc",
    "tag-of-a-truth-value-on-text": "!!bool abc",
    "tag-of-a-date-on-text": "!!timestamp abc",
    "merge": "{<<: {a: 1}}",
    "merge-of-an-alias": "{x: &x {a: 1}, y: {<<: *x}}",
    "merge-of-text": "{<<: abc}",
    "quoted-merge": '{"<<": 1}',
    "list-as-a-key": "{[a, b]: 1}",
    "mapping-as-a-key": "{{a: b}: 1}",
    "number-as-a-key": "{1: a, 1.5: b, true: c, null: d}",
    "empty-key": "{'': 1}",
    "twice": "{a: 1, a: 2}",
    "twice-in-two-spellings": '{a: 1, "a": 2}',
    "nested-lists": "[" * DEEP + "]" * DEEP,
    "nested-mappings": "{a: " * DEEP + "1" + "}" * DEEP,
    "unclosed-lists": "[" * DEEP,
    "unclosed-text": "'abc",
    "many-entries": "[" + ", ".join(f"e{number}" for number in range(5_000)) + "]",
    "many-keys": "{" + ", ".join(f"k{number}: 1" for number in range(10_000)) + "}",
    "brackets": "}{][",
    "directive-inside": "%YAML 1.1",
    "comment-without-space": "a#b",
    "json": '{"a": "\\/", "b": [1, 2.5e-3, null]}',
    "template": "{{ jinja }}",
    "environment": "${HOME}",
}
"""A value by name; each stands where text, a list or a section is expected."""
PLACES: Final = ("prefix", "regions", "capabilities")
OTHER_PLACES: Final = (
    "accounts",
    "members",
    "organizational_units",
    "contacts",
    "break_glass",
    "log_archive",
    "identity_center",
    "standalone",
    "guardrails",
    "images",
)

WHOLE: Final[dict[str, bytes]] = {
    "nothing": b"",
    "blank": b"  \n\n",
    "comments": b"# a\n# b\n",
    "end-of-document": b"---\n...\n",
    "two-documents": EXAMPLE.encode() + b"\n---\nprefix: other\n",
    "byte-order-mark": b"\xef\xbb\xbf" + EXAMPLE.encode(),
    "two-byte-order-marks": b"\xef\xbb\xbf\xef\xbb\xbf" + EXAMPLE.encode(),
    "utf-16": EXAMPLE.encode("utf-16"),
    "utf-32": EXAMPLE.encode("utf-32"),
    "latin-1": EXAMPLE.encode().replace(b"Security Operations", b"S\xe9curit\xe9"),
    "carriage-returns-and-newlines": EXAMPLE.replace("\n", "\r\n").encode(),
    "carriage-returns": EXAMPLE.replace("\n", "\r").encode(),
    "mixed-line-ends": EXAMPLE.replace("\n", "\r\n", 20).encode(),
    "next-line": EXAMPLE.replace("\n", "\x85").encode(),
    "line-separators": EXAMPLE.replace("\n", "\u2028").encode(),
    "tabs": EXAMPLE.replace("  ", "\t").encode(),
    "one-tab": EXAMPLE.replace("\n  id:", "\n\tid:").encode(),
    "tab-after-a-colon": EXAMPLE.replace("prefix: ", "prefix:\t").encode(),
    "nul": EXAMPLE.encode().replace(b"secbase", b"sec\x00base"),
    "nul-at-the-end": EXAMPLE.encode() + b"\x00",
    "escape-sequences": EXAMPLE.encode().replace(b"secbase", b"\x1b[31msecbase"),
    "no-break-spaces": EXAMPLE.replace("prefix: ", "prefix:\u00a0").encode(),
    "half": EXAMPLE.encode()[: len(EXAMPLE) // 2],
    "a-list": b"- prefix\n- secbase\n",
    "a-text": b"prefix\n",
    "a-number": b"12\n",
    "an-alias": b"*a\n",
    "a-tag": b"!!python/name:os.system\n",
    "a-directive": b"%YAML 1.1\n---\nprefix: NO\n",
    "an-unknown-directive": b"%NOTHING 1\n---\nprefix: x\n",
    "a-version-that-is-none": b"%YAML 9.9\n---\nprefix: x\n",
    "json": b'{"prefix": "secbase", "regions": ["eu-west-1"]}',
    "properties": b"prefix=secbase\nregions=eu-west-1\n",
    "toml": b'[organization]\nid = "o-exampleorgid"\n',
    "xml": b"<configuration><prefix>secbase</prefix></configuration>",
    "a-conflict": EXAMPLE.replace("prefix:", "<<<<<<< HEAD\nprefix:", 1).encode(),
    "a-zip": b"PK\x03\x04\x14\x00\x00\x00\x08\x00",
    "too-large": b"a: b\n" * 300_000,
    "laughter": b"a: &a [x, x, x]\n"
    + b"".join(b"%c: &%c [*%c, *%c, *%c]\n" % (c + 1, c + 1, c, c, c) for c in range(97, 121)),
    "both-profiles": ALONE.encode() + b"organization: {id: o-exampleorgid}\n",
    "account-of-nothing": b"account:\n",
    "account-as-a-list": ALONE.replace("account:", "account: [a]\nx:", 1).encode(),
    "every-key-without-a-value": b"".join(
        line.split(b":")[0] + b":\n" for line in EXAMPLE.encode().splitlines() if line[:1].isalpha()
    ),
}
"""A whole file by name."""
