//! Makes what the edge is asked to make. Randomness and time come in; nothing is kept here.

use std::collections::BTreeMap;

use super::Product;
use crate::pki::{self, AdminPublicKey, AdminRequest, Authority};
use crate::plan::Make;
use crate::secret::Secret;
use crate::time::Timestamp;

/// Where randomness comes from, and what was made before and kept sealed.
pub trait Workshop {
    /// 32 fresh random bytes, if there are any left.
    fn random(&mut self) -> Option<[u8; 32]>;
    /// A sealed secret.
    fn open(&self, name: &str) -> Option<Secret<String>>;
    /// Something that was made before and is not secret.
    fn public(&self, name: &str) -> Option<String>;
    /// By the wall clock: certificates know no other.
    fn wall(&self) -> Timestamp;
}

/// Makes one thing.
pub fn make(order: &Make, shop: &mut impl Workshop) -> Result<Product, String> {
    match order {
        Make::Authority { name, common_name } => authority(name, common_name, shop),
        Make::ServiceAccountKey => service_account_key(shop),
        Make::Tokens { machines } => tokens(machines, shop),
        Make::AdminCertificate { public_key, hours } => admin_certificate(public_key, *hours, shop),
    }
}

fn authority(name: &str, common_name: &str, shop: &mut impl Workshop) -> Result<Product, String> {
    let (random, serial, now) = (random(shop)?, serial(shop)?, shop.wall());
    let authority =
        pki::authority(common_name, &random, serial, now).map_err(|error| error.to_string())?;
    let mut public = BTreeMap::from([(format!("{name}.crt"), authority.certificate_pem.clone())]);
    if name == CLUSTER_AUTHORITY {
        let hash = pki::ca_hash(&authority.certificate_pem).map_err(|error| error.to_string())?;
        public.insert("ca-hash".to_owned(), hash);
    }
    Ok(Product {
        public,
        secrets: vec![(format!("pki/{name}.key"), authority.key_pem)],
    })
}

fn service_account_key(shop: &mut impl Workshop) -> Result<Product, String> {
    let keys = pki::service_account_key_pair(&random(shop)?).map_err(|error| error.to_string())?;
    Ok(Product {
        public: BTreeMap::from([("sa.pub".to_owned(), keys.public_pem)]),
        secrets: vec![("pki/sa.key".to_owned(), keys.private_pem)],
    })
}

/// The join token, and a ticket for each control plane; of a ticket only the hash is known here afterwards.
fn tokens(machines: &[String], shop: &mut impl Workshop) -> Result<Product, String> {
    let mut product = Product::default();
    product
        .secrets
        .push(("join-token".to_owned(), pki::join_token(&random(shop)?)));
    for machine in machines {
        let ticket = pki::ticket(&random(shop)?);
        product.public.insert(
            format!("ticket-hash/{machine}"),
            pki::hash_hex(ticket.expose()),
        );
        product.secrets.push((format!("ticket/{machine}"), ticket));
    }
    Ok(product)
}

fn admin_certificate(
    public_key: &str,
    hours: u32,
    shop: &mut impl Workshop,
) -> Result<Product, String> {
    let key = AdminPublicKey::parse(public_key).map_err(|error| error.to_string())?;
    let certificate_pem = shop
        .public("ca.crt")
        .ok_or("the cluster's authority is not made yet")?;
    let key_pem = shop
        .open("pki/ca.key")
        .ok_or("the cluster's authority is no longer kept")?;
    let request = AdminRequest {
        public_key: &key,
        common_name: ADMIN_NAME,
        lifetime_hours: hours,
        serial: serial(shop)?,
    };
    let certificate = pki::admin_certificate(
        &Authority {
            certificate_pem,
            key_pem,
        },
        &request,
        shop.wall(),
    )
    .map_err(|error| error.to_string())?;
    let public = [
        ("admin.crt".to_owned(), certificate),
        ("admin-key".to_owned(), public_key.to_owned()),
    ];
    Ok(Product {
        public: public.into(),
        secrets: Vec::new(),
    })
}

fn random(shop: &mut impl Workshop) -> Result<[u8; 32], String> {
    shop.random()
        .ok_or_else(|| "there is no randomness left".to_owned())
}

fn serial(shop: &mut impl Workshop) -> Result<[u8; 16], String> {
    let mut serial = [0; 16];
    serial
        .iter_mut()
        .zip(random(shop)?)
        .for_each(|(byte, random)| *byte = random);
    Ok(serial)
}

/// The authority whose certificate is the cluster's.
const CLUSTER_AUTHORITY: &str = "ca";

/// How the admin is named in the cluster's audit log.
const ADMIN_NAME: &str = "slipway-admin";
