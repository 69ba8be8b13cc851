//! Each thing once, in the order in which it first came.

/// Adds what is not there yet.
pub fn add_new<T: PartialEq>(known: &mut Vec<T>, others: impl IntoIterator<Item = T>) {
    for other in others {
        if !known.contains(&other) {
            known.push(other);
        }
    }
}

/// Without what was there before.
pub fn each_once<T: PartialEq>(things: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut once = Vec::new();
    add_new(&mut once, things);
    once
}
