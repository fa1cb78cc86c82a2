// Serves what is built, as the edge would: wrangler.toml's Worker, assets and bindings on Cloudflare's own runtime.
// `make start` runs it, and so do the tests, through tests/server.mjs.
//
// It is not `wrangler dev`: that puts a proxy in between, which up to its newest version loses requests for ever, or
// stops altogether, when a kept-alive connection closes at the wrong moment (workers-sdk issues 15317 and 15452).
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Log, LogLevel, Miniflare } from 'miniflare';
import { root } from './env.mjs';

// PORT and STATE (a folder) say where; VARS, an object in JSON, overrides variables of the Worker.
const port = Number(process.env.PORT || 8787);
const state = resolve(root, process.env.STATE || '.wrangler/state');
const vars = JSON.parse(process.env.VARS || '{}');
mkdirSync(state, { recursive: true });

process.env.WRANGLER_LOG_PATH = join(state, 'logs');
const { unstable_getMiniflareWorkerOptions: readConfiguration } = await import('wrangler');
const { workerOptions, main } = readConfiguration(join(root, 'wrangler.toml'));
const server = new Miniflare({
  host: '127.0.0.1',
  port,
  cf: false,
  log: new Log(LogLevel.INFO),
  defaultPersistRoot: join(state, 'v3'),
  ...workerOptions,
  name: 'slipway',
  bindings: { ...workerOptions.bindings, ...vars },
  modulesRoot: dirname(main),
  modules: [
    { type: 'ESModule', path: main },
    { type: 'CompiledWasm', path: join(dirname(main), 'index_bg.wasm') },
  ],
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.dispose().then(() => process.exit(0)));
await server.ready;
console.log(`\n  Slipway is at http://localhost:${port}. Ctrl-C stops it.\n`);
