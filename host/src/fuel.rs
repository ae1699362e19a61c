use larder_store::Limits;

/// What is left for a call above the largest key and value.
const SLACK_BYTES: usize = 64 * 1024;

/// The widest that a string can be: two bytes of UTF-16 for one of UTF-8.
const UTF16_BYTES: usize = 2;

/// The most strings in one call that are each as long as a key: a prefix and a position.
const KEYS_IN_A_CALL: usize = 2;

/// The bytes that a plugin may pass in one call to the host, for [`Store::set_hostcall_fuel`].
///
/// wasmtime copies the arguments of a call into the host's memory before the host can look at them; this bounds how much
/// one call can make it copy, and with that the host's memory: this number times the calls at once.
///
/// It is the largest value that `limits` allows, two keys of the largest size in UTF-16 (twice as wide as the UTF-8 that
/// is counted), and 64 KiB of slack, which is also what WASI lets a plugin write to a stream at once. A string costs its
/// bytes in the plugin's encoding, a `list<u8>` its length. So whatever `limits` allow passes; a value that is too large
/// by less than the slack reaches the host and is answered with an error that has both numbers; a larger one traps.
///
/// The same number bounds what a call of a plugin's own export returns, where a `list<u8>` read as dynamic
/// [`Val`](wasmtime::component::Val)s costs the size of a `Val` for each of its bytes; as a `Vec<u8>` it costs its length.
///
/// [`Store::set_hostcall_fuel`]: wasmtime::Store::set_hostcall_fuel
pub fn hostcall_fuel(limits: &Limits) -> usize {
    let in_host = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
    let keys = in_host(limits.key_bytes.into()).saturating_mul(UTF16_BYTES * KEYS_IN_A_CALL);
    in_host(limits.value_bytes).saturating_add(keys).saturating_add(SLACK_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_without_an_end_do_not_wrap() {
        let limits = Limits { key_bytes: u32::MAX, value_bytes: u64::MAX, ..Limits::default() };
        assert_eq!(hostcall_fuel(&limits), usize::MAX);
    }
}
