use std::time::Duration;

use crate::{Run, Shape};

/// How long something took, again and again.
#[derive(Debug, Default)]
pub struct Samples {
    /// Each for one call.
    nanoseconds: Vec<f64>,
}

impl Samples {
    /// Adds what a run of this shape took.
    pub fn add(&mut self, run: &Run, shape: Shape) {
        self.nanoseconds.extend(run.nanoseconds.iter().map(|&sample| sample as f64 / f64::from(shape.calls)));
    }

    /// Adds what one call took.
    pub fn add_one(&mut self, took: Duration) {
        self.nanoseconds.push(took.as_nanos() as f64);
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.nanoseconds.len()
    }

    /// The time that half of the samples stay below, in nanoseconds; not a number where there are none.
    pub fn median(&self) -> f64 {
        self.rank(0.5)
    }

    /// The time that 99 of 100 samples stay below, in nanoseconds; not a number where there are none.
    pub fn p99(&self) -> f64 {
        self.rank(0.99)
    }

    /// The least sample that this part of all does not pass.
    fn rank(&self, part: f64) -> f64 {
        let mut sorted = self.nanoseconds.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = (part * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
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
