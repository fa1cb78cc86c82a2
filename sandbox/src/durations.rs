//! How long things take, in virtual milliseconds, before jitter. Each has its source; "facts" is the
//! team's collection of measurements of the real API.

/// Groups, private networks and their attachments: under three seconds (facts §3).
pub(crate) const SMALL_CHANGE: u64 = 1_500;
/// Creating a machine that does not start: the larger part of the 25 s an instance takes to `running`.
pub(crate) const INSTANCE_CREATE: u64 = 12_000;
/// From creation to `running` for a machine that starts by itself: about 25 s (facts §3).
pub(crate) const INSTANCE_CREATE_TO_RUNNING: u64 = 25_000;
/// The start operation's `success`, which comes before `running` (facts §3).
pub(crate) const INSTANCE_START: u64 = 6_000;
/// From start to `running`: what is left of the 25 s after creation.
pub(crate) const INSTANCE_START_TO_RUNNING: u64 = 11_000;
/// Stopping, when the zone is not slow (guess; it once exceeded 600 s).
pub(crate) const INSTANCE_STOP: u64 = 12_000;
/// A new disk, or an old one again (guess, of the order of a create).
pub(crate) const INSTANCE_RESHAPE: u64 = 12_000;
/// Passwords are "transiently stored for at most 24 hours" (the API's document).
pub(crate) const PASSWORD_KEPT: u64 = 24 * 3_600_000;
/// A snapshot of a disk (guess; what is copied is larger than a registered template).
pub(crate) const SNAPSHOT_CREATE: u64 = 20_000;
/// Exporting a snapshot that lies in the object store already (guess).
pub(crate) const SNAPSHOT_EXPORT: u64 = 10_000;
/// Registering a template: 16 s for 887 MB (facts §3).
pub(crate) const TEMPLATE_REGISTER: u64 = 16_000;
/// Destroying a machine (guess, of the order of a stop).
pub(crate) const INSTANCE_DELETE: u64 = 10_000;
/// After an instance is gone its groups and networks still count it as a wearer for seconds (facts §12.1).
pub(crate) const LINGER: u64 = 4_000;
/// Members of a pool are created one after the other: three take 33 s instead of 25 (facts §3).
pub(crate) const POOL_MEMBER_STAGGER: u64 = 4_000;
/// Until a pool notices that a member is gone (guess).
pub(crate) const POOL_HEAL: u64 = 10_000;
/// How long a pool is `updating` (guess; the whole call took a few seconds).
pub(crate) const POOL_UPDATE: u64 = 3_000;
/// How long `instances` of a pool lags behind a change (facts §5: "stale right after scale").
pub(crate) const POOL_LIST_LAG: u64 = 4_000;
/// The private interface of a pool's member appears this long after boot, at least and at most (traps 38).
pub(crate) const POOL_INTERFACE_LATE: (u64, u64) = (5_000, 40_000);
/// Elastic addresses (guess, a small change with a route).
pub(crate) const ELASTIC_IP_CHANGE: u64 = 3_000;
/// Load balancers (guess; incidents of ten minutes are known).
pub(crate) const LOAD_BALANCER_CHANGE: u64 = 8_000;
/// Roles and keys (guess).
pub(crate) const IAM_CHANGE: u64 = 1_000;
/// Volumes (guess).
pub(crate) const VOLUME_CHANGE: u64 = 4_000;
/// Lists that are stale hide what is younger than this (fault `stale_list`).
pub(crate) const STALE_FOR: u64 = 8_000;

/// From `running` to the first line of the bootstrap: kernel, cloud-init (facts: 25 s to packages).
pub(crate) const BOOT: u64 = 18_000;
/// A slow boot takes so many times longer (fault `machine_slow_boot`).
pub(crate) const SLOW_BOOT_FACTOR: u64 = 12;
/// How often the bootstrap looks for its private interface.
pub(crate) const INTERFACE_RETRY: u64 = 5_000;
/// Bringing the private interface up once it is there.
pub(crate) const NETWORK: u64 = 3_000;
/// Kubernetes packages, CRI-O and images on a stock template (facts: two to three minutes a node).
pub(crate) const PACKAGES: u64 = 100_000;
/// `kubeadm init` until the API answers.
pub(crate) const KUBEADM_INIT: u64 = 40_000;
/// `kubeadm join` once it is let in.
pub(crate) const KUBEADM_JOIN: u64 = 15_000;
/// With packages and images on the disk already only the kernel and CRI-O are left to prepare.
pub(crate) const PACKAGES_BAKED: u64 = 8_000;
/// Taking away what two machines from one image must not share (guess: cloud-init clean, and a trim of the disk).
pub(crate) const CLEAN: u64 = 10_000;
/// cloud-init's tries of a password server that does not answer (traps 19).
pub(crate) const PASSWORD_SERVER_TIMEOUT: u64 = 70_000;
/// The bootstrap gives up looking for its private interface (network.py).
pub(crate) const INTERFACE_TIMEOUT: u64 = 10 * 60_000;
/// Between two looks at the endpoint, and between two questions of discovery.
pub(crate) const JOIN_RETRY: u64 = 10_000;
/// Every so often since a node's boot its tries to join end (slipway-bootstrap.sh): the autoscaler gives up on it after
/// 15 minutes.
pub(crate) const JOIN_TIME: u64 = 840_000;
/// Another control plane has so long (slipway-bootstrap.sh).
pub(crate) const CONTROL_PLANE_JOIN_TIME: u64 = 30 * 60_000;
/// systemd starts a node's bootstrap again after so long (slipway-bootstrap.service).
pub(crate) const RESTART: u64 = 30_000;
/// Discovery of one `kubeadm join` (kubeadm.py sets it; kubeadm's own is five minutes).
pub(crate) const DISCOVERY_TIMEOUT: u64 = 10 * 60_000;
/// So often kubeadm is tried, after a reset and a pause.
pub(crate) const KUBEADM_TRIES: u32 = 3;
/// See `KUBEADM_TRIES`.
pub(crate) const KUBEADM_PAUSE: u64 = 20_000;
/// A control plane that died while it became a member of etcd is in the way for so long (guess: kubeadm's
/// time-out for etcd is two minutes).
pub(crate) const ETCD_JOIN_TIMEOUT: u64 = 2 * 60_000;
/// Applying the addons until their pods run.
pub(crate) const ADDONS: u64 = 45_000;
/// From joining (and a network) to a Ready node.
pub(crate) const NODE_READY: u64 = 15_000;
/// A control plane looks at the account's labels so often (docs/machines.md).
pub(crate) const LOOK_PERIOD: u64 = 30_000;
/// A control plane that holds the lease for that and says nothing loses it (reconcile.py).
pub(crate) const LEASE_SILENCE: u64 = 2 * 60_000;
/// Until an autoscaler with other flags is ready and takes over (guess: a pod starts in seconds).
pub(crate) const AUTOSCALER_RESTART: u64 = 10_000;
/// Until the pods of a cordoned node are elsewhere; all nodes of a pool at the same time (guess: most pods take no longer
/// than their thirty seconds; docs/machines.md allows five minutes).
pub(crate) const DRAIN: u64 = 20_000;
/// How often the controllers of a cluster look around.
pub(crate) const CONTROLLER_PERIOD: u64 = 5_000;
/// How often they do when there is nothing left to settle.
pub(crate) const CONTROLLER_IDLE_PERIOD: u64 = 60_000;
/// After so long without any change a cluster is looked at as if it were settled.
pub(crate) const CONTROLLER_PATIENCE: u64 = 20 * 60_000;
/// Evidence is sent every ten seconds (docs/machines.md).
pub(crate) const EVIDENCE_PERIOD: u64 = 10_000;
/// The first control plane gives up on a cluster that is not complete.
pub(crate) const EVIDENCE_TIMEOUT: u64 = 60 * 60_000;
/// Another control plane gives up on its own node.
pub(crate) const READY_TIMEOUT: u64 = 15 * 60_000;
/// A node that nobody needs is taken away after so long (the autoscaler's default).
pub(crate) const SCALE_DOWN_UNNEEDED: u64 = 10 * 60_000;
/// No node is taken away so soon after one was added (the autoscaler's default).
pub(crate) const SCALE_DOWN_AFTER_GROWTH: u64 = 10 * 60_000;
/// A member that is no node after so long is taken away (the autoscaler's default).
pub(crate) const MAX_NODE_PROVISION: u64 = 15 * 60_000;
/// The autoscaler waits for a pool to come to rest for so long (read in its provider).
pub(crate) const POOL_SCALE_TIMEOUT: u64 = 10 * 60_000;
/// After a failure the autoscaler leaves a pool alone for so long (its first back-off).
pub(crate) const SCALE_BACKOFF: u64 = 5 * 60_000;
/// The bundle is asked for again after this when the answer names no time (docs/machines.md: 5 s).
pub(crate) const BUNDLE_RETRY: u64 = 5_000;
/// A machine stops asking for its bundle after so long without any answer.
pub(crate) const BUNDLE_TIMEOUT: u64 = 25 * 60_000;
/// Join tokens are rotated every twelve hours and live forty-eight (docs/machines.md).
pub(crate) const ROTATION_PERIOD: u64 = 12 * 3_600_000;
/// See `ROTATION_PERIOD`.
pub(crate) const TOKEN_LIFETIME: u64 = 48 * 3_600_000;
