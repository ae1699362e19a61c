/// What a larder is opened for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Reading and writing. Each workspace that is touched is held against writers in other processes.
    #[default]
    ReadWrite,
    /// Reading what is committed, beside a process that may be writing.
    ReadOnly,
}
