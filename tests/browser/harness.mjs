// What every browser spec needs: a server, Chromium, and a page on which any error or policy violation fails the test.
import { AxeBuilder } from '@axe-core/playwright';
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { root } from '../../tools/env.mjs';
import { Server } from '../server.mjs';

const RESULTS = join(root, 'test-results');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: FLAGS });
}

// One server and one browser for a spec file. `scenario` is `test` with a fresh page; its options are those of
// Playwright's `newContext` (viewport, colorScheme, …).
export function suite(serverOptions) {
  const server = new Server(serverOptions);
  let browser;
  before(async () => {
    browser = await launch();
    await server.start();
  });
  after(async () => {
    await browser?.close();
    await server.stop();
  });
  const scenario = (name, ...rest) => {
    const body = rest.pop();
    test(name, async () => {
      const tab = await open(browser, server.origin, rest[0]);
      try {
        await body({ server, ...tab });
        if (tab.problems.length > 0) throw new Error('the page must stay free of errors');
      } catch (error) {
        await shot(tab.page, `failed ${name}`).catch(() => {});
        error.message += `\n${['--- page ---', ...tab.problems, '--- server ---', server.log.slice(-2000)].join('\n')}`;
        throw error;
      } finally {
        await tab.context.close();
      }
    });
  };
  return { server, scenario };
}

// A fresh context with one page. `problems` collects what went wrong there; `tolerate(pattern)` is for what a
// test provokes on purpose.
export async function open(browser, origin, options = {}) {
  const context = await browser.newContext({ baseURL: origin, viewport: { width: 1280, height: 800 }, ...options });
  const problems = [];
  const tolerated = [];
  const report = (text) => tolerated.some((pattern) => pattern.test(text)) || problems.push(text);
  await context.addInitScript(() =>
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error(`policy violation: ${violatedDirective} ${blockedURI}`),
    ),
  );
  context.on('console', (message) => {
    if (message.type() === 'error') report(`${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (problem) => report(String(problem.error().stack)));
  const page = await context.newPage();
  return { context, page, problems, tolerate: (pattern) => tolerated.push(pattern) };
}

// Fails on anything that breaks WCAG 2.2 A or AA and that a machine can find.
export async function assertAccessible(page) {
  // What the header covers after scrolling counts as small.
  await page.evaluate(() => scrollTo(0, 0));
  const { violations } = await new AxeBuilder({ page }).withTags(WCAG).analyze();
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.target).join(', ')}`);
  assert.deepEqual(found, []);
}

// What a page shows and keeps where others may find it: name and text of each place. What a field holds is not in it.
export const shown = (page) =>
  page.evaluate(() => [
    ['markup', document.documentElement.outerHTML],
    ['text', document.body.innerText],
    ['links', [...document.links].map(({ href }) => href).join('\n')],
    ['localStorage', Object.values(localStorage).join('\n')],
    ['sessionStorage', Object.values(sessionStorage).join('\n')],
    ['history', JSON.stringify(history.state)],
  ]);

// Keeps a picture in test-results/ for a person to look at.
export async function shot(page, name, options = {}) {
  mkdirSync(RESULTS, { recursive: true });
  const path = join(RESULTS, `${name.replace(/\W+/g, '-').toLowerCase()}.png`);
  await page.screenshot({ path, ...options });
  return path;
}
