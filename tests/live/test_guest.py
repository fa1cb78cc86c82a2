"""The program for the machines, run on this one: it serves what experiments read, and looks at what it is told to."""

import base64
import json
import socket
import subprocess
import sys
import time

import pytest
import requests
from experiment import GUEST, user_data


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def guest(tmp_path):
    running = []

    def start(**wishes):
        ports = [free_port(), free_port()]
        (tmp_path / "guest.json").write_text(json.dumps({"ports": ports} | wishes))
        running.append(subprocess.Popen([sys.executable, str(GUEST), str(tmp_path)]))
        return ports

    yield start
    for each in running:
        each.kill()
        each.wait()


def heard(port):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if facts := requests.get(f"http://127.0.0.1:{port}/facts.json", timeout=5).json():
                return facts
        except requests.RequestException:
            pass
        time.sleep(0.1)
    raise AssertionError("the guest says nothing")


def test_a_guest_says_what_experiments_read(guest):
    open_door, shut_door = free_port(), free_port()
    with socket.create_server(("127.0.0.1", open_door)):
        first, probed = guest(connect=[f"127.0.0.1:{open_door}", f"127.0.0.1:{shut_door}"])
        facts = heard(first)
    assert facts["connects"] == {f"127.0.0.1:{open_door}": True, f"127.0.0.1:{shut_door}": False}
    wanted = {"uptime", "first-look", "boot", "machine-id", "interfaces", "private", "metadata", "passwords", "connects", "fetches", "pings", "callers"}
    assert set(facts) == wanted
    assert facts["uptime"] >= facts["first-look"] > 0
    assert facts["callers"] == []
    # Who knocks at the second door is remembered; who reads the facts is not.
    requests.get(f"http://127.0.0.1:{probed}/", timeout=5)
    deadline = time.monotonic() + 30
    while (seen := heard(first)["callers"]) != ["127.0.0.1"]:
        assert time.monotonic() < deadline, seen
        time.sleep(0.2)


def test_every_machine_turns_itself_off():
    for guest in (None, {"connect": []}):
        text = base64.b64decode(user_data(guest, 40)).decode()
        first, config = text.split("\n", 1)
        config = json.loads(config)
        assert first == "#cloud-config"
        assert config["runcmd"][0] == ["shutdown", "-P", "+40"]
        assert ("write_files" in config) == (guest is not None)
    assert len(user_data({"ping": [["10.77.0.2", 8972, ""]] * 9}, 40)) < 32_768
