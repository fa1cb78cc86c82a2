// One life in a pretend account of its own: a launch, what stands then, a destroy, what is left then.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { found } from '../canary.mjs';
import { facts } from '../machines/checks.mjs';
import { ask, capability, census, counts, exoscale, runId } from '../wire/client.mjs';

export const ZONE = 'ch-dk-2';
const POLL_MS = 250;
// What a whole launch takes under a calm sky is some ten seconds; a hostile one, killed again and again, takes longer.
const RUN_WITHIN_MS = 300_000;

// `image: "stock"`: a bake beside the launch would be counted, too.
const spec = (rest) => ({ name: 'demo', zone: ZONE, image: 'stock', ...rest });
export const SHAPES = {
  default: spec({}),
  'three control planes': spec({ controlPlane: { count: 3 } }),
  'three pools': spec({
    pools: [
      { name: 'web', min: 2, max: 4, labels: { tier: 'web' } },
      { name: 'batch', min: 1, max: 3, spread: true },
      { name: 'data', min: 1, max: 2, disk: 50 },
    ],
  }),
};

// What goes wrong between Worker and sandbox, in a thousand requests. `network` is a bad wire to a sound cloud: under
// it a launch has to succeed. Under `hostile` operations fail and machines stay silent, so it may be taken back.
export const WEATHERS = {
  calm: { preset: 'calm' },
  'busy-zone': { preset: 'busy-zone' },
  network: {
    preset: 'calm',
    faults: { reply_lost: 60, request_lost: 60, too_many_requests: 60, server_error: 60, stale_list: 100 },
  },
  hostile: { preset: 'hostile', mayFail: true },
};

export class Life {
  // `patient` sends a request when that is allowed, and again when it was cut off; `watch` holds the runs under way.
  constructor({ origin, patient, watch, shape, weather, seed, speed }) {
    Object.assign(this, { origin, patient, watch, shape, weather, seed, speed });
    this.runs = [];
    this.problems = [];
    this.duplicates = [];
    this.leftovers = [];
    this.secrets = [];
    this.spilt = [];
  }

  async live(expected) {
    try {
      await this.open();
      const launch = await this.run({ kind: 'launch', spec: SHAPES[this.shape] });
      this.launched = launch.state;
      const may = WEATHERS[this.weather].mayFail ? ['ready', 'undone', 'stuck'] : ['ready'];
      if (!may.includes(launch.state)) this.problems.push(`the launch is ${launch.state}: ${told(launch)}`);
      const { standing, trail } = await this.count();
      if (launch.state === 'ready') await this.learnSecrets();
      if (launch.state === 'ready') this.compare(counts(standing), expected, trail);
      if (launch.state !== 'undone') this.destroyed = await this.destroy();
      this.leftovers = all(launch.state === 'undone' ? standing : (await this.count()).standing);
    } catch (error) {
      this.problems.push(error.message);
    }
    return this;
  }

  async open() {
    const { preset } = WEATHERS[this.weather];
    const { status, body } = await this.ask('POST', '/api/sandbox/accounts', { body: { preset, seed: this.seed, speed: this.speed } });
    assert.equal(status, 201, JSON.stringify(body));
    this.credentials = { key: body.key, secret: body.secret };
    this.secrets.push(["account's secret", body.secret]);
    const { faults } = await this.inside({});
    this.faults = WEATHERS[this.weather].faults ?? faults;
    await this.inside({ faults: this.faults });
  }

  // Starts a run under an id that stays the same however often it has to be asked for, and waits for its end.
  async run(wanted) {
    const run = { id: runId(), token: capability(), kind: wanted.kind };
    const deadline = Date.now() + RUN_WITHIN_MS;
    const body = { credentials: this.credentials, ...wanted };
    for (;;) {
      const { status, body: answer } = await this.ask('PUT', `/api/runs/${run.id}`, { body, token: run.token });
      if (status === 200 || status === 201) break;
      if (status === 404 && answer.code === 'no_cluster') return { state: 'nothing there' };
      if (Date.now() > deadline || !(status >= 500 || status === 429 || status === 409)) {
        throw new Error(`no ${wanted.kind}: ${status} ${JSON.stringify(answer)}`);
      }
      await pause(POLL_MS);
    }
    this.runs.push(run);
    this.secrets.push([`capability of the ${run.kind}`, run.token]);
    this.watch.add(run);
    try {
      return await this.end(run, deadline);
    } finally {
      this.watch.delete(run);
      await this.read(run);
    }
  }

  async end(run, deadline) {
    for (;;) {
      // A run that was killed is not asked before it has moved by itself.
      const { status, body } = await this.ask('GET', `/api/runs/${run.id}`, { token: run.token }, () => run.recovered);
      const state = body?.view?.state;
      if (state && !['running', 'undoing'].includes(state)) return body.view;
      if (Date.now() > deadline) throw new Error(`the ${run.kind} is lost: ${status} ${state ?? ''} ${body?.view ? told(body.view) : ''}`);
      await pause(POLL_MS);
    }
  }

  // The journal of a run, as its owner may see it; times are wall time.
  async read(run) {
    const { body } = await this.ask('GET', `/api/runs/${run.id}/events`, { token: run.token });
    run.journal = body?.entries ?? [];
  }

  async destroy() {
    const cluster = { name: SHAPES[this.shape].name, zone: ZONE };
    let ended = await this.run({ kind: 'destroy', cluster });
    if (ended.state === 'stuck' && WEATHERS[this.weather].mayFail) {
      // A person's turn: the sky clears, and the destroy is asked for again.
      this.faults = {};
      await this.inside({ faults: {} });
      ended = await this.run({ kind: 'destroy', cluster });
    }
    if (!['destroyed', 'nothing there'].includes(ended.state)) this.problems.push(`the destroy is ${ended.state}: ${told(ended)}`);
    return ended.state;
  }

  // More than an undisturbed launch makes is a duplicate; less is a cluster that only seems to be ready.
  compare(found, expected, trail) {
    for (const kind of new Set([...Object.keys(found), ...Object.keys(expected)])) {
      const more = (found[kind] ?? 0) - (expected[kind] ?? 0);
      if (more > 0) this.duplicates.push(`${more} ${kind} too many`);
      if (more < 0) this.problems.push(`${-more} ${kind} too few`);
    }
    // Where operations fail, a create has to be asked for anew. Elsewhere none may be served twice, except for a key
    // whose secret was lost with the answer: it is deleted and minted anew.
    if (WEATHERS[this.weather].mayFail) return;
    const served = new Map();
    const made = trail.filter(({ status, handler }) => status === 200 && /^(create|add|attach|register)-/.test(handler));
    assert.ok(made.length > 8, 'the audit trail is empty');
    for (const { handler, uri, 'body-params': asked } of made) {
      const what = `${handler} ${uri} ${asked.name ?? JSON.stringify(asked)}`;
      served.set(what, (served.get(what) ?? 0) + 1);
    }
    this.creates = served.size;
    const twice = [...served].filter(([, times]) => times > 1);
    const [keys, others] = [true, false].map((key) => twice.filter(([what]) => what.startsWith('create-api-key') === key));
    this.mintedAnew = keys.length;
    this.duplicates.push(...others.map(([what, times]) => `${times} times: ${what}`));
  }

  // What stands in the account, and the trail of what was asked of it; read under a clear sky.
  async count() {
    await this.inside({ faults: {} });
    const standing = await this.patient(() => census(this.origin, this.credentials, ZONE));
    const { status, text } = await this.patient(() => exoscale(this.origin, this.credentials, ZONE, '/event'));
    assert.equal(status, 200, text);
    await this.inside({ faults: this.faults });
    return { standing, trail: JSON.parse(text) };
  }

  // What machines were told in confidence: the account's owner may read it there, and it may lie nowhere else.
  async learnSecrets() {
    const read = async (path) => {
      const { status, body, text } = await this.patient(() => exoscale(this.origin, this.credentials, ZONE, path));
      assert.equal(status, 200, text);
      return body;
    };
    await this.inside({ faults: {} });
    for (const { id } of (await read('/instance')).instances) {
      const { callback, join } = facts({ userData: Buffer.from((await read(`/instance/${id}`))['user-data'], 'base64') });
      if (callback) this.secrets.push(['ticket', callback.ticket]);
      if (join) this.secrets.push(['join token', join.token]);
    }
    await this.inside({ faults: this.faults });
  }

  async inside(change) {
    const { status, body } = await this.ask('POST', '/api/sandbox/inside', { body: { credentials: this.credentials, ...change } });
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  }

  async ask(method, path, options, first = () => {}) {
    const answer = await this.patient(async () => {
      await first();
      return ask(this.origin, method, path, options);
    });
    this.spilt.push(...found(this.secrets, [[`the answer of ${method} ${path}`, answer.text]]));
    return answer;
  }
}

const all = (found) => Object.entries(found).flatMap(([kind, names]) => names.map((name) => `${kind} ${name}`));
const told = ({ problem, waiting, leftovers }) => JSON.stringify({ problem, waiting, leftovers });
