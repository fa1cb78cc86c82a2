// Serves what is built, as the edge would. `make start` runs it; the tests start it through tests/server.mjs.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmTool, root } from './env.mjs';

// Starts wrangler on a port, with its Durable Objects kept in `state`. When detached it leads a process group,
// so that it can be killed together with the runtime that it starts.
export function serve({ port, state, vars = {}, ...options }) {
  mkdirSync(state, { recursive: true });
  const args = ['dev', '--port', port, '--ip', '127.0.0.1', '--inspector-port', '0', '--persist-to', state];
  const given = Object.entries(vars).flatMap(([name, value]) => ['--var', `${name}:${value}`]);
  const quiet = ['--show-interactive-dev-session=false', '--live-reload=false'];
  return spawn(npmTool('wrangler'), [...args, ...given, ...quiet].map(String), {
    cwd: root,
    env: {
      ...process.env,
      WRANGLER_SEND_METRICS: 'false',
      WRANGLER_HIDE_BANNER: 'true',
      WRANGLER_LOG_PATH: join(state, 'logs'),
      WRANGLER_REGISTRY_PATH: join(state, 'registry'),
      CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    },
    ...options,
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = process.env.PORT || 8787;
  console.log(`\n  Slipway will be at http://localhost:${port} in a few seconds; Ctrl-C stops it.\n`);
  const server = serve({ port, state: resolve(root, '.wrangler/state'), stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.kill(signal));
  server.on('exit', (code) => process.exit(code ?? 0));
}
