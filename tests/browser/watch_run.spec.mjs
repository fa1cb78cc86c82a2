// A run as it is watched: by its owner in two tabs, by somebody who may only look, without a connection, and to its end,
// whether that is ready, taken back, or stuck.
import assert from 'node:assert/strict';
import { exoscale, openAccount, start, until } from '../wire/client.mjs';
import { assertAccessible, shot, suite } from './harness.mjs';

const { scenario } = suite();
const ZONE = 'ch-dk-2';
const WITHIN = { timeout: 120_000 };
const fits = (page) => page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
const icon = (page) => page.locator('link[rel=icon]').getAttribute('href');

async function launch(page) {
  await page.goto('/');
  await page.getByRole('button', { name: /^Launch / }).click();
  await page.waitForURL(/\/run#/);
  await page.getByRole('list', { name: 'Steps' }).waitFor();
}

// How far things have moved by themselves since the page was opened, as the browser counts it.
const watchShifts = (page) =>
  page.evaluate(() => {
    window.shifts = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (!entry.hadRecentInput && /Launching/.test(document.title)) window.shifts.push({ value: entry.value, what: entry.sources.map(({ node }) => node?.className ?? node?.nodeName) });
      }
    }).observe({ type: 'layout-shift' });
  });

for (const options of [{}, { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }]) {
  const where = options.viewport ? 'on a phone in the dark' : 'on a desk';
  scenario(`a run is followed ${where}, in two tabs and by a watcher, and ends ready`, options, async ({ page, context, server }) => {
    const own = await icon(await page.goto('/').then(() => page));
    await launch(page);
    await watchShifts(page);
    await page.waitForFunction(() => /^\d+\/\d+ Launching demo/.test(document.title));
    const working = await icon(page);
    assert.notEqual(working, own);
    assert.match(working, /^data:image\/svg/);
    await page.getByText('decides the time').first().waitFor();
    assert.ok(await fits(page));
    await shot(page, `run ${where}`, { fullPage: true });
    await assertAccessible(page);

    await page.getByRole('button', { name: 'Link for watchers' }).click();
    const address = await page.getByRole('textbox', { name: 'Link for watchers' }).inputValue();
    assert.match(address, /\/run#[a-z2-7]{26}\.look\.[\w-]{43}$/);
    const watcher = await context.browser().newContext({ baseURL: server.origin, ...options });
    const theirs = await watcher.newPage();
    await theirs.goto(address);
    await theirs.getByText('You are watching').waitFor();
    await theirs.getByRole('list', { name: 'Steps' }).waitFor();
    // Nobody takes pretence for the real thing, whoever opened the account.
    await theirs.getByText('nothing here is real').waitFor();
    await shot(theirs, `watcher ${where}`, { fullPage: true });
    await assertAccessible(theirs);
    for (const name of ['Cancel launch', 'Link for watchers', 'Retry']) {
      assert.equal(await theirs.getByRole('button', { name }).count(), 0, name);
    }
    const second = await context.newPage();
    await second.goto(page.url());
    await second.getByRole('heading', { name: /demo/ }).waitFor();

    await page.waitForFunction(() => document.querySelector('.stage--done') || /is ready/.test(document.title));
    const shifts = await page.evaluate(() => window.shifts);
    await page.getByRole('heading', { name: 'demo is ready' }).waitFor(WITHIN);
    assert.ok(shifts.reduce((sum, { value }) => sum + value, 0) < 0.01, JSON.stringify(shifts));
    await second.getByRole('heading', { name: 'demo is ready' }).waitFor(WITHIN);
    // Who has lost the tab that launched it is not asked for a key that nobody has shown them, without a word.
    await second.getByText('stayed in the tab that launched it').waitFor();
    await theirs.getByRole('heading', { name: 'demo is ready' }).waitFor(WITHIN);
    assert.equal(await theirs.getByRole('button', { name: /Destroy|kubeconfig/ }).count(), 0);
    assert.equal(await theirs.getByRole('link', { name: /^Nodes, resize/ }).count(), 0);
    await assertAccessible(theirs);
    await watcher.close();
    assert.match(await page.title(), /^✓ demo is ready/);
    assert.notEqual(await icon(page), working);

    await page.locator('.timeline summary').click();
    const rows = await page.locator('.timeline__row').allInnerTexts();
    assert.ok(rows.length > 10 && rows.every((row) => /after .+, for /.test(row)), rows.join('\n'));
    assert.ok(rows.some((row) => row.includes('decided the time')));
    await page.locator('.journal summary').first().click();
    const log = page.getByRole('log');
    assert.ok(await log.evaluate((list) => list.scrollTop + list.clientHeight >= list.scrollHeight - 2), 'the log follows');
    assert.ok(await fits(page));
    await shot(page, `ready ${where}`, { fullPage: true });
    await assertAccessible(page);
    await page.getByRole('link', { name: 'Compose', exact: true }).click();
    assert.equal(await icon(page), own);
  });
}

scenario('without a connection it says so, and catches up', async ({ page, context, tolerate }) => {
  tolerate(/ERR_INTERNET_DISCONNECTED|WebSocket/);
  await launch(page);
  await context.setOffline(true);
  await page.getByText('No connection since').waitFor();
  await assertAccessible(page);
  await shot(page, 'offline');
  await context.setOffline(false);
  await page.getByText('No connection since').waitFor({ state: 'hidden' });
  await page.getByRole('heading', { name: 'demo is ready' }).waitFor(WITHIN);
});

scenario('an answer that this page cannot read asks for a reload', async ({ page }) => {
  await page.route('**/api/runs/*/events*', (route) => route.fulfill({ json: { entries: [], view: { later: true } } }));
  await launchByAddress(page);
  await page.getByText('This page is older than the launcher').waitFor();
  await page.unroute('**/api/runs/*/events*');
  await assertAccessible(page);
});

const launchByAddress = (page) => page.goto(`/run#${'a'.repeat(26)}.${'A'.repeat(43)}`);

scenario('a cancel says what it undoes, and undoes it', async ({ page }) => {
  await launch(page);
  await page.waitForFunction(() => document.querySelectorAll('.step-row--done').length > 6);
  await page.getByRole('button', { name: 'Cancel launch' }).click();
  const dialog = page.getByRole('dialog');
  assert.match(await dialog.innerText(), /1\s×\sprivate network[\s\S]*CHF per hour now, and nothing then/);
  await shot(page, 'cancel');
  await assertAccessible(page);
  await dialog.getByRole('button', { name: 'Take everything back' }).click();
  await page.getByRole('heading', { name: 'Taking demo back' }).waitFor();
  await shot(page, 'undoing', { fullPage: true });
  await assertAccessible(page);
  await page.getByRole('heading', { name: 'demo was taken back' }).waitFor(WITHIN);
  assert.match(await page.title(), /^✕ /);
  await shot(page, 'undone', { fullPage: true });
  await assertAccessible(page);
});

scenario('what cannot be removed is named with its cost, and a retry removes it', async ({ page, server }) => {
  const credentials = await openAccount(server.origin, { speed: 60 });
  const spec = { name: 'demo', zone: ZONE };
  const launched = await start(server.origin, { kind: 'launch', spec, credentials });
  await until(server.origin, launched, ({ state }) => state === 'ready');
  const ask = (path, options) => exoscale(server.origin, credentials, ZONE, path, options);
  const plane = (await ask('/instance')).body.instances.find(({ name }) => name.endsWith('control-plane-1'));
  const protection = async (verb) => {
    const { status, text } = await ask(`/instance/${plane.id}:${verb}-protection`, { method: 'PUT', body: {} });
    assert.equal(status, 200, text);
  };
  await protection('add');
  const run = await start(server.origin, { kind: 'destroy', cluster: { name: 'demo', zone: ZONE }, credentials });
  const account = { ...credentials, speed: 60 };
  const known = [{ link: { id: run.id, capability: run.token }, name: 'demo', sandbox: account, kind: 'destroy' }];
  await page.addInitScript((runs) => sessionStorage.setItem('slipway.runs', runs), JSON.stringify(known));
  await page.goto(`/run#${run.id}.${run.token}`);
  await page.getByRole('heading', { name: 'demo is stuck: your turn' }).waitFor(WITHIN);
  assert.match(await page.title(), /^! /);
  assert.match(await page.getByRole('region', { name: /could not be removed/ }).innerText(), /resources? (is|are) left; one of them bills by the hour/);
  await shot(page, 'stuck', { fullPage: true });
  await assertAccessible(page);
  await protection('remove');
  await page.getByRole('button', { name: 'Retry' }).click();
  await page.getByRole('heading', { name: 'Nothing is left' }).waitFor(WITHIN);
  await shot(page, 'retried', { fullPage: true });
});

scenario('a machine that says nothing is named', { viewport: { width: 320, height: 640 } }, async ({ page, server }) => {
  const credentials = await openAccount(server.origin, { preset: 'unmanned', speed: 60 });
  const run = await start(server.origin, { kind: 'launch', spec: { name: 'demo', zone: ZONE }, credentials });
  await page.goto(`/run#${run.id}.${run.token}`);
  await page.getByText(/^Silent for/).waitFor({ timeout: 60_000 });
  await page.getByText(/Slower than usual/).waitFor({ timeout: 60_000 });
  await page.getByText('longer than usual').waitFor();
  assert.ok(await fits(page));
  await shot(page, 'silent', { fullPage: true });
  await assertAccessible(page);
});
