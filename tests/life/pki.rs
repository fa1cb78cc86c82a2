//! Authorities, made once a process: nothing in a life depends on which they are, and they take most of its time.

use std::cell::RefCell;
use std::collections::BTreeMap;

use shared::plan::Make;
use shared::run::{Product, Workshop, make};
use shared::secret::Secret;
use shared::time::Timestamp;

use super::Random;

/// A product, to be had more than once.
struct Stored {
    public: BTreeMap<String, String>,
    secrets: Vec<(String, Secret<String>)>,
}

thread_local! {
    static STORE: RefCell<BTreeMap<String, Stored>> = const { RefCell::new(BTreeMap::new()) };
}

/// An authority or key pair out of the store; `None` for what is made afresh for each life.
pub(super) fn ready_made(order: &Make, wall: Timestamp) -> Option<Product> {
    let name = match order {
        Make::Authority { name, common_name } => format!("{name} {common_name}"),
        Make::ServiceAccountKey => String::new(),
        Make::Tokens { .. } | Make::AdminCertificate { .. } => return None,
    };
    STORE.with_borrow_mut(|store| {
        let stored = store.entry(name).or_insert_with(|| {
            let made = make(
                order,
                &mut Bench {
                    random: Random::new(511),
                    wall,
                },
            )
            .unwrap();
            Stored {
                public: made.public,
                secrets: made.secrets,
            }
        });
        Some(Product {
            public: stored.public.clone(),
            secrets: stored.secrets.clone(),
        })
    })
}

struct Bench {
    random: Random,
    wall: Timestamp,
}

impl Workshop for Bench {
    fn random(&mut self) -> Option<[u8; 32]> {
        Some(self.random.bytes())
    }

    fn open(&self, _name: &str) -> Option<Secret<String>> {
        None
    }

    fn public(&self, _name: &str) -> Option<String> {
        None
    }

    fn wall(&self) -> Timestamp {
        // An authority of an earlier life may be used at any moment of another.
        self.wall
    }
}
