// Talks to the launcher as a script would, and to the pretend Exoscale as a client of Exoscale would.
import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

export const KINDS = {
  'api-key': 'api-keys',
  'load-balancer': 'load-balancers',
  'instance-pool': 'instance-pools',
  instance: 'instances',
  'elastic-ip': 'elastic-ips',
  'block-storage': 'block-storage-volumes',
  'private-network': 'private-networks',
  'security-group': 'security-groups',
  'anti-affinity-group': 'anti-affinity-groups',
  'iam-role': 'iam-roles',
  'ssh-key': 'ssh-keys',
};

export const runId = () => [...randomBytes(26)].map((byte) => 'abcdefghijklmnopqrstuvwxyz234567'[byte & 31]).join('');
export const capability = () => randomBytes(32).toString('base64url');

// A P-256 key pair: the public half as the API wants it, the private half as PEM.
export function adminKey() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    pem: privateKey.export({ type: 'sec1', format: 'pem' }),
  };
}

// One request. A string body goes as it is.
export async function ask(origin, method, path, { body, token, headers = {} } = {}) {
  const reply = await fetchAgain(`${origin}${path}`, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await reply.text();
  return { status: reply.status, headers: reply.headers, text, body: text.startsWith('{') ? JSON.parse(text) : null };
}

// A server that refuses before it has read a body closes the connection, and the next requests may still take closed
// ones out of the pool.
async function fetchAgain(url, options, tries = 3) {
  try {
    return await fetch(url, options);
  } catch (error) {
    if (tries === 0 || !['ECONNRESET', 'UND_ERR_SOCKET'].includes(error.cause?.code)) throw error;
    return fetchAgain(url, options, tries - 1);
  }
}

export async function openAccount(origin, options = { speed: 60 }) {
  const { status, body } = await ask(origin, 'POST', '/api/sandbox/accounts', { body: options });
  if (status !== 201) throw new Error(`no account: ${status}`);
  return { key: body.key, secret: body.secret };
}

// Starts a run and gives back how to ask for it.
export async function start(origin, wanted) {
  const run = { id: runId(), token: capability() };
  const { status, body } = await ask(origin, 'PUT', `/api/runs/${run.id}`, { body: wanted, token: run.token });
  if (status !== 201) throw new Error(`not accepted: ${status} ${JSON.stringify(body)}`);
  return run;
}

export const look = async (origin, { id, token }) => (await ask(origin, 'GET', `/api/runs/${id}`, { token })).body?.view;

// Polls a run until its view is as wanted.
export async function until(origin, run, wanted, withinMs = 60_000) {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const view = await look(origin, run).catch(() => null);
    if (view && wanted(view)) return view;
    if (Date.now() > deadline || (view && ['undone', 'stuck'].includes(view.state))) {
      throw new Error(`not in time: ${JSON.stringify({ state: view?.state, problem: view?.problem, waiting: view?.waiting })}`);
    }
    await pause(100);
  }
}

// A signed call to the pretend Exoscale, over the wire as any client's.
export async function exoscale(origin, { key, secret }, zone, path, { method = 'GET', expires, body } = {}) {
  const target = new URL(`/sandbox/${zone}/v2${path}`, origin);
  const until = expires ?? Math.floor(Date.now() / 1000) + 60;
  const text = body && JSON.stringify(body);
  const values = [...target.searchParams.values()].join('');
  const message = `${method} ${target.pathname}\n${text ?? ''}\n${values}\n\n${until}`;
  const signature = createHmac('sha256', secret).update(message).digest('base64');
  const names = [...target.searchParams.keys()].join(';');
  const signed = names && `,signed-query-args=${names}`;
  const authorization = `EXO2-HMAC-SHA256 credential=${key}${signed},expires=${until},signature=${signature}`;
  return ask(origin, method, `${target.pathname}${target.search}`, { headers: { authorization }, body: text });
}

// How many there are of each kind.
export const counts = (found) => Object.fromEntries(Object.entries(found).map(([kind, names]) => [kind, names.length]));

// Everything in an account that a person did not get with it, by kind.
export async function census(origin, credentials, zone) {
  const standard = (one) => one.key === credentials.key || ['default', 'Owner', 'owner'].includes(one.name);
  const entries = Object.entries(KINDS).map(async ([path, plural]) => {
    const { status, body } = await exoscale(origin, credentials, zone, `/${path}`);
    if (status !== 200) throw new Error(`no listing of ${path}: ${status}`);
    return [plural, (body[plural] ?? []).filter((one) => !standard(one)).map((one) => one.name ?? one.key)];
  });
  return Object.fromEntries((await Promise.all(entries)).filter(([, names]) => names.length > 0));
}
