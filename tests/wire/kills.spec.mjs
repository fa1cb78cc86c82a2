// A few of the kills of `make torture`: of the runtime and of the whole server, while launches and destroys go on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Server } from '../server.mjs';
import { Campaign, wrongs } from '../torture/campaign.mjs';
import { SHAPES, WEATHERS } from '../torture/life.mjs';

const server = new Server();
before(() => server.start());
after(() => server.stop());

test('nothing is made twice, left or lost when the runtime and the server are killed', async () => {
  const shapes = { default: SHAPES.default };
  const weathers = { calm: WEATHERS.calm, network: WEATHERS.network };
  const result = await new Campaign(server, { seed: 1, kills: 4, width: 2, speed: 30, shapes, weathers, quietMs: 3_000 }).run();
  assert.deepEqual(wrongs(result), []);
  assert.deepEqual(result.kills, { runtime: 2, server: 2 });
  assert.ok(result.recoveryMs.of > 0 && result.creates > 0, 'no kill met a run');
});
