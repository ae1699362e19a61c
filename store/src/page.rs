/// Keys in byte order, and where to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyPage {
    /// The keys.
    pub keys: Vec<String>,
    /// What to pass as `after` for the page that follows; none on the last page.
    pub next: Option<String>,
}
