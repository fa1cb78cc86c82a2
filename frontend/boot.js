// Starts the page's WASM. A file of its own, since the content security policy allows no inline script.
import init from '../build/page/page.js';
import wasm from '../build/page/page_bg.wasm';
import de from './languages/de.json';
import fr from './languages/fr.json';

// A damaged choice is no choice.
function chosen(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

const catalogs = { de, fr };

// What the program finds here: the catalog of the language, and the way to another one. English needs no catalog,
// and the page is English where one cannot be had.
globalThis.slipway = {
  catalog: '',
  async speak(language) {
    const address = catalogs[language];
    this.catalog = (address && (await fetch(address).then((answer) => answer.ok && answer.text()).catch(() => ''))) || '';
    document.documentElement.lang = this.catalog ? language : 'en';
  },
};

// Before the first paint of the program, so that a chosen theme does not flash, nor a text in another language.
document.documentElement.dataset.theme = chosen('slipway.theme') ?? 'auto';
const preferred = navigator.languages.map((name) => name.slice(0, 2)).find((name) => name === 'en' || name in catalogs);
await globalThis.slipway.speak(chosen('slipway.language') ?? preferred);
await init({ module_or_path: wasm });
