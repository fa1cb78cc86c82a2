// What is packed deploys as it is, from any folder and without Rust; nothing of this machine is in it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { npmTool, root } from '../../tools/env.mjs';

const run = (command, args, options) => execFileSync(command, args, { encoding: 'utf8', ...options });

test('the bundle unpacks into a folder that wrangler would deploy', () => {
  const archive = join(root, run(process.execPath, ['tools/bundle.mjs'], { cwd: root }).trim().split('\n').at(-1));
  const first = readFileSync(archive);
  const home = mkdtempSync(join(tmpdir(), 'slipway-bundle-'));
  try {
    run('tar', ['--extract', '--gzip', '--file', archive, '--directory', home]);
    const [name] = readdirSync(home);
    const folder = join(home, name);
    assert.match(name, /^slipway-\d+\.\d+\.\d+$/);
    const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_LOG_PATH: home };
    const said = run(npmTool('wrangler'), ['deploy', '--dry-run', '--env=', '--outdir', join(home, 'out')], { cwd: folder, env });
    for (const binding of ['RUNS', 'ACCOUNTS', 'SANDBOXES', 'SHARES', 'CALLERS', 'ASSETS']) assert.ok(said.includes(`env.${binding}`), said);
    assert.ok(readdirSync(join(home, 'out')).some((file) => file.endsWith('.wasm')));
    for (const place of ['index.html', 'run.html', 'clusters.html', '404.html', '_headers']) assert.ok(existsSync(join(folder, 'build/site', place)), place);
    const { scripts, devDependencies, cloudflare } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    assert.match(devDependencies.wrangler, /^\d+\.\d+\.\d+$/);
    assert.ok(scripts.deploy.startsWith('wrangler deploy'));
    assert.equal(readFileSync(join(folder, 'LICENSE'), 'utf8'), readFileSync(join(root, 'LICENSE'), 'utf8'));
    // Behind a "Deploy to Cloudflare" button it is a repository: all of it is in git, even where everything built is ignored, it
    // asks for each secret that it takes and says what for, and the button is the one that our documents have.
    writeFileSync(join(home, 'ignored'), 'build\n');
    const git = (...args) => run('git', ['-c', `core.excludesFile=${join(home, 'ignored')}`, ...args], { cwd: folder });
    git('init', '--quiet');
    git('add', '--all');
    const kept = git('ls-files').split('\n');
    for (const path of ['wrangler.toml', 'package.json', '.dev.vars.example', 'build/worker/index.js', 'build/site/index.html']) assert.ok(kept.includes(path), path);
    const asked = readFileSync(join(folder, '.dev.vars.example'), 'utf8').trim().split('\n');
    assert.deepEqual(asked, ['MASTER_SECRET='], 'no value is suggested');
    assert.deepEqual(Object.keys(cloudflare.bindings), asked.map((line) => line.replace('=', '')));
    const [button] = readFileSync(join(folder, 'README.md'), 'utf8').match(/^\[!\[Deploy to Cloudflare\].+$/m);
    assert.ok(readFileSync(join(root, 'docs/operating.md'), 'utf8').includes(button));
    // No secret and no path of this machine.
    const text = run('tar', ['--extract', '--gzip', '--to-stdout', '--file', archive], { encoding: 'latin1', maxBuffer: 64 * 1024 * 1024 });
    const [secret] = readFileSync(join(root, '.dev.vars'), 'utf8').match(/(?<=MASTER_SECRET=")[^"]+/);
    assert.ok(!text.includes(secret));
    assert.ok(!existsSync(join(folder, '.dev.vars')));
    // Packed again, it is the same to the byte.
    run(process.execPath, ['tools/bundle.mjs'], { cwd: root });
    assert.ok(readFileSync(archive).equals(first));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
