"""Runs on a machine of an experiment: looks around every few seconds and serves what it sees to whoever asks. It holds no secret."""

import hashlib
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

METADATA = "http://169.254.169.254"
EVERY = 5
callers = {}


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return done.stdout


def uptime():
    return float(Path("/proc/uptime").read_text().split()[0])


def fetched(url, timeout=6):
    """Status and bytes, or why not; and how long it took."""
    begun = time.monotonic()
    try:
        # Never by a proxy: what is asked is whether the machine itself gets there.
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=timeout) as reply:
            body = reply.read()
            return {"ok": True, "status": reply.status, "sha256": hashlib.sha256(body).hexdigest(), "seconds": round(time.monotonic() - begun, 2)}
    except urllib.error.HTTPError as error:
        return {"ok": True, "status": error.code, "seconds": round(time.monotonic() - begun, 2)}
    except OSError as error:
        return {"ok": False, "why": str(error), "seconds": round(time.monotonic() - begun, 2)}


def connects(target):
    host, port = target.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), timeout=4).close()
        return True
    except OSError:
        return False


def pings(wish):
    """`[address, payload, source]`: an echo that must not be cut to pieces."""
    address, payload, source = wish
    command = ["ping", "-c", "2", "-W", "2", "-M", "do", "-s", str(payload), *(["-I", source] if source else []), address]
    return subprocess.run(command, capture_output=True).returncode == 0


def interfaces():
    try:
        return {
            link["ifname"]: {"mac": link.get("address"), "mtu": link.get("mtu"), "addresses": [each["local"] for each in link.get("addr_info", [])]}
            for link in json.loads(run("ip", "-j", "address") or "[]")
            if link["ifname"] != "lo"
        }
    except (OSError, ValueError, subprocess.SubprocessError):
        return {}


def private(before):
    """The interface that has no default route, once it is there."""
    with_default = run("ip", "-4", "route", "show", "default")
    if not with_default:
        return None
    names = [name for name in before if f"dev {name} " not in with_default and not name.startswith("live")]
    return names[0] if names else None


def prepare(wishes, nic):
    """Brings the private interface up, by hand or by DHCP, and does what else was asked for."""
    run("ip", "link", "set", nic, "up")
    if wishes.get("dhcp"):
        identifier = {"dhcp-identifier": "mac"} if wishes["dhcp"] == "mac" else {}
        plan = {"network": {"version": 2, "ethernets": {nic: {"dhcp4": True, "optional": True} | identifier}}}
        Path("/etc/netplan/90-live.yaml").write_text(json.dumps(plan))
        run("netplan", "apply")
    for address in wishes.get("addresses", []):
        run("ip", "address", "add", address, "dev", nic)
    for address in wishes.get("dummy", []):
        run("ip", "link", "add", "live0", "type", "dummy")
        run("ip", "link", "set", "live0", "up")
        run("ip", "address", "add", address, "dev", "live0")
    for network, gateway in wishes.get("routes", []):
        run("ip", "route", "replace", network, "via", gateway, "dev", nic)


def looked(wishes, memory):
    seen = interfaces()
    nic = private(seen)
    if nic and "nic" not in memory:
        memory["nic"] = {"name": nic, "uptime": uptime()}
        prepare(wishes, nic)
    if wishes.get("poweroff-after") and uptime() > wishes["poweroff-after"]:
        run("systemctl", "poweroff")
    return {
        "uptime": uptime(),
        "first-look": memory.setdefault("first", uptime()),
        "boot": Path("/proc/sys/kernel/random/boot_id").read_text().strip(),
        "machine-id": Path("/etc/machine-id").read_text().strip() if Path("/etc/machine-id").exists() else "",
        "interfaces": seen,
        "private": memory.get("nic"),
        "metadata": fetched(f"{METADATA}/1.0/user-data"),
        "passwords": fetched(f"{METADATA}:8080/"),
        "connects": {target: connects(target) for target in wishes.get("connect", [])},
        "fetches": {url: fetched(url) for url in wishes.get("fetch", [])},
        "pings": [pings(wish) for wish in wishes.get("ping", [])],
        "callers": sorted(callers),
    }


class Door(BaseHTTPRequestHandler):
    state = {"facts": b"null"}

    def do_GET(self):
        port = self.server.server_address[1]
        if port == self.state.get("probed"):
            callers[self.client_address[0]] = True
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(self.state["facts"])

    def log_message(self, *_):
        pass


def main():
    here = Path(sys.argv[1] if len(sys.argv) > 1 else "/opt/live")
    wishes = json.loads((here / "guest.json").read_text())
    first, probed = wishes.get("ports", [8080, 8081])
    Door.state["probed"] = probed
    for port in (first, probed):
        server = ThreadingHTTPServer(("0.0.0.0", port), Door)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    memory = {}
    while True:
        Door.state["facts"] = json.dumps(looked(wishes, memory)).encode()
        time.sleep(EVERY)


if __name__ == "__main__":
    main()
