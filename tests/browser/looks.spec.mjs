// Every place in every state as people meet it who need it otherwise: fewer motions, colours of their own, a page four
// times as large, text further apart, fingers, paper. In each of them axe finds nothing, and pictures are kept to be looked at.
import assert from 'node:assert/strict';
import { exoscale } from '../wire/client.mjs';
import { assertAccessible, shot, suite } from './harness.mjs';
import { Keys } from './keys.mjs';

const { scenario } = suite();
const WITHIN = { timeout: 120_000 };

const MODES = [
  {
    name: 'dark, 320 px, by finger, without motion',
    options: { viewport: { width: 320, height: 640 }, colorScheme: 'dark', reducedMotion: 'reduce', hasTouch: true, isMobile: true },
    check: async (page) => {
      assert.deepEqual(await page.evaluate(moving), []);
      assert.deepEqual(await page.evaluate(small, 44), []);
      await assertFits(page);
    },
  },
  {
    name: 'forced colours',
    options: { forcedColors: 'active', colorScheme: 'dark' },
    check: async (page) => {
      assert.deepEqual(await page.evaluate(wordless), []);
      assert.deepEqual(await page.evaluate(small, 24), []);
      await assertWalked(page);
    },
  },
  {
    // 1280 by 1024 at four times its size.
    name: '400 % zoom',
    options: { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 },
    check: async (page) => {
      await assertFits(page);
      await assertWalked(page);
    },
  },
  {
    name: 'text spacing',
    options: { viewport: { width: 1024, height: 768 } },
    // WCAG 1.4.12. The page's policy allows no style of others, so it is given to the browser itself.
    check: async (page) => {
      const sheet = await page.evaluateHandle(() => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }');
        document.adoptedStyleSheets = [sheet];
        return sheet;
      });
      await assertFits(page);
      await page.setViewportSize({ width: 320, height: 640 });
      await assertFits(page);
      await page.setViewportSize({ width: 1024, height: 768 });
      await sheet.dispose();
    },
    after: (page) => page.evaluate(() => (document.adoptedStyleSheets = [])),
  },
  {
    name: 'paper',
    options: { colorScheme: 'dark' },
    check: async (page) => {
      await page.emulateMedia({ media: 'print' });
      assert.deepEqual(await page.evaluate(idle), []);
    },
    after: (page) => page.emulateMedia({ media: null }),
  },
];

for (const { name, options, check, after } of MODES) {
  scenario(`a cluster's life: ${name}`, options, async ({ page, server, tolerate }) => {
    tolerate(/status of 404/);
    for await (const state of life(page, server)) {
      try {
        await check(page);
        await shot(page, `looks ${name} ${state}`, { fullPage: true });
        await assertAccessible(page);
        await after?.(page);
      } catch (error) {
        throw new Error(`${state}: ${error.message}`, { cause: error });
      }
    }
  });
}

// From the first visit to the receipt, with a stop in each state.
async function* life(page, server) {
  const press = (name) => page.getByRole('button', { name }).first().press('Enter');
  const unfold = (within = page) => within.locator('details:not([open]) > summary').evaluateAll((all) => all.forEach((one) => one.click()));
  const settled = () => page.waitForTimeout(400);
  await page.goto('/');
  await page.waitForFunction(() => document.body.innerText.includes('Your address, now'));
  yield 'compose';
  await unfold(page.locator('.compose__form'));
  await page.getByLabel('Cluster name').fill('Not A Name');
  await press(/^Launch/);
  await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
  yield 'compose invalid';
  await page.getByLabel('Cluster name').fill('demo');
  await unfold(page.locator('.compose__form'));
  const handle = page.locator('.panel__handle');
  const sheet = await handle.isVisible();
  if (sheet) await handle.press('Enter');
  await unfold(page.locator('.panel'));
  await settled();
  yield 'plan';
  if (sheet) await handle.press('Enter');
  await press(/^Launch/);
  await page.waitForURL(/\/run#/);
  await page.waitForFunction(() => document.querySelectorAll('.step-row--done').length > 4 && document.querySelector('.step-row--working'));
  yield 'run';
  if (await page.getByRole('button', { name: 'Cancel launch' }).isVisible()) {
    await press('Cancel launch');
    await page.getByRole('dialog').waitFor();
    yield 'dialog';
    await page.keyboard.press('Escape');
  }
  await page.getByRole('heading', { name: 'demo is ready' }).waitFor(WITHIN);
  await unfold(page.locator('.timeline'));
  yield 'ready';
  await page.getByRole('link', { name: /^Nodes, resize/ }).press('Enter');
  await page.getByRole('region', { name: 'Drift' }).waitFor();
  await unfold();
  await press('Show what would go');
  await page.locator('.destroy__form').getByRole('listitem').first().waitFor();
  yield 'cluster';
  const zone = new URL(page.url()).hash.split('.').at(-1);
  await protect(page, server, zone, 'add');
  await page.getByRole('textbox', { name: 'Type the name to confirm' }).fill('demo');
  await press(/^Destroy /);
  await page.getByRole('heading', { name: 'demo is stuck: your turn' }).waitFor(WITHIN);
  yield 'stuck';
  await protect(page, server, zone, 'remove');
  await press('Retry');
  await page.getByRole('heading', { name: 'Nothing is left' }).waitFor(WITHIN);
  yield 'receipt';
  for (const [address, state] of [['/clusters', 'clusters'], ['/inside', 'inside'], ['/run', 'no run'], ['/nowhere', 'nowhere']]) {
    await page.goto(address);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await settled();
    yield state;
  }
}

// Somebody else protects the control plane from being removed, or lets go of it.
async function protect(page, { origin }, zone, verb) {
  const credentials = await page.evaluate(() => JSON.parse(sessionStorage.getItem('slipway.sandbox')).account);
  const { instances } = (await exoscale(origin, credentials, zone, '/instance')).body;
  const { id } = instances.find(({ name }) => name.endsWith('control-plane-1'));
  const { status, body, text } = await exoscale(origin, credentials, zone, `/instance/${id}:${verb}-protection`, { method: 'PUT', body: {} });
  assert.equal(status, 200, text);
  // It counts from when its operation has succeeded.
  const asked = () => exoscale(origin, credentials, zone, `/operation/${body.id}`);
  while ((await asked()).body.state === 'pending') await page.waitForTimeout(50);
}

// Nothing to scroll sideways, and no text that its box cuts off.
async function assertFits(page) {
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), 'it is to be scrolled sideways');
  assert.deepEqual(await page.evaluate(cut), []);
}

// Whoever goes through the page by Tab sees at each stop where they are; what sticks covers nothing of it.
async function assertWalked(page) {
  const keys = new Keys(page);
  const within = await page.evaluate(() => document.querySelector('dialog[open]') !== null);
  await page.evaluate(() => document.activeElement?.blur());
  if (within) return;
  for (const key of ['Tab', 'Shift+Tab']) {
    const most = key === 'Tab' ? 40 : 20;
    for (let steps = 0; steps < most; steps += 1) {
      await page.keyboard.press(key);
      if (await page.evaluate(() => document.activeElement === document.body)) break;
      await keys.assertSeen(`${key} ${steps}`).catch(async () => {
        // A run that goes on grows by a line under somebody's hands; there and back again it is seen.
        await page.keyboard.press(key === 'Tab' ? 'Shift+Tab' : 'Tab');
        await page.keyboard.press(key);
        await keys.assertSeen(`${key} ${steps}`);
      });
    }
  }
}

// What follows runs in the page. What moves although it shall not.
function moving() {
  const running = document.getAnimations().filter(({ playState, effect }) => playState === 'running' && effect.getComputedTiming().duration > 150);
  return running.map(({ animationName, transitionProperty, effect }) => `${animationName ?? transitionProperty} of ${effect.target.className}`);
}

// What is to be pressed and is smaller than a finger or a pointer needs. A link in a sentence is as high as its line.
function small(least) {
  const found = [];
  for (const one of document.querySelectorAll('a[href], button, summary, input, select, textarea')) {
    if (!one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || one.closest('.unseen, .skip')) continue;
    if (document.querySelector('dialog[open]') && !one.closest('dialog')) continue;
    const sentence = one.matches('a') && [...one.parentElement.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim().length > 1);
    if (sentence) continue;
    const areas = [one, ...(one.labels ?? []), ...(one.closest('tr.types__row') ? [one.closest('tr')] : [])].map((area) => area.getBoundingClientRect());
    const width = Math.max(...areas.map((area) => area.right)) - Math.min(...areas.map((area) => area.left));
    const height = Math.max(...areas.map((area) => area.bottom)) - Math.min(...areas.map((area) => area.top));
    if (width < least - 0.5 || height < least - 0.5) found.push(`${Math.round(width)}×${Math.round(height)}: ${one.outerHTML.slice(0, 90)}`);
  }
  return found;
}

// States of steps, machines and checks that are told by nothing but a colour.
function wordless() {
  const found = [];
  for (const row of document.querySelectorAll('.step-row')) {
    const [shape, word] = [row.querySelector('.step-row__shape path'), row.querySelector('.step-row__state')];
    if (!shape?.getAttribute('d') || !word?.innerText.trim()) found.push(row.innerText);
    if (getComputedStyle(shape).stroke === getComputedStyle(document.body).backgroundColor) found.push(`unseen shape: ${row.innerText}`);
  }
  for (const row of document.querySelectorAll('.stage')) if (!row.querySelector('.stage__state')?.innerText.trim()) found.push(row.innerText);
  for (const row of document.querySelectorAll('.check')) if (!row.querySelector('.check__word')?.innerText.trim()) found.push(row.innerText);
  return found;
}

// Text that is cut off by its box, as wide or as high as it is.
function cut() {
  const found = [];
  for (const one of document.querySelectorAll('#app *')) {
    if (!one.checkVisibility({ visibilityProperty: true }) || one.closest('.unseen, .skip, svg, select, textarea, [hidden]')) continue;
    if (one.matches('input')) continue;
    const { overflowX, overflowY } = getComputedStyle(one);
    const wide = overflowX !== 'visible' && overflowX !== 'auto' && overflowX !== 'scroll' && one.scrollWidth > one.clientWidth + 1;
    const high = overflowY !== 'visible' && overflowY !== 'auto' && overflowY !== 'scroll' && one.scrollHeight > one.clientHeight + 1;
    if ((wide || high) && one.innerText?.trim()) found.push(`${one.className}: ${one.innerText.slice(0, 80)}`);
  }
  return found;
}

// What does nothing on paper, or hides something there.
function idle() {
  const found = [];
  for (const one of document.querySelectorAll('body *')) {
    if (!one.checkVisibility()) continue;
    const { position, overflowY } = getComputedStyle(one);
    if (one.matches('button, .button:not(a)')) found.push(`a button: ${one.innerText}`);
    if ((position === 'fixed' || position === 'sticky') && one.innerText) found.push(`it sticks: ${one.className}`);
    if (overflowY === 'auto' && one.scrollHeight > one.clientHeight + 1 && !one.closest('.journal')) found.push(`it scrolls: ${one.className}`);
  }
  return found;
}
