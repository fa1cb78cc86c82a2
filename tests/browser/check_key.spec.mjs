// A person's own key, checked on the page before anything is made: what it may not do, what there is no room for, a key
// that is wrong, and roles that somebody else makes.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ask, census, exoscale, openAccount } from '../wire/client.mjs';
import { assertAccessible, shot, shown, suite } from './harness.mjs';

const { server, scenario } = suite();
const ZONE = 'ch-dk-2';
// With a key for SSH, as the page sends one: registering it takes rights, too.
const SPEC = { name: 'demo', zone: ZONE, sshKey: sshKey() };
const NARROW = { viewport: { width: 320, height: 720 } };

function sshKey() {
  const raw = Buffer.from(generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x, 'base64url');
  const part = (bytes) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  return `ssh-ed25519 ${Buffer.concat([part(Buffer.from('ssh-ed25519')), part(raw)]).toString('base64')}`;
}

// A role of the account's, and a key of it: as a person would make them with the bodies that the launcher offers.
async function makeRole(owner, body) {
  const made = await exoscale(server.origin, owner, ZONE, '/iam-role', { method: 'POST', body });
  assert.equal(made.status, 200, made.text);
  return made.body.reference.id;
}

async function makeKey(owner, role) {
  const made = await exoscale(server.origin, owner, ZONE, '/api-key', { method: 'POST', body: { name: 'launcher', 'role-id': role } });
  assert.equal(made.status, 200, made.text);
  // A new key holds a little late.
  await pause(500);
  return { key: made.body.key, secret: made.body.secret };
}

const offered = async (roles) => (await ask(server.origin, 'POST', '/api/preflight', { body: { spec: SPEC, ...(roles && { roles }) } })).body.roles;
const without = (body, ...operations) => JSON.parse(operations.reduce((text, name) => text.replace(new RegExp(`'${name}'(, )?`), ''), JSON.stringify(body)));

async function type(page, { key, secret }) {
  await page.getByRole('radio', { name: 'Use an Exoscale key' }).check();
  await page.getByLabel('API key').fill(key);
  await page.getByLabel('API secret').fill(secret);
}

async function check(page) {
  await page.getByRole('button', { name: 'Check this key' }).click();
  await page.getByRole('button', { name: 'Check this key' }).waitFor();
  await page.locator('#key-check .notice').first().waitFor();
}

const fits = (page) => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);

for (const [size, options] of [['wide', {}], ['wide dark', { colorScheme: 'dark' }], ['narrow', NARROW], ['narrow dark', { ...NARROW, colorScheme: 'dark' }]]) {
  scenario(`a key with too few rights, ${size}`, options, async ({ page }) => {
    const owner = await openAccount(server.origin);
    const { alone } = await offered();
    const few = without(alone.body, 'create-instance-pool', 'delete-security-group');
    const key = await makeKey(owner, await makeRole(owner, few));
    const asked = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto('/');
    await type(page, key);
    await pause(300);
    assert.ok(!asked.some((url) => url.includes('/api/preflight')), 'a key is checked only when somebody asks for it');
    await check(page);
    await page.getByRole('heading', { name: '1 thing stands in the way of a launch' }).waitFor();
    const rows = page.getByRole('list', { name: 'Checks' }).getByRole('listitem');
    const first = await rows.first().innerText();
    assert.match(first, /Permissions\s+failed/);
    assert.match(first, /what this takes: create-instance-pool, delete-security-group\./);
    assert.match(first, /Let its role do these as well/);
    assert.ok((await rows.count()) >= 8);
    assert.ok(await fits(page));
    await assertAccessible(page);
    await shot(page.locator('#account'), `check key few rights ${size}`);
    // The result is of that key and that form.
    await page.getByLabel('Cluster name').fill('other');
    await page.getByText('The form or the key has changed since').waitFor();
    const kept = (await shown(page)).filter(([place]) => place !== 'markup');
    assert.ok(!kept.some(([, text]) => text.includes(key.secret)));
  });
}

scenario('a key that may do nothing, a wrong key, and none at all', async ({ page, tolerate }) => {
  tolerate(/status of 403/);
  const owner = await openAccount(server.origin);
  const { alone } = await offered();
  const nothing = { ...alone.body, policy: { 'default-service-strategy': 'deny', services: {} } };
  const key = await makeKey(owner, await makeRole(owner, nothing));
  await page.goto('/');
  await page.getByRole('radio', { name: 'Use an Exoscale key' }).check();
  await check(page);
  await page.getByText('Type the API key and its secret first').waitFor();
  assert.equal(await page.getByLabel('API key').getAttribute('aria-invalid'), 'true');
  await type(page, key);
  await check(page);
  const rights = page.getByRole('listitem').filter({ hasText: 'Permissions' });
  await rights.waitFor();
  assert.match(await rights.innerText(), /refused.*list-instances/s);
  assert.ok((await page.getByRole('listitem').filter({ hasText: 'not known' }).count()) >= 4);
  await assertAccessible(page);
  await shot(page.locator('#account'), 'check key no rights');
  await type(page, { ...key, secret: 'x'.repeat(43) });
  await check(page);
  await page.getByText('Check that the key exists').waitFor();
  assert.equal(await page.getByLabel('API secret').getAttribute('aria-invalid'), 'true');
  await assertAccessible(page);
  await shot(page.locator('#account'), 'check key wrong');
});

scenario('a quota that is too small for the largest cluster', async ({ page }) => {
  const owner = await openAccount(server.origin);
  await page.goto('/');
  await page.getByRole('group', { name: 'Pool workers' }).getByLabel('Maximum nodes').fill('60');
  await type(page, owner);
  await check(page);
  const quota = page.getByRole('listitem').filter({ hasText: 'Quota' }).first();
  assert.match(await quota.innerText(), /failed[\s\S]*may grow to 62[\s\S]*Ask Exoscale for a higher quota/);
  await page.getByRole('group', { name: 'Pool workers' }).getByLabel('Maximum nodes').fill('3');
  await check(page);
  await page.getByRole('heading', { name: 'This key can launch and destroy this cluster' }).waitFor();
  await assertAccessible(page);
  await shot(page.locator('#account'), 'check key well');
});

scenario('the role that is offered is the one that launches', { permissions: ['clipboard-read', 'clipboard-write'] }, async ({ page }) => {
  const owner = await openAccount(server.origin, { speed: 60 });
  await page.goto('/');
  await page.getByRole('radio', { name: 'Use an Exoscale key' }).check();
  await page.getByText('The least that this key needs').click();
  const fold = page.locator('details', { hasText: 'The least that this key needs' }).first();
  await fold.getByRole('button', { name: 'Copy JSON' }).click();
  await fold.getByText('Copied').waitFor();
  const body = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  await fold.getByRole('button', { name: 'Copy commands' }).click();
  await pause(200);
  const commands = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(commands, /^exo iam role create slipway-launch --editable .*\nexo iam api-key create slipway slipway-launch$/s);
  const key = await makeKey(owner, await makeRole(owner, body));
  await type(page, key);
  await check(page);
  await page.getByRole('heading', { name: 'This key can launch and destroy this cluster' }).waitFor();
  await assertAccessible(page);
  await shot(page.locator('#account'), 'check key least role');
  await page.getByRole('button', { name: /^Launch / }).click();
  await page.getByRole('heading', { name: /is ready/ }).waitFor({ timeout: 120_000 });
});

scenario('roles made beforehand: the key that launches makes none', NARROW, async ({ page }) => {
  const owner = await openAccount(server.origin, { speed: 60 });
  await page.goto('/');
  await page.getByRole('radio', { name: 'Use an Exoscale key' }).check();
  await page.locator('summary', { hasText: "launch without an administrator's key" }).click();
  const { beforehand } = await offered();
  const roles = {};
  for (const role of beforehand) {
    roles[role.purpose] = await makeRole(owner, role.body);
    const field = page.getByLabel(`Id of the role for ${role.purpose.replace('-', ' ')}`);
    await field.fill('mine');
    await field.blur();
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    await field.fill(roles[role.purpose]);
    await field.blur();
    assert.equal(await field.getAttribute('aria-invalid'), null);
  }
  assert.ok(await fits(page));
  await assertAccessible(page);
  await shot(page.locator('#account'), 'roles beforehand');
  const { launcher } = await offered(roles);
  const text = JSON.stringify(launcher.body);
  assert.ok(!/create-iam-role|update-iam-role|delete-iam-role/.test(text));
  for (const id of Object.values(roles)) assert.ok(text.includes(id));
  const key = await makeKey(owner, await makeRole(owner, launcher.body));
  await type(page, key);
  await check(page);
  await page.getByRole('heading', { name: 'This key can launch and destroy this cluster' }).waitFor();
  await page.getByRole('button', { name: /^Launch / }).click();
  await page.getByRole('heading', { name: /is ready/ }).waitFor({ timeout: 120_000 });
  const found = await census(server.origin, owner, ZONE);
  assert.deepEqual(found['iam-roles'].filter((name) => !Object.keys(roles).some((one) => name === `slipway-${one}`)), ['slipway-launch']);
});
