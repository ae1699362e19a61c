/// What fits into one page.
#[derive(Clone, Copy, Debug)]
pub struct PageLimits {
    pub most_items: usize,
    pub most_bytes: u64,
}

impl PageLimits {
    /// The items that a page holds, at least one if there is any, and whether more are left.
    pub fn cut<T>(self, items: impl Iterator<Item = T>, bytes_of: impl Fn(&T) -> usize) -> (Vec<T>, bool) {
        let (mut page, mut bytes) = (Vec::new(), 0);
        for item in items {
            bytes += bytes_of(&item) as u64;
            if !page.is_empty() && (page.len() >= self.most_items || bytes > self.most_bytes) {
                return (page, true);
            }
            page.push(item);
        }
        (page, false)
    }
}
