// A machine: Debian on a disk of its own, in namespaces of its own, with a public and a private card.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

export class Machine {
  constructor(world, number, facts) {
    Object.assign(this, facts, { world, number });
    this.disk = join(world.inside, 'disks', `${number}`, 'upper');
    mkdirSync(join(this.disk, 'var/lib/stand-ins'), { recursive: true });
    const leases = [`${this.publicMac},${this.publicIp}`, `${this.privateMac},${this.privateIp}`];
    writeFileSync(join(world.inside, 'leases', `${number}`), `${leases.join('\n')}\n`);
  }

  // `plugged`: whether the private card is there from the start.
  async powerOn({ plugged = true, orders = {} } = {}) {
    const { number } = this;
    this.orders(orders);
    this.outside(`
      for link in public-${number} private-${number}; do ip link delete $link 2>/dev/null || true; done
      ip netns delete m${number} 2>/dev/null || true
      ip netns add m${number}
      ip link add public-${number} master public type veth peer name eth0 address ${this.publicMac} netns m${number}
      ip link set public-${number} up`);
    if (plugged) this.plug();
    const boot = join(this.world.world, 'template/usr/local/lib/stand-ins/boot');
    const namespaces = ['--mount', '--pid', '--uts', '--ipc', '--fork', '--kill-child'];
    const command = ['ip', 'netns', 'exec', `m${number}`, 'unshare', ...namespaces, boot, this.world.world, `${number}`, this.id];
    this.process = spawn('nsenter', [...this.target(), ...command], { stdio: ['pipe', 'inherit', 'inherit'] });
  }

  plug() {
    const { number } = this;
    this.outside(`
      ip link add private-${number} master private type veth peer name eth1 address ${this.privateMac} netns m${number}
      ip link set private-${number} up`);
  }

  target() {
    return ['--target', `${this.world.internet.pid}`, '--mount', '--net'];
  }

  outside(script) {
    execFileSync('nsenter', [...this.target(), 'sh', '-ec', script]);
  }

  // Power loss: everything in the machine is gone at once, but for its disk.
  async powerOff() {
    if (!this.process || this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = once(this.process, 'exit');
    this.process.stdin.destroy();
    this.process.kill('SIGKILL');
    await gone;
    rmSync(join(this.disk, 'var/lib/stand-ins/hangs'), { force: true });
  }

  // Runs a command on the machine and gives back what it says. Meanwhile this process answers the machine's questions.
  async run(...command) {
    const [init] = readFileSync(`/proc/${this.process.pid}/task/${this.process.pid}/children`, 'utf8').trim().split(' ');
    const environment = ['env', '-i', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin'];
    const root = `--root=/proc/${init}/root${join(this.world.world, 'roots', `${this.number}`)}`;
    const enter = ['--target', init, '--all', root, '--wdns=/'];
    return (await promisify(execFile)('nsenter', [...enter, ...environment, ...command])).stdout;
  }

  async listens(port) {
    // While it boots, nothing can be asked of it.
    const sockets = await this.run('ss', '--listening', '--tcp', '--numeric').catch(() => '');
    return sockets.includes(`:${port} `);
  }

  // See guest/stand_in.py.
  orders(orders) {
    writeFileSync(join(this.disk, 'var/lib/stand-ins/orders.json'), JSON.stringify(orders), { mode: 0o600 });
  }

  // For how many seconds the machine believes to run; it stands still.
  clock(seconds) {
    writeFileSync(join(this.disk, '../uptime'), `${seconds}.00 0.00\n`);
  }

  // Of what was written since the image.
  has = (path) => existsSync(join(this.disk, path));
  read = (path) => readFileSync(join(this.disk, path), 'utf8');
  // What was deleted leaves a mark that is no file.
  isFile = (path) => this.has(path) && statSync(join(this.disk, path)).isFile();
  mode = (path) => (statSync(join(this.disk, path)).mode & 0o7777).toString(8);
  files = (path) => readdirSync(join(this.disk, path));
  calls = () => (this.has('var/lib/stand-ins/calls') ? this.read('var/lib/stand-ins/calls').trim().split('\n') : []);

  async until(what, holds, withinMs = 120_000) {
    const deadline = Date.now() + withinMs;
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error(`${this.name}: ${what} not in time\n${this.logs()}`);
      await pause(50);
    }
  }

  logs() {
    const logs = ['var/log/slipway-bootstrap.log', 'var/log/boot.log', 'var/log/unit-slipway-bootstrap.service.log', 'var/log/unit-kubelet.service.log'];
    return logs.filter((log) => this.has(log)).map((log) => `--- ${log}\n${this.read(log).slice(-4000)}`).join('\n');
  }
}
