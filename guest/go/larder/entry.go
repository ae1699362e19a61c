package larder

import (
	"encoding/binary"
	"time"
)

// A Version says which write made a value. No two writes in a workspace ever share one, also after a delete, a restart or a
// restore. Compare for equality only: which of two is the older is not promised.
type Version uint64

// An Entry is a value with what is known of it.
type Entry struct {
	// Value is the value.
	Value []byte
	// Version is which write made it.
	Version Version
	// Expires says whether the value is gone some time.
	Expires bool
	// ExpiresIn is how long it has to live then, in whole milliseconds.
	ExpiresIn time.Duration
}

// Counter gives what a counter has come to: its value is eight bytes, little-endian and signed. It fails with
// [ErrNotACounter]. Of a nil entry it is 0, as an absent key counts as zero.
func (e *Entry) Counter() (int64, error) {
	if e == nil {
		return 0, nil
	}
	return counter(e.Value)
}

func counter(value []byte) (int64, error) {
	if len(value) != 8 {
		return 0, ErrNotACounter
	}
	return int64(binary.LittleEndian.Uint64(value)), nil
}

// GetEntry gives the value at a key with its version, and nil where there is none.
//
// It fails with [ErrKeyTooLong], [ErrAccessDenied] or [ErrThrottled]; with [ErrDamaged] or [ErrUnavailable] where the store
// fails.
func GetEntry(at Address) (*Entry, error) {
	if err := checkText(at.Key); err != nil {
		return nil, err
	}
	return hostEntry(at)
}

// GetEntries gives the values at several keys as of one moment, in the order asked; nil where there is none.
//
// It fails with [ErrBatchTooLarge] where the keys, or the values found, are more than is allowed at once; otherwise as
// GetEntry. A large value is read alone.
func GetEntries(at ...Address) ([]*Entry, error) {
	for _, at := range at {
		if err := checkText(at.Key); err != nil {
			return nil, err
		}
	}
	return hostEntries(at)
}
