"""The cluster of the stand-ins: what stands for etcd, and how to ask its API server."""

import fcntl
import http.client
import json
import pathlib
import ssl
import sys

STORE = pathlib.Path("/var/lib/etcd/cluster.json")
TABLES = ("tokens", "nodes", "objects", "labels", "cordoned", "drained")


def read():
    return {table: {} for table in TABLES} | (json.loads(STORE.read_text()) if STORE.exists() else {})


def remember(table, key, value):
    STORE.parent.mkdir(mode=0o700, exist_ok=True)
    with (STORE.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        whole = read()
        whole[table][key] = value
        draft = STORE.with_suffix(".draft")
        draft.write_text(json.dumps(whole))
        draft.replace(STORE)


def ask(method, path, body=None, server=None, authority="/etc/kubernetes/pki/ca.crt"):
    """Where admin.conf says, by name: of several addresses the first that listens answers."""
    server = server or pathlib.Path("/etc/kubernetes/admin.conf").read_text()
    if authority is None:
        trust = ssl._create_unverified_context()
    elif authority.startswith("/"):
        trust = ssl.create_default_context(cafile=authority)
    else:
        trust = ssl.create_default_context(cadata=authority)
    connection = http.client.HTTPSConnection(server, timeout=20, context=trust)
    try:
        connection.request(method, path, None if body is None else json.dumps(body))
        answer = connection.getresponse()
        text = answer.read().decode()
    except OSError as error:
        sys.exit(f"The connection to the server {server} was refused: {error}")
    if answer.status != 200:
        sys.exit(f"Error from server: {answer.status} {text}")
    return json.loads(text)


def answers():
    try:
        return ask("GET", "/readyz") == "ok"
    except SystemExit:
        return False
