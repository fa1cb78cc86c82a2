"""The facts of this machine: /etc/slipway/machine.json, read and nothing else.

As a program: get PATH | name | authorization | report STAGE STATE SECONDS (the detail on stdin).
"""

import json
import pathlib
import re
import socket
import sys

ETC = pathlib.Path("/etc/slipway")
STATE = pathlib.Path("/var/lib/slipway")
# In memory only: what goes to the launcher and comes from it.
RUN = pathlib.Path("/run/slipway")
KUBERNETES = pathlib.Path("/etc/kubernetes")
DETAIL_CHARACTERS = 2000


def load():
    return json.loads((ETC / "machine.json").read_text())


def keys():
    return json.loads((ETC / "keys.json").read_text())


def instance_id():
    """On Exoscale the machine's system id is the instance's id."""
    return pathlib.Path("/sys/class/dmi/id/product_uuid").read_text().strip().lower()


def name(facts):
    """Instance, host and node name are one; a control plane knows its own by its private address."""
    own = (STATE / "address").read_text().strip()
    for control_plane in facts["controlPlanes"]:
        if control_plane["address"] == own:
            return control_plane["name"]
    return socket.gethostname().split(".")[0].lower()


def write(path, text, mode=0o600):
    """All of it or nothing, and never readable by others in between."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".slipway")
    draft.touch(mode=0o600)
    draft.chmod(mode)
    draft.write_text(text)
    draft.replace(path)


def get(facts, path):
    """Of a list one line each; nothing for null, and for what an older launcher did not tell."""
    value = facts
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else (value or {}).get(part)
    if isinstance(value, list):
        return "\n".join(value)
    return "" if value is None else value


def report(facts, stage, state, seconds, detail):
    evidence = STATE / "evidence.json"
    measured = json.loads(evidence.read_text() or "null") if stage == "ready" and evidence.exists() else None
    return {
        "stage": stage,
        "state": state,
        "seconds": int(seconds),
        "detail": redacted(facts, detail.strip())[-DETAIL_CHARACTERS:],
        "evidence": measured,
    }


def redacted(facts, text):
    for secret in sorted(secrets(facts), key=len, reverse=True):
        text = text.replace(secret, "[redacted]")
    text = re.sub(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*-----|$)", "[redacted]", text, flags=re.S)
    return re.sub(r"\b[a-z0-9]{6}\.[a-z0-9]{16}\b", "[redacted]", text)


def secrets(facts):
    found = [facts.get("callback", {}).get("ticket"), facts.get("join", {}).get("token")]
    if (ETC / "keys.json").exists():
        found += [pair["secret"] for pair in keys().values()]
    return [secret for secret in found if secret]


def main(command, *arguments):
    facts = load()
    if command == "get":
        print(get(facts, *arguments))
    elif command == "name":
        print(name(facts))
    elif command == "authorization":
        print(f"Authorization: Bearer {facts['callback']['ticket']}")
    elif command == "report":
        print(json.dumps(report(facts, *arguments, sys.stdin.read())))
    else:
        sys.exit(f"facts.py knows no {command}")


if __name__ == "__main__":
    main(*sys.argv[1:])
