// Starts the page's WASM. A file of its own, since the content security policy allows no inline script.
import init from '../build/page/page.js';
import wasm from '../build/page/page_bg.wasm';

// Before the first paint of the program, so that a chosen theme does not flash; a damaged choice is no choice.
try {
  document.documentElement.dataset.theme = JSON.parse(localStorage.getItem('slipway.theme')) ?? 'auto';
} catch {
  document.documentElement.dataset.theme = 'auto';
}
await init({ module_or_path: wasm });
