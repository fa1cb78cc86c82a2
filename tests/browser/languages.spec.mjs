// The page in German and in French: complete from the form to the receipt, for everybody, and English for those who want it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../tools/env.mjs';
import { assertAccessible, shot, suite } from './harness.mjs';

const { scenario } = suite();
const ENDED_WITHIN_MS = 120_000;
const catalog = (language) => JSON.parse(readFileSync(join(root, 'frontend/languages', `${language}.json`), 'utf8'));

// What stays English may be found: English sentences of three words and more, whatever stands in their holes.
function english(translations) {
  const words = (text) => text.replace(/\{\w*\}/g, ' ').match(/[A-Za-z]{2,}/g) ?? [];
  const untranslated = ([key, translation]) => words(key).length > 2 && key !== translation;
  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = (key) => key.split(/\{\w*\}/).map((part) => escaped(part.trim())).join('.*?');
  return Object.entries(translations).filter(untranslated).map(([key]) => new RegExp(`^\\W*${pattern(key)}\\W*$`));
}

async function assertTranslated(page, patterns) {
  const lines = (await page.evaluate(() => document.body.innerText)).split('\n').map((line) => line.trim()).filter(Boolean);
  assert.deepEqual(lines.filter((line) => patterns.some((pattern) => pattern.test(line))), []);
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
        await assertTranslated(page, english(words));
        const { wide, seen } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, seen: innerWidth }));
        assert.ok(wide <= seen, `${place} is ${wide} wide`);
        assert.ok((await page.evaluate(() => globalThis.shifted)) < 0.02, place);
        await shot(page, `${language} ${place} ${width}`, { fullPage: true });
      }
    });
  }

  scenario(`lives a whole life in ${language}`, { locale }, async ({ page }) => {
    await page.goto('/');
    await page.getByRole('button', { name: said('Launch {name}') }).or(page.getByRole('button', { name: /demo/ })).last().click();
    await page.waitForURL(/\/run#/);
    await page.getByRole('heading', { name: said('Launching {name}') }).waitFor();
    await assertTranslated(page, english(words));
    await shot(page, `${language} running`, { fullPage: true });
    await page.getByRole('heading', { name: said('{name} is ready') }).waitFor({ timeout: ENDED_WITHIN_MS });
    await assertTranslated(page, english(words));
    await assertAccessible(page);
    await shot(page, `${language} ready`, { fullPage: true });
    await page.getByRole('textbox', { name: words['Type the name to confirm'] }).fill('demo');
    await page.getByRole('button', { name: said('Destroy {name}') }).click();
    await page.getByRole('heading', { name: words['Nothing is left'] }).waitFor({ timeout: ENDED_WITHIN_MS });
    await assertTranslated(page, english(words));
    await assertAccessible(page);
    await shot(page, `${language} receipt`, { fullPage: true });
  });
}

scenario('loads no catalog for English, and another one without losing the draft', async ({ page }) => {
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto('/');
  await page.getByLabel('Cluster name').fill('kept');
  assert.ok(!asked.some((address) => address.endsWith('.json')), asked.join(' '));
  await page.getByRole('combobox', { name: 'Language' }).selectOption('de');
  await page.getByRole('combobox', { name: 'Sprache' }).waitFor();
  assert.equal(await page.locator('html').getAttribute('lang'), 'de');
  assert.equal(await page.getByLabel('Name des Clusters').inputValue(), 'kept');
  await page.reload();
  await page.getByRole('combobox', { name: 'Sprache' }).selectOption('en');
  await page.getByRole('combobox', { name: 'Language' }).waitFor();
});
