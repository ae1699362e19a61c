/// Keys in byte order, and where to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyPage {
    /// The keys.
    pub keys: Vec<String>,
    /// What to pass as `after` for the page that follows; none on the last page.
    pub next: Option<String>,
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The key.
    pub key: String,
    /// The value.
    pub value: Vec<u8>,
}

/// Keys with their values in byte order of the keys, and where to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemPage {
    /// The items.
    pub items: Vec<Item>,
    /// What to pass as `after` for the page that follows; none on the last page.
    pub next: Option<String>,
}
