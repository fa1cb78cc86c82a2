// Lives beside each other, and a server that is killed at random instants while they go on.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { found, kept, stored } from '../canary.mjs';
import { counts } from '../wire/client.mjs';
import { chance, quantile } from './chance.mjs';
import { Life, SHAPES, WEATHERS } from './life.mjs';

// How long the next kill waits after the server has recovered from the last one.
const INSTANT_MS = [200, 5_000];
// Nobody asks the server anything after a kill for so long, unless every run that it met has recovered before; and no
// run itself is asked before it has, or has been silent for longer than any recovery takes.
const QUIET_MS = 8_000;
const RUN_QUIET_MS = 40_000;
const ANSWER_WITHIN_MS = 60_000;
const CUTS_MAX = 100;

export class Campaign {
  constructor(server, { seed, kills, width, speed, shapes = SHAPES, weathers = WEATHERS, quietMs = QUIET_MS, log = () => {} }) {
    Object.assign(this, { server, seed, wanted: kills, width, speed, shapes, weathers, quietMs, log });
    this.kills = [];
    this.lives = [];
    this.watch = new Set();
    this.undisturbed = {};
    this.recoveries = [];
    this.silences = [];
    this.opened = Promise.resolve();
    this.wind = chance(seed, 'instants');
  }

  // Whoever asks, waits while the server is being watched, and asks again what was cut off.
  patient = async (question) => {
    for (let cut = 0; ; cut += 1) {
      await this.opened;
      try {
        return await question();
      } catch (error) {
        // The error of `fetch`, when there was no answer.
        if (!(error instanceof TypeError) || cut > CUTS_MAX) throw error;
        await pause(100);
      }
    }
  };

  async run() {
    for (const shape of Object.keys(this.shapes)) this.undisturbed[shape] = await this.reference(shape);
    const began = Date.now();
    const lanes = Array.from({ length: this.width }, () => this.lane());
    while (this.kills.length < this.wanted) {
      await pause(this.wind.between(...INSTANT_MS));
      if (this.watch.size > 0) await this.strike(this.kills.length % 2 === 0 ? 'runtime' : 'server');
    }
    await Promise.all(lanes);
    return this.result(Date.now() - began);
  }

  // What a launch makes when nothing happens to it.
  async reference(shape) {
    const life = this.life(`undisturbed ${shape}`, shape, 'calm');
    await life.open();
    const { state } = await life.run({ kind: 'launch', spec: SHAPES[shape] });
    if (state !== 'ready') throw new Error(`an undisturbed launch is ${state}`);
    const expected = counts((await life.count()).standing);
    this.log(`undisturbed, ${shape}: ${JSON.stringify(expected)}`);
    return expected;
  }

  life(name, shape, weather) {
    const { server, patient, watch, speed } = this;
    const seed = chance(this.seed, name).whole(2 ** 31);
    return new Life({ origin: server.origin, patient, watch, shape, weather, seed, speed });
  }

  // One life after the other, as long as there are kills to come.
  async lane() {
    while (this.kills.length < this.wanted) {
      const number = this.lives.length;
      const draw = chance(this.seed, `life ${number}`);
      const pick = (from) => Object.keys(from)[draw.whole(Object.keys(from).length)];
      const life = this.life(`life ${number}`, pick(this.shapes), pick(this.weathers));
      this.lives.push(life);
      await life.live(this.undisturbed[life.shape]);
      const wrong = [...life.problems, ...life.duplicates, ...life.leftovers, ...life.spilt];
      this.log(`life ${number}, ${life.shape}, ${life.weather}: ${life.launched}, ${life.destroyed ?? 'no destroy'} ${wrong.join('; ')}`);
    }
  }

  // Kills, and asks nothing but whether the site is there until the runs that it met have recovered by themselves.
  async strike(what) {
    const open = this.close();
    const at = Date.now();
    if (what === 'runtime') this.server.killRuntime();
    else await this.server.kill();
    const met = [...this.watch];
    for (const run of met) run.recovered = this.recovery(run, what, at);
    if (what === 'server') await this.server.start();
    while (!(await this.server.answers())) {
      if (Date.now() - at > ANSWER_WITHIN_MS) throw new Error('the server does not come back');
      await pause(10);
    }
    const answeredMs = Date.now() - at;
    await Promise.race([pause(Math.max(0, this.quietMs - answeredMs)), Promise.all(met.map(({ recovered }) => recovered))]);
    this.kills.push({ what, at, answeredMs });
    const said = `answers after ${answeredMs} ms, asked again after ${Date.now() - at} ms, met ${met.map(({ kind }) => kind)}`;
    this.log(`kill ${this.kills.length}: ${what}, ${said}`);
    open();
  }

  // Waits until a run has written a new line, as the disk shows it: nobody asks. One that was over writes none.
  async recovery(run, what, at) {
    const before = this.lines(run);
    if (this.rows(run).includes('"event":{"finished"')) return;
    while (this.lines(run) === before && Date.now() - at < RUN_QUIET_MS) await pause(50);
    const ms = Date.now() - at;
    if (ms < RUN_QUIET_MS) this.recoveries.push({ what, kind: run.kind, ms });
    else this.silences.push({ what, kind: run.kind, at });
  }

  // How many lines the journal of a run has on disk: the number of the last one. Nothing for a run that has none yet.
  lines(run) {
    return Math.max(0, ...[...this.rows(run).matchAll(/\{"seq":(\d+),"at":/g)].map(([, seq]) => Number(seq)));
  }

  rows(run) {
    return this.files(run).map((file) => readFileSync(file, 'latin1')).join('');
  }

  // The files of the Durable Object in which a run lies: those of the one that says its id.
  files(run) {
    const folder = join(this.server.state, 'v3', 'do', 'slipway-RunObject');
    run.file ??= readdirSync(folder).find((name) => readFileSync(join(folder, name), 'latin1').includes(run.id))?.replace(/-(wal|shm)$/, '');
    return run.file ? [run.file, `${run.file}-wal`].map((name) => join(folder, name)).filter(existsSync) : [];
  }

  close() {
    let open;
    this.opened = new Promise((resolve) => (open = resolve));
    return open;
  }

  // A search that does not even find what the pretend accounts keep for themselves has seen nothing.
  blindness(secrets) {
    return found(secrets, stored(this.server.state)).length > 0 ? [] : ['the search for secrets finds nothing anywhere'];
  }

  // Kills and journals of the lives that went wrong, on one wall clock.
  evidence() {
    const lines = this.lives.flatMap(({ problems, duplicates, leftovers, runs }, number) =>
      problems.length + duplicates.length + leftovers.length === 0
        ? []
        : runs.flatMap(({ kind, journal = [] }) => journal.map(({ at, event }) => [at, `life ${number}, ${kind}: ${JSON.stringify(event)}`])),
    );
    const kills = this.kills.map(({ at, what, answeredMs }) => [at, `--- kill of the ${what}; it answers after ${answeredMs} ms`]);
    const told = [...lines, ...kills].sort(([one], [other]) => one - other);
    return told.map(([at, text]) => `${new Date(at).toISOString()} ${text}`).join('\n');
  }

  result(tookMs) {
    const { kills, lives, recoveries } = this;
    const runs = lives.flatMap(({ runs }) => runs);
    const lasted = (kind) => runs.filter((run) => run.kind === kind && run.journal?.length).map(({ journal }) => journal.at(-1).at - journal[0].at);
    const said = (name) => lives.flatMap((life, number) => life[name].map((what) => `life ${number} (${life.shape}, ${life.weather}): ${what}`));
    const sum = (name) => lives.reduce((sum, life) => sum + (life[name] ?? 0), 0);
    const recovered = (what) => spread(recoveries.filter((one) => one.what === what).map(({ ms }) => ms));
    const secrets = lives.flatMap((life, number) => life.secrets.map(([name, plain]) => [`${name} of life ${number}`, plain]));
    const cut = runs.map(({ journal = [] }) => interrupted(journal));
    return {
      seed: this.seed,
      tookMs,
      kills: tally(kills.map(({ what }) => what)),
      met: tally(recoveries.map(({ kind }) => kind)),
      lives: tally(lives.map(({ weather }) => weather)),
      launches: tally(lives.map(({ launched }) => launched ?? 'none')),
      destroys: tally(lives.flatMap(({ destroyed }) => destroyed ?? [])),
      creates: sum('creates'),
      interrupted: cut.reduce((all, { doubted }) => all + doubted, 0),
      adopted: cut.reduce((all, { found }) => all + found, 0),
      mintedAnew: sum('mintedAnew'),
      duplicates: said('duplicates'),
      leftovers: said('leftovers'),
      lost: said('problems'),
      secrets: secrets.length,
      spilt: [...said('spilt'), ...found(secrets, kept(this.server)), ...this.blindness(secrets)],
      answeredMs: spread(kills.map(({ answeredMs }) => answeredMs)),
      recoveryMs: spread(recoveries.map(({ ms }) => ms)),
      silences: this.silences.length,
      recoveryOf: { runtime: recovered('runtime'), server: recovered('server') },
      launchMs: spread(lasted('launch')),
      destroyMs: spread(lasted('destroy')),
    };
  }
}

// The changes that a kill cut off, and how many of them had been made and were found.
function interrupted(journal) {
  const open = new Set();
  let [doubted, found] = [0, 0];
  for (const { event } of journal) {
    const [[name, what]] = typeof event === 'string' ? [[event, {}]] : Object.entries(event);
    const target = JSON.stringify(what.target);
    if (name === 'doubted' && JSON.stringify(what.error).includes('interrupted')) {
      open.add(target);
      doubted += 1;
    } else if (name === 'found' && open.delete(target)) {
      found += 1;
    } else if (name === 'accepted') {
      open.delete(target);
    }
  }
  return { doubted, found };
}

const spread = (numbers) => ({ of: numbers.length, p50: quantile(numbers, 0.5), p95: quantile(numbers, 0.95), max: quantile(numbers, 1) });
const tally = (things) => things.reduce((sum, thing) => ({ ...sum, [thing]: (sum[thing] ?? 0) + 1 }), {});

// Everything that must not be.
export const wrongs = ({ duplicates, leftovers, lost, spilt }) => [...duplicates, ...leftovers, ...lost, ...spilt];
