//! The partitions of AWS.

/// A partition of AWS, which Regions belong to.
pub(crate) struct Partition {
    /// As the second part of an ARN has it.
    pub(crate) name: &'static str,
    /// Of the hosts of its services.
    pub(crate) domain: &'static str,
}

impl Partition {
    /// That of a Region, by how the Region's name begins; Regions in no other partition are in `aws`.
    /// <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>, and the endpoints of botocore
    /// for the domains.
    pub(crate) fn of(region: &str) -> Self {
        let (name, domain) = match region {
            _ if region.starts_with("cn-") => ("aws-cn", "amazonaws.com.cn"),
            _ if region.starts_with("us-gov-") => ("aws-us-gov", "amazonaws.com"),
            _ if region.starts_with("us-isob-") => ("aws-iso-b", "sc2s.sgov.gov"),
            _ if region.starts_with("us-isof-") => ("aws-iso-f", "csp.hci.ic.gov"),
            _ if region.starts_with("us-iso-") => ("aws-iso", "c2s.ic.gov"),
            _ if region.starts_with("eu-isoe-") => ("aws-iso-e", "cloud.adc-e.uk"),
            _ if region.starts_with("eusc-") => ("aws-eusc", "amazonaws.eu"),
            _ => ("aws", "amazonaws.com"),
        };
        Self { name, domain }
    }
}
