// Lives under a virtual clock, by the program `bench` of the tests: rows of figures, in JSON, a line each.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from '../../tools/env.mjs';

export const JOURNAL = join(root, 'build', 'bench', 'journal.json');

export function lives(what) {
  const args = ['run', '--quiet', '--locked', '--profile', 'sim', '-p', 'tests', '--features', 'sabotage', '--bin', 'bench', '--', what];
  const { stdout } = run('cargo', args, { stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 });
  if (what === 'journal') {
    mkdirSync(join(root, 'build', 'bench'), { recursive: true });
    writeFileSync(JOURNAL, stdout);
    return [];
  }
  return stdout.trim().split('\n').map((line) => JSON.parse(line));
}
