//! The addresses of a managed network: its subnet, what DHCP gives out, what may be leased by hand.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use crate::store::State;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    start: Ipv4Addr,
    end: Ipv4Addr,
    subnet: Ipv4Net,
}

impl Range {
    /// `None` when start and end are not in the same subnet, or the netmask is none.
    pub(crate) fn new(start: Ipv4Addr, end: Ipv4Addr, netmask: Ipv4Addr) -> Option<Self> {
        let subnet = Ipv4Net::with_netmask(start, netmask).ok()?.trunc();
        (start <= end && subnet.contains(&end)).then_some(Self { start, end, subnet })
    }

    /// A static lease may lie anywhere in the subnet, also outside start and end, but not on the address
    /// of the DHCP server, which is the subnet's last one.
    pub(crate) fn may_lease(&self, address: Ipv4Addr) -> bool {
        self.subnet.contains(&address)
            && address != self.subnet.network()
            && address < self.server()
    }

    /// The first address of the range that nobody has.
    pub(crate) fn free(&self, taken: &[Ipv4Addr]) -> Option<Ipv4Addr> {
        (u32::from(self.start)..=u32::from(self.end))
            .map(Ipv4Addr::from)
            .find(|address| self.may_lease(*address) && !taken.contains(address))
    }

    fn server(&self) -> Ipv4Addr {
        Ipv4Addr::from(u32::from(self.subnet.broadcast()).saturating_sub(1))
    }
}

/// What the machines in this network have.
pub(super) fn taken(state: &State, network: &str) -> Vec<Ipv4Addr> {
    let interfaces = state
        .instances
        .values()
        .flat_map(|instance| &instance.interfaces);
    interfaces
        .filter(|interface| interface.network == network)
        .filter_map(|interface| interface.ip)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: &str, end: &str) -> Option<Range> {
        Range::new(
            start.parse().unwrap(),
            end.parse().unwrap(),
            "255.255.255.0".parse().unwrap(),
        )
    }

    #[test]
    fn leases_by_hand_may_lie_outside_the_range() {
        let range = range("10.0.0.10", "10.0.0.253").unwrap();
        assert!(range.may_lease("10.0.0.1".parse().unwrap()));
        for wrong in ["10.0.0.0", "10.0.0.254", "10.0.0.255", "10.0.1.1"] {
            assert!(!range.may_lease(wrong.parse().unwrap()), "{wrong}");
        }
    }

    #[test]
    fn a_full_range_has_no_address_left() {
        let range = range("10.0.0.10", "10.0.0.11").unwrap();
        let first = range.free(&[]).unwrap();
        let second = range.free(&[first]).unwrap();
        assert_eq!(range.free(&[first, second]), None);
    }

    #[test]
    fn one_subnet_only() {
        assert_eq!(range("10.0.0.10", "10.0.1.10"), None);
    }
}
