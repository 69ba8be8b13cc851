//! What AWS asks for what is measured: list prices in US dollars, of us-east-1.

/// A request to Lambda. <https://aws.amazon.com/lambda/pricing/>
pub const PER_REQUEST: f64 = 0.20 / 1e6;
/// A GB-second of Lambda on arm64, which is the template's default; one on x86_64 costs a quarter more. The same page.
pub const PER_GB_SECOND: f64 = 0.000_013_333_4;
/// An evaluation of AWS Config, of the first 100,000 in a month. <https://aws.amazon.com/config/pricing/>
pub const PER_EVALUATION: f64 = 0.001;

/// Said beside every sum.
pub const SOURCES: &str = "Dollars at the list prices of us-east-1, Lambda's for arm64, the template's default \
                           ([Lambda](https://aws.amazon.com/lambda/pricing/), [AWS Config](https://aws.amazon.com/config/pricing/)); the times \
                           are those of the machine that is named at the end of this page.";
