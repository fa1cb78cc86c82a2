// A server of its own for a test: what is built, on a free port, with its own state, and it can be killed like a machine.
// As a program (`node tests/server.mjs COMMAND …`) it runs a command against such a server, named by SLIPWAY_ORIGIN.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { root } from '../tools/env.mjs';

const READY_WITHIN_MS = 60_000;
const running = new Set();

// Whatever ends this process, neither a server nor its state outlives it.
process.on('exit', () => running.forEach((server) => server.abandon()));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

export class Server {
  // `vars` become variables of the Worker; `worker` is the folder of another one than what is built. `state` is kept
  // when given, else removed by `stop`.
  constructor({ vars = {}, worker = '', state } = {}) {
    this.vars = vars;
    this.worker = worker;
    this.keep = Boolean(state);
    this.state = state ?? mkdtempSync(join(tmpdir(), 'slipway-'));
    this.log = '';
  }

  get origin() {
    return `http://localhost:${this.port}`;
  }

  async start() {
    this.port ??= await freePort();
    // A process group of its own, so that `kill` reaches the runtime, too.
    this.process = spawn(process.execPath, [join(root, 'tools', 'serve.mjs')], {
      env: { ...process.env, PORT: this.port, STATE: this.state, WORKER: this.worker, VARS: JSON.stringify(this.vars) },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(this);
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on('data', (text) => (this.log += text));
    const deadline = Date.now() + READY_WITHIN_MS;
    while (!(await this.answers())) {
      if (this.process.exitCode !== null || Date.now() > deadline) throw new Error(`the server did not start:\n${this.log}`);
      await pause(50);
    }
    return this;
  }

  async answers() {
    try {
      return (await fetch(`${this.origin}/`)).ok;
    } catch {
      return false;
    }
  }

  // The process that is the runtime.
  runtime() {
    const { pid } = this.process;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    const runtimes = children.filter((child) => readFileSync(`/proc/${child}/comm`, 'utf8').trim() === 'workerd');
    if (runtimes.length !== 1) throw new Error(`${runtimes.length} runtimes are up`);
    return Number(runtimes[0]);
  }

  // Only the runtime dies, at once; tools/serve.mjs puts another in its place.
  killRuntime() {
    process.kill(this.runtime(), 'SIGKILL');
  }

  // Power loss: the whole process tree, at once. State and port stay.
  async kill() {
    if (!running.has(this)) return;
    const { exitCode, signalCode } = this.process;
    const gone = exitCode === null && signalCode === null ? once(this.process, 'exit') : null;
    this.signal('SIGKILL');
    running.delete(this);
    await gone;
    while (await this.answers()) await pause(20);
  }

  async restart() {
    await this.kill();
    return this.start();
  }

  async stop() {
    await this.kill();
    this.forget();
  }

  abandon() {
    this.signal('SIGKILL');
    this.forget();
  }

  forget() {
    if (!this.keep) rmSync(this.state, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }

  signal(name) {
    try {
      process.kill(-this.process.pid, name);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}

export async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [command, ...args] = process.argv.slice(2);
  const server = await new Server().start();
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, SLIPWAY_ORIGIN: server.origin } });
  const [code] = await once(child, 'exit');
  if (code !== 0) console.error(server.log.split('\n').slice(-50).join('\n'));
  await server.stop();
  process.exit(code ?? 1);
}
