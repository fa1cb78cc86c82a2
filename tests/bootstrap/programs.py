"""The machine's own Python programs, as they stand in a control plane's user-data, in this process: `/etc/slipway` and
`/var/lib/slipway` are a folder of their own, and what only a machine can know is answered here."""

import contextlib
import importlib
import io
import json
import os
import pathlib
import sys
import tempfile

import yaml

import intended

LIBRARY = "/usr/local/lib/slipway/"
# A rename waits for the disk, and there are tens of thousands of them.
IN_MEMORY = "/dev/shm"
KEYS = ("autoscaler", "cloud-controller", "token-rotation", "csi")


class Programs:
    def __init__(self, constant_files):
        self.folder = tempfile.TemporaryDirectory(prefix="slipway-programs-", dir=IN_MEMORY if os.path.isdir(IN_MEMORY) else None)
        self.home = pathlib.Path(self.folder.name)
        for path, text in constant_files.items():
            if path.startswith(LIBRARY):
                file = self.home / "lib" / path.removeprefix(LIBRARY)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
        sys.dont_write_bytecode = True
        sys.path.insert(0, str(self.home / "lib"))
        try:
            self.facts = importlib.import_module("facts")
            # Before the others are imported: they derive paths from these.
            self.facts.ETC = self.facts.STATE = self.home / "etc"
            self.kubeadm, self.addons = map(importlib.import_module, ("kubeadm", "addons"))
        finally:
            sys.path.pop(0)
        self.facts.instance_id = lambda: intended.INSTANCE
        self.kubeadm.public_addresses = lambda: [intended.PUBLIC_ADDRESS]
        self.kubeadm.ca_hash = lambda: intended.BUNDLED_CA_HASH
        pair = {"key": "EXO1", "secret": "hunter2"}
        self.put("keys.json", json.dumps({name: pair for name in KEYS}))

    def put(self, name, text):
        file = self.home / "etc" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def become(self, machine, join_token):
        """From here on the programs run on this machine."""
        told = machine["facts"]
        planes = {plane["name"]: plane["address"] for plane in told["controlPlanes"]}
        self.put("machine.json", json.dumps(told))
        self.put("join-token", join_token)
        self.put("address", planes.get(machine["name"]) or intended.node_address(told))

    def run(self, program, *arguments):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            program.main(*arguments)
        return said.getvalue()

    def kubeadm_reads(self):
        """The verb, and the text of the documents."""
        verb = self.run(self.kubeadm).strip()
        return verb, (self.home / "etc/kubeadm.yaml").read_text()

    def written(self):
        """Every other configuration that kubeadm and the API server read, by the file's name."""
        files = [*(self.home / "etc/patches").iterdir(), self.home / "etc/admission.json"]
        return {file.name: yaml.safe_load(file.read_text()) for file in files if file.exists()}

    def manifests(self):
        """Part → what the first control plane applies, in its order."""
        parts = self.run(self.addons, "list").split()
        lists = {part: yaml.safe_load(self.run(self.addons, part)) for part in parts}
        for part, applied in lists.items():
            assert (applied["apiVersion"], applied["kind"]) == ("v1", "List"), part
        return {part: applied["items"] for part, applied in lists.items()}
