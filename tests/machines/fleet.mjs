// Launches a cluster in a pretend account whose machines do not boot by themselves, and takes their places: each
// machine gets the name, addresses and user-data that the account's API tells of its instance.
import { setTimeout as pause } from 'node:timers/promises';
import { exoscale, openAccount, start, until } from '../wire/client.mjs';

export const ZONE = 'ch-dk-2';
// Launching takes two minutes, the ticket is good for twenty; in these accounts time goes by five times as fast.
const SPEED = 5;

export async function launch(server, world, spec) {
  const credentials = await openAccount(server.origin, { preset: 'unmanned', speed: SPEED });
  // A bake beside the launch would be one machine more.
  const wanted = { name: 'demo', zone: ZONE, image: 'stock', ...spec };
  const run = await start(server.origin, { kind: 'launch', spec: wanted, credentials });
  await until(server.origin, run, ({ steps }) => steps.find(({ id }) => id === 'ready').state === 'working', 120_000);
  const ask = async (path) => (await exoscale(server.origin, credentials, ZONE, path)).body;
  let whole;
  // The private card of a pool's member comes late.
  while (!whole?.every((instance) => instance['private-networks']?.length)) {
    const { instances } = await ask('/instance');
    whole = await Promise.all(instances.map(({ id }) => ask(`/instance/${id}`)));
    await pause(200);
  }
  const machines = await Promise.all(whole.map(async (instance, at) => {
    const encoded = instance['user-data'] ?? (await ask(`/instance-pool/${instance.manager.id}`))['user-data'];
    const number = instance.name.match(/control-plane-(\d)$/)?.[1];
    return world.machine({
      zone: ZONE,
      id: instance.id,
      name: instance.name,
      publicMac: instance['mac-address'],
      publicIp: instance['public-ip'],
      privateMac: instance['private-networks'][0]['mac-address'],
      privateIp: `10.0.0.${number ?? 20 + at}`,
      userData: Buffer.from(encoded, 'base64'),
    });
  }));
  const controlPlanes = machines.filter(({ name }) => name.includes('-control-plane-'));
  controlPlanes.sort((one, other) => one.name.localeCompare(other.name));
  return { run, credentials, controlPlanes, nodes: machines.filter((machine) => !controlPlanes.includes(machine)) };
}
