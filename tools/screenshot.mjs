// Takes the pictures of README.md from a real life in the sandbox: compose, plan, run, cluster and receipt, into docs/.
// `make pictures` runs it. docs/pictures.txt says of which version they are, so that no release has those of another.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { launch, open } from '../tests/browser/harness.mjs';
import { Server } from '../tests/server.mjs';
import { root, version } from './env.mjs';

const WITHIN = { timeout: 300_000 };
const server = await new Server().start();
const browser = await launch();
const { page } = await open(browser, server.origin, { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2, colorScheme: 'light', reducedMotion: 'reduce' });
const press = (name) => page.getByRole('button', { name }).click();

await page.goto('/');
await page.waitForFunction(() => document.body.innerText.includes('Your address, now'));
await page.getByRole('button', { name: /^Launch / }).waitFor();
await take('compose');

const plan = page.getByRole('region', { name: 'Plan', exact: true });
for (const fold of ['Firewall', 'Steps']) await plan.locator('summary').filter({ hasText: fold }).click();
await plan.evaluate((plan) => plan.closest('.panel').scrollTo(0, plan.offsetTop));
await take('plan');

await press(/^Launch /);
await page.waitForURL(/\/run#/);
await page.waitForFunction(() => document.querySelectorAll('.step-row--done').length > 12 && document.querySelector('.step-row--working'));
await take('run');

await page.getByRole('heading', { name: 'demo is ready' }).waitFor(WITHIN);
await page.getByRole('link', { name: /^Nodes, resize/ }).click();
await page.getByRole('region', { name: 'Drift' }).getByText('None: pools are within').waitFor();
await take('cluster');

await page.getByRole('textbox', { name: 'Type the name to confirm' }).fill('demo');
await press(/^Destroy /);
await page.getByRole('heading', { name: 'Nothing is left' }).first().waitFor(WITHIN);
await page.locator('.receipt').waitFor();
await take('receipt');
await browser.close();
await server.stop();
writeFileSync(join(root, 'docs', 'pictures.txt'), `Slipway ${version}\n`);

async function take(name) {
  // The focus goes to the top of a place, and what just came settles.
  await page.evaluate(() => document.activeElement?.blur());
  await page.waitForTimeout(500);
  // Flat areas and text: a palette shows the same in a third of the bytes.
  const small = await sharp(await page.screenshot()).png({ palette: true, colours: 96, effort: 10 }).toBuffer();
  writeFileSync(join(root, 'docs', `${name}.png`), small);
  console.log(`docs/${name}.png ${Math.round(small.length / 1024)} kB`);
}
