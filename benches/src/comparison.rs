use std::fmt;

use crate::Samples;

/// How many times its bound a ratio may be before it counts as a regression rather than as noise.
const TOLERANCE: f64 = 2.0;

/// A baseline, and what is measured against it.
#[derive(Debug)]
pub struct Comparison {
    id: &'static str,
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
    /// A comparison with `baseline`, called `what`; `id` is what the figure is known by.
    pub fn with(id: &'static str, what: impl Into<String>, baseline: Samples) -> Self {
        Self { id, what: what.into(), baseline, subjects: Vec::new() }
    }

    /// Adds what is compared, and how many times the baseline its median may be.
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
        row("", "", "median", "p99", "ratio", "of p99", "bound")
    }

    /// A JSON object for each subject.
    pub fn to_json(&self) -> impl Iterator<Item = serde_json::Value> {
        self.subjects.iter().map(|subject| {
            let what = format!("{}, to {}", subject.what, self.what);
            serde_json::json!({ "id": self.id, "what": what, "ratio": self.ratio(subject), "target": subject.bound })
        })
    }

    fn ratio(&self, subject: &Subject) -> f64 {
        subject.samples.median() / self.baseline.median()
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, what, baseline, subjects } = self;
        let show = |value| baseline.unit().show(value);
        f.write_str(&row(id, what, &show(baseline.median()), &show(baseline.p99()), "1", "1", ""))?;
        for subject in subjects {
            let Subject { what, samples, bound } = subject;
            let ratio = self.ratio(subject);
            let verdict = match *bound {
                Some(bound) if ratio <= bound => format!("<= {bound}  ok"),
                Some(bound) => format!("<= {bound}  MISSED"),
                None => String::new(),
            };
            let of_p99 = format!("{:.2}", samples.p99() / baseline.p99());
            let (median, p99) = (show(samples.median()), show(samples.p99()));
            f.write_str(&row("", &format!("  {what}"), &median, &p99, &format!("{ratio:.2}"), &of_p99, &verdict))?;
        }
        Ok(())
    }
}

fn row(id: &str, what: &str, median: &str, p99: &str, ratio: &str, of_p99: &str, bound: &str) -> String {
    let row = format!("{id:<4}{what:<54}{median:>10}{p99:>10}{ratio:>8}{of_p99:>8}   {bound}");
    row.trim_end().to_owned() + "\n"
}
