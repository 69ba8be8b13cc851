//! What files declare.

mod value;

pub use value::Value;
