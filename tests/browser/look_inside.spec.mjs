// A person looks inside the sandbox while a cluster is launched, lets things go wrong, and turns the clock.
import assert from 'node:assert/strict';
import { assertAccessible, shot, suite } from './harness.mjs';

const { scenario } = suite();
const LAUNCHED_WITHIN_MS = 120_000;

scenario('looks inside, makes answers get lost and time pass faster, and the launch ends ready', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: /^Launch / }).click();
  await page.waitForURL(/\/run#/);
  await page.getByRole('list', { name: 'Steps' }).waitFor();
  await page.getByRole('link', { name: 'Look inside' }).click();
  await page.getByRole('heading', { name: 'Inside the sandbox' }).waitFor();
  const things = page.getByRole('list', { name: /^What exists: \d+/ });
  await things.getByText('private-network', { exact: true }).waitFor();
  await page.getByRole('list', { name: 'What was asked' }).getByText('create-private-network').first().waitFor();
  await assertAccessible(page);
  await shot(page, 'inside', { fullPage: true });

  await page.getByLabel('Done, but the answer is lost').fill('100');
  await page.getByLabel('Done, but the answer is lost').blur();
  await page.getByLabel('Pretend time passes').selectOption('120');
  await page.waitForFunction(() => document.querySelector('#inside-speed').value === '120');
  await page.goBack();
  await page.getByRole('heading', { name: /is ready/ }).waitFor({ timeout: LAUNCHED_WITHIN_MS });

  await page.getByRole('link', { name: 'Look inside' }).click();
  await page.getByLabel('Done, but the answer is lost').waitFor();
  assert.equal(await page.getByLabel('Done, but the answer is lost').inputValue(), '100');
  await page.getByRole('button', { name: 'Nothing goes wrong' }).click();
  await page.waitForFunction(() => [...document.querySelectorAll('.fault input')].some((input) => input.value === '0'));
});
