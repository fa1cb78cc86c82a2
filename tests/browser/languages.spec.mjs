// The page in German and in French: complete from the form to the receipt, for everybody, and English for those who want it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../tools/env.mjs';
import { assertAccessible, shot, suite } from './harness.mjs';

const { scenario } = suite();
const ENDED_WITHIN_MS = 120_000;

function catalog(language) {
  const { page, said } = JSON.parse(readFileSync(join(root, 'frontend/languages', `${language}.json`), 'utf8'));
  return { ...page, ...said };
}

// What stays English may be found by the words that German and French do not have. Commands, names and what Exoscale
// says stay as they are: they stand in `mono`, `code` or a field, or after a status.
async function assertTranslated(page) {
  const english = await page.evaluate(() => {
    const words = /(^|[^\w-])(the|and|of|with|from|that|this|is|are|were|your|its|it|for|to|not|has|have|by|which|until)($|[^\w-])/i;
    const exoscale = /\b[45]\d\d [A-Z]/;
    const found = [];
    const look = (text, element) => {
      if (words.test(text) && !exoscale.test(text) && !element.closest('.mono, code, pre, textarea, script, style, [lang=en]')) found.push(text.trim());
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) look(texts.currentNode.data, texts.currentNode.parentElement);
    for (const element of document.querySelectorAll('[aria-label], [title], [placeholder]')) {
      for (const name of ['aria-label', 'title', 'placeholder']) look(element.getAttribute(name) ?? '', element);
    }
    look(document.title, document.body);
    return found;
  });
  assert.deepEqual(english, []);
}

// Opens all that is folded; what is loaded late has come when nothing is asked for any more.
async function unfold(page) {
  await page.locator('details:not([open]) > summary').evaluateAll((all) => all.forEach((one) => one.click()));
  await page.waitForLoadState('networkidle');
}

for (const [language, locale] of [['de', 'de-CH'], ['fr', 'fr-CH']]) {
  const words = catalog(language);
  const said = (key) => new RegExp(`^${words[key].split(/\{\w*\}/).join('.*').trim()}$`);

  for (const width of [1280, 320]) {
    scenario(`speaks ${language} at ${width}`, { locale, viewport: { width, height: 800 } }, async ({ page }) => {
      await page.addInitScript(() => {
        globalThis.shifted = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) globalThis.shifted += entry.hadRecentInput ? 0 : entry.value;
        }).observe({ type: 'layout-shift', buffered: true });
      });
      for (const place of ['/', '/run', '/clusters', '/inside']) {
        await page.goto(place);
        await page.getByRole('combobox', { name: words.Language }).waitFor();
        assert.equal(await page.locator('html').getAttribute('lang'), language);
        await assertAccessible(page);
        await shot(page, `${language} ${place} ${width}`, { fullPage: true });
        if (place === '/') assert.ok((await page.evaluate(() => globalThis.shifted)) < 0.02, 'the language comes with the first paint of the program');
        await unfold(page);
        await assertTranslated(page);
        const { wide, seen } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, seen: innerWidth }));
        assert.ok(wide <= seen, `${place} is ${wide} wide`);
        await shot(page, `${language} ${place} ${width} unfolded`, { fullPage: true });
      }
    });
  }

  scenario(`lives a whole life in ${language}`, { locale }, async ({ page }) => {
    await page.goto('/');
    await page.getByRole('button', { name: said('Launch {name}') }).or(page.getByRole('button', { name: /demo/ })).last().click();
    await page.waitForURL(/\/run#/);
    await page.getByRole('heading', { name: said('Launching {name}') }).waitFor();
    await assertTranslated(page);
    await shot(page, `${language} running`, { fullPage: true });
    await page.getByRole('heading', { name: said('{name} is ready') }).waitFor({ timeout: ENDED_WITHIN_MS });
    await assertTranslated(page);
    await assertAccessible(page);
    await shot(page, `${language} ready`, { fullPage: true });
    await page.getByRole('textbox', { name: words['Type the name to confirm'] }).fill('demo');
    await page.getByRole('button', { name: said('Destroy {name}') }).click();
    await page.getByRole('heading', { name: new RegExp(`^${words['Nothing is left']}`) }).waitFor({ timeout: ENDED_WITHIN_MS });
    await assertTranslated(page);
    await assertAccessible(page);
    await shot(page, `${language} receipt`, { fullPage: true });
  });
}

scenario('loads no catalog for English, and another one without losing the draft or the focus', async ({ page }) => {
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto('/');
  await page.getByLabel('Cluster name').fill('kept');
  assert.ok(!asked.some((address) => address.endsWith('.json')), asked.join(' '));
  const choice = page.getByRole('combobox', { name: 'Language' });
  await choice.focus();
  await page.keyboard.type('Deutsch');
  await page.getByRole('combobox', { name: 'Sprache' }).waitFor();
  assert.equal(asked.filter((address) => /\/de-\w+\.json$/.test(address)).length, 1);
  assert.equal(await page.locator('html').getAttribute('lang'), 'de');
  assert.equal(await page.getByLabel('Name des Clusters').inputValue(), 'kept');
  assert.equal(await page.evaluate(() => document.activeElement.value), 'de');
  assert.deepEqual(await page.evaluate(() => ({ ...localStorage })), { 'slipway.language': '"de"' });
  await page.reload();
  await page.getByRole('combobox', { name: 'Sprache' }).selectOption('en');
  await page.getByRole('combobox', { name: 'Language' }).waitFor();
  await page.reload();
  await page.getByRole('combobox', { name: 'Language' }).waitFor();
});

scenario('speaks the language that was chosen, not the one that the browser prefers', { locale: 'fr-CH' }, async ({ page }) => {
  await page.addInitScript(() => localStorage.setItem('slipway.language', '"en"'));
  await page.goto('/');
  await page.getByRole('combobox', { name: 'Language' }).waitFor();
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
});

scenario('stays English where a catalog cannot be had, and says so in its choice', async ({ page, tolerate }) => {
  tolerate(/de-\w+\.json/);
  await page.route(/de-\w+\.json$/, (route) => route.abort());
  await page.goto('/');
  const choice = page.getByRole('combobox', { name: 'Language' });
  await choice.selectOption('de');
  await page.waitForFunction(() => [...document.querySelectorAll('select')].some((select) => select.value === 'en'));
  assert.equal(await choice.inputValue(), 'en');
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
});
