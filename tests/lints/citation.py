#!/usr/bin/env python3
"""CITATION.cff has the version of VERSION, and the papers of the README's list with their years, volumes and pages."""
import re

import lint


def check(tree):
    if "CITATION.cff" not in tree.names:
        return ["there is no CITATION.cff"]
    text = tree.text("CITATION.cff")
    complaints = []
    version = re.search(r"^version: (\S+)$", text, re.MULTILINE)
    if not version or version.group(1) != tree.text("VERSION").strip():
        complaints.append("CITATION.cff: version is not that of VERSION")
    readme = " ".join(tree.text("README.md").partition("## The papers")[2].split())
    entries = text.partition("\nreferences:\n")[2].split("\n  - type: ")
    papers = re.findall(r"- \*\*(\w+)\*\*", readme)
    noted = [match.group(1) for match in (re.search(r'notes: "(\w+)"', entry) for entry in entries) if match]
    if sorted(papers) != sorted(noted) or not papers:
        complaints.append(f"CITATION.cff: it has {noted}, README.md {papers}")
    for entry in entries:
        for key in ("title", "volume", "start", "end", "year"):
            value = re.search(rf'^    {key}: "?(.*?)"?$', entry, re.MULTILINE)
            if value and value.group(1) not in readme:
                complaints.append(f"CITATION.cff: {key} '{value.group(1)}' is not in README.md")
        for family in re.findall(r"family-names: (\w+)", entry):
            if family not in readme:
                complaints.append(f"CITATION.cff: {family} is not in README.md")
    return complaints


README = "## The papers\n- **A**: B. C. Of things. *J* 1 (2000) 2-3.\n"
CITATION = 'version: 1.0\nreferences:\n  - type: article\n    title: "Of things"\n    year: 2000\n    notes: "A"\n'
SAMPLES = [
    ({"README.md": README, "VERSION": "1.0\n"}, "there is no CITATION.cff"),
    ({"README.md": README, "VERSION": "1.0\n", "CITATION.cff": CITATION}, None),
    ({"README.md": README, "VERSION": "1.1\n", "CITATION.cff": CITATION}, "version is not"),
    ({"README.md": README, "VERSION": "1.0\n", "CITATION.cff": CITATION.replace("2000", "2001")}, "year '2001'"),
    ({"README.md": README + "- **Z**: Y.\n", "VERSION": "1.0\n", "CITATION.cff": CITATION}, "it has"),
]
if __name__ == "__main__":
    lint.main(check, SAMPLES)
