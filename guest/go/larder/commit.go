package larder

import (
	"errors"
	"time"
)

// An Expectation is what must be true of a key for a write to be made. [Absent], [Present], [Unchanged] and [AsRead] make
// one; without any of them it is no expectation.
type Expectation struct {
	kind    expectationKind
	version Version
}

type expectationKind uint32

// Those of the interface, and none before them.
const (
	expectNothing expectationKind = iota
	expectAbsent
	expectPresent
	expectUnchanged
)

// Absent expects that there is no value.
func Absent() Expectation { return Expectation{kind: expectAbsent} }

// Present expects that there is a value.
func Present() Expectation { return Expectation{kind: expectPresent} }

// Unchanged expects that there is a value, made by this write.
func Unchanged(version Version) Expectation { return Expectation{expectUnchanged, version} }

// AsRead expects that the key is as it was read by [GetEntry]: unchanged, or absent where it gave nil.
func AsRead(entry *Entry) Expectation {
	if entry == nil {
		return Absent()
	}
	return Unchanged(entry.Version)
}

// A Check is a key and what must be true of it.
type Check struct {
	At     Address
	Expect Expectation
}

// A Change is a key and what is to be done to it.
type Change struct {
	At     Address
	Action Action
}

// An Action is [Put], [PutExpiring], [Remove] or [Add].
type Action interface{ isAction() }

// Put puts a value, which does not expire.
type Put struct{ Value []byte }

// PutExpiring puts a value that is gone so long from now, in whole milliseconds; zero, or less, is at once.
type PutExpiring struct {
	Value     []byte
	ExpiresIn time.Duration
}

// Remove removes the value, if there is one.
type Remove struct{}

// Add adds to a counter. An absent key counts as zero; a counter that expires still does, at the same time.
type Add struct{ By int64 }

func (Put) isAction()         {}
func (PutExpiring) isAction() {}
func (Remove) isAction()      {}
func (Add) isAction()         {}

// An Outcome is what became of a commit.
type Outcome struct {
	// Committed says whether the commit was made.
	Committed bool
	// Version is that of all the values it wrote, where it was made.
	Version Version
	// Conflict is the number, counted from 0, of the first check that did not hold, where it was not made.
	Conflict int
}

var (
	errNoExpectation = errors.New("larder: a check expects nothing")
	errNoAction      = errors.New("larder: a change has no action, or a pointer to one")
)

// Commit makes every change if every check holds; otherwise none.
//
// Checks see the store as it is before the commit. Changes to one key apply in the order given. A commit of a single Put may
// carry a value of any size that is allowed; all others are bounded as a batch.
//
// It fails with [ErrBatchTooLarge], [ErrKeyTooLong], [ErrValueTooLarge] or [ErrQuotaExceeded] where a limit stands against
// it; with [ErrNotACounter], [ErrAccessDenied] or [ErrThrottled]; with [ErrDamaged], [ErrUnavailable] or [ErrOutcomeUnknown]
// where the store fails.
func Commit(checks []Check, changes []Change) (Outcome, error) {
	for _, check := range checks {
		if check.Expect.kind == expectNothing {
			return Outcome{}, errNoExpectation
		}
		if err := checkText(check.At.Key); err != nil {
			return Outcome{}, err
		}
	}
	for _, change := range changes {
		switch change.Action.(type) {
		case Put, PutExpiring, Remove, Add:
		default:
			return Outcome{}, errNoAction
		}
		if err := checkText(change.At.Key); err != nil {
			return Outcome{}, err
		}
	}
	return hostCommit(checks, changes)
}

// SetIf stores value if the key is as expected: a compare-and-set, where that is [AsRead]. It fails as [Commit] does.
func SetIf(at Address, expect Expectation, value []byte) (Outcome, error) {
	return Commit([]Check{{at, expect}}, []Change{{at, Put{value}}})
}

// SetIfAbsent stores value where there is none yet, and says whether it did. It fails as [Commit] does.
func SetIfAbsent(at Address, value []byte) (bool, error) {
	outcome, err := SetIf(at, Absent(), value)
	return outcome.Committed, err
}

// Increment adds to a counter, and gives the sum. No count is ever lost, however many add at once. An absent key counts as
// zero; a counter that expires still does, at the same time.
//
// It fails with [ErrNotACounter]; with [ErrKeyTooLong] or [ErrQuotaExceeded] where a limit stands against it; with
// [ErrAccessDenied] or [ErrThrottled]; with [ErrDamaged], [ErrUnavailable] or [ErrOutcomeUnknown] where the store fails.
func Increment(at Address, by int64) (sum int64, err error) {
	if err := checkText(at.Key); err != nil {
		return 0, err
	}
	return hostIncrement(at, by)
}

// Counter gives what a counter has come to; zero where there is none. It fails with [ErrNotACounter], otherwise as
// [GetEntry].
func Counter(at Address) (int64, error) {
	entry, err := GetEntry(at)
	if err != nil {
		return 0, err
	}
	return entry.Counter()
}

// Retry runs attempt until its commit is made, at most so many times (0 means 1), and gives the version of what it wrote. The
// attempt reads again each time; so what it writes follows from what is there.
//
//	_, err := larder.Retry(10, func() (larder.Outcome, error) {
//		before, err := larder.GetEntry(at)
//		if err != nil {
//			return larder.Outcome{}, err
//		}
//		return larder.SetIf(at, larder.AsRead(before), changed(before))
//	})
//
// There is no waiting between two tries: a conflict means that another commit was made meanwhile, not that one is under way.
// It fails with a *[ConflictError] where the last try was in conflict too, or with the first error of attempt, which is not
// run again then.
func Retry(tries int, attempt func() (Outcome, error)) (Version, error) {
	tries = max(tries, 1)
	for range tries {
		outcome, err := attempt()
		if err != nil {
			return 0, err
		}
		if outcome.Committed {
			return outcome.Version, nil
		}
	}
	return 0, &ConflictError{tries}
}
