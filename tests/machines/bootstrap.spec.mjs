// Machines boot for real: Debian's cloud-init and our bootstrap run with the user-data that the real Worker wrote,
// against the real Worker and sandbox. Stand-ins take the place of apt, systemd, Kubernetes and the kernel's modules.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Server } from '../server.mjs';
import { exoscale, look, until } from '../wire/client.mjs';
import { LAUNCHER } from './addresses.mjs';
import { checkCloudInit, checkSecrecy, checkTrace, facts, secretsOf } from './checks.mjs';
import { ZONE, launch } from './fleet.mjs';
import { World, obstacle } from './world.mjs';

const DONE = 'var/lib/slipway/done';
const READY_WITHIN_MS = 180_000;
const skip = obstacle();
if (skip) console.error(`\n*** THE MACHINES WERE NOT BOOTED: ${skip} ***\n`);

describe('machines', { concurrency: 2, skip }, () => {
  const server = new Server({ vars: { PUBLIC_ORIGIN: `http://${LAUNCHER}` } });
  before(() => server.start());
  after(() => server.stop());

  const inWorld = (name, story) => test(name, async () => {
    const world = await new World(server).open();
    try {
      await story(world);
    } finally {
      await world.close();
    }
  });
  const isReady = (run) => until(server.origin, run, ({ state }) => state === 'ready', READY_WITHIN_MS);
  const isDone = (machine) => machine.until('its bootstrap', () => machine.has(DONE), READY_WITHIN_MS);

  inWorld('a control plane and a node become a cluster, twice is once, and a node of next week joins', async (world) => {
    const { run, credentials, controlPlanes: [first], nodes: [node] } = await launch(server, world);
    await Promise.all([first.powerOn(), node.powerOn()]);
    const view = await isReady(run);
    await Promise.all([isDone(first), isDone(node)]);
    assert.deepEqual(view.machines.map(({ name, stage, state }) => [name, stage, state]), [['control-plane-1', 'ready', 'done']]);
    checkTrace('first control plane', world.trace(first));
    checkTrace('node', world.trace(node));
    for (const machine of [first, node]) {
      await checkCloudInit(machine);
      checkSecrecy(machine);
      await checkMember(machine);
    }
    checkControlPlane(first);

    const [asked, called] = [world.asked.length, first.calls().length];
    await first.run('systemctl', 'restart', 'slipway-bootstrap');
    await first.run('/usr/local/sbin/slipway-bootstrap');
    assert.deepEqual(first.calls().slice(called), ['systemctl restart slipway-bootstrap']);
    assert.equal(world.asked.length, asked);

    const pool = async () => {
      const list = (await exoscale(server.origin, credentials, ZONE, '/instance-pool')).body['instance-pools'];
      return (await exoscale(server.origin, credentials, ZONE, `/instance-pool/${list[0].id}`)).body;
    };
    const before = await pool();
    await first.run('systemctl', 'start', 'slipway-rotate');
    const userData = Buffer.from((await pool())['user-data'], 'base64');
    const id = '00000000-1111-2222-3333-444444444444';
    const more = { zone: ZONE, id, publicMac: '0a:00:00:00:00:01', publicIp: '198.18.7.7', privateMac: '0a:00:00:00:00:02', privateIp: '10.0.0.77' };
    const late = world.machine({ ...more, name: 'a-late-node', userData });
    assert.notEqual(facts(late).join.token, facts({ userData: Buffer.from(before['user-data'], 'base64') }).join.token);
    await late.powerOn();
    await isDone(late);
    const { nodes, tokens } = JSON.parse(first.read('var/lib/etcd/cluster.json'));
    assert.deepEqual(nodes['a-late-node'], { version: nodes[node.name].version, providerID: `exoscale://${id}`, address: '10.0.0.77' });
    assert.ok(tokens[facts(late).join.token]);
  });

  inWorld('three control planes join one after the other, and one of them rotates', async (world) => {
    const { run, controlPlanes, nodes: [node] } = await launch(server, world, { controlPlane: { count: 3 } });
    await Promise.all([...controlPlanes, node].map((machine) => machine.powerOn()));
    const view = await isReady(run);
    await Promise.all([...controlPlanes, node].map(isDone));
    assert.deepEqual(view.machines.map(({ stage }) => stage), ['ready', 'ready', 'ready']);
    const [first, second, third] = controlPlanes;
    checkTrace('later control plane', world.trace(second));
    assert.deepEqual(world.trace(third), world.trace(second));
    const at = (machine, route, stage) => world.asked.findIndex((one) =>
      one.machine === machine.name && one.status === 200 && one.route === route && (!stage || (one.body.stage === stage && one.body.state === 'done')));
    assert.ok(at(first, 'report', 'kubeadm') < at(second, 'bundle') && at(second, 'report', 'kubeadm') < at(third, 'bundle'));
    for (const machine of [second, third]) {
      await checkCloudInit(machine);
      checkSecrecy(machine);
      await checkMember(machine);
    }
    const tokens = () => Object.keys(JSON.parse(first.read('var/lib/etcd/cluster.json')).tokens).length;
    const had = tokens();
    await second.run('systemctl', 'start', 'slipway-rotate');
    assert.equal(tokens(), had, 'the lease is the first one\'s');
  });

  inWorld('a machine that loses its power at every stage still becomes a member', async (world) => {
    const { run, controlPlanes: [first], nodes: [node] } = await launch(server, world);
    const reached = (...lines) => first.until(lines.join(), () => lines.every((line) => world.trace(first).includes(line)));
    const hangs = async (call) => {
      first.orders({ hang: call });
      await first.until(call, () => first.has('var/lib/stand-ins/hangs'));
    };
    const cut = async () => {
      await first.powerOff();
      await first.powerOn();
    };
    // The private card comes only after the second boot.
    await first.powerOn({ plugged: false });
    await reached('network started');
    await first.powerOff();
    await first.powerOn({ plugged: false });
    world.lose = { 'confirm': 'request' };
    await first.until('a boot', () => world.asked.filter(({ body }) => body.stage === 'network').length > 1);
    first.plug();
    await first.until('a lost confirmation', () => !world.lose.confirm);
    world.lose = { 'confirm': 'answer' };
    await cut();
    await first.until('a lost answer', () => !world.lose.confirm);
    await cut();
    await hangs('apt-get -o DPkg::Lock::Timeout=600 -o Acquire::Retries=5 --yes --quiet install');
    await cut();
    await hangs('systemctl restart kubelet');
    await cut();
    await hangs('kubectl apply');
    await cut();
    await hangs('kubectl get nodes');
    await cut();
    await node.powerOn();
    await Promise.all([isReady(run), isDone(first), isDone(node)]);
    assert.ok(world.asked.some(({ route, status }) => route === 'bundle' && status === 410), 'confirmed before, and gone on');
    assert.ok(first.calls().includes('kubeadm reset --force'));
    checkSecrecy(first);
    await checkMember(first);
    checkControlPlane(first);
    await cut();
    await first.until('the kubelet', async () => (await first.listens(10248)) && (await first.listens(6443)));
    await checkMember(first);
  });

  inWorld('a stage that fails is reported as such, without secrets, and tried again at the next boot', async (world) => {
    const { run, controlPlanes: [first], nodes: [node] } = await launch(server, world);
    const { callback: { ticket } } = facts(first);
    const { join: { token } } = facts(node);
    const noise = 'x'.repeat(3000);
    const secrets = `${ticket} ${token}\n-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----\nno such service`;
    await first.powerOn({ orders: { fail: { 'systemctl enable --now crio': `${noise}\n${secrets}` } } });
    await first.until('a failure', async () => (await look(server.origin, run)).machines[0]?.state === 'failed');
    const [{ stage, detail }] = (await look(server.origin, run)).machines;
    assert.equal(stage, 'packages');
    assert.ok(detail.length <= 2000 && detail.includes('[redacted] [redacted]\n[redacted]\nno such service'), detail);
    assert.match(detail, /stage packages failed at line \d+$/);
    checkSecrecy(first);
    await first.powerOff();
    await first.powerOn();
    await first.until('another try', () => world.trace(first).includes('kubeadm done'));
    assert.ok(!secretsOf(first).some((secret) => JSON.stringify(world.asked.map(({ body }) => body)).includes(secret)));
  });
});

// What any member has, and what is gone.
async function checkMember(machine) {
  const { cluster, kubernetes, role } = facts(machine);
  for (const path of ['etc/slipway', 'var/lib/slipway']) assert.equal(machine.mode(path), '700', path);
  for (const path of ['etc/slipway/kubeadm.yaml', 'etc/slipway/pki', 'etc/slipway/join-token']) assert.ok(!machine.has(path), path);
  for (const path of ['etc/netplan/60-slipway.yaml', 'var/log/slipway-bootstrap.log']) assert.equal(machine.mode(path), '600', path);
  assert.match(machine.read('etc/hosts'), new RegExp(`^10\\.0\\.0\\.\\d+ ${cluster.endpoint} # slipway$`, 'm'));
  assert.match(machine.read('etc/default/kubelet'), new RegExp(`--node-ip=${machine.privateIp}\n`));
  assert.match(machine.read('etc/apt/sources.list.d/kubernetes.list'), new RegExp(`v${kubernetes.minor}/deb/ /\n$`));
  assert.match(await machine.run('nft', 'list', 'table', 'inet', 'slipway'), /iifname "cali\*" ip daddr 169\.254\.169\.254 drop/);
  assert.match(await machine.run('sysctl', 'net.ipv4.ip_forward'), /= 1/);
  assert.deepEqual(machine.files('var/lib/slipway').filter((name) => name.endsWith('.done')).sort(), STAGES.map((stage) => `${stage}.done`).sort());
  if (role === 'node') assert.ok(!machine.has('etc/slipway/keys.json') && !machine.has('var/lib/slipway/authorization'));
}

function checkControlPlane(machine) {
  assert.deepEqual(Object.keys(JSON.parse(machine.read('etc/slipway/keys.json'))), ['token-rotation']);
  assert.equal(machine.mode('etc/slipway/keys.json'), '600');
  for (const enabled of ['slipway-rotate.timer slipway-reconcile.timer', 'slipway-health']) {
    assert.ok(machine.calls().includes(`systemctl enable --now ${enabled}`), enabled);
  }
  assert.ok(!machine.has('var/lib/slipway/authorization'), 'the ticket is copied into memory only');
  const names = machine.read('etc/kubernetes/pki/apiserver.ext');
  for (const name of [`IP:${machine.privateIp}`, `IP:${machine.publicIp}`, `DNS:${facts(machine).cluster.endpoint}`]) assert.ok(names.includes(name), names);
  for (const path of ['ca.key', 'etcd/ca.key', 'front-proxy-ca.key', 'sa.key']) assert.equal(machine.mode(`etc/kubernetes/pki/${path}`), '600', path);
}

const STAGES = ['network', 'bundle', 'packages', 'kubeadm', 'addons', 'ready'];
