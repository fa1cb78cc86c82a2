"""Opens accounts for the tests, judges all that goes over the wire, and says at the end what was covered."""

import os
import zlib

import pytest

import cloud as clouds
import oracle
import wire
from document import operation_at, operations
from usage import used_by_slipway

wire.record()
lifecycles = []
judged = []
notes = []


def pytest_configure(config):
    config.addinivalue_line("markers", "lifecycle: drives a kind from its making to its end")
    config.addinivalue_line("markers", "weather: the sandbox is made to fail, so 5xx is no fault")


def pytest_sessionstart(session):
    if not clouds.BASE and not session.config.option.collectonly:
        pytest.exit("SLIPWAY_ORIGIN (or SANDBOX_URL) must name the server: node tests/server.mjs … pytest", 2)


@pytest.fixture
def cloud(request):
    """A calm account of the test's own, in the usual zone."""
    return clouds.Cloud(clouds.open_account(seed=zlib.crc32(request.node.name.encode())))


@pytest.fixture(autouse=True)
def judge(request):
    """Whatever a test proves, nothing that it sent or got may be at odds with the document."""
    first = len(wire.exchanges)
    yield
    stormy = request.node.get_closest_marker("weather") is not None
    wrong = []
    for exchange in wire.exchanges[first:]:
        wrong += [f"{fault}\n    {exchange}"[:1500] for fault in oracle.faults(exchange, stormy)]
    judged.extend(wire.exchanges[first:])
    if wrong:
        pytest.fail("\n".join(dict.fromkeys(wrong)), pytrace=False)


@pytest.fixture
def say():
    """Takes a line that is printed at the end."""
    return notes.append


def pytest_runtest_logreport(report):
    if report.when == "call" and report.passed and "lifecycle" in report.keywords:
        lifecycles.append(report.nodeid)


def pytest_terminal_summary(terminalreporter):
    # What was answered 200 by the sandbox at least once.
    answered = {operation.name for operation in (operation_at(each.method, each.path) for each in judged if each.status == 200) if operation}
    used = used_by_slipway()
    served = {operation.name for operation in operations().values() if operation.served}
    say = terminalreporter.write_line
    say(f"contract: {len(lifecycles)} lifecycles, {len(judged)} exchanges validated against Exoscale's OpenAPI document")
    say(
        f"contract: operations answered / used by Slipway / of the served families / of the document: "
        f"{len(answered)} / {len(used & answered)} of {len(used)} / {len(answered & served)} of {len(served)} / {len(operations())}"
    )
    if missing := sorted(used - answered):
        say(f"contract: used by Slipway and never answered here: {', '.join(missing)}")
    for note in notes:
        say(f"contract: {note}")
    if os.environ.get("CONTRACT_VERBOSE"):
        say(f"contract: never answered: {', '.join(sorted(served - answered))}")
