//! Every number that bounds a spec or a link, each with its unit, its reason and its source.
//!
//! Durations, retries and the platform's call budgets live beside the code that waits.

/// Characters of a cluster's name: with the id and a role it must stay a readable host name of at most 63.
pub const CLUSTER_NAME_CHARS_MAX: usize = 20;

/// Characters of a pool's name: with `<id>-` before it, it must fit Exoscale's instance prefix.
pub const POOL_NAME_CHARS_MAX: usize = 20;

/// Characters of a cluster's id.
pub const CLUSTER_ID_CHARS: usize = 5;

/// Characters of an instance pool's `instance-prefix` (Exoscale's API).
pub const INSTANCE_PREFIX_CHARS_MAX: usize = 30;

/// Pools in a spec: enough for every family of types, few enough for a link and for one firewall.
pub const POOLS_MAX: usize = 8;

/// Nodes that a pool keeps at least: the autoscaler's Exoscale provider can neither leave nor reach zero.
pub const POOL_NODES_MIN: u16 = 1;

/// Nodes that a pool may reach. The autoscaler asks the API twice for every node in each round
/// (`GET instance`, `GET instance-pool`), so that more would spend the organisation's call rate;
/// a new organisation's quota is 20 instances anyway.
pub const POOL_NODES_MAX: u16 = 100;

/// Instances in one anti-affinity group (Exoscale's documentation); a ninth member is refused for ever.
pub const SPREAD_NODES_MAX: u16 = 8;

/// GiB of a node's disk at least: 10 for Ubuntu's template, the rest for images before the kubelet
/// starts to evict at 15 % free. Exoscale asks the same of its own managed node pools.
pub const DISK_GIB_MIN: u32 = 20;

/// GiB of any instance's disk at most (Exoscale's API).
pub const DISK_GIB_MAX: u32 = 51_200;

/// vCPU of a control plane at least (kubeadm's preflight refuses fewer).
pub const CONTROL_PLANE_CPUS_MIN: u16 = 2;

/// Bytes of memory of any machine of the cluster at least: 2 GiB (kubeadm's documented minimum).
pub const MACHINE_MEMORY_BYTES_MIN: u64 = 2 << 30;

/// Hours that an admin certificate may live: one year.
pub const KUBECONFIG_HOURS_MAX: u16 = 8_760;

/// Characters of the cluster's DNS domain: names of Services stay below DNS's own 253.
pub const DOMAIN_CHARS_MAX: usize = 63;

/// Labels on one pool.
pub const LABELS_MAX: usize = 16;

/// Taints on one pool.
pub const TAINTS_MAX: usize = 8;

/// Characters of a label's name or value, and of a taint's (Kubernetes).
pub const LABEL_CHARS_MAX: usize = 63;

/// Characters of the DNS prefix of a label's key (Kubernetes allows 253, which alone would fill a link).
pub const LABEL_PREFIX_CHARS_MAX: usize = 63;

/// Addresses and ranges in one access list: each is one or more rules in a security group.
pub const SOURCES_MAX: usize = 8;

/// Characters of an SSH key's comment.
pub const SSH_COMMENT_CHARS_MAX: usize = 100;

/// Bits of an RSA key: below it is weak, above it fills a link.
pub const SSH_RSA_BITS_MIN: usize = 2_048;
/// The other end of [`SSH_RSA_BITS_MIN`].
pub const SSH_RSA_BITS_MAX: usize = 4_096;

/// Characters of everything in a spec that has no small alphabet (SSH key, labels, taints, access lists,
/// DNS domain), with [`FREE_TEXT_ENTRY_CHARS`] for the punctuation of each. It keeps every link
/// below [`LINK_CHARS_MAX`]; a property test over the worst specs holds the two together.
pub const FREE_TEXT_CHARS_MAX: usize = 1_000;

/// Characters of JSON around each key, value and entry: two quotes, a comma or colon, and one for good measure.
pub const FREE_TEXT_ENTRY_CHARS: usize = 4;

/// Characters of a link: chat and mail programs start to cut at about 2,000.
pub const LINK_CHARS_MAX: usize = 2_000;

/// Bytes of a link that are read at all.
pub const LINK_INPUT_BYTES_MAX: usize = 8 << 10;

/// Bytes that a link may unfold to: deflate reaches 1,029 to 1, so that 8 KiB could ask for 8 MiB. The worst spec has
/// a quarter of this.
pub const LINK_OUTPUT_BYTES_MAX: usize = 16 << 10;

/// Characters of a refused value that a problem repeats.
pub const PROBLEM_VALUE_CHARS_MAX: usize = 60;

/// Problems that one answer reports: a spec with more is not a spec.
pub const PROBLEMS_MAX: usize = 64;

/// Prefix length of the private network: room for eight static and four leased addresses …
pub const PRIVATE_PREFIX_MAX: u8 = 28;
/// … and more addresses than any cluster has machines.
pub const PRIVATE_PREFIX_MIN: u8 = 16;

/// Prefix length of the services' range: 256 addresses …
pub const SERVICES_PREFIX_MAX: u8 = 24;
/// … and the API server's own bound.
pub const SERVICES_PREFIX_MIN: u8 = 12;

/// Prefix length of the range that each node gets out of the pods' range (the controller manager's
/// default). Calico's blocks of /26 are four to each of these, so that this is the tighter rule.
pub const NODE_PODS_PREFIX: u8 = 24;

/// Bits by which the node's range may be narrower than the pods' range (kubeadm's validation).
pub const PODS_PREFIX_SPAN_MAX: u8 = 16;

/// Leases kept free in the DHCP range beyond the largest number of nodes, in percent and at least
/// [`SPARE_LEASES_MIN`]: a pool that heals holds the old member and the new one for a while.
pub const SPARE_LEASES_PERCENT: u32 = 10;
/// See [`SPARE_LEASES_PERCENT`].
pub const SPARE_LEASES_MIN: u32 = 2;

/// First port that `NodePorts` may take: those below need root and belong to the system.
pub const NODE_PORT_MIN: u16 = 1_024;

/// Last port that `NodePorts` may take: at 32768 Linux begins to number its outgoing connections.
pub const NODE_PORT_MAX: u16 = 32_767;

/// `NodePorts` at least: the API server sets 16 aside for ports that people choose.
pub const NODE_PORTS_MIN: u16 = 32;

/// Hours in a month, for prices (Exoscale's own calculator).
pub const HOURS_PER_MONTH: u64 = 730;

const _: () = assert!(CLUSTER_ID_CHARS + 1 + POOL_NAME_CHARS_MAX <= INSTANCE_PREFIX_CHARS_MAX);
const _: () = assert!(LINK_CHARS_MAX < LINK_INPUT_BYTES_MAX);
const _: () = assert!(SPREAD_NODES_MAX < POOL_NODES_MAX);
