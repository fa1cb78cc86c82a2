// Who is where in the machines' world.
export const METADATA = '169.254.169.254';
// Every name in the internet.
export const SITE = '192.0.2.80';
// The sandbox's public addresses are in 198.18.0.0/15.
export const GATEWAY = '198.19.255.254';
// The default spec's private network; its last address serves leases.
export const PRIVATE_GATEWAY = '10.0.0.254';
// The default spec's tenth service address.
export const CLUSTER_DNS = '10.245.0.10';
export const LAUNCHER = 'launcher.slipway.test';
