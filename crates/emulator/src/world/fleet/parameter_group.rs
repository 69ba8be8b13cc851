//! DB cluster parameter groups.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A DB cluster parameter group.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ParameterGroup {
    /// `DBParameterGroupFamily`.
    pub family: String,
    /// `Description`.
    pub description: String,
    /// The parameters that somebody set. The others are listed without a value.
    pub parameters: BTreeMap<String, String>,
    /// `ApplyMethod` by parameter, where it is not the usual one: a dynamic parameter can wait for a reboot too.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub apply_methods: BTreeMap<String, String>,
    /// Lists so many further parameters before the real ones, so that the listing takes more than one page.
    pub extra_parameters: usize,
    /// Lists the parameters that nobody set with their engine defaults, instead of without a value.
    pub show_defaults: bool,
    /// When the group was made, in milliseconds since 1970; 0: long ago.
    pub created: i64,
    /// Tags by key.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

impl Default for ParameterGroup {
    fn default() -> Self {
        Self {
            family: "neptune1.3".into(),
            description: "audited graphs".into(),
            parameters: BTreeMap::new(),
            apply_methods: BTreeMap::new(),
            extra_parameters: 0,
            show_defaults: false,
            created: 0,
            tags: BTreeMap::new(),
        }
    }
}

impl ParameterGroup {
    /// A group of the family `neptune1.3` with these parameters set.
    pub fn new(parameters: &[(&str, &str)]) -> Self {
        Self { parameters: parameters.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(), ..Self::default() }
    }
}
