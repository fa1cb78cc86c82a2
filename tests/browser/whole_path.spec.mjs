// The product, as a person uses it: compose, launch, reload in the middle, kubeconfig, destroy, receipt.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { found, kept, stored } from '../canary.mjs';
import { census } from '../wire/client.mjs';
import { assertAccessible, shot, shown, suite } from './harness.mjs';

const { scenario } = suite();
const LAUNCHED_WITHIN_MS = 120_000;

scenario('from a first visit to a cluster and back to nothing', { acceptDownloads: true }, async ({ page, context, server }) => {
  const answers = [];
  const sent = [];
  const pages = [];
  const look = async (when) => pages.push(...(await shown(page)).map(([place, text]) => [`${when}: ${place}`, text]));
  page.on('response', async (reply) => answers.push(await reply.text().catch(() => '')));
  page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`));

  await page.goto('/');
  const pool = page.getByRole('group', { name: 'Pool workers' });
  const launch = page.getByRole('button', { name: /^Launch / });
  await launch.waitFor();
  await shot(page, 'compose');
  await assertAccessible(page);

  const before = await launch.innerText();
  await pool.getByLabel('Maximum nodes').fill('3');
  await page.getByLabel('Zone').selectOption('at-vie-1');
  await page.waitForFunction((text) => !document.body.innerText.includes(text), before);
  assert.match(await page.getByRole('region', { name: 'Plan', exact: true }).innerText(), /at-vie-1|Vienna|steps|node/i);

  await page.waitForFunction(() => location.hash.startsWith('#v1.'));
  await look('composing');
  const other = await context.newPage();
  await other.goto(page.url());
  const theirs = other.getByRole('group', { name: 'Pool workers' });
  await theirs.waitFor();
  assert.equal(await theirs.getByLabel('Maximum nodes').inputValue(), '3');
  assert.equal(await other.getByLabel('Zone').inputValue(), 'at-vie-1');
  await other.close();

  await launch.click();
  await page.waitForURL(/\/run#/);
  const capability = page.url().split('.').at(-1);
  await page.getByRole('list', { name: 'Steps' }).waitFor();
  await shot(page, 'running');
  await assertAccessible(page);
  await page.reload();
  await page.getByRole('heading', { name: /is ready/ }).waitFor({ timeout: LAUNCHED_WITHIN_MS });
  await shot(page, 'ready', { fullPage: true });
  await assertAccessible(page);

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download kubeconfig' }).or(page.getByRole('link', { name: 'Download kubeconfig' })).first().click();
  const kubeconfig = readFileSync(await (await download).path(), 'utf8');
  const key = verify(kubeconfig);
  await look('ready');
  const account = await page.evaluate(() => Object.values(sessionStorage).join('\n'));
  const credentials = credentialsIn(account, sent);

  await page.getByRole('textbox', { name: 'Type the name to confirm' }).fill('demo');
  await page.getByRole('button', { name: /^Destroy / }).click();
  await page.getByRole('heading', { name: 'Nothing is left' }).waitFor({ timeout: LAUNCHED_WITHIN_MS });
  await shot(page, 'receipt', { fullPage: true });
  await look('receipt');
  await assertAccessible(page);
  assert.deepEqual(await census(server.origin, credentials, 'at-vie-1'), {});

  // The private key is nowhere but in the tab and the file that it wrote; the search finds what is planted.
  const body = key.split('\n').filter((line) => line && !line.startsWith('-')).join('');
  const secrets = [['private key', body.slice(8, 48)], ['private key, decoded', Buffer.from(body, 'base64').subarray(8, 39).toString('latin1')]];
  const disk = () => [...stored(server.state), ['log', server.log]];
  const wire = [['answers', answers.join('\n')], ['requests', sent.join('\n')], ['the address', page.url()]];
  assert.deepEqual(found(secrets, [...disk(), ...wire, ...pages]), []);
  writeFileSync(join(server.state, 'planted'), `x${body}x`);
  assert.equal(found(secrets, disk()).length, 1, 'a planted key is not found');

  // The account's secret and the run's capability: a tab may hold both, and neither is shown, linked or kept elsewhere.
  const own = [['secret', credentials.secret], ['capability', capability]];
  const urls = sent.map((request) => ['a URL', request.split(' ')[0].split('#')[0]]);
  assert.deepEqual(found(own, [...kept(server), ...urls]), []);
  const public_ = pages.filter(([place]) => ['composing', 'ready', 'receipt'].some((when) => place === `${when}: text`));
  assert.equal(public_.length, 3);
  assert.deepEqual(found(own, public_), []);
  assert.deepEqual(found(own.slice(0, 1), pages.filter(([place]) => !place.endsWith('sessionStorage'))), []);
});

scenario('a damaged link says so and leaves the defaults', async ({ page }) => {
  for (const link of ['#v1.AAAA', '#v9.later.00000000']) {
    await page.goto('/');
    await page.goto(`/${link}`);
    await page.reload();
    await page.getByRole('button', { name: /^Launch / }).waitFor();
    assert.match(await page.locator('body').innerText(), /link/i);
    assert.equal(await page.getByLabel('Cluster name').inputValue(), 'demo');
  }
});

// Splits a kubeconfig, and has openssl say that certificate, authority and key belong together.
function verify(kubeconfig) {
  const part = (name) => Buffer.from(kubeconfig.match(new RegExp(`${name}: *"?([A-Za-z0-9+/=]+)`))[1], 'base64').toString();
  const folder = mkdtempSync(join(tmpdir(), 'slipway-kubeconfig-'));
  const file = (name, text) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const openssl = (...args) => execFileSync('openssl', args, { encoding: 'utf8' });
  try {
    const key = part('client-key-data');
    const ca = file('ca.crt', part('certificate-authority-data'));
    const client = file('client.crt', part('client-certificate-data'));
    assert.match(openssl('verify', '-purpose', 'sslclient', '-CAfile', ca, client), /OK/);
    assert.equal(openssl('x509', '-in', client, '-noout', '-pubkey'), openssl('pkey', '-in', file('key.pem', key), '-pubout'));
    return key;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// The sandbox account's key and secret: they are no secret, so the tab may keep them.
function credentialsIn(...texts) {
  const text = texts.flat().join('\n');
  const key = text.match(/EXOsandbox[a-z0-9]{22}/)[0];
  const secret = text.match(/secret\\?"\s*:\s*\\?"([^"\\]+)/)[1];
  return { key, secret };
}
