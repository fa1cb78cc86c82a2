"""Answers GET /readyz on port 6444: whether this machine's own API server is ready. Nothing else is told."""

import ssl
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import facts as fact


class Health(BaseHTTPRequestHandler):
    # A client that sends nothing holds its thread no longer.
    timeout = 5

    def do_GET(self):
        status = 404
        if self.path == "/readyz":
            status = 200 if is_ready() else 503
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def is_ready():
    """Asked anew each time: the authority and the address come while the machine boots, and may change."""
    try:
        address = (fact.STATE / "address").read_text().strip()
        trust = ssl.create_default_context(cafile=fact.KUBERNETES / "pki/ca.crt")
        with urllib.request.urlopen(f"https://{address}:6443/readyz", timeout=4, context=trust) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


if __name__ == "__main__":
    ThreadingHTTPServer(("", 6444), Health).serve_forever()
