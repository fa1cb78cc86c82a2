"""Tens of thousands of requests that nobody thought of, each signed and each judged.

CONTRACT_SECONDS says how long (150 unless told), CONTRACT_SEED from where. For as many as one likes:
`CONTRACT_SECONDS=600 node tests/server.mjs build/python -m pytest -q tests/contract/test_generated.py`
"""

import http.client
import json
import os
import random
import re
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from urllib.parse import unquote, urlencode, urlsplit

import pytest
from exoscale_auth import ExoscaleV2Auth

import oracle
from cloud import BASE, ZONE, Cloud, open_account
from document import operations
from generator import Generator
from wire import Exchange, Unreadable

SECONDS = float(os.environ.get("CONTRACT_SECONDS", "150"))
SEED = int(os.environ.get("CONTRACT_SEED", "1"))
WORKERS = 4
# After so many requests, or so many refusals of the key in a row, an account is used up.
CASES_AN_ACCOUNT = 1500
LOCKED_OUT = 20


class Tally:
    """What all workers found."""

    def __init__(self):
        self.lock = threading.Lock()
        self.cases = Counter()
        self.operations = Counter()
        self.unserved = set()
        self.faults = {}

    def add(self, operation, exchange, invalid, faults):
        with self.lock:
            self.cases["invalid" if invalid else "valid", exchange.status] += 1
            self.operations[operation.name] += 1
            if exchange.status == oracle.NOT_SERVED:
                self.unserved.add(operation.name)
            for fault in faults:
                # The same fault with another value is no news.
                kind = re.sub(r"'[^']*'|\d+", "…", fault)[:60]
                self.faults.setdefault((operation.name, kind), f"{fault[:300]}\n    {exchange}"[:1200])

    def summary(self):
        total = sum(self.cases.values())
        taken = sum(count for (_, status), count in self.cases.items() if status == 200)
        invalid = sum(count for (kind, _), count in self.cases.items() if kind == "invalid")
        statuses = Counter()
        for (_, status), count in self.cases.items():
            statuses[status] += count
        return (
            f"generated: {total} signed cases in {SECONDS:.0f} s (seed {SEED}), {invalid} of them against the document, {taken} taken; "
            f"{len(self.operations)} operations, {len(self.unserved)} of them not served; {dict(sorted(statuses.items()))}"
        )


class Worker:
    """One connection, with accounts of its own."""

    def __init__(self, number, tally):
        self.random = random.Random(f"{SEED}/{number}")
        self.tally = tally
        base = urlsplit(BASE)
        secure = base.scheme == "https"
        self.connection = (http.client.HTTPSConnection if secure else http.client.HTTPConnection)(base.netloc, timeout=60)
        self.prefix = f"{base.path}/sandbox/{ZONE}/v2"

    def run(self, deadline):
        while time.monotonic() < deadline:
            self.settle()
            refusals = 0
            for _ in range(CASES_AN_ACCOUNT):
                status = self.ask(self.choose())
                refusals = refusals + 1 if status == 403 else 0
                if refusals > LOCKED_OUT or time.monotonic() > deadline:
                    break

    def settle(self):
        """A new account that has one thing of every kind that can be made."""
        account = open_account(seed=self.random.getrandbits(31))
        self.sign = ExoscaleV2Auth(account["key"], account["secret"])
        self.known = {"entity": ["instance", "elastic-ip"]}
        self.generator = Generator(self.random, self.known)
        cloud = Cloud(account)
        for make in FURNITURE:
            try:
                make(cloud)
            except Exception:  # noqa: BLE001  What cannot be made yet is simply not there; its own tests say why.
                continue
        for operation in operations().values():
            if operation.served and operation.name.startswith("list-"):
                self.exchange(operation, operation.path, {}, None)

    def choose(self):
        """Something that is served, as far as is known."""
        while True:
            [operation] = self.random.choices(SERVED, WEIGHTS)
            if operation.name not in self.tally.unserved:
                return operation

    def ask(self, operation):
        exchange = self.exchange(operation, *self.generator.request(operation))
        wrong = oracle.request_faults(operation, exchange)
        faults = oracle.faults(exchange)
        if wrong and exchange.status == 200:
            faults.append(f"taken although the document forbids it: {wrong[0]}")
        self.tally.add(operation, exchange, bool(wrong), faults)
        return exchange.status

    def exchange(self, operation, path, query, body):
        target = self.prefix + path + (f"?{urlencode(query)}" if query else "")
        request = SimpleNamespace(method=operation.method, url=f"{BASE}{target}", body=body, headers={})
        self.sign(request)
        if body is not None:
            request.headers["Content-Type"] = "application/json"
        self.connection.request(operation.method, target, body, request.headers)
        response = self.connection.getresponse()
        answer = _read(response.read())
        if response.status == 200:
            self.learn(answer)
        return Exchange(operation.method, path, query, _read(body), response.status, answer, meant_invalid=True)

    def learn(self, answer):
        """Remembers what an answer says exists."""
        if not isinstance(answer, dict):
            return
        if link := (answer.get("reference") or {}).get("link"):
            _, _, kind, name = link.split("/", 3)
            self.remember(kind, unquote(name))
        if "state" in answer and "id" in answer:
            self.remember("operation", answer["id"])
        for plural, items in answer.items():
            for item in items if isinstance(items, list) else []:
                if isinstance(item, dict):
                    self.remember(KINDS.get(plural, plural.removesuffix("s")), item.get("id") or item.get("key") or item.get("name"))

    def remember(self, kind, name):
        if name and name not in self.known.setdefault(kind, []):
            self.known[kind].append(name)


KINDS = {"block-storage-volumes": "block-storage"}
SERVED = [operation for operation in operations().values() if operation.served]
# Bodies are where most can go wrong; and if deleting were no rarer than the rest, nothing would be left.
WEIGHTS = [3 if operation.body else 0.3 if operation.method == "DELETE" else 1 for operation in SERVED]
NETWORK = {"start_ip": "10.0.0.10", "end_ip": "10.0.0.200", "netmask": "255.255.255.0"}
SERVICE = {"protocol": "tcp", "strategy": "round-robin", "port": 80, "target_port": 80, "healthcheck": {"mode": "tcp", "port": 80}}
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f a"
IMAGE = {"url": "https://images.example/x.qcow2", "checksum": "0cc175b9c0f1b6a831c399e269772661", "ssh_key_enabled": True, "password_enabled": True}

FURNITURE = [
    lambda cloud: cloud.done(cloud.client.create_private_network(name="inside", **NETWORK)),
    lambda cloud: cloud.done(cloud.client.create_anti_affinity_group(name="apart")),
    lambda cloud: cloud.done(cloud.client.register_ssh_key(name="laptop", public_key=PUBLIC_KEY)),
    lambda cloud: cloud.done(cloud.client.create_elastic_ip(addressfamily="inet4")),
    lambda cloud: cloud.done(cloud.client.create_elastic_ip(healthcheck={"mode": "tcp", "port": 80})),
    lambda cloud: cloud.done(cloud.client.create_block_storage_volume(name="data", size=10)),
    lambda cloud: cloud.done(cloud.client.register_template(name="golden", **IMAGE)),
    lambda cloud: cloud.client.create_api_key(name="key", role_id=cloud.done(cloud.client.create_iam_role(name="role"))),
    lambda cloud: cloud.done(
        cloud.client.add_rule_to_security_group(
            id=cloud.done(cloud.client.create_security_group(name="web")), flow_direction="ingress", protocol="all", network="::/0"
        )
    ),
    lambda cloud: cloud.done(cloud.client.create_snapshot(id=cloud.instance())),
    lambda cloud: cloud.stopped(name="resting"),
    lambda cloud: cloud.done(
        cloud.client.add_service_to_load_balancer(
            id=cloud.done(cloud.client.create_load_balancer(name="front")), name="web", instance_pool={"id": cloud.pool(1)}, **SERVICE
        )
    ),
    lambda cloud: cloud.done(
        cloud.client.create_block_storage_snapshot(id=cloud.done(cloud.client.create_block_storage_volume(name="more", size=10)), name="then")
    ),
]


def _read(body):
    if not body:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return Unreadable(body.decode("utf-8", "replace"))


def test_whatever_is_asked_the_answer_is_in_order(say):
    tally = Tally()
    deadline = time.monotonic() + SECONDS
    with ThreadPoolExecutor(WORKERS) as pool:
        for done in [pool.submit(Worker(number, tally).run, deadline) for number in range(WORKERS)]:
            done.result()
    say(tally.summary())
    if tally.faults:
        pytest.fail(f"{len(tally.faults)} kinds of fault:\n" + "\n".join(tally.faults.values()), pytrace=False)
    assert sum(tally.cases.values()) > 1000, "too few to say anything"
