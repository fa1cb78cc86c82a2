"""Puts the fetched bundle where it belongs (unpack), and takes its secrets away when all is done (forget)."""

import json
import re
import shutil
import sys

import facts as fact

PKI = fact.ETC / "pki"
# Nothing else is written, whatever the answer names.
FILES = {
    "ca.crt", "ca.key", "etcd/ca.crt", "etcd/ca.key",
    "front-proxy-ca.crt", "front-proxy-ca.key", "sa.pub", "sa.key",
}
PROGRAM = re.compile(r"/usr/local/lib/slipway/(manifests/)?[a-z-]+[.](py|yaml)|/etc/systemd/system/slipway-[a-z]+[.](service|timer)")


def unpack():
    answer = fact.RUN / "answer.json"
    bundle = json.loads(answer.read_text())
    named = [file["path"] for file in bundle["files"]]
    strange = set(bundle["pki"]) ^ FILES | {path for path in named if not PROGRAM.fullmatch(path)}
    if strange:
        sys.exit(f"the bundle holds other files than expected: {sorted(strange)}")
    for file in bundle["files"]:
        fact.write(file["path"], file["content"], int(file["permissions"], 8))
    for file, pem in bundle["pki"].items():
        fact.write(PKI / file, pem)
    fact.write(fact.ETC / "join-token", bundle["joinToken"])
    # Last: its presence means that the bundle is complete.
    fact.write(fact.ETC / "keys.json", json.dumps(bundle["keys"]))
    answer.unlink()


def forget():
    """kubeadm has its own copy of the PKI and Kubernetes has the other keys as Secrets; rotation stays ours."""
    rotation = {name: pair for name, pair in fact.keys().items() if name == "token-rotation"}
    fact.write(fact.ETC / "keys.json", json.dumps(rotation))
    shutil.rmtree(PKI, ignore_errors=True)
    (fact.ETC / "join-token").unlink(missing_ok=True)


if __name__ == "__main__":
    {"unpack": unpack, "forget": forget}[sys.argv[1]]()
