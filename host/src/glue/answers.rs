use crate::bindings::types;

impl From<larder_store::KeyPage> for types::KeyPage {
    fn from(page: larder_store::KeyPage) -> Self {
        Self { keys: page.keys, next: page.next }
    }
}

impl From<larder_store::ItemPage> for types::ItemPage {
    fn from(page: larder_store::ItemPage) -> Self {
        Self { items: page.items.into_iter().map(types::Item::from).collect(), next: page.next }
    }
}

impl From<larder_store::Item> for types::Item {
    fn from(item: larder_store::Item) -> Self {
        Self { key: item.key, value: item.value }
    }
}

impl From<larder_store::StoreUsage> for types::StoreUsage {
    fn from(usage: larder_store::StoreUsage) -> Self {
        let larder_store::StoreUsage { bytes, keys, quota_bytes, quota_keys } = usage;
        Self { bytes, keys, quota_bytes, quota_keys }
    }
}

impl From<&larder_store::Limits> for types::StoreLimits {
    fn from(limits: &larder_store::Limits) -> Self {
        Self {
            key_bytes: limits.key_bytes,
            value_bytes: limits.value_bytes,
            batch_items: limits.batch_items,
            batch_bytes: limits.batch_bytes,
            chunk_bytes: limits.chunk_bytes,
            open_handles: limits.open_handles,
        }
    }
}
