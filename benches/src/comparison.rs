use std::fmt;

use crate::Samples;

/// How many times its bound a ratio may be before it counts as a regression rather than as noise.
const TOLERANCE: f64 = 2.0;

/// A baseline, and what is measured against it.
#[derive(Debug)]
pub struct Comparison {
    what: String,
    baseline: Samples,
    subjects: Vec<Subject>,
}

#[derive(Debug)]
struct Subject {
    what: String,
    samples: Samples,
    bound: Option<f64>,
}

impl Comparison {
    /// A comparison with `baseline`, called `what`.
    pub fn with(what: impl Into<String>, baseline: Samples) -> Self {
        Self { what: what.into(), baseline, subjects: Vec::new() }
    }

    /// Adds what is compared, and how many times the baseline its median may take.
    pub fn of(mut self, what: impl Into<String>, samples: Samples, bound: Option<f64>) -> Self {
        self.subjects.push(Subject { what: what.into(), samples, bound });
        self
    }

    /// Whether a bound is missed by so much that noise does not explain it.
    pub fn is_far_off(&self) -> bool {
        let far_off = |subject: &Subject| subject.bound.is_some_and(|bound| self.ratio(subject) > TOLERANCE * bound);
        self.subjects.iter().any(far_off)
    }

    /// The head of the table that comparisons print as.
    pub fn head() -> String {
        row("", "median", "p99", "ratio", "of p99", "bound")
    }

    fn ratio(&self, subject: &Subject) -> f64 {
        subject.samples.median() / self.baseline.median()
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, baseline, subjects } = self;
        f.write_str(&row(what, &time(baseline.median()), &time(baseline.p99()), "1", "1", ""))?;
        for subject in subjects {
            let Subject { what, samples, bound } = subject;
            let ratio = self.ratio(subject);
            let verdict = match *bound {
                Some(bound) if ratio <= bound => format!("<= {bound}  ok"),
                Some(bound) => format!("<= {bound}  MISSED"),
                None => String::new(),
            };
            let of_p99 = samples.p99() / baseline.p99();
            let (median, p99) = (time(samples.median()), time(samples.p99()));
            let row =
                row(&format!("  {what}"), &median, &p99, &format!("{ratio:.2}"), &format!("{of_p99:.2}"), &verdict);
            f.write_str(&row)?;
        }
        Ok(())
    }
}

fn row(what: &str, median: &str, p99: &str, ratio: &str, of_p99: &str, bound: &str) -> String {
    let row = format!("{what:<48}{median:>10}{p99:>10}{ratio:>8}{of_p99:>8}   {bound}");
    row.trim_end().to_owned() + "\n"
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ns if ns < 1e3 => format!("{ns:.0} ns"),
        ns if ns < 1e6 => format!("{:.2} µs", ns / 1e3),
        ns => format!("{:.2} ms", ns / 1e6),
    }
}
