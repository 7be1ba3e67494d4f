"""JUnit XML, which pipelines show as a test report."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from baseline.delivery.scans.reports.result import Result

# What XML 1.0 cannot hold, escaped or not.
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(result: Result) -> str:
    """Give a test case for each finding: failed from the threshold on, skipped where accepted."""
    suite = ET.Element("testsuite", name=f"baseline scan {result.scan}")
    failing = {each.fingerprint for each in result.failing}
    for each in result.findings:
        case = ET.SubElement(
            suite, "testcase", classname=_clean(each.path), name=_clean(f"{each.tool} {each.rule}")
        )
        text = _clean(f"{each.place} {each.severity} {each.message}")
        if each.accepted:
            ET.SubElement(case, "skipped", message=_clean(each.accepted))
        elif each.fingerprint in failing:
            failure = ET.SubElement(
                case, "failure", type=_clean(each.rule), message=_clean(each.title)
            )
            failure.text = text
        else:
            ET.SubElement(case, "system-out").text = text
    if not result.findings:
        ET.SubElement(
            suite, "testcase", classname=f"baseline.scan.{result.scan}", name="no findings"
        )
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(failing)))
    suite.set("skipped", str(len(result.findings) - len(result.open)))
    suite.set("errors", "0")
    suite.set("timestamp", result.when.strftime("%Y-%m-%dT%H:%M:%S"))
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True)


def _clean(text: str) -> str:
    return _NO_XML.sub("�", text)
