//! What files declare.

mod declared;
mod value;

pub use declared::{AccountPolicy, Attached, Case, Cluster, Group, Kept, LogGroup, OneOf, ParameterGroup, Subject, Subscription};
pub use value::Value;
