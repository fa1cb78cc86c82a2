// A little internet for the machines of a test: the launcher and Exoscale's API at their names, packages' keys, the
// metadata service. What a machine asks the launcher goes to the real Worker, with the source address that the edge
// would have seen, and is written down.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { machineImage } from '../../tools/env.mjs';
import { GATEWAY, LAUNCHER, METADATA } from './addresses.mjs';
import { Machine } from './machine.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const STAND_INS = {
  'systemctl.py': ['systemctl'],
  'apt-get.py': ['apt-get'],
  plain: ['apt-mark', 'fstrim', 'modprobe', 'networkctl', 'swapoff', 'systemd-detect-virt', 'udevadm'],
};
const STORE = 'storage.googleapis.com';
const NAMES = ['pkgs.k8s.io', 'download.opensuse.org', STORE, 'api-ch-dk-2.exoscale.com'];
const worlds = new Set();
process.on('exit', () => worlds.forEach((world) => world.abandon()));

// Why machines cannot be booted here, or nothing.
export function obstacle() {
  if (process.platform !== 'linux' || process.getuid() !== 0) return 'it takes root on Linux';
  if (!existsSync(machineImage.path)) return '`node tools/setup.mjs machines` has made no root file system';
  if (!existsSync('/proc/sys/net/bridge')) return 'the kernel module br_netfilter is not loaded';
  const attempt = `ip link add one type veth peer name two && ip link add three type bridge
    mount -t tmpfs tmpfs /tmp && mkdir /tmp/facts /tmp/sys /tmp/both && mount -t sysfs sysfs /tmp/sys
    mount -t overlay overlay -o lowerdir=/tmp/facts:/tmp/sys /tmp/both`;
  try {
    execFileSync('unshare', ['--mount', '--net', '--pid', '--uts', '--ipc', '--fork', 'sh', '-ec', attempt], { stdio: 'pipe' });
  } catch (error) {
    return `namespaces: ${error.stderr || error.message}`;
  }
}

export class World {
  constructor(server) {
    this.server = server;
    this.machines = [];
    // Every request of a machine to the launcher: {machine, route, body, status}.
    this.asked = [];
    // Of which route the next 'request' or its 'answer' gets lost.
    this.lose = {};
    // Runs that the test plays itself: their id -> what a report is answered with.
    this.runs = {};
    // What lies in the store of CRI-O's static builds: name -> bytes. With it, the packages' repository is down.
    this.store = null;
  }

  async open() {
    worlds.add(this);
    this.folder = mkdtempSync(join(tmpdir(), 'slipway-machines-'));
    const socket = join(this.folder, 'socket');
    this.world = join(this.folder, 'world');
    mkdirSync(this.world);
    this.site = http.createServer((request, response) => this.answer(request, response).catch(() => response.destroy()));
    this.site.listen(socket);
    await once(this.site, 'listening');
    const command = ['--mount', '--net', process.execPath, join(here, 'internet.mjs'), this.world, machineImage.path, socket];
    this.internet = spawn('unshare', command, { stdio: ['pipe', 'pipe', 'inherit'] });
    await this.said('network');
    // Its file system, which is in memory, as seen from here.
    this.inside = join(`/proc/${this.internet.pid}/root`, this.world);
    this.template();
    this.internet.stdin.write('go\n');
    await this.said('open');
    return this;
  }

  async said(word) {
    const [text] = await once(this.internet.stdout, 'data');
    if (!`${text}`.includes(word)) throw new Error(`the internet says ${text}`);
  }

  // The layer between Debian and a machine's disk: the stand-ins and what makes this world believable.
  template() {
    const put = (path, text, mode = 0o644) => {
      const file = join(this.inside, 'template', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text, { mode });
    };
    const folder = '/usr/local/lib/stand-ins';
    cpSync(join(here, 'guest'), join(this.inside, 'template', folder), { recursive: true, mode: 0 });
    mkdirSync(join(this.inside, 'template/usr/local/sbin'), { recursive: true });
    for (const [file, names] of Object.entries(STAND_INS)) {
      for (const name of names) symlinkSync(`${folder}/${file}`, join(this.inside, 'template/usr/local/sbin', name));
    }
    put('/etc/resolv.conf', `nameserver ${GATEWAY}\n`);
    put('/etc/hosts', '127.0.0.1 localhost\n');
    put('/etc/fstab', '/swap.img none swap sw 0 0\n');
    const authority = this.certificates();
    const known = readFileSync(join(machineImage.path, 'etc/ssl/certs/ca-certificates.crt'), 'utf8');
    put('/etc/ssl/certs/ca-certificates.crt', known + authority);
  }

  certificates() {
    const openssl = (...args) => execFileSync('openssl', args, { cwd: this.inside, stdio: ['ignore', 'ignore', 'pipe'] });
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    openssl('req', '-x509', ...key, '-subj', '/CN=The world', '-addext', 'keyUsage=critical,keyCertSign', '-days', '2', '-keyout', 'ca.key', '-out', 'ca.crt');
    openssl('req', ...key, '-subj', '/CN=site', '-keyout', 'site.key', '-out', 'site.csr');
    writeFileSync(join(this.inside, 'site.ext'), `subjectAltName=${NAMES.map((name) => `DNS:${name}`)}\n`);
    openssl('x509', '-req', '-in', 'site.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-days', '2', '-extfile', 'site.ext', '-out', 'site.crt');
    return readFileSync(join(this.inside, 'ca.crt'), 'utf8');
  }

  // A machine with an instance's name, id, cards, addresses and user-data, switched off.
  machine(facts) {
    const machine = new Machine(this, this.machines.length + 1, facts);
    this.machines.push(machine);
    return machine;
  }

  async answer(request, response) {
    const { 'x-source': source, 'x-service': service, ...headers } = request.headers;
    const body = Buffer.concat(await request.toArray());
    const machine = this.machines.find(({ publicIp }) => publicIp === source);
    if (service.startsWith(METADATA)) return metadata(machine, service, request.url, response);
    if (headers.host === LAUNCHER) return this.launcher(machine, request, response, body);
    if (/^api-.*\.exoscale\.com$/.test(headers.host)) return this.pass(request, response, headers, body);
    if (headers.host === STORE) return this.fetch(request.url.split('/').at(-1), response);
    if (this.store && headers.host === 'download.opensuse.org') return response.writeHead(503).end();
    if (request.url.endsWith('/Release.key')) return response.end(ARMOURED);
    response.writeHead(404).end();
  }

  // The first sum that is asked for is that of another file.
  fetch(name, response) {
    const content = this.store?.[name];
    const sum = name.endsWith('.sha256sum');
    if (sum && !this.spoiled) {
      this.spoiled = true;
      return response.end(`${'0'.repeat(64)}  ${name}\n`);
    }
    response.writeHead(content ? 200 : 404).end(content);
  }

  async launcher(machine, request, response, body) {
    const [run, , , route] = request.url.split('/').slice(3);
    const asked = { machine: machine.name, run, route, body: JSON.parse(body) };
    if (this.runs[run]) {
      asked.status = this.runs[run](asked);
      this.asked.push(asked);
      return response.writeHead(asked.status, { 'content-type': 'application/json' }).end('{}');
    }
    const lost = this.lose[route];
    delete this.lose[route];
    if (lost === 'request') return;
    const headers = { ...request.headers, 'cf-connecting-ip': machine.publicIp };
    delete headers['x-source'];
    delete headers['x-service'];
    asked.status = await this.pass(request, lost ? null : response, headers, body);
    this.asked.push(asked);
  }

  // To the Worker, with the name by which it was asked. As any tunnel would, it says that TLS ended here.
  async pass({ method, url: path }, response, headers, body) {
    const { connection: _, ...kept } = headers;
    const further = http.request({ host: 'localhost', port: this.server.port, method, path, headers: { ...kept, 'x-forwarded-proto': 'https' }, agent: false });
    further.end(body);
    const [answer] = await once(further, 'response');
    const text = Buffer.concat(await answer.toArray());
    response?.writeHead(answer.statusCode, { 'content-type': 'application/json', 'content-length': text.length }).end(text);
    return answer.statusCode;
  }

  // What a machine said to the launcher, as lines; repeated measurements are one, and waiting is none. The last words
  // of a machine may come after the run's end, which is harmless.
  trace(machine) {
    const lines = this.asked
      .filter(({ machine: name, route, status }) => name === machine.name && (status === 200 || (status === 410 && route === 'report')))
      .map(({ route, body }) => (route === 'report' ? `${body.stage} ${body.state}` : route));
    return lines.filter((line, at) => line !== lines[at - 1]);
  }

  async close() {
    await Promise.all(this.machines.map((machine) => machine.powerOff()));
    this.abandon();
    this.site.close();
    worlds.delete(this);
  }

  abandon() {
    this.machines.forEach((machine) => machine.process?.kill('SIGKILL'));
    this.internet?.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function metadata(machine, service, path, response) {
  // No password is waiting, says the password server.
  if (service.endsWith(':8080')) return response.end('saved_password');
  const data = { 'instance-id': machine.id, 'local-hostname': machine.name, 'availability-zone': machine.zone, 'public-ipv4': machine.publicIp };
  if (path === '/1.0/user-data') return response.end(machine.userData);
  if (path === '/1.0/meta-data/') return response.end(Object.keys(data).join('\n'));
  const value = data[path.replace('/1.0/meta-data/', '')];
  response.writeHead(value ? 200 : 404).end(value);
}

const ARMOURED = `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${Buffer.from('no key, but armoured like one').toString('base64')}\n-----END PGP PUBLIC KEY BLOCK-----\n`;
