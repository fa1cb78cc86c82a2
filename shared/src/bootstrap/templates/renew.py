"""Signs a client certificate of the cluster's administrator for a public key that stands in a label.

Only whole days can be had from the openssl of Ubuntu 24.04, so the certificate is put together here, and openssl
only signs it.
"""

import base64
import json
import secrets
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import facts as fact

PKI = fact.KUBERNETES / "pki"
RESULT = fact.STATE / "signed.json"
HOURS, HOURS_MAX = "24", 8760
SEQUENCE, SET, INTEGER, BITS, TEXT, TIME = 0x30, 0x31, 0x02, 0x03, 0x0C, 0x17
# ecdsa-with-SHA256; then id-ecPublicKey with prime256v1; then organizationName and commonName.
SIGNATURE = bytes.fromhex("300a06082a8648ce3d040302")
P256 = bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107")
NAMES = [("060355040a", b"kubeadm:cluster-admins"), ("0603550403", b"kubernetes-admin")]
# Critical key usage: digital signature. Extended key usage: client authentication.
EXTENSIONS = bytes.fromhex("a3273025300e0603551d0f0101ff04040302078030130603551d25040c300a06082b06010505070302")


def bring_about(labels):
    """Once for each request; what was signed is kept as long as it stands there."""
    request, hours = labels.get("slipway/renew"), labels.get("slipway/renew-hours", HOURS)
    if not request:
        RESULT.unlink(missing_ok=True)
    elif not signed(labels):
        certificate = sign(request, min(max(int(hours), 1), HOURS_MAX))
        authority = (PKI / "ca.crt").read_text()
        fact.write(RESULT, json.dumps({"request": request, "certificate": certificate, "authority": authority}))
        print(f"signed an administrator's certificate for {hours} hours", file=sys.stderr)


def signed(labels):
    result = json.loads(RESULT.read_text()) if RESULT.exists() else None
    return result if result and result["request"] == labels.get("slipway/renew") else None


def sign(request, hours):
    key = der(SEQUENCE, P256, der(BITS, b"\0", base64.urlsafe_b64decode(request)))
    # It refuses what is no point of the curve.
    openssl("pkey", "-pubin", "-inform", "der", "-noout", told=key)
    now = datetime.now(timezone.utc)
    validity = [time(now - timedelta(minutes=5)), time(now + timedelta(hours=hours))]
    name = [der(SET, der(SEQUENCE, bytes.fromhex(kind), der(TEXT, text))) for kind, text in NAMES]
    body = der(
        SEQUENCE,
        # Version 3; a serial number of 127 random bits.
        bytes.fromhex("a003020102"), der(INTEGER, bytes([secrets.randbelow(127) + 1]), secrets.token_bytes(15)),
        SIGNATURE, issuer(), der(SEQUENCE, *validity), der(SEQUENCE, *name), key, EXTENSIONS,
    )
    signature = openssl("dgst", "-sha256", "-sign", str(PKI / "ca.key"), told=body)
    text = base64.encodebytes(der(SEQUENCE, body, SIGNATURE, der(BITS, b"\0", signature))).decode().replace("\n", "")
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])


def issuer():
    """The authority's subject, byte for byte: version, serial, algorithm, issuer, validity, then it."""
    whole = openssl("x509", "-in", str(PKI / "ca.crt"), "-outform", "der")
    [certificate] = parts(whole)
    body = parts(content(certificate))[0]
    return parts(content(body))[5]


def der(tag, *values):
    value = b"".join(values)
    size = len(value).to_bytes((len(value).bit_length() + 7) // 8, "big")
    return bytes([tag]) + (bytes([128 + len(size)]) if len(value) > 127 else b"") + size + value


def parts(value):
    """The elements that follow each other."""
    found = []
    while value:
        size = head(value) + length(value)
        found.append(value[:size])
        value = value[size:]
    return found


def content(element):
    return element[head(element) :]


def head(element):
    return 2 if element[1] < 128 else 2 + element[1] - 128


def length(element):
    return element[1] if element[1] < 128 else int.from_bytes(element[2 : head(element)], "big")


def time(moment):
    """Two digits of the year, which is right until 2049."""
    return der(TIME, moment.strftime("%y%m%d%H%M%SZ").encode())


def openssl(*arguments, told=None):
    return subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.PIPE, input=told).stdout
