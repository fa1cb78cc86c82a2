"""Lines that are printed at the end, after the dots: what was covered, and loudly what was not."""

import pytest

notes = []


@pytest.fixture
def say():
    return notes.append


@pytest.fixture
def warn():
    return lambda text: notes.append(f"*** {text} ***")


def pytest_terminal_summary(terminalreporter):
    for report in terminalreporter.stats.get("skipped", []):
        notes.append(f"*** NOT CHECKED: {report.longrepr[-1].removeprefix('Skipped: ')} ***")
    for note in dict.fromkeys(notes):
        terminalreporter.write_line(note)
