// `make torture`: kills the real runtime, and the whole server, while launches and destroys are under way.
// KILLS says how often, SEED replays a schedule, WIDTH says how many lives go on beside each other, and SPEED how much
// faster their time passes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../tools/env.mjs';
import { Server } from '../server.mjs';
import { Campaign, wrongs } from './campaign.mjs';

const number = (name, otherwise) => Number(process.env[name] || otherwise);
const seed = number('SEED', 1 + Math.floor(Math.random() * 99_999));
const kills = number('KILLS', 50);
const width = number('WIDTH', 4);
// Much faster, and a restart takes longer than the twenty minutes that a ticket is good for.
const speed = number('SPEED', 30);

// The result goes to build/torture.json, and what is needed to understand a failure to build/torture.log.
console.log(`SEED=${seed} KILLS=${kills} WIDTH=${width} SPEED=${speed}`);
const server = await new Server().start();
const began = Date.now();
const log = (text) => console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(7)} s  ${text}`);
const campaign = new Campaign(server, { seed, kills, width, speed, log });
const result = await campaign.run();
mkdirSync(join(root, 'build'), { recursive: true });
writeFileSync(join(root, 'build', 'torture.json'), `${JSON.stringify(result, null, 2)}\n`);
if (wrongs(result).length > 0) writeFileSync(join(root, 'build', 'torture.log'), `${campaign.evidence()}\n${server.log}`);
await server.stop();

const counted = (tally) => Object.entries(tally).map(([what, count]) => `${count} ${what}`).join(', ') || '0';
const seconds = (ms) => (ms === null ? '–' : `${(ms / 1000).toFixed(2)} s`);
const spread = ({ of, p50, p95, max }) => `p50 ${seconds(p50)}, p95 ${seconds(p95)}, max ${seconds(max)} (of ${of})`;
const rows = {
  kills: counted(result.kills),
  'they met': counted(result.met),
  lives: counted(result.lives),
  launches: counted(result.launches),
  destroys: counted(result.destroys),
  creates: `${result.creates} in the audit trails; each served once, but for ${result.mintedAnew} keys whose secret was lost`,
  'changes cut off': `${result.interrupted}; ${result.adopted} of them had been made, and were found`,
  duplicates: result.duplicates.length,
  leftovers: result.leftovers.length,
  'lost runs': result.lost.length,
  'secrets spilt': `${result.spilt.length}, of ${result.secrets} looked for on disk, in logs and answers`,
  'kill to first answer': spread(result.answeredMs),
  'kill to new line': `${spread(result.recoveryMs)}; ${result.silences} silent for 40 s`,
  '  of the runtime': spread(result.recoveryOf.runtime),
  '  of the server': spread(result.recoveryOf.server),
  'a launch': spread(result.launchMs),
  'a destroy': spread(result.destroyMs),
  took: seconds(result.tookMs),
};
console.log('');
for (const [name, value] of Object.entries(rows)) console.log(`${name.padEnd(22)}${value}`);
for (const what of wrongs(result)) console.log(`! ${what}`);
process.exitCode = wrongs(result).length > 0 ? 1 : 0;
