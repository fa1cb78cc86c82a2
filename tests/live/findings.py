"""Writes down what was found: for programs as JSON, for people as a table."""

import json
from datetime import datetime, timezone
from pathlib import Path

from exo import REAL

FOLDER = Path(__file__).parent / "findings"
# What a sandbox says is no finding.
REHEARSALS = Path(__file__).parents[2] / "build" / "live"


def write(lab, experiments, folder=None, now=None):
    """Both files of a run, named by the day; a second run of the day adds to the first, and its answers are the newer ones."""
    now = now or datetime.now(timezone.utc)
    folder = folder or (FOLDER if lab.cloud.endpoint == REAL else REHEARSALS)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{now:%Y-%m-%d}.json"
    before = json.loads(path.read_text())["findings"] if path.exists() else []
    newer = {each["id"] for each in lab.findings}
    found = [each for each in before if each["id"] not in newer] + [
        each | {"at": f"{now:%Y-%m-%dT%H:%M:%SZ}", "zone": lab.cloud.zone, "endpoint": lab.cloud.endpoint} for each in lab.findings
    ]
    path.write_text(json.dumps({"findings": found}, indent=2, ensure_ascii=False) + "\n")
    table = path.with_suffix(".md")
    table.write_text(markdown(found, [each for each in experiments if each.id not in {one["id"] for one in found}]))
    return path, table


def markdown(found, unasked):
    rows = [
        "| " + " | ".join(map(cell, (each["id"], each["question"], answer(each), each["evidence"], each["sure"]))) + " |" for each in found
    ]
    spent = sum(each["eurAtMost"] for each in found)
    lines = ["| | Question | Answer | Evidence | How sure |", "|---|---|---|---|---|", *rows, "", f"At most {spent:.2f} EUR without VAT."]
    if unasked:
        lines += ["", "Not asked: " + ", ".join(each.id for each in unasked) + "."]
    return "\n".join(lines) + "\n"


def answer(finding):
    said = "?" if finding["answer"] is None else json.dumps(finding["answer"], ensure_ascii=False)
    return f"`{finding['switch']}` = {said}" if finding["switch"] and finding["answer"] is not None else said


def cell(text):
    """Nothing that a platform says may break the table."""
    return str(text).replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
