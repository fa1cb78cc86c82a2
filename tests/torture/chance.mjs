// Numbers that a seed decides, and what is said of many numbers.

// Numbers from 0 up to 1, always the same ones for the same seed and name: a hash of a counter.
export function chance(seed, name = '') {
  let state = [...`${seed}/${name}`].reduce((hash, char) => Math.imul(hash ^ char.codePointAt(0), 0x01000193), 0x811c9dc5);
  const next = () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
  return { between: (low, high) => low + next() * (high - low), whole: (below) => Math.floor(next() * below) };
}

// The smallest of the numbers that at least this part of them does not exceed; none for none.
export function quantile(numbers, part) {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? null;
}
