// How long a developer waits, with everything built and after one line: for the eye, on a machine that does nothing else.
import { join } from 'node:path';
import { utimesSync } from 'node:fs';
import { root, run } from '../env.mjs';

// What `make start` and `make check` wait for, and the file that has changed meanwhile.
const WAITS = [
  ['make build', null],
  ['make build', 'shared/src/link.rs'],
  ['make build', 'frontend/src/main.rs'],
  ['make check', null],
  ['make check', 'shared/src/link.rs'],
];
const QUIETLY = { stdio: ['ignore', 'ignore', 'inherit'] };

export function figures() {
  for (const target of ['build', 'check']) run('make', [target], QUIETLY);
  return WAITS.map(([command, changed]) => {
    if (changed) utimesSync(join(root, changed), new Date(), new Date());
    const began = performance.now();
    run('make', [command.split(' ')[1]], QUIETLY);
    const name = `${command}, ${changed ? `after a change of ${changed}` : 'with nothing to do'}`;
    return { name, value: (performance.now() - began) / 1000, unit: 's', how: 'wall clock, everything built before' };
  });
}
