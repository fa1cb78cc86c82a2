// Lives under a virtual clock, by the program `bench` of the tests: rows of figures, in JSON, a line each.
import { run } from '../../tools/env.mjs';

export function lives(what) {
  const args = ['run', '--quiet', '--locked', '--profile', 'sim', '-p', 'tests', '--features', 'sabotage', '--bin', 'bench', '--', what];
  const { stdout } = run('cargo', args, { stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 });
  return stdout.trim().split('\n').map((line) => JSON.parse(line));
}
