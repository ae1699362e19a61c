use std::time::Duration;

use wasmtime::{Config, Enabled, InstanceAllocationStrategy, PoolingAllocationConfig};

use super::CompileCache;

const MIB: usize = 1024 * 1024;
/// Of each memory and table that was used in a pool, so much stays in memory for the next instance, zeroed.
const KEPT_BYTES: usize = 512 * 1024;

/// What a [`Runtime`](crate::Runtime) allows each call, and how many of them.
///
/// What a plugin may store is not said here but in the [`Limits`](larder_store::Limits) of its session. In the worst
/// case the plugins take `calls_at_once × (memory_bytes + hostcall_fuel)` of the host's memory, and what whole calls hold until
/// they are committed: for each about [`whole_call_bytes`](larder_store::Limits::whole_call_bytes), and a MiB for what it read.
///
/// ```
/// let mut options = larder_host::RuntimeOptions::default();
/// options.memory_bytes = 32 * 1024 * 1024;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RuntimeOptions {
    /// The time for one call, instantiation, waiting for the disk and running again included; `None` for no end. Default
    /// 10 s.
    pub call_timeout: Option<Duration>,
    /// Bytes of linear memory in one call, all its memories together; beyond, `memory.grow` fails. Default 256 MiB.
    pub memory_bytes: usize,
    /// Elements of tables in one call, all its tables together; 8 bytes each. Default 100,000.
    pub table_elements: usize,
    /// Core instances in one call; a component has several. Default 100.
    pub instances: usize,
    /// Linear memories in one call. Default 16.
    pub memories: usize,
    /// Tables in one call. Default 64.
    pub tables: usize,
    /// Handles of resources that a call holds at a time: streams, pollables and the like. Default 1,000.
    pub handles: usize,
    /// Bytes of the largest component that is accepted; a larger one is refused unparsed. Default 64 MiB.
    pub component_bytes: usize,
    /// Calls that run at once; further ones wait, and their time does not begin before they run. Default 32, least 1.
    pub calls_at_once: usize,
    /// Keys that a plugin reads in a second, in all its calls together: each one of a call counts, a page of a listing, a
    /// chunk of a stream and what else asks without naming keys counts as one. Default 1,000,000.
    ///
    /// For each rate a second's worth may be used at once. A call beyond it waits; one that would wait into the last tenth
    /// of its [`call_timeout`](Self::call_timeout), which is for its answer, is refused as `throttled`, with the time after
    /// which it is worth trying again.
    pub reads_per_second: u64,
    /// Keys that a plugin writes in a second, in all its calls together; a `delete-prefix` and a chunk of a stream count
    /// as one. Default 10,000.
    pub writes_per_second: u64,
    /// Bytes of keys and values that a plugin writes in a second, in all its calls together. Default 64 MiB.
    pub written_bytes_per_second: u64,
    /// How often a [`WholeCall`](larder_store::Commit::WholeCall) in conflict with others is run again, after a short
    /// random pause each time, before it is given up. Default 8.
    pub conflict_retries: u32,
    /// Where instances come from. Default [`Allocation::OnDemand`].
    pub allocation: Allocation,
    /// Where compiled plugins are kept. Default: nowhere, each is compiled when it is loaded.
    pub compile_cache: Option<CompileCache>,
}

impl Default for RuntimeOptions {
    fn default() -> Self {
        Self {
            call_timeout: Some(Duration::from_secs(10)),
            memory_bytes: 256 * MIB,
            table_elements: 100_000,
            instances: 100,
            memories: 16,
            tables: 64,
            handles: 1_000,
            component_bytes: 64 * MIB,
            calls_at_once: 32,
            reads_per_second: 1_000_000,
            writes_per_second: 10_000,
            written_bytes_per_second: 64 * MIB as u64,
            conflict_retries: 8,
            allocation: Allocation::default(),
            compile_cache: None,
        }
    }
}

/// Where the memory of instances comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Allocation {
    /// Mapped for each call. Costs nothing while nothing runs.
    #[default]
    OnDemand,
    /// Slots reserved at the start and used again, enough for `calls_at_once` of the largest calls.
    ///
    /// Instantiates faster, the more so the more threads do. Reserves about 4 GiB of address space, not of memory, for
    /// each of the `calls_at_once × memories` slots.
    Pooling,
}

impl RuntimeOptions {
    pub(super) fn engine_config(&self) -> Config {
        let mut config = Config::new();
        config.epoch_interruption(true);
        config.cache(self.compile_cache.as_ref().map(|kept| kept.cache.clone()));
        config.allocation_strategy(match self.allocation {
            Allocation::OnDemand => InstanceAllocationStrategy::OnDemand,
            Allocation::Pooling => self.pool().into(),
        });
        config
    }

    fn pool(&self) -> PoolingAllocationConfig {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let calls = self.calls_at_once.max(1);
        let in_all_calls = |number: usize| count(number.saturating_mul(calls));
        let mut pool = PoolingAllocationConfig::new();
        pool.total_component_instances(count(calls))
            .total_stacks(count(calls))
            .total_core_instances(in_all_calls(self.instances))
            .total_memories(in_all_calls(self.memories))
            .total_tables(in_all_calls(self.tables))
            .max_memories_per_module(count(self.memories))
            .max_tables_per_module(count(self.tables))
            .max_memory_size(self.memory_bytes)
            .table_elements(self.table_elements)
            .pagemap_scan(Enabled::Auto)
            .linear_memory_keep_resident(KEPT_BYTES)
            .table_keep_resident(KEPT_BYTES);
        pool
    }
}
