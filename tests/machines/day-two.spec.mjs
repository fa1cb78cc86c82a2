// After the launch: what control planes do because a label says so, and how machines get by without what they need.
// Like bootstrap.spec.mjs; the runs that ask, and the one that makes an image, are played by the test.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createECDH, createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { root } from '../../tools/env.mjs';
import { Server } from '../server.mjs';
import { exoscale, runId } from '../wire/client.mjs';
import { LAUNCHER } from './addresses.mjs';
import { checkSecrecy, facts, filesOf, withFacts } from './checks.mjs';
import { ZONE, launch } from './fleet.mjs';
import { World, obstacle } from './world.mjs';

const DONE = 'var/lib/slipway/done';
const WITHIN_MS = 180_000;
const skip = obstacle();

describe('machines after their launch', { concurrency: 2, skip }, () => {
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
  const isDone = (machine) => machine.until('its bootstrap', () => machine.has(DONE), WITHIN_MS);

  inWorld('a control plane brings about what labels say, and tells the run that asks', async (world) => {
    const { run, credentials, controlPlanes: [first], nodes: [node] } = await launch(server, world);
    await Promise.all([first.powerOn(), node.powerOn()]);
    await Promise.all([isDone(first), isDone(node)]);
    const call = async (path, options) => (await exoscale(server.origin, credentials, ZONE, path, options)).body;
    const label = async (path, labels) => {
      const { labels: had } = await call(path);
      const { id: operation } = await call(path, { method: 'PUT', body: { labels: { ...had, ...labels } } });
      await first.until('the labels', async () => {
        const { state } = await call(`/operation/${operation}`);
        assert.notEqual(state, 'failure');
        return state === 'success';
      });
    };
    const [{ id }] = (await call('/instance-pool'))['instance-pools'];
    const pool = await call(`/instance-pool/${id}`);
    const tick = () => first.run('systemctl', 'start', 'slipway-reconcile');
    const stored = () => JSON.parse(first.read('var/lib/etcd/cluster.json'));
    const command = () => stored().objects['Deployment/cluster-autoscaler'].spec.template.spec.containers[0].command;
    const patches = () => first.calls().filter((line) => line.startsWith('kubectl patch')).length;

    await tick();
    assert.deepEqual([patches(), Object.entries(stored().labels)], [0, [[node.name, 'node-role.kubernetes.io/worker=']]]);

    await label(`/instance-pool/${id}`, { 'slipway/min': '2', 'slipway/max': '8' });
    await tick();
    assert.deepEqual(command().slice(-2), ['--max-nodes-total=9', `--nodes=2:8:${pool.name}`]);
    assert.ok(command().includes('--cloud-provider=exoscale'));
    await tick();
    assert.equal(patches(), 1, 'only when they differ');

    // A pool that has no fresh token gets one at once.
    const before = (await call(`/instance-pool/${id}`))['user-data'];
    await first.run('rm', '/var/lib/slipway/rotation.json');
    await tick();
    assert.deepEqual(JSON.parse(first.read('var/lib/slipway/rotation.json')), { [id]: true });
    assert.notEqual((await call(`/instance-pool/${id}`))['user-data'], before);

    const asking = runId();
    let verdict = 200;
    world.runs[asking] = () => verdict;
    const heard = () => world.asked.filter((one) => one.run === asking);
    const tells = (what, holds) => first.until(what, () => heard().some(({ body: { evidence } }) => holds(evidence)));
    const admin = createECDH('prime256v1');
    const request = admin.generateKeys('base64', 'compressed').replaceAll('+', '-').replaceAll('/', '_');
    const expected = pool.name.replace(/workers$/, 'gpu');
    await label(`/instance/${first.id}`, {
      [`slipway/expect-${expected}`]: '1-3', 'slipway/renew': request, 'slipway/renew-hours': '2', 'slipway/ask': asking,
    });
    const ticking = tick();
    const workers = { pool: pool.name, min: 2, max: 8 };
    await tells('a pool that is to come', ({ flags }) => flags.length === 2);
    const [{ route, body: { stage, state, evidence } }] = heard();
    assert.deepEqual([route, stage, state], ['report', 'ready', 'started']);
    assert.deepEqual(evidence.flags, [{ pool: expected, min: 1, max: 3 }, workers]);
    assert.deepEqual(evidence.autoscaler, [workers]);
    assert.deepEqual([evidence.rotation, evidence.retired, evidence.keys], [[{ pool: pool.name, readBack: true }], [], { 'token-rotation': true }]);
    assert.equal(evidence.signed.request, request);
    checkCertificate(evidence.signed, first, admin);

    await label(`/instance-pool/${id}`, { 'slipway/retire': 'true' });
    await tells('a retired pool', ({ retired }) => retired.length > 0);
    const { evidence: last } = heard().at(-1).body;
    assert.deepEqual(last.retired, [pool.name]);
    assert.deepEqual(last.flags[1], { pool: pool.name, min: 1, max: pool.size });
    assert.deepEqual(Object.keys(stored().drained), [node.name]);
    const drain = first.calls().find((line) => line.startsWith('kubectl drain'));
    assert.equal(drain, `kubectl drain ${node.name} --ignore-daemonsets --delete-emptydir-data --force --timeout=300s`);

    verdict = 410;
    await ticking;
    const count = heard().length;
    await tick();
    assert.deepEqual([heard().at(-1).status, heard().length], [410, count], 'it is asked no more');
    // The launch has ended, says the real Worker.
    await label(`/instance/${first.id}`, { 'slipway/ask': run.id });
    await tick();
    assert.deepEqual([world.asked.at(-1).run, world.asked.at(-1).status], [run.id, 410]);
    // A pool of the launch that is gone leaves nothing behind in the autoscaler.
    await call(`/instance-pool/${id}`, { method: 'DELETE' });
    await first.until('a pool that is gone', async () => (await tick(), !command().some((word) => word.endsWith(pool.name))));
    assert.deepEqual(command().slice(-2), ['--max-nodes-total=4', `--nodes=1:3:${expected}`]);
    checkSecrecy(first);
  });

  inWorld('port 6444 tells whether the API server is ready, and nothing else', async (world) => {
    const { controlPlanes: [first] } = await launch(server, world);
    const health = async (path = '/readyz') => (await first.run('curl', '--silent', '--write-out', '%{http_code}', `http://127.0.0.1:6444${path}`)).trim();
    await first.powerOn({ orders: { hang: 'kubectl apply' } });
    await first.until('an API server', () => first.has('var/lib/stand-ins/hangs'), WITHIN_MS);
    assert.equal(await health(), '200');
    assert.equal(await health('/'), '404');
    assert.equal(await health('/readyz/etcd'), '404');
    await first.run('systemctl', 'stop', 'kubelet');
    assert.equal(await health(), '503');
    await first.powerOff();
    await first.powerOn({ orders: { hang: 'kubectl apply' } });
    await first.until('its health after a boot', async () => (await first.listens(6444)) && (await health()) === '200');
  });

  inWorld('a node that nobody lets join gives up in time, and tries again', async (world) => {
    const { controlPlanes: [first], nodes: [node] } = await launch(server, world);
    // 14 minutes are over in twelve seconds.
    node.clock(828);
    await node.powerOn();
    await node.until('a failure', () => /no control plane answered in time\nstage kubeadm failed/.test(node.logs()), WITHIN_MS);
    assert.ok(!node.calls().some((line) => line.startsWith('kubeadm join')));
    node.clock(60);
    await first.powerOn();
    await Promise.all([isDone(first), isDone(node)]);
    const tries = node.read('var/log/slipway-bootstrap.log').match(/^=== kubeadm/gm);
    assert.ok(tries.length > 1, `${tries}`);

    // Another private address is another node-ip, as soon as the card is up with it.
    const linkUp = () => node.run('/etc/networkd-dispatcher/routable.d/50-slipway');
    const starts = () => node.calls().filter((line) => line.includes('restart') && line.endsWith('kubelet')).length;
    const before = starts();
    await linkUp();
    assert.equal(starts(), before, 'the address is the same');
    const cards = JSON.parse(await node.run('ip', '-json', 'address'));
    const { ifname } = cards.find(({ addr_info }) => addr_info.some(({ local }) => local === node.privateIp));
    await node.run('ip', 'address', 'del', `${node.privateIp}/24`, 'dev', ifname);
    await node.run('ip', 'address', 'add', '10.0.0.99/24', 'dev', ifname);
    await linkUp();
    await node.until('another node-ip', () => node.read('etc/default/kubelet').includes('--node-ip=10.0.0.99\n'));
    assert.equal(starts(), before + 1);
  });

  inWorld('a machine becomes an image without CRI-O\'s packages, and nothing of it stays', async (world) => {
    world.store = crio();
    const baking = runId();
    world.runs[baking] = () => 200;
    const ticket = 'a-ticket-of-an-image-0123456789abcdefghijk';
    const { nodes: [node] } = await launch(server, world);
    const told = {
      schema: 1, role: 'image', controlPlanes: [], cluster: { ...facts(node).cluster, name: 'slipway-image' }, network: facts(node).network,
      kubernetes: { ...facts(node).kubernetes, crio: 'v1.36.3' },
      images: ['registry.k8s.io/autoscaling/cluster-autoscaler:v1.36.1'],
      callback: { url: `http://${LAUNCHER}/api/runs/${baking}/machines/image`, ticket },
    };
    const id = '00000000-1111-2222-3333-555555555555';
    const cards = { publicMac: '0a:00:00:00:00:03', publicIp: '198.18.7.9', privateMac: '0a:00:00:00:00:04', privateIp: '10.0.0.79' };
    const script = readFileSync(join(root, 'shared/src/bootstrap/templates/clean.sh'), 'utf8');
    const userData = withFacts(node, told, [{ path: '/usr/local/lib/slipway/clean.sh', permissions: '0644', content: script }]);
    const machine = world.machine({ zone: ZONE, id, name: 'slipway-image', userData, ...cards });
    const had = ['etc/ssh/ssh_host_ed25519_key', 'root/.ssh/authorized_keys', 'home/ubuntu/.bash_history', 'var/lib/apt/lists/some', 'var/log/some/log'];
    for (const path of had) {
      mkdirSync(dirname(join(machine.disk, path)), { recursive: true });
      writeFileSync(join(machine.disk, path), 'known to one machine only');
    }
    await machine.powerOn({ plugged: false });
    const heard = () => world.asked.filter(({ run }) => run === baking).map(({ body: { stage: at, state } }) => `${at} ${state}`);
    await machine.until('its start', () => heard().length > 0, WITHIN_MS);
    const machineId = machine.read('etc/machine-id').trim();
    await machine.until('it is clean', () => heard().includes('clean done') || heard().includes('clean failed'), WITHIN_MS);
    await machine.powerOff();
    assert.deepEqual(heard(), ['packages started', 'packages done', 'clean started', 'clean done']);
    const calls = machine.calls();
    assert.ok(calls.some((line) => line.startsWith('kubeadm config images pull --kubernetes-version v')));
    assert.ok(calls.some((line) => line.endsWith(`pull ${told.images[0]}`)));
    assert.ok(calls.some((line) => line.startsWith('apt-get') && line.endsWith(' upgrade')), 'Ubuntu as it is today');
    assert.ok(machine.has('usr/local/bin/crio') && !machine.has('usr/bin/crio'), 'from its static build');
    assert.ok(!calls.includes('systemctl enable kubelet'));

    for (const path of [...had, 'usr/local/sbin/slipway-bootstrap']) assert.ok(!machine.isFile(path), path);
    assert.match(machine.read('etc/machine-id'), /^(uninitialized)?\n?$/);
    const files = filesOf(machine.disk).filter((file) => !file.includes('/var/lib/stand-ins/'));
    const names = files.map((file) => file.slice(machine.disk.length + 1));
    // What of ours is left are settings of the kernel.
    const kernel = ['etc/modprobe.d/slipway.conf', 'etc/modules-load.d/slipway.conf', 'etc/sysctl.d/90-slipway.conf'];
    assert.deepEqual(names.filter((name) => name.includes('slipway')).sort(), kernel);
    assert.deepEqual(names.filter((name) => /^etc\/cni\/.*crio|^var\/lib\/cloud\/./.test(name)), []);
    assert.equal(machineId.length, 32);
    for (const secret of [ticket, 'known to one machine only', id, machineId]) {
      assert.deepEqual(files.filter((file) => readFileSync(file).includes(secret)), [], secret);
    }
  });
});

// The authority's, for an hour or two, good for a client, with the public half of the request.
function checkCertificate({ certificate, authority }, machine, admin) {
  assert.equal(authority, machine.read('etc/kubernetes/pki/ca.crt'));
  const folder = mkdtempSync(join(tmpdir(), 'slipway-certificate-'));
  const openssl = (...args) => execFileSync('openssl', args, { cwd: folder, encoding: 'utf8' });
  writeFileSync(join(folder, 'ca.crt'), authority);
  writeFileSync(join(folder, 'admin.crt'), certificate);
  assert.equal(openssl('verify', '-purpose', 'sslclient', '-CAfile', 'ca.crt', 'admin.crt'), 'admin.crt: OK\n');
  assert.match(openssl('x509', '-in', 'admin.crt', '-noout', '-subject'), /O ?= ?kubeadm:cluster-admins, ?CN ?= ?kubernetes-admin/);
  openssl('x509', '-in', 'admin.crt', '-noout', '-checkend', `${2 * 3600 - 120}`);
  assert.throws(() => openssl('x509', '-in', 'admin.crt', '-noout', '-checkend', `${2 * 3600 + 1}`));
  const key = openssl('x509', '-in', 'admin.crt', '-noout', '-pubkey').replace(/-----.*-----|\n/g, '');
  assert.ok(Buffer.from(key, 'base64').includes(admin.getPublicKey()));
  rmSync(folder, { recursive: true });
}

// The store with a static build of CRI-O in it: its folder and its installer as published, a stand-in for the program.
function crio() {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-crio-'));
  const packages = join(root, 'tests/machines/guest/packages');
  mkdirSync(join(folder, 'cri-o'));
  for (const file of ['crio', 'crio.service']) cpSync(join(packages, file), join(folder, 'cri-o', file));
  writeFileSync(join(folder, 'cri-o/install'), `set -ex
    install -D -m 755 -t /usr/local/bin crio
    sed -i s,/usr/bin/,/usr/local/bin/, crio.service
    install -D -m 644 -t /usr/local/lib/systemd/system crio.service
    install -d /etc/cni/net.d && touch /etc/cni/net.d/11-crio-ipv4-bridge.conflist\n`);
  const name = 'cri-o.amd64.v1.36.3.tar.gz';
  execFileSync('tar', ['--create', '--gzip', '--file', name, 'cri-o'], { cwd: folder });
  const bytes = readFileSync(join(folder, name));
  rmSync(folder, { recursive: true });
  return { [name]: bytes, [`${name}.sha256sum`]: `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n` };
}
