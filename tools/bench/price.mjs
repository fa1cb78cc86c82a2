// What a launch costs at Cloudflare, from what it used, as if nothing were within a plan's allowance.

// Dollars for each, from developers.cloudflare.com/durable-objects/platform/pricing, /workers/platform/pricing and
// /kv/platform/pricing, for the paid plan.
export const PRICES = {
  date: '2026-11-28',
  workerRequest: 0.3e-6,
  cpuMs: 0.02e-6,
  objectRequest: 0.15e-6,
  gigabyteSecond: 12.5e-6,
  rowWritten: 1e-6,
  rowRead: 0.001e-6,
  keyRead: 0.5e-6,
  keyWritten: 5e-6,
};

const MEMORY_GB = 0.128;
// An alarm waits for Exoscale's answers; a dozen of them, six at once, take about so long.
const ALARM_S = 1;
// Of one alarm: the epoch, what it met (kept and told), two times the alarm itself, and the office's bucket.
const ROWS_OF_ALARM = 6;
// What a person asks with a page open that listens, beside the start.
const ASKED = 10;

// `lines` of the journal, `alarms`, what was `heard` from machines, and the processor's milliseconds.
export function cost({ lines, alarms, heard, cpuMs }) {
  const written = lines + alarms * ROWS_OF_ALARM + heard * 2;
  return (
    // Each alarm reads the whole journal, which is half as long on average.
    alarms * (lines / 2) * PRICES.rowRead +
    written * PRICES.rowWritten +
    // The alarm, and its question to the office.
    (alarms * 2 + heard + ASKED) * PRICES.objectRequest +
    alarms * ALARM_S * MEMORY_GB * PRICES.gigabyteSecond +
    // The share of the sealing key.
    alarms * PRICES.keyRead +
    2 * PRICES.keyWritten +
    (heard + ASKED) * PRICES.workerRequest +
    cpuMs * PRICES.cpuMs
  );
}
