// Looks for secrets where none may be, in the clothes in which they travel: plain, in base64, in hexadecimal.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

// Every file below a folder, as text, under its path.
export function stored(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? stored(path) : [[path, readFileSync(path, 'latin1')]];
  });
}

// What a server keeps on disk, but for its pretend accounts, whose own secrets stand in them; and what it has logged.
export const kept = (server) => [
  ...stored(server.state).filter(([path]) => !path.includes('SandboxObject')),
  ['log', server.log],
];

// Which secret lies where; both are lists of name and text. All are looked for in one pass: there may be thousands,
// and a server's state is large.
export function found(secrets, places) {
  const byBeginning = new Map();
  for (const [secret, plain] of secrets) {
    if (!(plain?.length >= 16)) throw new Error(`the ${secret} is too short to be looked for: ${plain?.length}`);
    for (const text of disguises(plain)) {
      const bytes = Buffer.from(text, 'latin1');
      const beginning = bytes.readUIntBE(0, 3);
      byBeginning.set(beginning, [...(byBeginning.get(beginning) ?? []), { secret, bytes }]);
    }
  }
  return places.flatMap(([place, text]) => {
    const lie = new Set();
    const bytes = Buffer.from(text, 'latin1');
    let beginning = 0;
    for (let end = 0; end < bytes.length; end += 1) {
      beginning = ((beginning << 8) | bytes[end]) & 0xffffff;
      for (const sought of byBeginning.get(beginning) ?? []) {
        const from = end - 2;
        if (from >= 0 && bytes.subarray(from, from + sought.bytes.length).equals(sought.bytes)) lie.add(sought.secret);
      }
    }
    return [...lie].map((secret) => `the ${secret} lies in ${place}`);
  });
}

// In base64 a text looks different at each of three places; what stands at its ends depends on its neighbours.
function disguises(plain) {
  const bytes = Buffer.from(plain);
  const inBase64 = [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64').replace(/=+$/, '');
    return whole.slice(before === 0 ? 0 : before + 1, -2);
  });
  const forUrls = inBase64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  return [plain, encodeURIComponent(plain), bytes.toString('hex'), ...inBase64, ...forUrls];
}
