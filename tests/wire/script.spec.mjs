// The script of docs/launch.sh, as a CI job would run it: a kubeconfig that holds, or one reason why not.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { root } from '../../tools/env.mjs';
import { Server } from '../server.mjs';
import { census, openAccount } from './client.mjs';
import { verifyWithOpenssl } from './openssl.mjs';

const server = new Server();
before(() => server.start());
after(() => server.stop());

const launch = (credentials, spec) =>
  promisify(execFile)(join(root, 'docs', 'launch.sh'), [JSON.stringify(spec)], {
    env: { ...process.env, ORIGIN: server.origin, EXOSCALE_API_KEY: credentials.key, EXOSCALE_API_SECRET: credentials.secret, EVERY: '0.2' },
  });

test('the script launches and prints a kubeconfig whose parts belong together', async () => {
  const credentials = await openAccount(server.origin);
  const { stdout } = await launch(credentials, { name: 'ci', zone: 'ch-dk-2', image: 'stock' });
  const { clusters, users } = JSON.parse(stdout);
  assert.match(clusters[0].cluster.server, /^https:\/\/[\d.]+:6443$/);
  const plain = (text) => Buffer.from(text, 'base64').toString();
  const certificates = { caCertificate: plain(clusters[0].cluster['certificate-authority-data']), clientCertificate: plain(users[0].user['client-certificate-data']) };
  verifyWithOpenssl(certificates, plain(users[0].user['client-key-data']));
  assert.equal((await census(server.origin, credentials, 'ch-dk-2')).instances.length, 2);
  assert.ok(!stdout.includes(credentials.secret));
});

test('what stands in the way is said before anything is made', async () => {
  const credentials = await openAccount(server.origin);
  const big = { name: 'ci', zone: 'ch-dk-2', image: 'stock', pools: [{ name: 'workers', max: 60 }] };
  await assert.rejects(launch(credentials, big), ({ code, stderr }) => code === 1 && /^quota: .*Ask Exoscale/.test(stderr));
  await assert.rejects(launch({ ...credentials, secret: 'wrong' }, { name: 'ci', zone: 'ch-dk-2' }), ({ stderr }) => stderr.startsWith('credentials_refused: '));
  await assert.rejects(launch(credentials, { name: 'CI!', zone: 'ch-dk-2' }), ({ stderr }) => stderr.startsWith('bad_spec: '));
  assert.deepEqual(await census(server.origin, credentials, 'ch-dk-2'), {});
});
