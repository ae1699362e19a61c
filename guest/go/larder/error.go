package larder

import (
	"errors"
	"fmt"
	"time"
)

// Why a call failed: what errors.Is finds in its error. After any of them but ErrOutcomeUnknown the store is as it was
// before the call.
var (
	// ErrKeyTooLong is for a key, prefix or position of more bytes than a key may have. A *[LimitError] has the numbers.
	ErrKeyTooLong = errors.New("the key is too long")
	// ErrValueTooLarge is for a value of more bytes than a value may have. A *[LimitError] has the numbers.
	ErrValueTooLarge = errors.New("the value is too large")
	// ErrBatchTooLarge is for a call that carries, or whose answer would carry, more than is allowed at once. A
	// *[LimitError] has the numbers.
	ErrBatchTooLarge = errors.New("too much for one call")
	// ErrQuotaExceeded is for a store that would hold more than it may. A *[LimitError] has the numbers; the limit is the
	// store's own quota, or what it holds and what is free in the workspace, whichever is less.
	ErrQuotaExceeded = errors.New("the store would be too full")
	// ErrTooManyOpen is for one more reader or writer than may be open. A *[LimitError] has the numbers.
	ErrTooManyOpen = errors.New("too many readers and writers are open")
	// ErrNotACounter is for a value that is not eight bytes long, or a sum that leaves the range of an int64.
	ErrNotACounter = errors.New("the value is not a counter, or the sum leaves its range")
	// ErrAccessDenied is for access that the host has not granted this plugin.
	ErrAccessDenied = errors.New("the host does not allow this plugin that access")
	// ErrThrottled is for too many calls. A *[ThrottledError] has how long to wait.
	ErrThrottled = errors.New("too many calls")
	// ErrDamaged is for a stored value that is damaged: reading it would give wrong bytes.
	ErrDamaged = errors.New("the stored value is damaged")
	// ErrUnavailable is for a store that cannot do this now; it is worth trying again.
	ErrUnavailable = errors.New("the store is unavailable")
	// ErrOutcomeUnknown is for a write that is wholly there or wholly not, where the store could not find out which; read
	// to find out.
	ErrOutcomeUnknown = errors.New("the outcome of the write is unknown")
	// ErrConflict is for others that kept changing what a commit checks. A *[ConflictError] has how often.
	ErrConflict = errors.New("others changed what the commit checks")
	// ErrNotUTF8 is for a key, prefix or position that is not valid UTF-8. The host is not asked then.
	ErrNotUTF8 = errors.New("the key is not valid UTF-8")
)

// A Unit is what a limit counts.
type Unit string

// The units of limits.
const (
	UnitBytes   Unit = "bytes"
	UnitItems   Unit = "items"
	UnitHandles Unit = "handles"
)

// A LimitError says which limit stands against a call, and what was asked for instead.
type LimitError struct {
	// Kind is ErrKeyTooLong, ErrValueTooLarge, ErrBatchTooLarge, ErrQuotaExceeded or ErrTooManyOpen.
	Kind error
	// Limit is what is allowed, in units of Unit.
	Limit uint64
	// Actual is what was asked for, in units of Unit.
	Actual uint64
	// Unit is what both count.
	Unit Unit
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("%v: %d %s where %d are allowed", e.Kind, e.Actual, e.Unit, e.Limit)
}

// Unwrap gives the kind, for errors.Is.
func (e *LimitError) Unwrap() error { return e.Kind }

// A ThrottledError says that there were too many calls. Its kind is ErrThrottled.
type ThrottledError struct {
	// After is how long to wait before it is worth trying again, in whole milliseconds.
	After time.Duration
}

func (e *ThrottledError) Error() string {
	return fmt.Sprintf("%v: try again in %d ms", ErrThrottled, e.After.Milliseconds())
}

// Unwrap gives the kind, for errors.Is.
func (e *ThrottledError) Unwrap() error { return ErrThrottled }

// A ConflictError is what [Retry] gives in the end. Its kind is ErrConflict.
type ConflictError struct {
	// Tries is how often the commit was tried.
	Tries int
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("%v, %d times", ErrConflict, e.Tries)
}

// Unwrap gives the kind, for errors.Is.
func (e *ConflictError) Unwrap() error { return ErrConflict }

// An OtherError has a reason that this version of the interface has no name for. The text is for a log.
type OtherError struct {
	// Reason is the host's text; it says nothing of the host.
	Reason string
}

func (e *OtherError) Error() string { return e.Reason }
