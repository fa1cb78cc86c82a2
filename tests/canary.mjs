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

// Which secret lies where; both are lists of name and text.
export function found(secrets, places) {
  return secrets.flatMap(([secret, plain]) => {
    if (!(plain?.length >= 16)) throw new Error(`the ${secret} is too short to be looked for: ${plain?.length}`);
    const clothes = disguises(plain);
    return places.filter(([, text]) => clothes.some((one) => text.includes(one))).map(([place]) => `the ${secret} lies in ${place}`);
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
