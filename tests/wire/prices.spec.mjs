// What things cost, from a list that stands in for Exoscale's: a good one is shown with its date, and no other one
// keeps the page from its prices.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { Server } from '../server.mjs';
import { ask } from './client.mjs';

const GOOD = {
  chf: { running_medium: '0.12345678', volume: '0.00014000', eip_address: '0.01389000', running_huge: ['1'], running_mega: '1e9', teapot: '1.0' },
};
const KNOWN = '0.04666000';

// What the list answers next, and how often it was asked.
let next = (reply) => reply.end();
let asked = 0;
const list = createServer((_, reply) => {
  asked += 1;
  next(reply);
});
let server;

before(async () => {
  await once(list.listen(0, '127.0.0.1'), 'listening');
  server = await new Server({ vars: { EXOSCALE_PRICES: `http://127.0.0.1:${list.address().port}/list` } }).start();
});
after(async () => {
  await server.stop();
  list.closeAllConnections();
  list.close();
});

const json = (body) => (reply) => reply.setHeader('content-type', 'application/json').end(typeof body === 'string' ? body : JSON.stringify(body));
const prices = async () => {
  const { status, body } = await ask(server.origin, 'GET', '/api/catalog');
  assert.equal(status, 200);
  return body.prices;
};

test('a good list is shown with the day on which it was read', async () => {
  next = json(GOOD);
  const { bundled, asOf, currency, rates } = await prices();
  assert.equal(bundled, false);
  assert.equal(currency, 'chf');
  assert.ok([0, 1].some((days) => asOf === new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)), asOf);
  // What cannot be read, cannot be true or is not ours is left out.
  assert.deepEqual(rates, { eip_address: '0.01389000', running_medium: '0.12345678', volume: '0.00014000' });
});

const bad = {
  'no JSON': json('<html>'),
  'another shape': json([GOOD]),
  'no francs': json({ eur: GOOD.chf }),
  'a price that every cluster needs is missing': json({ chf: { ...GOOD.chf, volume: undefined } }),
  'machines for nothing': json({ chf: { ...GOOD.chf, running_medium: '0E-8' } }),
  'too long': json(JSON.stringify(GOOD) + ' '.repeat(300 * 1024)),
  'an error': (reply) => reply.writeHead(500).end(JSON.stringify(GOOD)),
  'another place': (reply) => reply.writeHead(302, { location: '/elsewhere' }).end(),
  'a line that breaks': (reply) => reply.writeHead(200, { 'content-length': 999 }).write('{', () => reply.destroy()),
};

for (const [what, answer] of Object.entries(bad)) {
  test(`known prices stand in for a list that is bad: ${what}`, async () => {
    next = answer;
    const before = asked;
    const { bundled, asOf, rates } = await prices();
    assert.equal(bundled, true);
    assert.match(asOf, /^2026-\d\d$/);
    assert.equal(rates.running_medium, KNOWN);
    assert.ok(asked > before, 'the list was asked');
  });
}

for (const [what, answer] of Object.entries({
  'that never answers': () => {},
  'that never ends': (reply) => reply.writeHead(200).write('{"chf":{'),
})) {
  test(`nobody waits long for a list ${what}`, async () => {
    next = answer;
    const began = Date.now();
    assert.equal((await prices()).bundled, true);
    assert.ok(Date.now() - began < 5_000, `${Date.now() - began} ms`);
  });
}
