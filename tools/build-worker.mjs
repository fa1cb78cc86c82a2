// Builds the Worker into build/worker/, with unwinding panics where that is possible.
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { NIGHTLY, cache, dateBack, nightlySysroot, npmTool, root, run, wasmBindgen, workerBuild } from './env.mjs';
import { removeNames } from './wasm.mjs';

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
  const sysroot = nightlySysroot();
  if (!sysroot) return null;
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
