"""What is ejected for the default cluster, some odd ones and many random ones: build/ejected.jsonl, by an example of
tests/. Each test runs for each of them."""

import json
import pathlib
import socket

import pytest

from sheets import Sheets

EJECTED = pathlib.Path(__file__).parents[2] / "build" / "ejected.jsonl"


class Cluster:
    def __init__(self, line, folder):
        told = json.loads(line)
        self.plan, self.files, self.marker = told["plan"], told["files"], told["marker"]
        self.folder = folder
        for path, content in self.files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        self.sheets = Sheets({path: text for path, text in self.files.items() if path.endswith(".tf")})

    def actions(self):
        """Every task as (step, position, kind, content)."""
        for step in self.plan["steps"]:
            for at, task in enumerate(step["tasks"]):
                action = task["action"]
                kind, content = (action, {}) if isinstance(action, str) else next(iter(action.items()))
                yield step["id"], at, kind, content

    def created(self):
        """Every resource as (step, kind, content)."""
        for step, _, kind, content in self.actions():
            if kind == "create":
                yield step, *next(iter(content["resource"].items()))

    def machine(self, name):
        return json.loads(self.files[f"cloud-init/machines/{name}.json"])


def pytest_generate_tests(metafunc):
    if "cluster" in metafunc.fixturenames:
        lines = EJECTED.read_text().splitlines()
        metafunc.parametrize("cluster", lines, indirect=True, ids=range(len(lines)), scope="session")


@pytest.fixture(scope="session")
def cluster(request, tmp_path_factory):
    return Cluster(request.param, tmp_path_factory.mktemp("cluster"))


@pytest.fixture(scope="session")
def first_clusters(tmp_path_factory):
    """The default cluster, and the one with three control planes."""
    lines = EJECTED.read_text().splitlines()[:2]
    return [Cluster(line, tmp_path_factory.mktemp("first")) for line in lines]


@pytest.fixture
def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
