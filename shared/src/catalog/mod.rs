//! What Exoscale and Kubernetes offer, as data: zones, instance types, prices and the bill of materials.
//!
//! The tables are bundled with the date they were taken; what an account may really use is asked at launch.

mod bill;
mod load;
mod machines;
mod money;
mod price;
mod prices;
mod zones;

pub use bill::{Bill, Component, Minor, bill, patch_of};
pub use load::{Forecast, HOURS_PER_WEEK, Load, forecasts};
pub use machines::{InstanceType, TYPES, TYPES_AS_OF, instance_type};
pub use money::Money;
pub use price::{Band, Line, band};
pub use prices::{Currency, LIST_BYTES_MAX, PriceError, Prices};
pub use zones::Zone;
