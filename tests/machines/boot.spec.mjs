import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from '../server.mjs';
import { look, until } from '../wire/client.mjs';
import { LAUNCHER } from './addresses.mjs';
import { launch } from './fleet.mjs';
import { World, obstacle } from './world.mjs';

const server = new Server({ vars: { PUBLIC_ORIGIN: `http://${LAUNCHER}` } });
const world = new World(server);
before(async () => { await server.start(); await world.open(); });
after(async () => { await world.close(); await server.stop(); });

test('x', async () => {
  assert.equal(obstacle(), undefined);
  const { run, controlPlanes: [first], nodes: [node] } = await launch(server, world, {});
  await first.powerOn();
  await node.powerOn();
  const t = setInterval(() => console.log(world.trace(first).join(', ')), 3000);
  try { await first.until('done', () => first.has('var/lib/slipway/done'), 90000); console.log(world.trace(first)); console.log(await look(server.origin, run)); } finally { clearInterval(t); console.log(first.calls().join('\n')); console.log(first.logs()); console.log(first.run("cat","/run/cloud-init/ds-identify.log"),first.read("var/log/boot.log").slice(0,3000)); }
});
