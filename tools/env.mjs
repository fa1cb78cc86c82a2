// Where the tools are, which versions they have, and how to run one. Decides nothing about what is built.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, utimesSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const cache = process.env.SLIPWAY_CACHE || join(homedir(), '.cache', 'slipway');
export const version = readFileSync(join(root, 'Cargo.toml'), 'utf8').match(/^version = "([^"]+)"/m)[1];
export const npmTool = (name) => join(root, 'node_modules', '.bin', name);

// A panic must not take other people's runs with it, and stable Rust cannot unwind on this target yet.
export const NIGHTLY = 'nightly-2026-05-20';

// Where our nightly is, if it is there with the sources of its standard library.
export function nightlySysroot() {
  const found = attempt('rustc', [`+${NIGHTLY}`, '--print', 'sysroot'], { env: { RUSTUP_AUTO_INSTALL: '0' } });
  const sysroot = found.stdout?.trim();
  return found.status === 0 && existsSync(join(sysroot, 'lib/rustlib/src/rust/library')) ? sysroot : null;
}

// The wasm-bindgen tool must have exactly the library's version; worker-build is released with `worker`. wasm-split cuts
// what leptos marks by its own release of wasm_split_helpers.
export const cargoTools = [
  { crate: 'wasm-bindgen-cli', version: locked('wasm-bindgen'), folder: 'wasm-bindgen', bin: 'wasm-bindgen' },
  { crate: 'worker-build', version: locked('worker'), folder: 'worker-build', bin: 'worker-build' },
  { crate: 'wasm_split_cli_support', version: '0.2.4', folder: 'wasm_split_cli_support', bin: 'wasm-split-cli', features: 'build-binary' },
].map((tool) => {
  const home = join(cache, 'tools', `${tool.folder}-${tool.version}`);
  return { ...tool, home, path: join(home, 'bin', tool.bin) };
});
export const [wasmBindgen, workerBuild, wasmSplit] = cargoTools.map((tool) => tool.path);

// Large, and only for who measures: so it is no dependency.
const lighthouseHome = join(cache, 'tools', 'lighthouse-12.8.2');
export const lighthouse = { version: '12.8.2', home: lighthouseHome, program: join(lighthouseHome, 'node_modules/lighthouse/cli/index.js') };

// The root file system on which the tests boot machines: Debian's nearest to the Ubuntu that real machines run.
export const machineImage = {
  suite: 'trixie',
  packages: 'cloud-init netplan.io systemd iproute2 curl gpg kmod openssl ca-certificates nftables procps dnsmasq-base'.split(' '),
  get path() {
    const id = createHash('sha256').update([this.suite, ...this.packages].join()).digest('hex').slice(0, 12);
    return join(cache, 'tools', `machine-image-${id}`);
  },
};

function locked(crate) {
  const lock = readFileSync(join(root, 'Cargo.lock'), 'utf8');
  const found = lock.match(new RegExp(`name = "${crate}"\\nversion = "([^"]+)"`));
  if (!found) throw new Error(`Cargo.lock does not name ${crate}`);
  return found[1];
}

// Runs a command from the root of the repository and stops everything when it fails.
export function run(command, args, options = {}) {
  const done = attempt(command, args, { stdio: 'inherit', ...options });
  if (done.error?.code === 'ENOENT') fail(`${command} is not installed`);
  if (done.status !== 0) fail(`${command} ${args.join(' ')} failed`);
  return done;
}

// Runs a command whose failure is an answer, not an end.
export function attempt(command, args, { env, ...options } = {}) {
  return spawnSync(command, args, { cwd: root, encoding: 'utf8', env: { ...process.env, ...env }, ...options });
}

export function fail(message) {
  console.error(`slipway: ${message}`);
  process.exit(1);
}

// Dates an output back to when its build began, so that a source edited meanwhile counts as newer.
export function dateBack(path, began) {
  utimesSync(join(root, path), began, began);
}
