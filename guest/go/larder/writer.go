package larder

import (
	"io"
	"io/fs"
	"time"
)

// A Writer writes a value piece by piece. Closed without Finish, the value never was.
//
// Each Write is a call to the host, or several where it has more than a chunk: bufio.NewWriter gathers small ones. What is
// written is kept free in the store. A write that is refused leaves what was written before it.
type Writer struct {
	handle     uint32
	chunkBytes int
	closed     bool
}

var (
	_ io.WriteCloser = (*Writer)(nil)
	_ io.ReaderFrom  = (*Writer)(nil)
)

// CreateOptions says under which condition a value is stored, and for how long.
type CreateOptions struct {
	// OnlyIf must be true of the key when the writer is finished. Left out, there is no condition.
	OnlyIf Expectation
	// ExpiresIn is how long after Create the value is gone, in whole milliseconds. Left out, or zero, it stays.
	ExpiresIn time.Duration
}

// Create begins a value, which is there once [Writer.Finish] has returned.
//
// It fails with [ErrTooManyOpen] where as many readers and writers are open as may be; with [ErrKeyTooLong],
// [ErrAccessDenied] or [ErrThrottled]; with [ErrUnavailable] where the store fails.
func Create(at Address) (*Writer, error) { return CreateWith(at, CreateOptions{}) }

// CreateWith is as [Create], with a condition, or with an expiry.
func CreateWith(at Address, options CreateOptions) (*Writer, error) {
	if err := checkText(at.Key); err != nil {
		return nil, err
	}
	handle, err := hostCreate(at, options)
	if err != nil {
		return nil, err
	}
	chunkBytes := min(max(hostLimits().ChunkBytes, 1), pieceBytes)
	return &Writer{handle: handle, chunkBytes: int(chunkBytes)}, nil
}

// Write appends bytes. It fails with [ErrValueTooLarge] or [ErrQuotaExceeded] where a limit stands against it, and says how
// many bytes were written before; with [ErrThrottled]; with [ErrUnavailable] where the store fails.
func (w *Writer) Write(bytes []byte) (int, error) {
	if w.closed {
		return 0, fs.ErrClosed
	}
	total := 0
	for total < len(bytes) {
		chunk := bytes[total:min(len(bytes), total+w.chunkBytes)]
		if err := writerWrite(w.handle, chunk); err != nil {
			return total, err
		}
		total += len(chunk)
	}
	return total, nil
}

// ReadFrom appends all that r has to give, in pieces as large as they may be; so io.Copy does.
func (w *Writer) ReadFrom(r io.Reader) (int64, error) {
	piece := make([]byte, w.chunkBytes)
	var total int64
	for {
		// io.ReadFull would not tell the end from an input that was cut off.
		var read int
		var err error
		for read < len(piece) && err == nil {
			var more int
			more, err = r.Read(piece[read:])
			read += more
		}
		written, failed := w.Write(piece[:read])
		total += int64(written)
		switch {
		case failed != nil:
			return total, failed
		case err == io.EOF:
			return total, nil
		case err != nil:
			return total, err
		}
	}
}

// Finish makes the value visible and durable, and gives its version; stored is false where the condition of [CreateOptions]
// does not hold. The writer is closed then, also after an error, and the value is wholly there or wholly not.
//
// It fails with [ErrValueTooLarge] or [ErrQuotaExceeded] where a limit stands against it; with [ErrAccessDenied] or
// [ErrThrottled]; with [ErrUnavailable] or [ErrOutcomeUnknown] where the store fails.
func (w *Writer) Finish() (version Version, stored bool, err error) {
	if w.closed {
		return 0, false, fs.ErrClosed
	}
	w.closed = true
	return writerFinish(w.handle)
}

// Close gives the value up. After Finish it does nothing; so it can be deferred.
func (w *Writer) Close() error {
	if !w.closed {
		w.closed = true
		writerDrop(w.handle)
	}
	return nil
}
