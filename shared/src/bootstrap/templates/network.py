"""Gives this machine its private address, and its kubelet and /etc/hosts what follows from it. Prints the address.

Runs at the first boot and before every start of the kubelet. The private card of a pool's member is plugged in
some time after the boot, and its name is nobody's promise: it is the card without a default route.
"""

import ipaddress
import json
import pathlib
import subprocess
import sys
import time
import zlib

import facts as fact

WAIT_SECONDS = 600
NETPLAN = pathlib.Path("/etc/netplan/60-slipway.yaml")
HOSTS = pathlib.Path("/etc/hosts")
MARK = "# slipway"


def main():
    facts = fact.load()
    address = wait_for_address(ipaddress.ip_network(facts["network"]["private"]))
    fact.write(fact.STATE / "address", f"{address}\n")
    fact.write("/etc/default/kubelet", f"KUBELET_EXTRA_ARGS=--node-ip={address}\n", 0o644)
    write_hosts(facts, address)
    print(address)


def wait_for_address(network):
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        for card in cards():
            for address in card["addr_info"]:
                if address["family"] == "inet" and ipaddress.ip_address(address["local"]) in network:
                    return address["local"]
        configure()
        time.sleep(2)
    sys.exit(f"no address in {network} within {WAIT_SECONDS} seconds")


def configure():
    """Writes netplan for the private card, once it is there. JSON is YAML."""
    routed = {route["dev"] for route in ip("-4", "route", "show", "default")}
    private = [card for card in cards() if card["ifname"] not in routed]
    if not private:
        return
    document = {"network": {"version": 2, "ethernets": {"slipway": {
        "match": {"macaddress": private[0]["address"]},
        "dhcp4": True,
        # By default the client id comes from the machine-id, which clones of an image may share.
        "dhcp-identifier": "mac",
        "dhcp4-overrides": {"use-routes": False, "use-dns": False},
        "dhcp6": False,
        "accept-ra": False,
        "optional": True,
    }}}}
    text = json.dumps(document, indent=2) + "\n"
    if not NETPLAN.exists() or NETPLAN.read_text() != text:
        fact.write(NETPLAN, text)
        subprocess.run(["netplan", "apply"], check=False, stdout=sys.stderr)


def cards():
    """Real network cards: bridges, tunnels and pods' ends have no device behind them."""
    real = [card for card in ip("address") if pathlib.Path("/sys/class/net", card["ifname"], "device").exists()]
    return sorted(real, key=lambda card: card["ifname"])


def ip(*arguments):
    answer = subprocess.run(["ip", "-json", *arguments], check=True, capture_output=True, text=True)
    return json.loads(answer.stdout or "[]")


def write_hosts(facts, address):
    """The endpoint is all control planes. Clients try them in turn, so each machine gets another order."""
    addresses = [control_plane["address"] for control_plane in facts["controlPlanes"]]
    if address in addresses:
        addresses.sort(key=lambda other: other != address)
    else:
        turn = zlib.crc32(address.encode()) % len(addresses)
        addresses = addresses[turn:] + addresses[:turn]
    kept = [line for line in HOSTS.read_text().splitlines() if not line.endswith(MARK)]
    ours = [f"{one} {facts['cluster']['endpoint']} {MARK}" for one in addresses]
    fact.write(HOSTS, "\n".join(kept + ours) + "\n", 0o644)


if __name__ == "__main__":
    main()
