/// One promise that the host of these tests breaks, as systems that do the same job have broken it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// None at all.
    None,
    /// `get` of a missing key is an error.
    MissingKeyFails,
    /// `delete` of a missing key is an error.
    DeletingNothingFails,
    /// `a//b` and `a/b` are one key.
    SlashesCollapse,
    /// `Key` and `key` are one key.
    LetterCaseIsFolded,
    /// A value without bytes is none.
    EmptyValueIsNone,
    /// A value is written before the quota is looked at.
    RefusedDataStays,
    /// What `limits` says is not looked at.
    LimitsAreNotEnforced,
    /// A prefix is matched as SQL's `LIKE` does.
    PrefixIsAPattern,
    /// Keys come in the order of their lengths first.
    ListingIsNotInOrder,
    /// A position is how many keys to pass over.
    PositionIsANumber,
    /// `delete-prefix` says nothing of how many there were.
    DeletePrefixDoesNotCount,
    /// Keys are not counted.
    UsageLeavesKeysOut,
    /// A value can be read until somebody sweeps.
    ExpiredCanBeRead,
    /// A key is listed until somebody sweeps.
    ExpiredIsListed,
    /// `set` leaves the time to live as it was.
    SetKeepsExpiry,
    /// A version is made of the value.
    VersionIsTheContent,
    /// A check of a key that is absent is taken to hold.
    AbsentKeyPassesChecks,
    /// Changes are made one after the other, until one fails.
    HalfACommitStays,
    /// A conflict does not say which check it was.
    ConflictNamesTheFirstCheck,
    /// What is no counter is overwritten.
    IncrementOverwrites,
    /// A reader reads what is at the key now.
    ReaderFollowsTheKey,
    /// A writer that is dropped has written.
    DroppedWriterFinishes,
    /// An expectation is looked at when the writer is made.
    ExpectationOfTheBeginning,
    /// A key that was missing is thought to be so after a commit.
    MissingKeyIsRemembered,
    /// The shared store is open to everybody.
    SharedNeedsNoGrant,
}
