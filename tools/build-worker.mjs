// Builds the Worker into build/worker/, with unwinding panics where that is possible.
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { NIGHTLY, attempt, cache, dateBack, npmTool, root, run, wasmBindgen, workerBuild } from './env.mjs';

const began = new Date();
const home = nightlyHome();
if (!home) {
  console.error(`
slipway: WARNING: ${NIGHTLY} with rust-src is not here, so the Worker is built on stable, WITHOUT UNWINDING.
slipway: A panic in one run can then stop the runs of others. Do not deploy this build.
`);
}
run(workerBuild, ['worker', ...(home ? ['--panic-unwind'] : []), '--profile', 'edge', '--out-dir', '../build/worker'], {
  env: {
    ...(home && { RUSTUP_HOME: home, RUSTUP_TOOLCHAIN: 'nightly' }),
    RUST_BACKTRACE: '0',
    WASM_BINDGEN_BIN: wasmBindgen,
    ESBUILD_BIN: npmTool('esbuild'),
  },
});
removeNames(join(root, 'build/worker/index_bg.wasm'));
dateBack('build/worker/index.js', began);

// worker-build always asks for the toolchain called `nightly`, which on any machine is another one. So it gets
// a rustup home of its own, in which that name is our pinned one.
function nightlyHome() {
  const found = attempt('rustc', [`+${NIGHTLY}`, '--print', 'sysroot'], { env: { RUSTUP_AUTO_INSTALL: '0' } });
  const sysroot = found.stdout?.trim();
  if (found.status !== 0 || !existsSync(join(sysroot, 'lib/rustlib/src/rust/library'))) return null;
  const name = basename(sysroot).replace(NIGHTLY, 'nightly');
  const home = join(cache, 'tools', `rustup-${NIGHTLY}`);
  const toolchains = join(home, 'toolchains');
  if (!existsSync(join(toolchains, name, 'bin'))) {
    rmSync(home, { recursive: true, force: true });
    mkdirSync(toolchains, { recursive: true });
    symlinkSync(sysroot, join(toolchains, name));
  }
  return home;
}

// Drops the section with the functions' names, half of the module. (`strip` in the profile would also drop the section
// by which wasm-bindgen knows the target's features.)
function removeNames(path) {
  const wasm = readFileSync(path);
  const kept = [wasm.subarray(0, 8)];
  for (let at = 8; at < wasm.length; ) {
    const [size, body] = leb128(wasm, at + 1);
    const [nameSize, name] = leb128(wasm, body);
    const isNames = wasm[at] === 0 && wasm.toString('latin1', name, name + nameSize) === 'name';
    if (!isNames) kept.push(wasm.subarray(at, body + size));
    at = body + size;
  }
  writeFileSync(path, Buffer.concat(kept));
}

// The number at a place in the module, and where what follows it begins.
function leb128(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return [value, at];
  }
}
