// The first place of the page: a spec is composed, its plan and price follow it, and it travels as a link.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before } from 'node:test';
import { openAccount } from '../wire/client.mjs';
import { assertAccessible, shot, suite } from './harness.mjs';

// What stands in for Exoscale's price list. Machines are dearer in it than in the bundled one.
const LIST = { chf: { running_medium: '0.10000000', running_large: '0.20000000', volume: '0.00014000', eip_address: '0.01389000' } };
const list = createServer((_, reply) => reply.setHeader('content-type', 'application/json').end(JSON.stringify(LIST)));
const vars = {};
before(async () => {
  await once(list.listen(0, '127.0.0.1'), 'listening');
  vars.EXOSCALE_PRICES = `http://127.0.0.1:${list.address().port}/`;
});
after(() => list.close());
const { scenario } = suite({ vars });

const LOOKS = [
  { viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
  { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
  { viewport: { width: 390, height: 844 }, colorScheme: 'light' },
  { viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
  { viewport: { width: 320, height: 640 }, colorScheme: 'light' },
];

const launchButton = (page) => page.getByRole('button', { name: /^Launch / });
const open = async (page, address = '/') => {
  await page.goto(address);
  await launchButton(page).waitFor();
  await page.waitForFunction(() => document.body.innerText.includes('Your address, now'));
};
const pool = (page, name) => page.getByRole('group', { name: `Pool ${name}`, exact: true });
const fold = (page, title) => page.locator('summary').filter({ hasText: title }).first();
const nodeType = (page) => page.locator('#field-pools-0--type');
const leave = async (page) => {
  await page.evaluate(() => document.activeElement?.blur());
  await page.waitForTimeout(400);
};
// The panel is beside the form, or a sheet that opens.
const showPlan = async (page) => {
  const handle = page.getByRole('button', { name: 'Show picture and plan' });
  if (await handle.isVisible()) await handle.click();
};

// A state of the page as everybody meets it: nothing to scroll sideways, nothing that axe finds, a picture to look at.
async function assertSound(page, { viewport, colorScheme }, state) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= viewport.width, `${state}: ${wide} px wide`);
  await shot(page, `compose ${state} ${viewport.width} ${colorScheme}`, { fullPage: true });
  // Where the page begins, so that no row of a table lies half under the header.
  await page.evaluate(() => scrollTo(0, 0));
  await assertAccessible(page);
}

for (const look of LOOKS) {
  scenario(`every state is sound at ${look.viewport.width} px, ${look.colorScheme}`, look, async ({ page }) => {
    const sound = (state) => assertSound(page, look, state);
    await open(page);
    await sound('first visit');
    await nodeType(page).click();
    await page.getByLabel(/graphics processors/).check();
    await page.getByLabel(/more cores, more memory/).check();
    await sound('types');
    await nodeType(page).click();
    for (const title of ['Network', 'Advanced', 'More about its nodes', 'Disk']) await fold(page, title).click();
    await sound('unfolded');
    await open(page);
    for (const title of ['QR code', 'Badge', 'Compare with another link']) await fold(page, title).click();
    await page.getByLabel('Another link').fill(await linkOf(page, { name: 'other', max: '9' }));
    await page.getByText('From the form to the other link:').waitFor();
    await sound('link tools');
    await open(page, await linkOf(page, { name: 'linked', max: '4' }));
    await page.getByText('This link sets:').waitFor();
    await sound('link opened');
    await page.getByLabel('Cluster name').fill('Not A Name');
    await pool(page, 'workers').getByLabel('Minimum nodes').fill('0');
    await page.getByLabel('SSH from: others').fill('somewhere');
    await launchButton(page).click();
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
    await sound('invalid');
    await page.getByLabel('SSH from: others').fill('');
    await showPlan(page);
    for (const title of ['Firewall', 'Steps', 'Cost of autoscaling', 'Software']) await page.getByRole('region', { name: 'Plan', exact: true }).locator('summary').filter({ hasText: title }).click();
    await page.getByText('What it is made of').click();
    await sound('plan');
  });
}

// The link of a spec that is the default but for a name and a maximum, made by the page itself.
async function linkOf(page, { name, max }) {
  const other = await page.context().newPage();
  await open(other);
  await other.getByLabel('Cluster name').fill(name);
  await pool(other, 'workers').getByLabel('Maximum nodes').fill(max);
  await other.waitForFunction(() => location.hash.startsWith('#v1.'));
  await other.waitForTimeout(600);
  const url = other.url();
  await other.close();
  return url;
}

scenario('a first visit launches a sandbox cluster with one click and no field', async ({ page }) => {
  const effort = await counted(page);
  await open(page);
  await launchButton(page).click();
  await page.waitForURL(/\/run#/);
  await page.getByRole('list', { name: 'Steps' }).waitFor();
  assert.deepEqual(await effort(), { clicks: 1, fields: [] });
});

scenario('with a key it takes two fields', async ({ page, server }) => {
  // A pretend account's key typed as a person's own: the page knows no difference.
  const { key, secret } = await openAccount(server.origin);
  const effort = await counted(page);
  await open(page);
  await page.getByLabel('Use an Exoscale key').click();
  await page.getByLabel('API key').fill(key);
  await page.getByLabel('API secret').fill(secret);
  await launchButton(page).click();
  await page.waitForURL(/\/run#/);
  await page.getByRole('list', { name: 'Steps' }).waitFor();
  const { clicks, fields } = await effort();
  assert.equal(fields.length, 2, fields.join());
  assert.ok(clicks <= 3, `${clicks} clicks`);
});

// Counts what a person does: clicks, and fields that they typed into. A radio button is a click.
async function counted(page) {
  await page.addInitScript(() => {
    window.effort = { clicks: 0, fields: new Set() };
    addEventListener('click', ({ isTrusted, detail }) => (window.effort.clicks += isTrusted && detail > 0), true);
    addEventListener('input', ({ target }) => target.type !== 'radio' && window.effort.fields.add(target.id || target.name), true);
  });
  return () => page.evaluate(() => ({ clicks: window.effort.clicks, fields: [...window.effort.fields] }));
}

scenario('nothing nags while a person types, and a summary leads to what is wrong', async ({ page }) => {
  await open(page);
  const name = page.getByLabel('Cluster name');
  await name.fill('Not A Name');
  await page.waitForTimeout(400);
  assert.equal(await name.getAttribute('aria-invalid'), null);
  await leave(page);
  assert.equal(await name.getAttribute('aria-invalid'), 'true');
  const said = await page.locator('#field-name-problem').innerText();
  assert.ok(said.length > 10, said);

  await fold(page, 'Network').click();
  await page.getByLabel('Pods').fill('10.0.0.0/8');
  await fold(page, 'Network').click();
  await launchButton(page).click();
  const heading = page.getByRole('heading', { name: 'There is a problem' });
  await heading.waitFor();
  assert.ok(await page.evaluate(() => document.activeElement.id === 'problems'), 'the summary has the focus');
  await page.getByRole('alert').getByRole('link', { name: /Pods/ }).first().click();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'field-network-pods');
  await page.getByLabel('Pods').fill('10.244.0.0/16');
  await name.fill('demo');
  await leave(page);
  await heading.waitFor({ state: 'hidden' });
});

for (const look of [LOOKS[0], LOOKS[2]]) {
  scenario(`nothing moves while a person types at ${look.viewport.width} px`, look, async ({ page }) => {
    await open(page);
    await page.evaluate(() => {
      window.moved = [];
      const note = ({ value, sources }) => {
        // The text inside a native number input is the browser's own to centre.
        const ours = sources.filter(({ node }) => node).map(({ node }) => node.outerHTML?.slice(0, 90) ?? node.textContent);
        if (ours.length > 0) window.moved.push({ value, ours });
      };
      new PerformanceObserver((entries) => entries.getEntries().forEach(note)).observe({ type: 'layout-shift', buffered: false });
    });
    const type = async (field, text) => {
      await field.scrollIntoViewIfNeeded();
      await field.selectText();
      await page.waitForTimeout(300);
      await page.evaluate(() => window.moved.splice(0));
      await field.pressSequentially(text, { delay: 25 });
      await page.waitForTimeout(200);
      assert.equal(JSON.stringify(await page.evaluate(() => window.moved)), '[]', text);
    };
    const name = page.getByLabel('Cluster name');
    await type(name, 'a-name-of-20-letters');
    await type(name, 'Wrong Name');
    await leave(page);
    await type(name, 'right-again');
    await type(name, 'Wrong Again');
    await type(pool(page, 'workers').getByLabel('Maximum nodes'), '100');
    await type(pool(page, 'workers').getByLabel('Minimum nodes'), '1000');
    await type(pool(page, 'workers').getByLabel('Pool name'), 'a-long-pool-name');
    await type(page.getByLabel('SSH from: others'), '192.0.2.0/24');
  });
}

scenario('a type is picked from a table by keyboard, graphics processors when asked for', async ({ page }) => {
  await open(page);
  const node = pool(page, 'workers');
  const summary = nodeType(page);
  assert.match(await summary.innerText(), /standard\.medium\s+2 cores, 4 GB, 0\.100 CHF per hour/);
  await summary.focus();
  await page.keyboard.press('Enter');
  const chosen = node.getByRole('radio', { name: /^medium of Standard: 2 cores, 4 GB, 0\.100 CHF per hour, 73\.00 per month/ });
  await chosen.waitFor();
  assert.equal(await node.getByRole('radio').count(), await node.locator('.types__row').count());
  assert.equal(await node.getByText('GPU', { exact: false }).locator('visible=true').count(), 0);
  const before = await page.locator('.price__month').innerText();
  await page.keyboard.press('Tab');
  assert.ok(await chosen.evaluate((radio) => radio === document.activeElement));
  await page.keyboard.press('ArrowDown');
  assert.match(await summary.innerText(), /standard\.large/);
  await page.waitForFunction((text) => document.querySelector('.price__month').innerText !== text, before);
  // What Exoscale asks for a type that its list does not name is not known, and is said.
  await page.keyboard.press('ArrowDown');
  await page.getByText(/Without workers: standard\.extra-large/).waitFor();
  await node.getByLabel(/graphics processors/).check();
  await node.getByRole('radio', { name: /GPU RTX 6000 Pro/ }).first().waitFor();
  await page.getByLabel('Zone').selectOption('de-fra-1');
  await node.getByRole('radio', { name: /GPU 3/ }).first().waitFor();
  await node.getByRole('radio').first().focus();
  await page.keyboard.press('Escape');
  assert.equal(await node.getByRole('radio').count(), 0);
  assert.ok(await summary.evaluate((element) => element === document.activeElement));
});

scenario('pools are added, duplicated and removed, and the picture follows', async ({ page }) => {
  await open(page);
  const picture = () => page.getByRole('img', { name: /control plane/ }).getAttribute('aria-label');
  assert.match(await picture(), /pool workers of 1 to 5 nodes/);
  await pool(page, 'workers').getByLabel('Maximum nodes').fill('7');
  await pool(page, 'workers').getByLabel('Pool name').fill('web');
  await page.getByRole('button', { name: 'Duplicate web' }).click();
  await pool(page, 'pool-2').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'field-pools-1--name');
  assert.equal(await pool(page, 'pool-2').getByLabel('Maximum nodes').inputValue(), '7');
  assert.match(await picture(), /pool web of 1 to 7 nodes.*pool pool-2 of 1 to 7 nodes/);
  await page.getByRole('button', { name: 'Add a pool' }).click();
  await pool(page, 'pool-3').waitFor();
  await page.getByRole('button', { name: 'Remove pool-2' }).click();
  await page.getByRole('button', { name: 'Remove pool-3' }).waitFor();
  assert.equal(await pool(page, 'pool-2').count(), 0);
  await page.getByLabel('Three', { exact: true }).check();
  assert.match(await picture(), /^3 control planes/);
});

scenario('access offers the address of whoever looks, and folds say what is changed', async ({ page }) => {
  await open(page);
  const ssh = page.getByRole('group', { name: 'SSH from' });
  assert.ok(await ssh.getByLabel('Your address, now 198.51.100.7').isChecked());
  await ssh.getByLabel(/^Your address/).uncheck();
  await ssh.getByLabel('SSH from: others').fill('192.0.2.0/24\n2001:db8::/32');
  assert.match(await page.getByRole('img', { name: /control plane/ }).getAttribute('aria-label'), /SSH 22 from 2 networks/);
  await page.waitForTimeout(600);
  const other = await page.context().newPage();
  await open(other, page.url());
  assert.equal(await other.getByLabel('SSH from: others').inputValue(), '192.0.2.0/24\n2001:db8::/32');
  assert.ok(!(await other.getByRole('group', { name: 'SSH from' }).getByLabel(/^Your address/).isChecked()));
  await other.close();

  assert.match(await fold(page, 'Advanced').innerText(), /as by default/);
  await fold(page, 'Advanced').click();
  await page.getByLabel('Metrics server').uncheck();
  assert.match(await fold(page, 'Advanced').innerText(), /changed: Metrics server/);
  assert.match(await fold(page, 'Network').innerText(), /10\.0\.0\.0\/24.*as by default/s);
});

scenario('the plan says what is made, when, and what load would cost, at prices of today', async ({ page }) => {
  await open(page);
  const today = await page.evaluate(() => new Date().toISOString().slice(0, 10));
  assert.match(await page.locator('.price__source').innerText(), new RegExp(`Exoscale's price list, ${today}`));
  assert.match(await page.locator('.price__hour').innerText(), /0\.21 to 0\.62 CHF per hour/);
  assert.match(await page.locator('.price__month').innerText(), /151\.11 to 453\.33 CHF per month/);
  const plan = page.getByRole('region', { name: 'Plan', exact: true });
  await plan.locator('summary').filter({ hasText: 'Steps' }).click();
  await plan.getByText('Before anything').waitFor();
  const steps = await plan.innerText();
  for (const text of ['Before anything', 'Network and firewall', 'Machines', 'The cluster', 'Start the pool workers with 1 node']) assert.ok(steps.includes(text), text);
  assert.match(steps, /See the cluster work\s+Decides: from \d:\d\d, 2 min/);
  const marked = await plan.locator('li').filter({ hasText: 'Decides:' }).count();
  assert.ok(marked >= 2 && marked < (await plan.locator('.titles li').count()), `${marked} steps decide`);
  await plan.locator('summary').filter({ hasText: 'Cost of autoscaling' }).click();
  const row = (name) => plan.getByRole('row', { name }).innerText();
  assert.match(await row(/^Quiet/), /1\s+151\.11 CHF/);
  assert.match(await row(/^Office/), /1 to 5\s+2\d\d\.\d\d CHF/);
  assert.match(await row(/^Full/), /5\s+453\.33 CHF/);
  // The edge plans without any price: that it takes the page's digest shows that no plan depends on one.
  await launchButton(page).click();
  await page.waitForURL(/\/run#/);
});

scenario('a link opened shows what differs and launches nothing', async ({ page }) => {
  const sent = [];
  page.on('request', (request) => request.method() !== 'GET' && sent.push(`${request.method()} ${request.url()}`));
  const link = await linkOf(page, { name: 'linked', max: '4' });
  await open(page, link);
  const notice = page.locator('.notice').filter({ hasText: 'This link sets:' });
  const text = await notice.innerText();
  assert.match(text, /Cluster name\s+demo → linked/);
  assert.match(text, /Pool workers, Maximum nodes\s+5 → 4/);
  assert.match(text, /Nothing is launched until you say so/);
  await page.waitForTimeout(500);
  assert.deepEqual(sent, []);
});

scenario('another link is compared: differences, and what they cost', async ({ page }) => {
  await open(page);
  const [dearer, cheaper] = [await linkOf(page, { name: 'demo', max: '9' }), await linkOf(page, { name: 'demo', max: '4' })];
  await fold(page, 'Compare with another link').click();
  const other = page.getByLabel('Another link');
  const outcome = page.locator('#compare-outcome');
  await other.fill(dearer);
  await outcome.getByText('Maximum nodes').waitFor();
  // Four more nodes at 0.10 and 25 GiB at 0.00014, for 730 hours.
  assert.match(await outcome.innerText(), /as much per month with every pool at its minimum, and 302\.22 CHF more per month|as much per month .* and 302\.22 CHF more with/);
  await other.fill(cheaper.split('#')[1]);
  await outcome.getByText(/75\.56 CHF less/).waitFor();
  await other.fill(cheaper.slice(0, -3));
  await outcome.getByText(/cut short/).waitFor();
  assert.equal(await other.getAttribute('aria-invalid'), 'true');
  await other.fill(dearer);
  await outcome.getByRole('link', { name: 'Open the other link here' }).click();
  await page.getByText('This link sets:').waitFor();
  assert.equal(await pool(page, 'workers').getByLabel('Maximum nodes').inputValue(), '9');
});

scenario('a badge and a QR code lead to the spec', { permissions: ['clipboard-read', 'clipboard-write'] }, async ({ page, server }) => {
  await open(page);
  assert.equal(await page.locator('.badge').count(), 0);
  await fold(page, 'Badge').click();
  await page.waitForFunction(() => document.querySelector('.badge')?.naturalWidth > 0);
  await page.getByRole('button', { name: 'Copy Markdown' }).click();
  await page.getByText('Copied').waitFor();
  const markdown = await page.evaluate(() => navigator.clipboard.readText());
  const [, badge, link] = markdown.match(/^\[!\[Launch on Exoscale\]\((\S+)\)\]\((\S+)\)$/);
  assert.match(link, /\/#v1\./);
  const reply = await fetch(badge);
  assert.equal(reply.headers.get('content-type'), 'image/svg+xml');
  assert.equal(reply.headers.get('cross-origin-resource-policy'), 'cross-origin');
  assert.ok(badge.startsWith(server.origin));
  await page.goto(link);
  await launchButton(page).waitFor();
  await fold(page, 'QR code').click();
  const code = page.getByRole('img', { name: 'QR code of the link to this spec' });
  await code.waitFor();
  const size = await code.evaluate((svg) => svg.viewBox.baseVal.width);
  assert.equal((size - 8 - 17) % 4, 0);
  await page.getByLabel('Cluster name').fill('Not A Name');
  await code.waitFor({ state: 'detached' });
});
