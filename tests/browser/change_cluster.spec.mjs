// A cluster that stands: found by its key, looked at, resized, opened to others, drifted, and removed although it
// cannot be read any more.
import assert from 'node:assert/strict';
import { census, exoscale, openAccount, start, until } from '../wire/client.mjs';
import { assertAccessible, shot, suite } from './harness.mjs';

const { scenario } = suite();
const ZONE = 'ch-dk-2';
const WITHIN = { timeout: 120_000 };
const spec = { name: 'demo', zone: ZONE, pools: [{ name: 'workers' }, { name: 'batch', max: 3 }] };

// A pretend account with a cluster, which the tab takes for its own.
async function harbour(server, page) {
  const credentials = await openAccount(server.origin);
  const run = await start(server.origin, { kind: 'launch', spec, credentials });
  await until(server.origin, run, ({ state }) => state === 'ready');
  const account = JSON.stringify({ account: { ...credentials, speed: 20 }, opened_ms: Date.now() });
  await page.addInitScript((account) => sessionStorage.setItem('slipway.sandbox', account), account);
  return { credentials, tag: `demo-${run.id.slice(0, 5)}` };
}

const fits = (page) => page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
const section = (page, name) => page.getByRole('region', { name, exact: true });
const again = async (page) => {
  await page.getByRole('button', { name: 'Read again' }).click();
  await page.getByRole('button', { name: 'Read again' }).waitFor();
};

scenario('a cluster is found, resized, and opened to others', async ({ page, server }) => {
  const { tag } = await harbour(server, page);
  await page.goto('/clusters');
  await page.getByRole('button', { name: 'List clusters' }).click();
  await page.getByRole('link', { name: /^demo / }).click();
  await page.waitForURL(new RegExp(`/clusters#${tag}\\.${ZONE}$`));
  await section(page, 'Drift').getByText('None: pools are within').waitFor();
  assert.match(await section(page, 'Machines').innerText(), /workers\s+1 of 1 to 5 nodes, standard\.medium/);
  assert.match(await section(page, 'What stands').innerText(), /v1\.\d+\.\d+[\s\S]*https:\/\/[\d.]+:6443[\s\S]*CHF per hour/);
  assert.match(await section(page, 'First steps').innerText(), /--replicas=9[\s\S]*ssh|--replicas=9/);
  await shot(page, 'cluster', { fullPage: true });
  await assertAccessible(page);

  const resize = section(page, 'Resize');
  await resize.getByText('Change pools').click();
  const go = resize.getByRole('button', { name: /^Resize demo/ });
  assert.ok(await go.isDisabled());
  const before = await go.innerText();
  await resize.getByRole('group', { name: 'Pool workers' }).getByLabel('Maximum nodes').fill('7');
  await resize.getByRole('button', { name: 'Remove batch' }).click();
  await resize.getByText('Pool workers, Maximum nodes').waitFor();
  assert.notEqual(await go.innerText(), before, 'the price on the button follows');
  assert.match(await resize.innerText(), /5 → 7[\s\S]*Untouched[\s\S]*per hour becomes/);
  await resize.getByText(/^\d+, about/).click();
  await resize.getByText('See the nodes of batch drained').waitFor();
  await shot(page, 'resize', { fullPage: true });
  await assertAccessible(page);
  await go.click();
  await page.getByRole('heading', { name: 'demo is changed' }).waitFor(WITHIN);

  await page.getByRole('link', { name: /^Nodes, resize/ }).click();
  await section(page, 'Machines').getByText(/of 1 to 7 nodes/).waitFor();
  assert.doesNotMatch(await section(page, 'Machines').innerText(), /batch/);
  await section(page, 'Drift').getByText('Changed since the launch').waitFor();
  const access = section(page, 'Access').first();
  await access.getByText('Change access').click();
  const doors = access.getByRole('group', { name: 'Kubernetes API from' });
  await doors.getByLabel('Kubernetes API from: others').fill('203.0.113.0/24');
  await doors.getByLabel(/^Your address, now/).uncheck();
  await access.getByText('you would be shut out').waitFor();
  await access.getByRole('button', { name: 'Add my address' }).click();
  await access.getByText('you would be shut out').waitFor({ state: 'hidden' });
  assert.ok(await doors.getByLabel(/^Your address, now/).isChecked());
  await shot(page, 'access', { fullPage: true });
  await assertAccessible(page);
  await access.getByRole('button', { name: 'Change who may reach demo' }).click();
  await page.getByRole('heading', { name: 'demo is changed' }).waitFor(WITHIN);
  await shot(page, 'changed', { fullPage: true });
  await assertAccessible(page);
});

scenario('what a resize cannot do is said before it starts', async ({ page, server }) => {
  const { tag } = await harbour(server, page);
  await page.goto(`/clusters#${tag}.${ZONE}`);
  const resize = section(page, 'Resize');
  await resize.getByText('Change pools').click();
  const workers = resize.getByRole('group', { name: 'Pool workers' });
  await workers.getByText('More about its nodes').click();
  await workers.getByLabel('Labels').fill('tier=front');
  await resize.getByText('A pool that stands keeps its labels.').waitFor();
  assert.ok(await resize.getByRole('button', { name: /^Resize demo/ }).isDisabled());
  await assertAccessible(page);
});

scenario('drift is found and named, and a cluster that nobody can read is removed', { colorScheme: 'dark' }, async ({ page, server, tolerate }) => {
  const { credentials, tag } = await harbour(server, page);
  const ask = (path, options) => exoscale(server.origin, credentials, ZONE, path, options);
  await page.goto(`/clusters#${tag}.${ZONE}`);
  await section(page, 'Drift').getByText('None: pools are within').waitFor();

  const groups = (await ask('/security-group')).body['security-groups'];
  const { id } = groups.find(({ name }) => name === `${tag}-nodes`);
  const rule = { 'flow-direction': 'ingress', protocol: 'tcp', 'start-port': 9100, 'end-port': 9100, network: '0.0.0.0/0', description: 'metrics' };
  await ask(`/security-group/${id}/rules`, { method: 'POST', body: rule });
  const pools = (await ask('/instance-pool')).body['instance-pools'];
  const workers = pools.find(({ name }) => name.endsWith('-workers'));
  await ask(`/instance-pool/${workers.id}:scale`, { method: 'PUT', body: { size: 6 } });
  const drift = section(page, 'Drift');
  for (const wanted of [/lets in more: tcp 9100 from 0\.0\.0\.0\/0 \(metrics\)/, /Pool workers has 6 nodes; its bounds are 1 to 5/]) {
    const deadline = Date.now() + 20_000;
    while (!wanted.test(await drift.innerText())) {
      assert.ok(Date.now() < deadline, String(wanted));
      await again(page);
    }
  }
  await shot(page, 'drift dark', { fullPage: true });
  await assertAccessible(page);

  tolerate(/422/);
  const instances = (await ask('/instance')).body.instances;
  const plane = instances.find(({ name }) => name.endsWith('control-plane-1'));
  const theirs = Buffer.from('#cloud-config\n{}\n').toString('base64');
  await ask(`/instance/${plane.id}`, { method: 'PUT', body: { 'user-data': theirs } });
  await page.reload();
  const reads = page.getByText('This page cannot read the cluster');
  for (const deadline = Date.now() + 20_000; !(await reads.isVisible()); ) {
    assert.ok(Date.now() < deadline, 'it is still read');
    await again(page);
  }
  await shot(page, 'unreadable', { fullPage: true });
  await assertAccessible(page);
  await page.getByRole('textbox', { name: 'Type the name to confirm' }).fill('demo');
  await page.getByRole('button', { name: /^Destroy / }).click();
  await page.getByRole('heading', { name: 'Nothing is left' }).waitFor(WITHIN);
  assert.deepEqual(await census(server.origin, credentials, ZONE), {});
});

for (const [width, height] of [[390, 844], [320, 640]]) {
  scenario(`a cluster fits ${width} pixels`, { viewport: { width, height }, colorScheme: width === 320 ? 'dark' : 'light' }, async ({ page, server }) => {
    const { tag } = await harbour(server, page);
    await page.goto(`/clusters#${tag}.${ZONE}`);
    await section(page, 'Drift').getByText('None: pools are within').waitFor();
    for (const fold of ['Change pools', 'Change access']) await page.getByText(fold, { exact: true }).click();
    assert.ok(await fits(page), 'no horizontal scroll');
    await shot(page, `cluster ${width}`, { fullPage: true });
    await assertAccessible(page);
  });
}
