use wasmtime::{ResourceLimiter, Result};

use super::RuntimeOptions;

/// What is left of the memory and tables of one call.
///
/// wasmtime's own `StoreLimits` bounds each memory by itself, so that a component with many of them could take as many
/// times the limit.
pub(super) struct Bounds {
    memory_bytes: Budget,
    table_elements: Budget,
    instances: usize,
    memories: usize,
    tables: usize,
}

impl Bounds {
    pub(super) fn new(options: &RuntimeOptions) -> Self {
        Self {
            memory_bytes: Budget::new(options.memory_bytes),
            table_elements: Budget::new(options.table_elements),
            instances: options.instances,
            memories: options.memories,
            tables: options.tables,
        }
    }
}

impl ResourceLimiter for Bounds {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        Ok(self.memory_bytes.take(current, desired, maximum))
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> Result<()> {
        self.memory_bytes.give_back();
        Ok(())
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        Ok(self.table_elements.take(current, desired, maximum))
    }

    fn table_grow_failed(&mut self, _error: wasmtime::Error) -> Result<()> {
        self.table_elements.give_back();
        Ok(())
    }

    fn instances(&self) -> usize {
        self.instances
    }

    fn memories(&self) -> usize {
        self.memories
    }

    fn tables(&self) -> usize {
        self.tables
    }
}

struct Budget {
    left: usize,
    last_taken: usize,
}

impl Budget {
    fn new(limit: usize) -> Self {
        Self { left: limit, last_taken: 0 }
    }

    fn take(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> bool {
        let wanted = desired.saturating_sub(current);
        let allowed = wanted <= self.left && maximum.is_none_or(|maximum| desired <= maximum);
        self.last_taken = if allowed { wanted } else { 0 };
        self.left -= self.last_taken;
        allowed
    }

    /// Of a growth that was allowed, and then failed.
    fn give_back(&mut self) {
        self.left += std::mem::take(&mut self.last_taken);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_holds_over_all_that_draw_on_it() {
        let mut budget = Budget::new(100);
        assert!(budget.take(0, 60, None));
        assert!(!budget.take(0, 41, None));
        assert!(budget.take(60, 100, None));
        assert!(!budget.take(100, 101, None));
    }

    #[test]
    fn a_growth_that_failed_costs_nothing() {
        let mut budget = Budget::new(100);
        assert!(budget.take(0, 100, None));
        budget.give_back();
        budget.give_back();
        assert!(!budget.take(0, 101, None));
        assert!(!budget.take(0, 100, Some(99)));
        assert!(budget.take(0, 100, None));
    }
}
