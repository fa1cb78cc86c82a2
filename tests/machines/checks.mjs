// What is looked for on a machine: what cloud-init made of its user-data, and where secrets lie.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { root } from '../../tools/env.mjs';

export const cloudConfig = ({ userData }) => {
  const [head, ...body] = gunzipSync(userData).toString().split('\n');
  assert.equal(head, '#cloud-config');
  return JSON.parse(body.join('\n'));
};

export const facts = (machine) => JSON.parse(Buffer.from(cloudConfig(machine).write_files[0].content, 'base64'));

// A machine's user-data with other facts and more files.
export function withFacts(machine, told, more = []) {
  const config = cloudConfig(machine);
  config.write_files[0].content = Buffer.from(JSON.stringify(told)).toString('base64');
  config.write_files.push(...more);
  return gzipSync(`#cloud-config\n${JSON.stringify(config)}`);
}

// Every file of the user-data is there as it says, and cloud-init has nothing to complain of.
export async function checkCloudInit(machine) {
  for (const { path, permissions, content, encoding } of cloudConfig(machine).write_files) {
    assert.equal(machine.mode(path), permissions.replace(/^0/, ''), path);
    assert.equal(machine.read(path), Buffer.from(content, encoding ? 'base64' : 'utf8').toString(), path);
  }
  const { v1: result } = JSON.parse(await machine.run('cat', '/run/cloud-init/result.json'));
  assert.deepEqual(result, { datasource: 'DataSourceExoscale', errors: [] });
  const { v1: status } = JSON.parse(await machine.run('cat', '/run/cloud-init/status.json'));
  for (const stage of ['init-local', 'init', 'modules-config', 'modules-final']) {
    assert.ok(status[stage].finished, stage);
    assert.deepEqual(status[stage].errors, [], stage);
  }
  const schema = 'zcat /var/lib/cloud/instance/user-data.txt >/run/user-data && cloud-init schema --config-file /run/user-data';
  assert.match(await machine.run('sh', '-c', schema), /Valid schema/);
  assert.equal((await machine.run('hostname')).trim(), machine.name);
}

// Everything on a machine that must stay there.
export function secretsOf(machine) {
  const { callback, join: joining } = facts(machine);
  const kept = (path) => (machine.has(path) ? JSON.parse(machine.read(path)) : {});
  const keys = Object.values(kept('etc/slipway/keys.json')).map(({ secret }) => secret);
  const { tokens = {}, objects = {} } = kept('var/lib/etcd/cluster.json');
  const applied = Object.values(objects).flatMap(({ stringData }) => stringData?.['api-secret'] ?? []);
  return [callback?.ticket, joining?.token, ...keys, ...Object.keys(tokens), ...applied, 'PRIVATE KEY-----\nM'].filter(Boolean);
}

// No secret is in a file that others than root can read, in a command line, or in a report.
export function checkSecrecy(machine) {
  const secrets = secretsOf(machine);
  const holders = [...open(machine.disk)].filter((file) => secrets.some((secret) => readFileSync(file).includes(secret)));
  assert.deepEqual(holders, []);
  const told = [...machine.calls(), ...machine.world.asked.filter(({ route }) => route === 'report').map(({ body }) => JSON.stringify(body))];
  assert.ok(told.length > 10);
  const leaks = told.filter((line) => secrets.some((secret) => line.includes(secret)));
  assert.deepEqual(leaks, []);
}

// All files below a folder.
export const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));

// The files below a folder that anyone may read.
function* open(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && statSync(path).mode & 0o001) yield* open(path);
    if (entry.isFile() && statSync(path).mode & 0o044) yield path;
  }
}

// The order in which a kind of machine talks to the launcher, as the sandbox's machines do it, too: a test of theirs
// reads the same file. UPDATE_GOLDEN=1 writes it.
const TRACES = join(root, 'sandbox/fixtures/machine-traces.json');
export function checkTrace(kind, lines) {
  const traces = existsSync(TRACES) ? JSON.parse(readFileSync(TRACES, 'utf8')) : {};
  if (process.env.UPDATE_GOLDEN) writeFileSync(TRACES, `${JSON.stringify({ ...traces, [kind]: lines }, null, 2)}\n`);
  else assert.deepEqual(lines, traces[kind]);
}
