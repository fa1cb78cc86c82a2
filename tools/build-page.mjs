// Builds the page into build/site/: Rust to WASM, one loader, one style sheet, each named by its content.
import { build } from 'esbuild';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { dateBack, root, run, wasmBindgen } from './env.mjs';

// Every place of the page is the same program behind its own address.
const PLACES = ['index.html', 'run.html', 'clusters.html', 'inside.html'];

// Pages elsewhere show it, so that its name says nothing of its content.
const BADGE = 'launch-on-exoscale.svg';

const began = new Date();
const site = join(root, 'build', 'site');
compile();
rmSync(site, { recursive: true, force: true });
mkdirSync(site, { recursive: true });
const assets = await bundle();
copyFileSync(join(root, 'frontend', BADGE), join(site, BADGE));
for (const file of ['_headers', '404.html']) writeFileSync(join(site, file), filled(file, assets));
for (const place of PLACES.toReversed()) writeFileSync(join(site, place), filled('index.html', assets));
dateBack('build/site/index.html', began);

// No wasm-opt: after LLVM's own optimisation it takes a minute and leaves as many bytes after Brotli.
function compile() {
  const target = process.env.CARGO_TARGET_DIR || 'target';
  // Erased components build faster and come out a tenth smaller.
  const env = { RUSTFLAGS: '--cfg erase_components' };
  run('cargo', ['build', '-p', 'frontend', '--target', 'wasm32-unknown-unknown', '--profile', 'page'], { env });
  run(wasmBindgen, [
    join(target, 'wasm32-unknown-unknown/page/frontend.wasm'),
    ...['--target', 'web', '--no-typescript', '--omit-default-module-path', '--remove-name-section'],
    ...['--out-dir', 'build/page', '--out-name', 'page'],
  ]);
}

// The addresses of the files that index.html and _headers mention in double braces.
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
  });
  const named = (ending) => `/assets/${basename(Object.keys(metafile.outputs).find((path) => ending.test(path)))}`;
  const languages = { de: named(/\/de-\w+\.json$/), fr: named(/\/fr-\w+\.json$/) };
  return { boot: named(/\.js$/), style: named(/\.css$/), wasm: named(/\.wasm$/), ...languages };
}

function filled(template, assets) {
  const text = readFileSync(join(root, 'frontend', template), 'utf8');
  return text.replace(/\{\{(\w+)\}\}/g, (_, name) => assets[name]);
}
