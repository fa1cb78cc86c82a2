// Prints what ships, as it travels: the page's files by Brotli, the Worker by gzip.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { attempt, fail, npmTool, root } from './env.mjs';

const site = join(root, 'build', 'site');
const files = ['index.html', ...readdirSync(join(site, 'assets')).map((name) => `assets/${name}`)];
let page = 0;
for (const file of files) {
  const bytes = readFileSync(join(site, file));
  const small = brotliCompressSync(bytes).length;
  page += small;
  line(file, bytes.length, small, 'br');
}
console.log(`${'page, first visit'.padEnd(36)}${''.padStart(12)}${kib(page)} br`);

const dry = attempt(npmTool('wrangler'), ['deploy', '--dry-run', '--env='], { env: { WRANGLER_SEND_METRICS: 'false' } });
const upload = dry.stdout.match(/Total Upload: ([\d.]+) KiB \/ gzip: ([\d.]+) KiB/);
if (!upload) fail(`wrangler did not say how large the Worker is:\n${dry.stdout}${dry.stderr}`);
line('worker', upload[1] * 1024, upload[2] * 1024, 'gzip');

function line(name, raw, small, how) {
  console.log(`${name.padEnd(36)}${kib(raw)}${kib(small)} ${how}`);
}

function kib(bytes) {
  return `${(bytes / 1024).toFixed(1)} KiB`.padStart(12);
}
