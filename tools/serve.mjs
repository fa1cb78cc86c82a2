// Serves what is built, as the edge would: wrangler.toml's Worker, assets and bindings on Cloudflare's own runtime.
// `make start` runs it, and so do the tests, through tests/server.mjs.
//
// It is not `wrangler dev`: that puts a proxy in between, which up to its newest version loses requests for ever, or
// stops altogether, when a kept-alive connection closes at the wrong moment (workers-sdk issues 15317 and 15452).
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { Log, LogLevel, Miniflare } from 'miniflare';
import { parse } from 'smol-toml';
import { fail, root } from './env.mjs';

// PORT and STATE (a folder) say where; VARS, an object in JSON, overrides variables of the Worker, and WORKER, a
// folder, takes the place of what is built.
const port = Number(process.env.PORT || 8787);
const state = resolve(root, process.env.STATE || '.wrangler/state');
const vars = JSON.parse(process.env.VARS || '{}');

mkdirSync(state, { recursive: true });
const options = {
  ...worker(parse(readFileSync(join(root, 'wrangler.toml'), 'utf8'))),
  host: '127.0.0.1',
  port,
  cf: false,
  log: new Log(LogLevel.INFO),
  defaultPersistRoot: join(state, 'v3'),
  handleRuntimeStdio: attend,
};
let started = false;
const server = new Miniflare(options);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.dispose().then(() => process.exit(0)));
await server.ready;
started = true;
console.log(`\n  Slipway is at http://localhost:${port}. Ctrl-C stops it.\n`);

// Passes on what the runtime says. One that dies is replaced, as the edge would: port, state and alarms stay.
function attend(stdout, stderr) {
  stdout.pipe(process.stdout, { end: false });
  stderr.pipe(process.stderr, { end: false });
  stdout.once('end', () => {
    // A successor that dies while it starts says so here again.
    if (started) server.setOptions(options).catch((error) => console.error(error.message));
  });
}

// A file of the Worker's, as the runtime takes it; what is neither script nor WebAssembly is none of it.
function module(path) {
  const type = { '.js': 'ESModule', '.wasm': 'CompiledWasm' }[extname(path)];
  return type ? [{ type, path }] : [];
}

// What wrangler.toml says at its top level, in the words of the local runtime.
function worker({ name, main, compatibility_date, assets, kv_namespaces, ratelimits, durable_objects, migrations, ...rest }) {
  const { vars: declared, observability, env, ...unknown } = rest;
  if (Object.keys(unknown).length > 0) fail(`tools/serve.mjs cannot serve ${Object.keys(unknown)} of wrangler.toml yet`);
  const path = process.env.WORKER ? join(process.env.WORKER, 'index.js') : join(root, main);
  const withSqlite = migrations.flatMap(({ new_sqlite_classes }) => new_sqlite_classes ?? []);
  const objects = durable_objects.bindings.map(({ name, class_name: className }) => [
    name,
    { className, useSQLite: withSqlite.includes(className) },
  ]);
  return {
    name,
    compatibilityDate: compatibility_date,
    modulesRoot: dirname(path),
    // The entry comes first.
    modules: [path, ...readdirSync(dirname(path)).map((file) => join(dirname(path), file)).filter((other) => other !== path)].flatMap(module),
    bindings: { ...declared, ...parseEnv(readFileSync(join(root, '.dev.vars'), 'utf8')), ...vars },
    kvNamespaces: kv_namespaces.map(({ binding }) => binding),
    ratelimits: Object.fromEntries(ratelimits.map(({ name, simple }) => [name, { simple }])),
    durableObjects: Object.fromEntries(objects),
    assets: {
      directory: join(root, assets.directory),
      binding: assets.binding,
      routerConfig: { has_user_worker: true, static_routing: { user_worker: assets.run_worker_first, asset_worker: [] } },
      assetConfig: { compatibility_date, not_found_handling: assets.not_found_handling },
    },
  };
}
