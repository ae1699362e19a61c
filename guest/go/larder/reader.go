package larder

import (
	"errors"
	"io"
	"io/fs"
)

// What is asked for at once; a host may give less.
const pieceBytes = 1 << 20

// A Reader reads a value as it was when opened, whatever happens to the key meanwhile. It holds no more than one piece of the
// value in memory, 1 MiB or what the host allows.
//
// Each Read is a call to the host: bufio.NewReader gathers small ones. Close it, as only so many may be open.
type Reader struct {
	handle   uint32
	size     int64
	position int64
	closed   bool
}

var (
	_ io.ReadSeekCloser = (*Reader)(nil)
	_ io.ReaderAt       = (*Reader)(nil)
	_ io.WriterTo       = (*Reader)(nil)
)

// Open opens the value at a key for reading, and says whether there is one.
//
// It fails with [ErrTooManyOpen] where as many readers and writers are open as may be; with [ErrKeyTooLong],
// [ErrAccessDenied] or [ErrThrottled]; with [ErrDamaged] or [ErrUnavailable] where the store fails.
func Open(at Address) (reader *Reader, found bool, err error) {
	if err := checkText(at.Key); err != nil {
		return nil, false, err
	}
	handle, found, err := hostOpen(at)
	if err != nil || !found {
		return nil, false, err
	}
	return &Reader{handle: handle, size: int64(readerSize(handle))}, true, nil
}

// Size is how many bytes the value has.
func (r *Reader) Size() int64 { return r.size }

// Version is which write made the value; 0 when the reader is closed.
func (r *Reader) Version() Version {
	if r.closed {
		return 0
	}
	return readerVersion(r.handle)
}

// Read reads the next bytes. It fails with [ErrThrottled]; with [ErrDamaged] or [ErrUnavailable] where the store fails.
func (r *Reader) Read(into []byte) (int, error) {
	count, err := r.piece(into, r.position)
	r.position += int64(count)
	return count, err
}

// ReadAt reads from offset on, wherever the reader is otherwise. It fails as Read does.
func (r *Reader) ReadAt(into []byte, offset int64) (int, error) {
	if offset < 0 {
		return 0, errNegative
	}
	total := 0
	for total < len(into) {
		count, err := r.piece(into[total:], offset+int64(total))
		total += count
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// Seek sets where the next Read begins.
func (r *Reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.position
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 {
		return r.position, errNegative
	}
	r.position = offset
	return offset, nil
}

// WriteTo writes the rest of the value to w, in pieces as large as they may be; so io.Copy does.
func (r *Reader) WriteTo(w io.Writer) (int64, error) {
	piece := make([]byte, min(pieceBytes, max(r.size-r.position, 0)))
	var total int64
	for r.position < r.size {
		read, err := r.Read(piece)
		if err != nil {
			return total, err
		}
		written, err := w.Write(piece[:read])
		total += int64(written)
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// Close ends the reading. A second time it does nothing.
func (r *Reader) Close() error {
	if !r.closed {
		r.closed = true
		readerDrop(r.handle)
	}
	return nil
}

var errNegative = errors.New("larder: a position before the beginning")

func (r *Reader) piece(into []byte, offset int64) (int, error) {
	if r.closed {
		return 0, fs.ErrClosed
	}
	if len(into) == 0 {
		return 0, nil
	}
	if offset >= r.size {
		return 0, io.EOF
	}
	count, err := readerRead(r.handle, into[:min(len(into), pieceBytes)], uint64(offset))
	if err == nil && count == 0 {
		err = io.ErrUnexpectedEOF
	}
	return count, err
}
