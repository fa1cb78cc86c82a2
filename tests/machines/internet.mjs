// The network between the test and its machines, in a namespace of its own: `internet.mjs WORLD IMAGE SOCKET`.
//
// Every name leads to one address, where HTTP and HTTPS are handed to the test through a socket in the file system,
// with the address that they came from. Of the machines' networks, dnsmasq leases the addresses and serves the names.
// It lives until its input ends, and the namespace with it.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { CLUSTER_DNS, GATEWAY, METADATA, PRIVATE_GATEWAY, SITE } from './addresses.mjs';

const [, , world, image, socketPath] = process.argv;
const ip = (line) => execFileSync('ip', line.split(' '), { stdio: ['ignore', 'ignore', 'inherit'] });
const mount = (...args) => execFileSync('mount', args);

mount('--make-rprivate', '/');
mount('-t', 'tmpfs', 'tmpfs', '/run');
mkdirSync('/run/netns');
mount('-t', 'tmpfs', '-o', 'size=1g,mode=0700', 'tmpfs', world);
for (const folder of ['disks', 'roots', 'hardware', 'image', 'template', 'leases']) mkdirSync(join(world, folder));
mount('--bind', image, join(world, 'image'));
mount('-o', 'remount,bind,ro', join(world, 'image'));

ip('link set lo up');
for (const address of [METADATA, SITE, CLUSTER_DNS]) ip(`addr add ${address}/32 dev lo`);
for (const [name, address] of [['public', `${GATEWAY}/15`], ['private', `${PRIVATE_GATEWAY}/24`]]) {
  ip(`link add ${name} type bridge`);
  ip(`addr add ${address} dev ${name}`);
  ip(`link set ${name} up`);
}
console.log('network');

// The test has put the layers in place by now.
process.stdin.once('data', () => {
  leases();
  listen(http.createServer(relay), 80);
  listen(http.createServer(relay), 8080);
  const file = (name) => readFileSync(join(world, name));
  listen(https.createServer({ key: file('site.key'), cert: file('site.crt') }, relay), 443);
  console.log('open');
});
process.stdin.on('end', () => process.exit(0));

function leases() {
  const ranges = [GATEWAY, PRIVATE_GATEWAY].map((address) => `--dhcp-range=${address},static`);
  const names = ['--no-resolv', '--no-hosts', `--address=/#/${SITE}`];
  const options = ['--keep-in-foreground', '--user=root', '--pid-file=', '--leasefile-ro', '--dhcp-authoritative', '--log-facility=-'];
  const root = join(world, 'image');
  mount('--bind', join(world, 'leases'), join(root, 'mnt'));
  const log = openSync(join(world, 'dnsmasq.log'), 'a');
  spawn('chroot', [root, 'dnsmasq', ...options, ...ranges, ...names, '--dhcp-hostsdir=/mnt'], { stdio: ['ignore', log, log] });
}

function listen(server, port) {
  server.listen(port, '0.0.0.0');
}

// The request is handed on as a whole: who is answered while still speaking may lose the answer.
async function relay(request, response) {
  const body = await request.toArray().catch(() => null);
  if (!body) return;
  const { remoteAddress, localAddress } = request.socket;
  const headers = { ...request.headers, 'x-source': remoteAddress, 'x-service': `${localAddress}:${request.socket.localPort}` };
  const further = http.request({ socketPath, method: request.method, path: request.url, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  further.on('error', () => request.socket.destroy());
  further.end(Buffer.concat(body));
}
