// What a person types stays where it was typed: canaries for the real key's secret, in the page and behind it.
import assert from 'node:assert/strict';
import { found, kept } from '../canary.mjs';
import { shown, suite } from './harness.mjs';

const { scenario } = suite();
const KEY = 'EXOcanary0123456789abcdefgh';
const SECRET = 'canaryQ7vXw2mZk4TnRb8YpLd1HsGf6JcUe0AiOo';

scenario('a typed secret leaves the tab in one body, and nothing repeats it', async ({ page, server, tolerate }) => {
  tolerate(/422/);
  const [answers, urls, bodies] = [[], [], []];
  page.on('response', async (reply) => answers.push([`the answer of ${reply.url()}`, await reply.text().catch(() => '')]));
  page.on('request', (request) => urls.push(['a URL', request.url()]) && bodies.push(request.postData() ?? ''));
  page.on('console', (message) => answers.push(['the console', message.text()]));

  await page.goto('/');
  await page.getByLabel('Cluster name').fill('canary');
  await page.getByLabel('Use an Exoscale key').check();
  await page.getByLabel('API key').fill(KEY);
  await page.getByLabel('API secret').fill(SECRET);
  await page.getByRole('button', { name: /^Launch / }).click();
  // On loopback a real key is refused before anything is made.
  await page.getByText(/cannot reach/).first().waitFor();
  await page.waitForFunction(() => location.hash.startsWith('#v1.'));
  assert.equal(await page.getByLabel('API secret').inputValue(), SECRET);
  assert.ok(bodies.some((body) => body.includes(SECRET)), 'the secret was not sent at all');

  const secrets = [['secret', SECRET]];
  const places = async () => [...(await shown(page)), ...answers, ...urls, ['the address', page.url()], ...kept(server)];
  assert.deepEqual(found(secrets, await places()), []);

  // What is planted is found.
  await page.evaluate((secret) => {
    document.body.dataset.planted = secret;
    localStorage.setItem('planted', btoa(`xx${secret}x`));
    sessionStorage.setItem('planted', secret);
    document.links[0].href = `/#${encodeURIComponent(secret)}`;
  }, SECRET);
  assert.deepEqual(found(secrets, await places()), ['markup', 'links', 'localStorage', 'sessionStorage'].map((place) => `the secret lies in ${place}`));

  await page.reload();
  await page.getByLabel('Use an Exoscale key').check();
  assert.equal(await page.getByLabel('API secret').inputValue(), '');
});
