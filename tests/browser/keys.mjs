// A person who has a keyboard and nothing else: every step of theirs shows where they are.
import assert from 'node:assert/strict';

const FAR = 150;

export class Keys {
  constructor(page) {
    this.page = page;
  }

  // Presses a key; wherever that leads, the focus is somewhere, has a ring, and nothing covers it.
  async press(key) {
    await this.page.keyboard.press(key);
    await this.assertSeen(key);
  }

  async assertSeen(after) {
    // Scrolling to what has the focus takes a frame.
    await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const trouble = await this.page.evaluate(unseen);
    assert.equal(trouble, null, `after ${after}`);
  }

  // Goes from one thing to the next, forwards or back, until it comes to the one that is meant.
  async to(locator, key = 'Tab') {
    const has = () => locator.evaluate((wanted) => wanted === document.activeElement);
    for (let steps = 0; !(await has()); steps += 1) {
      assert.ok(steps < FAR, `${locator} is not reached by ${key}`);
      await this.press(key);
    }
  }

  // What has the focus, by its role and name or its text.
  at() {
    return this.page.evaluate(() => {
      const { activeElement: here } = document;
      return here.getAttribute('aria-label') ?? here.labels?.[0]?.innerText ?? here.innerText ?? here.id;
    });
  }

  // Replaces what a field holds.
  async fill(text) {
    await this.press('Control+a');
    await this.page.keyboard.type(text);
    await this.assertSeen(`typing ${text}`);
  }

  // Waits for the focus to go to an element that a program gives it to.
  async arrives(selector) {
    await this.page.waitForFunction((wanted) => document.activeElement?.matches(wanted), selector);
    await this.assertSeen(`arriving at ${selector}`);
  }
}

// Why what has the focus is not seen to have it; null if it is. It runs in the page.
function unseen() {
  const { activeElement: focused } = document;
  if (!focused || focused === document.body) return 'nothing has the focus';
  // The whole of a place shows at its heading that it has the focus; what is picked in a table, at its row.
  const shown = focused.matches('main') ? focused.querySelector('h1') : focused;
  const said = shown.outerHTML.slice(0, 120);
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(shown);
  if (outlineStyle === 'none' || parseFloat(outlineWidth) < 2 || /, 0\)$/.test(outlineColor)) return `no ring: ${said}`;
  // A link that goes on in the next line has a box a line.
  const [first, ...more] = shown.getClientRects();
  const box = more.length > 0 ? first : shown.getBoundingClientRect();
  const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
  // Of what is higher than the window, the part that is in it.
  const [top, bottom] = box.height > innerHeight ? [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)] : [box.top, box.bottom];
  const covered = (x, y) => {
    const hit = document.elementFromPoint(x, y);
    return !hit || !(shown.contains(hit) || hit.contains(shown) || hit.closest('label')?.contains(shown) || hit.closest('tr')?.contains(shown));
  };
  const points = [[(left + right) / 2, (top + bottom) / 2], [(left + right) / 2, top + 2], [(left + right) / 2, bottom - 2]];
  const hidden = points.find(([x, y]) => covered(x, y));
  if (hidden) return `covered at ${hidden.map(Math.round)}: ${said} by ${document.elementFromPoint(...hidden)?.outerHTML.slice(0, 80)}`;
  return null;
}
