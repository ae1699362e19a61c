use super::book::Write;
use super::values::{Place, Stored, Values};

/// What a call does to the values, in order.
#[derive(Clone, Debug, Default)]
pub struct Effect(pub Vec<(Place, Step)>);

#[derive(Clone, Debug)]
pub enum Step {
    Put(Stored),
    Remove,
    /// Adds to the counter that is there when the effect is applied.
    Add {
        by: i64,
        write: Write,
    },
}

/// The value is not a counter, or the sum leaves its range.
#[derive(Debug)]
pub struct NotACounter;

impl Effect {
    /// Does it, or nothing of it; what has expired by now is not put.
    pub fn apply(&self, to: &Values, now_ms: u64) -> Result<Values, NotACounter> {
        let mut values = to.clone();
        for (place, step) in &self.0 {
            match step {
                Step::Put(stored) if stored.expires_at_ms.is_some_and(|at| at <= now_ms) => {
                    drop(values.0.remove(place))
                }
                Step::Put(stored) => drop(values.0.insert(place.clone(), stored.clone())),
                Step::Remove => drop(values.0.remove(place)),
                Step::Add { by, write } => {
                    let sum = added(values.at(place), *by, *write)?;
                    values.0.insert(place.clone(), sum);
                }
            }
        }
        Ok(values)
    }

    /// Does what of it can be done.
    pub fn apply_what_can_be(&self, to: &Values, now_ms: u64) -> Values {
        let each = self.0.iter().map(|step| Self(vec![step.clone()]));
        each.fold(to.clone(), |values, step| step.apply(&values, now_ms).unwrap_or(values))
    }

    pub fn places(&self) -> impl Iterator<Item = &Place> {
        self.0.iter().map(|(place, _)| place)
    }
}

/// A counter with `by` added; an absent one counts as zero, an expiry is kept.
pub fn added(to: Option<&Stored>, by: i64, write: Write) -> Result<Stored, NotACounter> {
    let before = to.map_or(Some(0), |stored| stored.value.number()).ok_or(NotACounter)?;
    let sum = before.checked_add(by).ok_or(NotACounter)?;
    let expires_at_ms = to.and_then(|stored| stored.expires_at_ms);
    Ok(Stored { value: sum.to_le_bytes().to_vec().into(), write, expires_at_ms })
}
