"""Signs and sends one call to Exoscale's API (EXO2-HMAC-SHA256). The secret is never in argv or the environment."""

import base64
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.parse
import urllib.request

LIFETIME_SECONDS = 600


# The API said no, or said nothing.
class Refused(Exception):
    pass


class Api:
    def __init__(self, zone, pair):
        self.base = f"https://api-{zone}.exoscale.com/v2"
        self.pair = pair

    def get(self, path):
        return self.send("GET", path)

    def put(self, path, body):
        """Sends, then waits for the operation."""
        operation = self.send("PUT", path, json.dumps(body))
        for _ in range(60):
            if operation["state"] != "pending":
                break
            time.sleep(3)
            operation = self.get(f"/operation/{operation['id']}")
        if operation["state"] != "success":
            raise Refused(f"PUT {path}: {operation['state']} {operation.get('reason', '')}")

    def send(self, method, path, body=""):
        url = self.base + path
        request = urllib.request.Request(url, method=method, data=body.encode() or None)
        request.add_header("Authorization", self.authorization(method, urllib.parse.urlsplit(url).path, body))
        if body:
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except (urllib.error.URLError, TimeoutError, ValueError) as error:
            raise Refused(f"{method} {path}: {error}") from error

    def authorization(self, method, path, body):
        """Five lines, none left out: what, body, query, headers, expiry. We never send a query."""
        expires = int(time.time()) + LIFETIME_SECONDS
        message = "\n".join([f"{method} {path}", body, "", "", str(expires)])
        digest = hmac.new(self.pair["secret"].encode(), message.encode(), hashlib.sha256).digest()
        signature = base64.b64encode(digest).decode()
        return f"EXO2-HMAC-SHA256 credential={self.pair['key']},expires={expires},signature={signature}"
