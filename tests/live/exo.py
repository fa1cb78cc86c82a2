"""Exoscale's official client, as experiments drive it: by operation, with every refusal an answer instead of an exception."""

import time
from dataclasses import dataclass, field

import requests
from exoscale.api.exceptions import ExoscaleAPIException
from exoscale.api.v2 import Client
from exoscale_auth import ExoscaleV2Auth

REAL = "https://api-{zone}.exoscale.com/v2"

# Seconds of the platform's own time.
POLL = 3
PATIENCE = 15 * 60
TRIES = 5


class GaveUp(Exception):
    """What was waited for did not come in time, or what had to work did not."""


@dataclass
class Reply:
    """What was answered, and how what it began has ended. `status` is 0 when nothing was answered."""

    status: int
    body: dict = field(default_factory=dict)
    message: str = ""

    @property
    def ok(self):
        return self.status == 200 and self.body.get("state") not in ("failure", "timeout")

    @property
    def reference(self):
        return (self.body.get("reference") or {}).get("id")

    def __str__(self):
        if self.status == 200 and not self.ok:
            return f"200, and then {self.body.get('state')}: {self.body.get('reason')} {self.body.get('message') or ''}".strip()
        return str(self.status) if self.ok else f"{self.status} “{self.message}”"


@dataclass(frozen=True)
class Key:
    key: str
    secret: str = field(repr=False)


class Cloud:
    """A key in a zone. `pace` is how much faster than ours the platform's time runs: 1, or a sandbox's speed."""

    def __init__(self, key, zone, endpoint=REAL, pace=1):
        self.key, self.zone, self.endpoint, self.pace = key, zone, endpoint, pace
        self.client = Client(key.key, key.secret, url=endpoint.format(zone=zone))

    def at(self, zone):
        return Cloud(self.key, zone, self.endpoint, self.pace)

    def as_key(self, key):
        return Cloud(key, self.zone, self.endpoint, self.pace)

    def ask(self, operation, body=None, **parameters):
        """Sends an operation by its name in the document, with a body in the words of the wire."""
        names = {name.replace("_", "-"): value for name, value in parameters.items()}
        reading = operation.startswith(("get-", "list-"))
        for turn in range(TRIES):
            reply = self._once(operation, names, body)
            # Only what changes nothing is asked again: a repeated creation could make two.
            if not (reading and (reply.status in (0, 429) or reply.status >= 500)):
                break
            self.pause(POLL * (turn + 1))
        return reply

    def _once(self, operation, names, body):
        try:
            return Reply(200, self.client._call_operation(operation, names, body))
        except ExoscaleAPIException as refusal:
            return Reply(refusal.response.status_code, {}, said(refusal.response))
        except requests.RequestException as error:
            return Reply(0, {}, type(error).__name__)

    def get(self, operation, **parameters):
        """What must be readable."""
        reply = self.ask(operation, **parameters)
        if not reply.ok:
            raise GaveUp(f"{operation}: {reply}")
        return reply.body

    def listed(self, operation, **parameters):
        body = self.get(operation, **parameters)
        return body if isinstance(body, list) else next(iter(body.values()), [])

    def ended(self, reply, patience=PATIENCE):
        """The reply of a change, once what it began has ended, well or not."""
        if not reply.ok or reply.body.get("state") != "pending":
            return reply
        seen = self.until(
            lambda: self.get("get-operation", id=reply.body["id"]), lambda seen: seen["state"] != "pending", patience
        )
        return Reply(200, reply.body | seen)

    def try_to(self, operation, body=None, **parameters):
        """Does it, and says how it ended."""
        return self.ended(self.ask(operation, body, **parameters))

    def do(self, operation, body=None, **parameters):
        """Does what must succeed; the id of what it refers to."""
        reply = self.try_to(operation, body, **parameters)
        if not reply.ok:
            raise GaveUp(f"{operation}: {reply}")
        return reply.reference

    def until(self, read, wanted, patience=PATIENCE):
        """What `read` gives, as soon as it is as wanted."""
        deadline = time.monotonic() + patience / self.pace
        while not wanted(seen := read()):
            if time.monotonic() > deadline:
                raise GaveUp(f"not within {patience:.0f} s: {str(seen)[:300]}")
            self.pause(POLL)
        return seen

    def pause(self, seconds):
        time.sleep(seconds / self.pace)

    def status_with_expiry(self, seconds):
        """How a listing is answered whose signature holds for so long; the client itself always says ten minutes."""
        request = requests.Request("GET", f"{self.client.endpoint}/security-group").prepare()
        ExoscaleV2Auth(self.key.key, self.key.secret)._sign_request(request, int(time.time()) + seconds)
        with requests.Session() as session:
            response = session.send(request, timeout=30)
        return Reply(response.status_code, {}, "" if response.ok else said(response))


def said(response):
    """The words of a refusal, in either of the API's two forms."""
    try:
        body = response.json()
    except ValueError:
        return response.text[:200]
    if not isinstance(body, dict):
        return str(body)[:200]
    return str(body.get("message") or body.get("detail") or body.get("title") or body)[:200]
