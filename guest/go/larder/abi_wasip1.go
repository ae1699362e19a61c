package larder

import (
	"sync"
	"time"
	"unsafe"
)

// All that is unsafe in this package is in this file: how strings, lists and variants cross to the host and back, by the
// canonical ABI of the component model (https://github.com/WebAssembly/component-model).
//
// What the host gives is written where cabi_realloc says. It calls that in the middle of an import, when the plugin may not
// call anything itself, not even the clock; yet Go's allocator may start a garbage collection, which reads the clock, or run
// another goroutine. So nothing is allocated there: the answer of a call lands in memory that is always there, and is copied
// to Go's heap when the call is over.
//
// What the host is given, it reads where it is. It must be on the heap, as stacks move, and stay alive until the call is
// over. A pointer that is passed to an imported function is both; one that is within a list of records is held.

// answerBytes is the room for one answer: the largest value that a host allows unless it says otherwise, and what comes with
// it. The memory is not touched before an answer needs it, but counts when a host limits the memory of a plugin. Where that
// is less, or the values are larger, this may be changed; an answer that is larger than this ends the plugin.
const answerBytes = 64<<20 + 128<<10

// resultBytes is at the beginning of it, for what an imported function returns by itself.
const resultBytes = 64

var (
	answers     [answerBytes / 8]uint64
	answersUsed uint32

	// One call at a time: another goroutine might run between the end of a call and the copying.
	turn sync.Mutex
	held []unsafe.Pointer
)

// A pointer is an i32 of the ABI.
type pointer = unsafe.Pointer

// An answer is what a call gave, by the offset of its parts in bytes.
type answer struct{ at unsafe.Pointer }

// beginCall makes room for the result of a call; endCall must follow when the answer has been taken.
func beginCall() answer {
	turn.Lock()
	answersUsed = resultBytes
	return answer{unsafe.Pointer(&answers)}
}

func endCall() {
	clear(held)
	held = held[:0]
	turn.Unlock()
}

//go:nosplit
//go:wasmexport cabi_realloc
func reallocAnswer(_ unsafe.Pointer, oldBytes, align, newBytes uint32) unsafe.Pointer {
	if oldBytes != 0 {
		return nowhere()
	}
	return bump(unsafe.Pointer(&answers), answerBytes, &answersUsed, align, newBytes)
}

// adapterBytes is for the adapter from the first version of WASI, which asks for 128 KiB once, before anything else is called.
const adapterBytes = 256 << 10

var (
	adapterMemory [adapterBytes / 8]uint64
	adapterUsed   uint32
)

//go:nosplit
//go:wasmexport cabi_realloc_adapter
func reallocAdapter(_ unsafe.Pointer, _, align, newBytes uint32) unsafe.Pointer {
	return bump(unsafe.Pointer(&adapterMemory), adapterBytes, &adapterUsed, align, newBytes)
}

//go:nosplit
func bump(memory unsafe.Pointer, room uint32, used *uint32, align, bytes uint32) unsafe.Pointer {
	start := (*used + align - 1) &^ (align - 1)
	if start > room || bytes > room-start {
		return nowhere()
	}
	*used = start + bytes
	return unsafe.Add(memory, start)
}

// An address outside of all memory: the host ends the plugin, and says that it is beyond the end of memory. A panic would
// have to write to standard error, which is an import.
//
//go:nosplit
func nowhere() unsafe.Pointer { return unsafe.Add(nil, -8) }

func bytesOf(value []byte) (pointer, uint32) {
	return unsafe.Pointer(unsafe.SliceData(value)), uint32(len(value))
}

func recordsOf[T any](records []T) (pointer, uint32) {
	return unsafe.Pointer(unsafe.SliceData(records)), uint32(len(records))
}

// holdBytes keeps a value where it is until the call is over, and gives it as a record has it: the address in the low half,
// the length in the high one.
func holdBytes(value []byte) uint64 {
	return hold(unsafe.Pointer(unsafe.SliceData(value)), len(value))
}

// holdString is holdBytes of a string.
func holdString(text string) uint64 {
	return hold(unsafe.Pointer(unsafe.StringData(text)), len(text))
}

func hold(at unsafe.Pointer, bytes int) uint64 {
	held = append(held, at)
	return uint64(uint32(uintptr(at))) | uint64(bytes)<<32
}

func (a answer) u8(offset uint32) uint8   { return *(*uint8)(unsafe.Add(a.at, offset)) }
func (a answer) u32(offset uint32) uint32 { return *(*uint32)(unsafe.Add(a.at, offset)) }
func (a answer) u64(offset uint32) uint64 { return *(*uint64)(unsafe.Add(a.at, offset)) }
func (a answer) flag(offset uint32) bool  { return a.u8(offset) != 0 }

// bytes copies a list of bytes to the heap.
func (a answer) bytes(offset uint32) []byte {
	there := a.view(offset)
	value := make([]byte, len(there))
	copy(value, there)
	return value
}

// copyTo copies a list of bytes to where it fits.
func (a answer) copyTo(into []byte, offset uint32) int { return copy(into, a.view(offset)) }

// text copies a string to the heap.
func (a answer) text(offset uint32) string { return string(a.view(offset)) }

func (a answer) view(offset uint32) []byte {
	return unsafe.Slice((*byte)(unsafe.Add(nil, a.u32(offset))), a.u32(offset+4))
}

// list gives the elements of a list, each of so many bytes.
func (a answer) list(offset, elementBytes uint32) []answer {
	start, elements := unsafe.Add(nil, a.u32(offset)), make([]answer, a.u32(offset+4))
	for i := range elements {
		elements[i] = answer{unsafe.Add(start, uint32(i)*elementBytes)}
	}
	return elements
}

// optionalText is an option<string>.
func (a answer) optionalText(offset uint32) *string {
	if !a.flag(offset) {
		return nil
	}
	text := a.text(offset + 4)
	return &text
}

// err is the error of a result, which is followed by what it carries at an offset of eight.
func (a answer) err() error {
	if !a.flag(0) {
		return nil
	}
	switch tag := a.u8(8); tag {
	case 0, 1, 2, 3, 4:
		kinds := [...]error{ErrKeyTooLong, ErrValueTooLarge, ErrBatchTooLarge, ErrQuotaExceeded, ErrTooManyOpen}
		units := [...]Unit{UnitBytes, UnitItems, UnitHandles}
		return &LimitError{Kind: kinds[tag], Unit: units[a.u8(16)], Limit: a.u64(24), Actual: a.u64(32)}
	case 5:
		return ErrNotACounter
	case 6:
		return ErrAccessDenied
	case 7:
		return &ThrottledError{time.Duration(a.u32(16)) * time.Millisecond}
	case 8:
		return ErrDamaged
	case 9:
		return ErrUnavailable
	case 10:
		return ErrOutcomeUnknown
	default:
		return &OtherError{a.text(16)}
	}
}
