"""No secret of a launch is in anything that it sends, in whatever wrapping, but for the two that must be: a control
plane's ticket in that machine's user-data, and the join token in the pools'."""

import base64
import gzip
import json
import re
import zlib

import pytest

import machine
import rendered

WRAPPED = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")


def needles(secret):
    """A secret in the forms in which it could stand somewhere: a PEM by each of its lines and as the bytes it frames."""
    lines = [line for line in secret.splitlines() if line and not line.startswith("-----")]
    found = {line.encode() for line in lines}
    if secret.startswith("-----"):
        # The last bytes of a private key are its public half, which is no secret, and the last line may be short.
        found = {lines[0].encode(), base64.b64decode("".join(lines))[:40]}
    forms = set()
    for raw in found | {secret.encode()}:
        forms |= {raw, raw.hex().encode(), json.dumps(raw.decode("latin-1"))[1:-1].encode()}
    return forms


def unwrapped(data, depth=0):
    """Some bytes, and whatever they are base64 or gzip of, as deep as it goes."""
    yield data
    if depth == 6:
        return
    for match in WRAPPED.finditer(data):
        word = match.group().rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        # Base64 within other text may begin anywhere.
        for start in range(4):
            body = word[start:]
            body = body[: len(body) - (len(body) % 4 == 1)]
            inner = base64.b64decode(body + b"=" * (-len(body) % 4))
            yield from unwrapped(inner, depth + 1) if worth_it(inner) else [inner]
    for place in found_at(data, b"\x1f\x8b\x08"):
        try:
            yield from unwrapped(zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data[place:]), depth + 1)
        except zlib.error:
            continue


def worth_it(data):
    """Text or gzip: noise of a wrong alignment has no words of base64 in it but by chance."""
    return data.startswith(b"\x1f\x8b") or all(byte >= 32 or byte in b"\n\r\t" for byte in data[:200])


def found_at(data, mark):
    place = data.find(mark)
    while place >= 0:
        yield place
        place = data.find(mark, place + 1)


def leaks(text, secrets):
    """The names of the secrets that are in it."""
    sought = {form: name for name, secret in secrets.items() for form in needles(secret)}
    return sorted({name for data in unwrapped(text.encode()) for form, name in sought.items() if form in data})


def without_the_allowed(request, secrets):
    """What leaves, with user-data opened and the one secret taken out that may be there; and which one that was."""
    body = json.loads(request["body"] or "{}")
    packed, allowed = body.pop("user-data", None), None
    opened = [request["method"], request["target"], json.dumps(body)]
    if packed:
        tree = machine.tree(machine.cloud_config(packed))
        told = json.loads(machine.files(tree)[machine.MACHINE_JSON])
        if told["role"] == "node":
            assert request["target"] == "/v2/instance-pool"
            allowed, found = "join-token", told["join"].pop("token")
        else:
            assert request["target"] == "/v2/instance"
            allowed, found = f"ticket/{told['callback']['url'].rsplit('/')[-1]}", told["callback"].pop("ticket")
        assert found == secrets[allowed], allowed
        opened += [machine.skeleton(tree), json.dumps(told)]
    return "\n".join(opened), allowed


@pytest.mark.parametrize("shape", rendered.launches())
def test_nothing_secret_leaves_but_a_ticket_and_a_join_token(shape, say):
    launch = rendered.launches()[shape]
    secrets, allowed = launch["secrets"], []
    for request in launch["requests"]:
        text, one = without_the_allowed(request, secrets)
        assert not leaks(text, secrets), request["target"]
        allowed += [one] if one else []
    spec = launch["spec"]
    tickets = [f"ticket/control-plane-{n + 1}" for n in range(spec["controlPlane"]["count"])]
    assert sorted(allowed) == ["join-token"] * len(spec["pools"]) + tickets
    kinds = {name.split("/")[0] for name in secrets}
    assert kinds == {"credentials", "join-token", "key", "pki", "ticket"}
    assert sum(name.startswith("pki/") for name in secrets) == 4
    say(f"secrets of {shape}: {len(secrets)} in none of {len(launch['requests'])} requests, {len(allowed)} machines' own aside")


def test_what_was_sent_is_what_the_renderer_makes():
    """So that what holds for ten thousand rendered specs holds for launches."""
    for launch in rendered.launches().values():
        sent = {}
        for request in launch["requests"]:
            body = json.loads(request["body"] or "{}")
            if "user-data" in body:
                sent[body["name"]] = body["user-data"]
        assert sent == {one["name"]: one["userData"] for one in launch["machines"]}


WRAPPINGS = {
    "plain": lambda secret: secret,
    "JSON": lambda secret: json.dumps({"a": secret}),
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64 in a word": lambda secret: "label-" + base64.b64encode(secret.encode()).decode() + "x",
    "base64url": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode().rstrip("="),
    "base64 of more": lambda secret: base64.b64encode(f"ab{secret}c".encode()).decode(),
    "hex": lambda secret: secret.encode().hex(),
    "gzip": lambda secret: base64.b64encode(gzip.compress(f"a file: {secret}".encode())).decode(),
    "user-data": lambda secret: base64.b64encode(gzip.compress(json.dumps({"content": base64.b64encode(json.dumps({"a": secret}).encode()).decode()}).encode())).decode(),
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_a_secret_is_found_in_every_wrapping(wrapping):
    secrets = rendered.launches()["three"]["secrets"]
    for name, secret in secrets.items():
        assert leaks(f'{{"description": "{WRAPPINGS[wrapping](secret)}"}}', secrets) == [name], name
    for name, pem in secrets.items():
        if name.startswith("pki/"):
            der = base64.b64decode("".join(pem.splitlines()[1:-1]))
            assert leaks(base64.b64encode(der).decode(), secrets) == [name]


def test_another_machine_s_ticket_is_a_leak():
    launch = rendered.launches()["three"]
    secrets = launch["secrets"]
    request = next(one for one in launch["requests"] if "user-data" in (one["body"] or ""))
    body = json.loads(request["body"])
    body["labels"]["slipway/step"] = secrets["ticket/control-plane-2"]
    text, allowed = without_the_allowed(request | {"body": json.dumps(body)}, secrets)
    assert allowed and leaks(text, secrets) == ["ticket/control-plane-2"]
