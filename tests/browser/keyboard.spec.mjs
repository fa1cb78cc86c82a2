// The whole path by keyboard only: nothing here points, clicks or fills. At every key the focus is somewhere, seen, and not
// covered; dialogs keep it while they are open and give it back.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { openAccount, start, until } from '../wire/client.mjs';
import { suite } from './harness.mjs';
import { Keys } from './keys.mjs';

const { scenario } = suite();
const ZONE = 'ch-dk-2';
const WITHIN = { timeout: 120_000 };
const button = (page, name) => page.getByRole('button', { name });
const pool = (page, name) => page.getByRole('group', { name: `Pool ${name}`, exact: true });
const offered = (page) => page.waitForFunction(() => document.body.innerText.includes('Your address, now'));
const NARROW = { viewport: { width: 390, height: 844 } };

for (const [where, options] of [['on a desk', {}], ['on a narrow screen', NARROW]]) {
  scenario(`from a first visit to a receipt, ${where}`, { acceptDownloads: true, ...options }, async ({ page }) => {
    const keys = new Keys(page);
    await page.goto('/');
    await offered(page);
    await keys.press('Tab');
    assert.equal(await keys.at(), 'Skip to the content');
    await keys.press('Enter');
    await keys.arrives('main');

    // A number, typed; its steppers stay where they are when there is no more.
    const most = pool(page, 'workers').getByLabel('Maximum nodes');
    await keys.to(most);
    await keys.fill('3');
    await keys.press('Tab');
    assert.equal(await keys.at(), 'More');
    await keys.press('Space');
    assert.equal(await most.inputValue(), '4');
    const least = pool(page, 'workers').getByLabel('Minimum nodes');
    await keys.to(least, 'Shift+Tab');
    await keys.press('Shift+Tab');
    assert.equal(await keys.at(), 'Less');
    await keys.press('Space');
    assert.equal(await least.inputValue(), '1');

    // Pools come and go, and the focus with them.
    await keys.to(button(page, 'Duplicate workers'));
    await keys.press('Enter');
    await keys.arrives('#field-pools-1--name');
    await keys.to(button(page, 'Remove pool-2'));
    await page.keyboard.press('Enter');
    await keys.arrives('#field-pools-0--name');

    // What is wrong is told at the top, and leads to where it is mended.
    const name = page.getByLabel('Cluster name');
    await keys.to(name, 'Shift+Tab');
    await keys.fill('Not A Name');
    await page.keyboard.press('Enter');
    await keys.arrives('#problems');
    await keys.press('Tab');
    await keys.press('Enter');
    await keys.arrives('#field-name');
    await keys.fill('demo');

    // The sandbox, faster: a select, by its arrows.
    const speed = page.getByLabel('Pretend time passes');
    await keys.to(speed);
    while ((await speed.inputValue()) !== '60') await keys.press('ArrowDown');

    await assertSheet(page, keys);
    const launch = button(page, /^Launch demo/);
    await keys.to(launch);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/run#/);
    await keys.arrives('main');
    await page.getByRole('list', { name: 'Steps' }).waitFor();
    const cancel = button(page, 'Cancel launch');
    await keys.to(cancel);
    await assertTrapped(page, keys, cancel);

    // The button goes away under the person's hands: the focus does not.
    await keys.arrives('main');
    await page.getByRole('heading', { name: 'demo is ready' }).waitFor(WITHIN);
    await keys.assertSeen('the launch');

    await keys.to(button(page, 'Download kubeconfig'));
    const kubeconfig = page.waitForEvent('download');
    await keys.press('Enter');
    assert.match(readFileSync(await (await kubeconfig).path(), 'utf8'), /client-certificate-data/);
    assert.equal(await keys.at(), 'Download kubeconfig');

    // The dry run, and then the name.
    const look = page.getByRole('region', { name: /Destroy/ }).getByRole('button').first();
    await keys.to(look);
    await keys.press('Enter');
    await page.getByRole('region', { name: /Destroy/ }).getByRole('listitem').first().waitFor();
    await keys.assertSeen('looking');
    assert.ok(await look.evaluate((looked) => looked === document.activeElement));
    await keys.to(page.getByRole('textbox', { name: 'Type the name to confirm' }));
    await keys.fill('dem');
    await keys.press('Enter');
    assert.ok(page.url().includes('/run#'), 'half a name destroys nothing');
    await page.keyboard.type('o');
    await keys.to(button(page, /^Destroy /));
    const before = page.url();
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.href !== before);
    await keys.arrives('main');
    await page.getByRole('heading', { name: 'Nothing is left' }).waitFor(WITHIN);
    await keys.assertSeen('the destroy');
    await keys.to(page.getByRole('region', { name: 'Nothing is left' }).getByRole('button'));
    const receipt = page.waitForEvent('download');
    await keys.press('Enter');
    assert.deepEqual(JSON.parse(readFileSync(await (await receipt).path(), 'utf8')).left, []);
  });
}

// On a narrow screen the panel is a sheet: Escape closes it, and what it covers has no focus under it.
async function assertSheet(page, keys) {
  const handle = page.locator('.panel__handle');
  if (!(await handle.isVisible())) return;
  const open = () => handle.getAttribute('aria-expanded');
  await keys.to(handle);
  await keys.press('Enter');
  assert.equal(await open(), 'true');
  await keys.press('Tab');
  await keys.press('Escape');
  assert.equal(await open(), 'false');
  await keys.press('Enter');
  assert.equal(await open(), 'true');
  await keys.press('Shift+Tab');
  assert.equal(await open(), 'false');
}

// A dialog has the focus for itself while it is open; Escape closes it and gives the focus back to what opened it.
async function assertTrapped(page, keys, opener) {
  const within = () => page.evaluate(() => document.activeElement.closest('dialog[open]') !== null);
  await keys.press('Enter');
  await page.getByRole('dialog').waitFor();
  const buttons = await page.getByRole('dialog').getByRole('button').count();
  const met = new Set();
  for (let steps = 0; steps < 2 * buttons + 2; steps += 1) {
    if (await within()) {
      await keys.assertSeen('Tab in a dialog');
      met.add(await keys.at());
    } else {
      // The browser's own bar comes after the last button; nothing of the page does.
      assert.ok(await page.evaluate(() => document.activeElement === document.body), await keys.at());
    }
    await page.keyboard.press(steps % 5 === 4 ? 'Shift+Tab' : 'Tab');
  }
  assert.equal(met.size, buttons);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  assert.ok(await opener.evaluate((opener) => opener === document.activeElement), 'the focus goes back');
  await keys.assertSeen('Escape');
}

scenario('a launch is cancelled, and a plan that has changed is asked about', async ({ page, context, tolerate }) => {
  tolerate(/status of 409/);
  const keys = new Keys(page);
  await page.goto('/');
  await offered(page);
  // The person's address is another one by now, as on a train.
  await context.setExtraHTTPHeaders({ 'cf-connecting-ip': '203.0.113.77' });
  const launch = button(page, /^Launch demo/);
  await keys.to(launch);
  await assertTrapped(page, keys, launch);
  // Whoever goes back has the plan of now, until the next station.
  await context.setExtraHTTPHeaders({ 'cf-connecting-ip': '203.0.113.78' });
  await keys.press('Enter');
  await page.getByRole('dialog').waitFor();
  await keys.to(page.getByRole('dialog').getByRole('button', { name: 'Launch the new plan' }));
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/run#/);
  await keys.arrives('main');
  await page.getByRole('list', { name: 'Steps' }).waitFor();
  await keys.to(button(page, 'Cancel launch'));
  await keys.press('Enter');
  await keys.to(page.getByRole('dialog').getByRole('button', { name: 'Take everything back' }));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /^Taking demo back/ }).waitFor();
  await keys.arrives('main');
  await page.getByRole('heading', { name: 'demo was taken back' }).waitFor(WITHIN);
  await keys.assertSeen('the way back');
});

scenario('a cluster is found, read again, and opened to others', async ({ page, server }) => {
  const credentials = await openAccount(server.origin);
  const run = await start(server.origin, { kind: 'launch', spec: { name: 'demo', zone: ZONE }, credentials });
  await until(server.origin, run, ({ state }) => state === 'ready');
  const account = JSON.stringify({ account: { ...credentials, speed: 20 }, opened_ms: Date.now() });
  await page.addInitScript((account) => sessionStorage.setItem('slipway.sandbox', account), account);
  const keys = new Keys(page);
  await page.goto('/clusters');
  const list = button(page, 'List clusters');
  await keys.to(list);
  await keys.press('Enter');
  const found = page.getByRole('link', { name: /^demo / });
  await found.waitFor();
  assert.ok(await list.evaluate((asked) => asked === document.activeElement));
  await keys.to(found);
  await page.keyboard.press('Enter');
  await keys.arrives('main');
  const again = button(page, 'Read again');
  await again.waitFor();
  await keys.to(again);
  const read = page.waitForResponse('**/api/clusters');
  await page.keyboard.press('Enter');
  await read;
  await again.waitFor();
  await keys.assertSeen('reading again');
  assert.ok(await again.evaluate((asked) => asked === document.activeElement));

  const access = page.getByRole('region', { name: 'Access', exact: true }).first();
  await keys.to(access.locator('summary'));
  await keys.press('Enter');
  await keys.to(page.locator('#field-access-api'));
  await keys.fill('203.0.113.0/24');
  await keys.to(button(page, 'Add my address'));
  await page.keyboard.press('Enter');
  await keys.arrives('#field-access-api');
  const go = button(page, 'Change who may reach demo');
  await keys.to(go);
  await page.keyboard.press('Enter');
  await keys.arrives('main');
  await page.getByRole('heading', { name: 'demo is changed' }).waitFor(WITHIN);
  await keys.assertSeen('the change');
});

scenario('another link is compared and opened', async ({ page }) => {
  const keys = new Keys(page);
  await page.goto('/');
  await offered(page);
  await keys.to(pool(page, 'workers').getByLabel('Maximum nodes'));
  await keys.fill('9');
  await page.waitForFunction(() => location.hash.startsWith('#v1.'));
  await page.waitForTimeout(600);
  const link = page.url();
  await keys.fill('4');
  await keys.to(page.locator('summary').filter({ hasText: 'Compare with another link' }), 'Shift+Tab');
  await keys.press('Enter');
  await keys.press('Tab');
  await page.keyboard.insertText(link);
  const open = page.getByRole('link', { name: 'Open the other link here' });
  await open.waitFor();
  await keys.to(open);
  await page.keyboard.press('Enter');
  await keys.arrives('#opened');
  await page.getByText('This link sets:').waitFor();
  assert.match(await page.locator('#opened').innerText(), /5 → 9[\s\S]*It costs as much per hour[\s\S]*and 0\.\d{4} CHF more/);
});
