// The Worker as wrangler would upload it.
import { attempt, fail, npmTool } from '../env.mjs';

export function figures() {
  const dry = attempt(npmTool('wrangler'), ['deploy', '--dry-run', '--env='], { env: { WRANGLER_SEND_METRICS: 'false' } });
  const upload = dry.stdout.match(/Total Upload: ([\d.]+) KiB \/ gzip: ([\d.]+) KiB/);
  if (!upload) fail(`wrangler did not say how large the Worker is:\n${dry.stdout}${dry.stderr}`);
  const [raw, gzip] = upload.slice(1).map((kib) => Math.round(kib * 1024));
  return [{ name: 'upload', value: gzip, unit: 'bytes', how: `gzip, by a dry deployment; ${raw} raw` }];
}
