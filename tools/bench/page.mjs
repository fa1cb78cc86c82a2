// The page's files as they travel, and what a browser asks for on the first view.
import { chromium } from 'playwright-core';
import { readFileSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { Server } from '../../tests/server.mjs';
import { root } from '../env.mjs';

const KINDS = { '.wasm': 'wasm', '.js': 'js', '.css': 'css', '.html': 'html' };
const HOW = 'Brotli 11';
const site = join(root, 'build', 'site');

export async function figures() {
  const asked = await firstView();
  const local = asked.map((path) => (path === '/' ? '/index.html' : path)).filter((path) => !path.startsWith('/api/'));
  const first = Object.values(KINDS).map((kind) => {
    const files = local.filter((path) => KINDS[extname(path)] === kind).map(measured);
    const sum = (of) => files.reduce((total, file) => total + file[of], 0);
    return { name: `first view, ${kind}`, value: sum('small'), unit: 'bytes', how: `${HOW}; ${sum('raw')} raw` };
  });
  const requests = { name: 'first view, requests', value: asked.length, how: 'Chromium on /, until quiet' };
  const later = readdirSync(join(site, 'assets'))
    .map((name) => `/assets/${name}`)
    .filter((path) => !local.includes(path))
    .map((path) => {
      const { raw, small } = measured(path);
      return { name: `later, ${path.replace(/^\/assets\/|-[A-Z0-9]+(?=\.)/g, '')}`, value: small, unit: 'bytes', how: `${HOW}; ${raw} raw` };
    });
  return [...first, requests, ...later];
}

function measured(path) {
  const bytes = readFileSync(join(site, path));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return { raw: bytes.length, small: brotliCompressSync(bytes, { params }).length };
}

// The paths that a browser without a cache asks for, in order.
async function firstView() {
  const server = await new Server().start();
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const page = await browser.newPage();
    const asked = [];
    page.on('request', (request) => request.url().startsWith(server.origin) && asked.push(new URL(request.url()).pathname));
    await page.goto(server.origin, { waitUntil: 'networkidle' });
    return asked;
  } finally {
    await browser.close();
    await server.stop();
  }
}
