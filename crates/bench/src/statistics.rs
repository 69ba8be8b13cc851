//! Several runs of the same thing.

/// What was measured, run by run, sorted.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample(Vec<f64>);

impl Sample {
    /// Of at least one run.
    pub fn new(mut values: Vec<f64>) -> Self {
        assert!(!values.is_empty(), "nothing was measured");
        values.sort_by(f64::total_cmp);
        Self(values)
    }

    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// Half of the runs are between these.
    pub fn quartiles(&self) -> (f64, f64) {
        (self.quantile(0.25), self.quantile(0.75))
    }

    /// Between two neighbours in proportion.
    pub fn quantile(&self, share: f64) -> f64 {
        let place = share * (self.0.len() - 1) as f64;
        let below = place.floor() as usize;
        let above = place.ceil() as usize;
        self.0[below] + (self.0[above] - self.0[below]) * (place - place.floor())
    }

    pub fn runs(&self) -> usize {
        self.0.len()
    }
}

impl FromIterator<f64> for Sample {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        Self::new(values.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_of_runs_is_between_the_two_in_the_middle() {
        assert_eq!(Sample::new(vec![4.0, 1.0, 3.0, 2.0]).median(), 2.5);
        assert_eq!(Sample::new(vec![3.0, 1.0, 2.0]).median(), 2.0);
    }

    #[test]
    fn half_of_the_runs_are_between_the_quartiles() {
        assert_eq!(Sample::new(vec![5.0, 1.0, 2.0, 4.0, 3.0]).quartiles(), (2.0, 4.0));
        assert_eq!(Sample::new(vec![7.0]).quartiles(), (7.0, 7.0));
    }
}
