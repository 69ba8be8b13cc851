//! What files declare, whatever their format, and what is foreseen of it.
//!
//! A [`Value`] is known, or not. A [`Subject`] is a cluster of a file with all that its trail is made of. [`judge`] turns it into facts and
//! unknown values for the decision crate, which alone decides, and [`judged`] into a row of the report.

mod account;
mod case;
mod cluster;
mod declared;
mod judge;
mod log_group;
mod row;
mod value;

pub(crate) use cluster::asks_for_log_group;
pub use declared::{AccountPolicy, Attached, Cluster, Group, Kept, LogGroup, OneOf, ParameterGroup, Subject, Subscription};
pub use judge::{Foreseen, Judging, judge};
pub use row::{Row, judged};
pub use value::Value;
