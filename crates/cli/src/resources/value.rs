//! A value as it stands before deployment: known, known and not to be shown, or not known yet.

/// A value of a declared resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<T> {
    /// Known.
    Known(T),
    /// Known and judged, but shown to nobody.
    Sensitive(T),
    /// Not known yet; the name under which to speak of it.
    Unknown(String),
}

impl<T> Value<T> {
    /// The value, where it is known.
    pub fn get(&self) -> Option<&T> {
        match self {
            Self::Known(value) | Self::Sensitive(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// The value, or the name under which to speak of it.
    ///
    /// # Errors
    /// The name.
    pub fn try_get(&self) -> Result<T, &str>
    where
        T: Clone,
    {
        match self {
            Self::Known(value) | Self::Sensitive(value) => Ok(value.clone()),
            Self::Unknown(name) => Err(name),
        }
    }

    /// The name under which to speak of it, where it is not known.
    pub fn unknown(&self) -> Option<&str> {
        match self {
            Self::Known(_) | Self::Sensitive(_) => None,
            Self::Unknown(name) => Some(name),
        }
    }

    /// Whether it must not be shown.
    pub fn is_sensitive(&self) -> bool {
        matches!(self, Self::Sensitive(_))
    }

    /// The same of something made from the value.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Value<U> {
        match self {
            Self::Known(value) => Value::Known(make(value)),
            Self::Sensitive(value) => Value::Sensitive(make(value)),
            Self::Unknown(name) => Value::Unknown(name),
        }
    }

    /// The same, where the value may turn out not to be of use: then it counts as unknown, under this name.
    pub fn try_map<U>(self, name: impl FnOnce() -> String, make: impl FnOnce(T) -> Option<U>) -> Value<U> {
        let sensitive = self.is_sensitive();
        match self {
            Self::Known(value) | Self::Sensitive(value) => match make(value) {
                Some(made) if sensitive => Value::Sensitive(made),
                Some(made) => Value::Known(made),
                None => Value::Unknown(name()),
            },
            Self::Unknown(name) => Value::Unknown(name),
        }
    }
}

impl<T> Value<Option<T>> {
    /// Whether nothing is set, for certain.
    pub fn is_absent(&self) -> bool {
        matches!(self.get(), Some(None))
    }
}
