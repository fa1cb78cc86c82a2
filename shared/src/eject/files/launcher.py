"""Answers this control plane in the launcher's place: what a launcher would send has come with the user-data.

It listens on this machine alone, speaks what Slipway's docs/machines.md describes, and ends with the bootstrap.
"""

import http.server
import json
import ssl
import sys
import threading
import urllib.error
import urllib.request

import facts as fact

BUNDLE = fact.ETC / "bundle.json"


class Launcher(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        route = self.path.rsplit("/", 1)[-1]
        status, answer = {"bundle": bundle, "confirm": confirm, "report": report}[route](body)
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
        if (body.get("stage"), body.get("state")) == ("ready", "done"):
            threading.Thread(target=self.server.shutdown).start()

    # Reports are the log.
    def log_message(self, *_):
        pass


def bundle(_):
    if not BUNDLE.exists():
        return 410, b"{}"
    if not predecessor_is_ready(fact.load()):
        return 425, b"{}"
    return 200, BUNDLE.read_bytes()


def confirm(_):
    BUNDLE.unlink(missing_ok=True)
    return 200, b"{}"


def report(body):
    print(body["stage"], body["state"], body["detail"], file=sys.stderr, flush=True)
    return 200, b"{}"


def predecessor_is_ready(facts):
    """Control planes join one after the other: parallel joins fail. What it answers is no secret, nor is it believed."""
    addresses = [one["address"] for one in facts["controlPlanes"]]
    at = addresses.index((fact.STATE / "address").read_text().strip())
    if at == 0:
        return True
    try:
        url = f"https://{addresses[at - 1]}:6443/readyz"
        with urllib.request.urlopen(url, timeout=5, context=ssl._create_unverified_context()) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    facts = fact.load()
    port = int(facts["callback"]["url"].split("/")[2].rsplit(":", 1)[1])
    http.server.ThreadingHTTPServer(("127.0.0.1", port), Launcher).serve_forever()
