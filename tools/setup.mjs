// Installs what is missing, and only that. With `browser`, `machines`, `python` or `shellcheck` also what tests need of
// those, with `lighthouse` what the bench needs.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NIGHTLY, attempt, cache, cargoTools, fail, lighthouse, machineImage, npmTool, root, run } from './env.mjs';

const wanted = process.argv.slice(2);
if (Number(process.versions.node.split('.')[0]) < 20) fail('Node 20 or newer is needed');
rust();
cargoTools.forEach(cargoTool);
npm();
localSecret();
if (wanted.includes('browser')) browser();
if (wanted.includes('machines')) machines();
if (wanted.includes('python')) python();
if (wanted.includes('shellcheck')) shellcheck();
if (wanted.includes('lighthouse')) judge();

function rust() {
  if (attempt('rustup', ['--version']).error) fail('rustup is needed: https://rustup.rs');
  const toolchain = readFileSync(join(root, 'rust-toolchain.toml'), 'utf8').match(/channel = "([^"]+)"/)[1];
  if (!complete(toolchain, ['clippy', 'rustfmt'])) {
    console.log(`Installing Rust ${toolchain} …`);
    run('rustup', ['toolchain', 'install', toolchain, '--profile', 'minimal', '-c', 'clippy', '-c', 'rustfmt', '-t', 'wasm32-unknown-unknown']);
  }
  if (!complete(NIGHTLY, ['rust-src'])) {
    console.log(`Installing Rust ${NIGHTLY} …`);
    const done = attempt('rustup', ['toolchain', 'install', NIGHTLY, '--profile', 'minimal', '-c', 'rust-src', '-t', 'wasm32-unknown-unknown'], { stdio: 'inherit' });
    if (done.status !== 0) console.error(`slipway: ${NIGHTLY} could not be installed; the Worker will be built without unwinding.`);
  }
}

// Whether a toolchain is there with these components and the wasm target.
function complete(toolchain, components) {
  const listed = attempt('rustup', ['component', 'list', '--installed', '--toolchain', toolchain]);
  return listed.status === 0 && ['rust-std-wasm32', ...components].every((name) => listed.stdout.includes(name));
}

// Compiled with little optimisation: it runs for a second a build, and optimising it costs minutes.
function cargoTool({ crate, version, home, path, features }) {
  if (existsSync(path)) return;
  console.log(`Installing ${crate} ${version} (once on this machine, two to five minutes) …`);
  const unfinished = `${home}.unfinished-${process.pid}`;
  run('cargo', ['install', crate, '--version', version, ...(features ? ['--features', features] : []), '--root', unfinished, '--quiet'], {
    env: {
      CARGO_PROFILE_RELEASE_OPT_LEVEL: '1',
      CARGO_PROFILE_RELEASE_LTO: 'off',
      CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
      CARGO_PROFILE_RELEASE_DEBUG: '0',
      CARGO_TARGET_DIR: join(cache, 'target'),
    },
  });
  rmSync(home, { recursive: true, force: true });
  renameSync(unfinished, home);
  rmSync(join(cache, 'target'), { recursive: true, force: true });
}

function npm() {
  const stamp = join(root, 'node_modules', '.slipway');
  const lock = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock && existsSync(npmTool('wrangler'))) return;
  console.log('Installing the npm tools …');
  run('npm', ['ci', '--loglevel=error']);
  writeFileSync(stamp, lock);
}

// The master secret of this clone's local Worker. The one in production is set by `wrangler secret put`.
function localSecret() {
  const file = join(root, '.dev.vars');
  if (existsSync(file)) return;
  writeFileSync(file, `MASTER_SECRET="${randomBytes(32).toString('base64')}"\n`, { mode: 0o600 });
}

function browser() {
  if (process.env.CHROMIUM || existsSync('/usr/bin/chromium')) return;
  if (process.getuid?.() !== 0 || attempt('apt-get', ['--version']).error) {
    fail('the browser tests need Chromium: install it (apt-get install chromium), or name one with CHROMIUM=/path/to/chromium');
  }
  console.log('Installing Chromium …');
  install('chromium', 'fonts-dejavu-core');
}

function install(...packages) {
  const apt = (...args) => run('apt-get', ['-qq', ...args], { stdio: ['ignore', 'ignore', 'inherit'], env: { DEBIAN_FRONTEND: 'noninteractive' } });
  apt('update');
  apt('install', '-y', '--no-install-recommends', ...packages);
}

function shellcheck() {
  if (!attempt('shellcheck', ['--version']).error) return;
  if (process.getuid?.() !== 0 || attempt('apt-get', ['--version']).error) {
    fail('the tests of the bootstrap need shellcheck: install it (apt-get install shellcheck)');
  }
  console.log('Installing shellcheck …');
  install('shellcheck');
}

function judge() {
  const { version, home, program } = lighthouse;
  if (existsSync(program)) return;
  console.log('Installing Lighthouse …');
  rmSync(home, { recursive: true, force: true });
  run('npm', ['install', '--loglevel=error', '--no-save', '--prefix', home, `lighthouse@${version}`]);
}

// A Python environment for the suites in Python, shared by all clones with the same requirements.
function python() {
  const list = join(root, 'tests', 'requirements.txt');
  const id = createHash('sha256').update(readFileSync(list)).digest('hex').slice(0, 12);
  const home = join(cache, 'tools', `python-${id}`);
  if (!existsSync(join(home, 'ready'))) {
    console.log('Installing the tests\' Python packages …');
    run('python3', ['-m', 'venv', '--clear', home]);
    run(join(home, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', '-r', list]);
    writeFileSync(join(home, 'ready'), '');
  }
  // A fixed place for the Makefile to find it.
  mkdirSync(join(root, 'build'), { recursive: true });
  writeFileSync(join(root, 'build', 'python'), `#!/bin/sh\nexec '${join(home, 'bin', 'python')}' "$@"\n`, { mode: 0o755 });
}

// The root file system of the machine tests. Where it cannot be made, those tests say so themselves.
function machines() {
  if (existsSync(machineImage.path) || process.platform !== 'linux' || process.getuid() !== 0) return;
  if (attempt('mmdebstrap', ['--version']).error) {
    if (attempt('apt-get', ['--version']).error) return;
    console.log('Installing mmdebstrap …');
    install('mmdebstrap');
  }
  console.log('Making the machines\' root file system (once on this machine, two minutes) …');
  const unfinished = `${machineImage.path}.unfinished-${process.pid}`;
  mkdirSync(join(cache, 'tools'), { recursive: true });
  const { suite, packages } = machineImage;
  run('mmdebstrap', ['--quiet', '--variant=apt', '--format=directory', `--include=${packages}`, suite, unfinished]);
  renameSync(unfinished, machineImage.path);
}
