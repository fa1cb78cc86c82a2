// Builds the page into build/site/: Rust to WASM, cut into what is shown first and what is loaded when it is asked for,
// one loader, one style sheet, each named by its content.
import { build } from 'esbuild';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { NIGHTLY, dateBack, nightlySysroot, root, run, wasmBindgen, wasmSplit } from './env.mjs';
import { orderFunctions } from './order.mjs';
import { removeNames } from './wasm.mjs';

// Every place of the page is the same program behind its own address; what only that place needs is fetched at once.
const PLACES = { 'index.html': null, 'run.html': 'run', 'clusters.html': 'clusters', 'inside.html': 'inside' };

// Pages elsewhere show it, so that its name says nothing of its content.
const BADGE = 'launch-on-exoscale.svg';

const began = new Date();
const site = join(root, 'build', 'site');
const parts = join(root, 'build', 'page');
compile();
cut();
rmSync(site, { recursive: true, force: true });
mkdirSync(site, { recursive: true });
const assets = await bundle();
copyFileSync(join(root, 'frontend', BADGE), join(site, BADGE));
write('404.html', '404.html', {});
write('_headers', '_headers', { immutable: assets.all.map((path) => `${path}\n  Cache-Control: public, max-age=31536000, immutable`).join('\n') });
for (const [place, part] of Object.entries(PLACES).toReversed()) {
  const files = ['page_bg', ...(part ? partsOf(part) : [])].map((name) => assets.named(`/${name}-`, '.wasm'));
  const preload = files.map((path) => `<link rel="preload" href="${path}" as="fetch" type="application/wasm" crossorigin>`);
  const first = readFileSync(join(root, 'frontend', 'first', place), 'utf8');
  write('index.html', place, { first, preload: preload.join('\n  ') });
}
dateBack('build/site/index.html', began);

// No wasm-opt: after LLVM's own optimisation it takes a minute and leaves as many bytes after Brotli. Our nightly makes
// the page a twelfth smaller: its standard library is built for size, and a panic there has no words.
function compile() {
  const nightly = nightlySysroot();
  if (!nightly) console.error(`slipway: ${NIGHTLY} with rust-src is not here, so the page comes out a twelfth larger.`);
  const [std, panics] = nightly
    ? [['-Zbuild-std=std,panic_abort', '-Zbuild-std-features=optimize_for_size'], ' -Zunstable-options -Cpanic=immediate-abort']
    : [[], ''];
  // Erased components build faster and come out a tenth smaller.
  const env = { RUSTFLAGS: `--cfg erase_components${panics}`, ...(nightly && { RUSTUP_TOOLCHAIN: NIGHTLY }) };
  const target = ['--target', 'wasm32-unknown-unknown', '--profile', 'page'];
  // What cuts the program reads relocations.
  run('cargo', ['rustc', '-p', 'frontend', '--locked', ...target, ...std, '--', '-Clink-args=--emit-relocs'], { env });
}

// Cuts the program at the functions marked `wasm_split`, and makes the JavaScript that the first part needs.
function cut() {
  const target = process.env.CARGO_TARGET_DIR || 'target';
  rmSync(parts, { recursive: true, force: true });
  mkdirSync(parts, { recursive: true });
  const program = join(target, 'wasm32-unknown-unknown/page/frontend.wasm');
  run(wasmSplit, [program, parts, '--out-name', 'page', '--target', 'web'], { stdio: ['ignore', 'ignore', 'inherit'] });
  run(wasmBindgen, [
    join(parts, 'page.wasm'),
    // The other parts find memory and functions by what the linker exported.
    ...['--target', 'web', '--no-typescript', '--omit-default-module-path', '--remove-name-section', '--keep-lld-exports'],
    ...['--out-dir', parts, '--out-name', 'page'],
  ]);
  rmSync(join(parts, 'page.wasm'));
  orderFunctions(join(parts, 'page_bg.wasm'));
  for (const name of readdirSync(parts)) if (/^(chunk|split)_.*\.wasm$/.test(name)) removeNames(join(parts, name));
  // The loader gets their addresses as imports, which the bundler names by content.
  const link = join(parts, '__wasm_split.js');
  const named = /new URL\("\.\/(\w+)\.wasm", import\.meta\.url\)/g;
  const loader = readFileSync(link, 'utf8');
  const imports = [...loader.matchAll(named)].map(([, name]) => `import ${name} from './${name}.wasm';\n`);
  writeFileSync(link, imports.join('') + loader.replace(named, '$1'));
}

// The files that one part is made of: its own, and those that it shares with others.
function partsOf(part) {
  const loader = readFileSync(join(parts, '__wasm_split.js'), 'utf8');
  const shared = [...loader.matchAll(/^\/\* ([\w, ]+) \*\/\nconst __(chunk_\d+)/gm)];
  return [`split_${part}`, ...shared.filter(([, users]) => users.split(', ').includes(part)).map(([, , name]) => name)];
}

// The addresses of the files that make up the page.
async function bundle() {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['frontend/boot.js', 'frontend/style.css'],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    loader: { '.wasm': 'file', '.json': 'file' },
    outdir: 'build/site/assets',
    entryNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    publicPath: '/assets',
    metafile: true,
    logLevel: 'warning',
    // wasm-bindgen names the loader once for each function that it has from there.
    logOverride: { 'duplicate-object-key': 'silent' },
  });
  const all = Object.keys(metafile.outputs).map((path) => `/assets/${basename(path)}`);
  return { all, named: (beginning, ending) => all.find((path) => path.includes(beginning) && path.endsWith(ending)) };
}

// A file of the site from its template, in which double braces name what is filled in.
function write(template, name, values) {
  const all = { boot: assets.named('/boot-', '.js'), style: assets.named('/style-', '.css'), ...values };
  const text = readFileSync(join(root, 'frontend', template), 'utf8');
  writeFileSync(join(site, name), text.replace(/\{\{(\w+)\}\}/g, (_, key) => all[key]));
}
