// How long a developer waits, with everything built and after one line: for the eye, on a machine that does nothing else.
import { join } from 'node:path';
import { utimesSync } from 'node:fs';
import { root, run } from '../../tools/env.mjs';

// What `make start` and `make check` wait for, and the file that has changed meanwhile.
const WAITS = [
  ['make build', null],
  ['make build', 'shared/src/link.rs'],
  ['make build', 'frontend/src/main.rs'],
  ['make check', null],
  ['make check', 'shared/src/link.rs'],
];

export function rows() {
  for (const target of ['build', 'check']) run('make', [target]);
  return WAITS.map(([command, changed]) => {
    if (changed) utimesSync(join(root, changed), new Date(), new Date());
    const began = performance.now();
    run('make', [command.split(' ')[1]], { stdio: ['ignore', 'ignore', 'inherit'] });
    const figure = `${command}, ${changed ? `after a change of ${changed}` : 'with nothing to do'}`;
    return { figure, kind: 'time', value: (performance.now() - began) / 1000, unit: 's', budget: null, method: 'warm' };
  });
}
