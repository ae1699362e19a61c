use larder_store::Limits;

use crate::bindings::atomic::{Change, Check};

/// What is left for a call above the largest that `limits` allow.
const SLACK_BYTES: usize = 64 * 1024;

/// The widest that a string can be: two bytes of UTF-16 for one of UTF-8.
const UTF16_BYTES: usize = 2;

/// The keys of a listing, which has a prefix and a position however few items a batch may have.
const KEYS_OF_A_LISTING: usize = 2;

/// The bytes that a plugin may pass in one call to the host, for [`Store::set_hostcall_fuel`].
///
/// wasmtime copies the arguments of a call into the host's memory before the host can look at them; this bounds how much
/// one call can make it copy, and with that the host's memory: this number times the calls at once.
///
/// It is the sum of
///
/// * the values: the largest of `value_bytes`, `batch_bytes` and `chunk_bytes`, as a call carries one value, or a batch of
///   them, or a chunk;
/// * the keys: `batch_items` of `key_bytes`, in UTF-16, which is twice as wide as the UTF-8 that is counted;
/// * what the host keeps of each item beside its key and its value;
/// * 64 KiB of slack, which is also what WASI lets a plugin write to a stream at once.
///
/// A string costs its bytes in the plugin's encoding, a `list<u8>` its length, another list the size of its items in the
/// host and what is in them. So whatever `limits` allow passes; what is too large by less than the slack reaches the host
/// and is answered with an error that has both numbers; a larger one traps. With the default limits it is 66.1 MiB.
///
/// The same number bounds what a call of a plugin's own export returns, where a `list<u8>` read as dynamic
/// [`Val`](wasmtime::component::Val)s costs the size of a `Val` for each of its bytes; as a `Vec<u8>` it costs its length.
///
/// [`Store::set_hostcall_fuel`]: wasmtime::Store::set_hostcall_fuel
pub fn hostcall_fuel(limits: &Limits) -> usize {
    let values = limits.value_bytes.max(limits.batch_bytes).max(limits.chunk_bytes.into());
    let key = in_host(limits.key_bytes.into()).saturating_mul(UTF16_BYTES);
    let item = key.saturating_add(size_of::<Check>().max(size_of::<Change>()));
    let items = in_host(limits.batch_items.into()).max(KEYS_OF_A_LISTING).saturating_mul(item);
    in_host(values).saturating_add(items).saturating_add(SLACK_BYTES)
}

fn in_host(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_without_an_end_do_not_wrap() {
        let limits = Limits { key_bytes: u32::MAX, value_bytes: u64::MAX, ..Limits::default() };
        assert_eq!(hostcall_fuel(&limits), usize::MAX);
        let limits = Limits { key_bytes: u32::MAX, batch_items: u32::MAX, ..Limits::default() };
        assert_eq!(hostcall_fuel(&limits), usize::MAX);
    }

    #[test]
    fn the_limits_that_hold_unless_the_host_says_otherwise_take_what_the_docs_say() {
        let mib = hostcall_fuel(&Limits::default()) as f64 / 1024.0 / 1024.0;
        assert_eq!(format!("{mib:.1}"), "66.1");
    }
}
