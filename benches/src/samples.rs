use std::time::Duration;

use crate::{Run, Shape};

/// What was measured, again and again.
#[derive(Debug, Default)]
pub struct Samples {
    values: Vec<f64>,
    unit: Unit,
}

/// What is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// For one call.
    #[default]
    Nanoseconds,
    /// In memory or on the disk.
    Bytes,
    /// Whatever else there is a number of.
    Things,
}

impl Samples {
    /// None yet, of amounts.
    pub fn of(unit: Unit) -> Self {
        Self { values: Vec::new(), unit }
    }

    /// One amount that was found.
    pub fn amount(value: f64, unit: Unit) -> Self {
        Self { values: vec![value], unit }
    }

    /// One time that was taken.
    pub fn time(took: Duration) -> Self {
        Self::amount(took.as_nanos() as f64, Unit::Nanoseconds)
    }

    /// Adds what a run of this shape took.
    pub fn add(&mut self, run: &Run, shape: Shape) {
        self.values.extend(run.nanoseconds.iter().map(|&sample| sample as f64 / f64::from(shape.calls)));
    }

    /// Adds what one call took.
    pub fn add_one(&mut self, took: Duration) {
        self.values.push(took.as_nanos() as f64);
    }

    /// Adds an amount that was found.
    pub fn add_amount(&mut self, value: f64) {
        self.values.push(value);
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.values.len()
    }

    /// What half of the samples stay below; not a number where there are none.
    pub fn median(&self) -> f64 {
        self.rank(0.5)
    }

    /// What 99 of 100 samples stay below; not a number where there are none.
    pub fn p99(&self) -> f64 {
        self.rank(0.99)
    }

    /// The 99th of 100, as a sample that stands alone.
    pub fn only_p99(&self) -> Self {
        Self::amount(self.p99(), self.unit)
    }

    /// What is counted.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// The least sample that this part of all does not pass.
    fn rank(&self, part: f64) -> f64 {
        let mut sorted = self.values.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = (part * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
    }
}

impl Unit {
    /// A value, as people write it.
    pub fn show(self, value: f64) -> String {
        match self {
            Self::Nanoseconds if value < 1e3 => format!("{value:.0} ns"),
            Self::Nanoseconds if value < 1e6 => format!("{:.2} µs", value / 1e3),
            Self::Nanoseconds => format!("{:.2} ms", value / 1e6),
            Self::Bytes if value < 1024.0 => format!("{value:.0} B"),
            Self::Bytes if value < 1_048_576.0 => format!("{:.1} KiB", value / 1024.0),
            Self::Bytes => format!("{:.1} MiB", value / 1_048_576.0),
            Self::Things => format!("{value:.0}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_counted_from_the_least_sample_whatever_the_order() {
        let mut samples = Samples::default();
        let shape = Shape { samples: 100, calls: 10 };
        samples.add(&Run { bytes: 0, nanoseconds: (1..=100).rev().map(|n| n * 10).collect() }, shape);
        assert_eq!((samples.median(), samples.p99()), (50.0, 99.0));
    }
}
