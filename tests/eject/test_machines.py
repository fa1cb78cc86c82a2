"""Whether the machines' own programs do what the archive says, with the files that are in it."""

import http.client
import json
import pathlib
import re
import shutil
import subprocess
import sys
import time

import pytest
import yaml

import terraform

ADDRESS, PUBLIC = "10.0.0.77", "192.0.2.7"


def on_machine(cluster, folder, machine, address, program):
    """Runs a program of the archive's against a machine's facts, in folders that stand for /etc and /var/lib."""
    lay(cluster, folder, machine, address)
    command = [sys.executable, "-B", "-c", FRAME.format(folder=str(folder)) + program]
    return subprocess.run(command, cwd=cluster.folder / "cloud-init/files", check=True, capture_output=True, text=True).stdout


FRAME = """
import json, pathlib, sys
sys.path.insert(0, ".")
import facts
facts.ETC = facts.STATE = facts.RUN = pathlib.Path({folder!r})
"""


def lay(cluster, folder, machine, address):
    (folder / "machine.json").write_text(json.dumps(machine))
    (folder / "join-token").write_text("<the join token>")
    (folder / "address").write_text(f"{address}\n")


def test_kubeadm_is_told_what_the_archive_shows(cluster, tmp_path):
    shown = {path: text for path, text in cluster.files.items() if path.startswith("kubeadm/")}
    for path, text in shown.items():
        machine = cluster.machine(pathlib.Path(path).stem)
        own = next((one["address"] for one in machine["controlPlanes"] if path.endswith(one["name"].removeprefix(f"{cluster.marker}-") + ".yaml")), ADDRESS)
        if machine["role"] == "node":
            machine["join"] = {"token": "<the join token>", "caHash": "sha256:<hash of the authority's public key>"}
        if len(machine["controlPlanes"]) > 1:
            machine["elasticIp"] = "<the elastic IP>"
        program = KUBEADM.format(public=PUBLIC)
        told = on_machine(cluster, tmp_path, machine, own, program).replace(str(tmp_path), "/etc/slipway").split("\n---\n")
        expected = json.dumps(list(yaml.safe_load_all(text)))
        expected = expected.replace("<its public address>", PUBLIC).replace("<its private address>", ADDRESS)
        assert [json.loads(one) for one in told] == json.loads(expected), path
    assert len(shown) == len([path for path in cluster.files if "/machines/" in path])


KUBEADM = """
import contextlib, io, kubeadm
kubeadm.instance_id = facts.instance_id = lambda: "0b12cb6b-7e3e-4c0e-9e10-1e5d8a7c4b2a"
kubeadm.public_addresses = lambda: ["{public}"]
kubeadm.ca_hash = lambda: "sha256:<hash of the authority's public key>"
facts.socket.gethostname = lambda: "<the instance's name>"
with contextlib.redirect_stdout(io.StringIO()):
    kubeadm.main()
print((facts.ETC / "kubeadm.yaml").read_text().strip())
"""


def test_the_manifests_take_versions_and_bounds(cluster, tmp_path):
    machine = cluster.machine("control-plane-1")
    pairs = {name: {"key": "EXO1", "secret": "x"} for name in ("autoscaler", "cloud-controller")}
    (tmp_path / "keys.json").write_text(json.dumps(pairs))
    manifests = str(cluster.folder / "manifests")
    program = f"import addons\naddons.MANIFESTS = pathlib.Path({manifests!r})\naddons.main('autoscaler')"
    told = on_machine(cluster, tmp_path, machine, machine["controlPlanes"][0]["address"], program)
    for pool in machine["pools"]:
        assert f"--nodes={pool['min']}:{pool['max']}:{pool['name']}" in told
    assert f"cluster-autoscaler:{machine['components']['autoscaler']}" in told


def test_what_stands_in_another_programs_place_has_what_others_call(first_clusters):
    files = {path: text for path, text in first_clusters[0].files.items() if path.endswith(".py")}
    called = {name for path, text in files.items() for name in re.findall(r"\brenew\.(\w+)\(", text)}
    defined = set(re.findall(r"^def (\w+)\(", files["cloud-init/files/renew.py"], re.M))
    assert called and called == defined


@pytest.mark.skipif(not terraform.BINARY, reason=terraform.MISSING)
def test_rotation_takes_a_nodes_user_data(cluster, tmp_path):
    told, _ = terraform.rendered(cluster, tmp_path / "rendered")
    for step, user_data in told.items():
        machine = terraform.cloud_config(user_data)[2]
        if machine["role"] != "node":
            continue
        names = json.dumps([user_data, machine["cluster"]["id"], machine["pool"]["name"]])
        program = f"import rotate\nprint(rotate.with_token(*json.loads({names!r}), 'fresh1.fresh1fresh1fres'))"
        fresh = on_machine(cluster, tmp_path, machine, ADDRESS, program).strip()
        assert terraform.cloud_config(fresh)[2] == machine | {"join": machine["join"] | {"token": "fresh1.fresh1fresh1fres"}}


class Launcher:
    """The archive's stand-in for the launcher, as a process."""

    def __init__(self, cluster, folder, at, port):
        machine = cluster.machine(f"control-plane-{at + 1}")
        machine["callback"]["url"] = machine["callback"]["url"].replace(":6442/", f":{port}/")
        lay(cluster, folder, machine, machine["controlPlanes"][at]["address"])
        (folder / "bundle.json").write_text('{"pki": {}}')
        for file in ("launcher.py", "facts.py"):
            shutil.copy(cluster.folder / "cloud-init/files" / file, folder / file)
        start = "import runpy, launcher\nrunpy.run_path('launcher.py', run_name='__main__')"
        self.folder, self.port, self.path = folder, port, machine["callback"]["url"].split(str(port), 1)[1]
        self.process = subprocess.Popen([sys.executable, "-B", "-c", FRAME.format(folder=str(folder)) + start], cwd=folder)

    def ask(self, route, body="{}"):
        for _ in range(100):
            try:
                link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                link.request("POST", f"{self.path}/{route}", body, {"Content-Type": "application/json", "Authorization": "Bearer "})
                answer = link.getresponse()
                return answer.status, answer.read()
            except ConnectionRefusedError:
                time.sleep(0.05)
        raise TimeoutError


@pytest.fixture
def launchers():
    started = []
    yield started
    for one in started:
        one.process.kill()
        one.process.wait()


def test_a_control_plane_gets_its_bundle_from_itself_once(first_clusters, launchers, tmp_path, free_port):
    launchers.append(Launcher(first_clusters[0], tmp_path, 0, free_port))
    [launcher] = launchers
    assert launcher.ask("bundle") == (200, b'{"pki": {}}')
    assert launcher.ask("bundle") == (200, b'{"pki": {}}'), "the same until it is confirmed"
    assert launcher.ask("confirm")[0] == launcher.ask("confirm")[0] == 200
    assert launcher.ask("bundle")[0] == 410 and not (tmp_path / "bundle.json").exists()
    assert launcher.ask("report", json.dumps({"stage": "kubeadm", "state": "done", "detail": ""}))[0] == 200
    assert launcher.process.poll() is None
    assert launcher.ask("report", json.dumps({"stage": "ready", "state": "done", "detail": ""}))[0] == 200
    assert launcher.process.wait(timeout=10) == 0


def test_a_later_control_plane_waits_for_the_one_before(first_clusters, launchers, tmp_path, free_port):
    launchers.append(Launcher(first_clusters[1], tmp_path, 1, free_port))
    assert launchers[0].ask("bundle")[0] == 425
    assert (tmp_path / "bundle.json").exists()
