// Whether the certificates of a view are what kubectl needs, by OpenSSL.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// The certificate is the cluster's own, and it is for the key that never left this process.
export function verifyWithOpenssl({ caCertificate, clientCertificate }, pem) {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-openssl-'));
  const file = (name, text) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const openssl = (...args) => execFileSync('openssl', args, { encoding: 'utf8' });
  try {
    const [ca, client, key] = [file('ca.crt', caCertificate), file('client.crt', clientCertificate), file('key.pem', pem)];
    assert.match(openssl('verify', '-purpose', 'sslclient', '-CAfile', ca, client), /OK/);
    assert.match(openssl('x509', '-in', client, '-noout', '-subject'), /O ?= ?kubeadm:cluster-admins/);
    assert.equal(openssl('x509', '-in', client, '-noout', '-pubkey'), openssl('pkey', '-in', key, '-pubout'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
