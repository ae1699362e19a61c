/// When what a session writes is committed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Commit {
    /// Each operation by itself: when it returns, it is durable and others see it.
    #[default]
    EachOperation,
    /// All that the session writes at once, in [`Session::commit`](crate::Session::commit). Until then the session alone
    /// sees it; without a commit it never was. Whole calls are serializable.
    WholeCall,
}
