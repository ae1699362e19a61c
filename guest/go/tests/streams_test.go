package tests

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"guest/larder"
)

func create(t *testing.T, key string) *larder.Writer {
	t.Helper()
	writer, err := larder.Create(larder.At(key))
	ok(t, err)
	return writer
}

func open(t *testing.T, key string) *larder.Reader {
	t.Helper()
	reader, found, err := larder.Open(larder.At(key))
	ok(t, err)
	equal(t, found, true)
	return reader
}

func TestAReaderIsWhatTheStandardLibraryExpects(t *testing.T) {
	fake := larder.NewFake()
	fake.Limits.ChunkBytes = 7
	text := strings.Repeat("0123456789", 10)
	put(t, "k", text)
	ok(t, iotest.TestReader(open(t, "k"), []byte(text)))
	put(t, "empty", "")
	ok(t, iotest.TestReader(open(t, "empty"), nil))
}

func TestAValueIsCopiedInAndOut(t *testing.T) {
	fake := larder.NewFake()
	fake.Limits.ChunkBytes = 7
	text := strings.Repeat("0123456789", 10)
	writer := create(t, "k")
	count, err := io.Copy(writer, iotest.OneByteReader(strings.NewReader(text)))
	ok(t, err)
	equal(t, count, 100)
	equal(t, have(t, "k"), "none")
	version, stored, err := writer.Finish()
	ok(t, err)
	equal(t, stored, true)
	reader := open(t, "k")
	equal(t, reader.Version(), version)
	equal(t, reader.Size(), 100)
	ok(t, larder.Delete("k"))
	var out bytes.Buffer
	_, err = io.Copy(&out, reader)
	ok(t, err)
	equal(t, out.String(), text)
}

func TestAnInputThatBreaksOffIsNotTakenForItsEnd(t *testing.T) {
	larder.NewFake()
	broken := io.MultiReader(strings.NewReader("half"), iotest.ErrReader(io.ErrUnexpectedEOF))
	_, err := io.Copy(create(t, "k"), broken)
	equal(t, err, io.ErrUnexpectedEOF)
}

func TestWithoutFinishItNeverWas(t *testing.T) {
	fake := larder.NewFake()
	fake.Limits.OpenHandles = 1
	writer := create(t, "k")
	_, err := writer.Write([]byte("half"))
	ok(t, err)
	_, err = larder.Create(larder.At("other"))
	refused(t, err, larder.ErrTooManyOpen, "too many readers and writers are open: 2 handles where 1 are allowed")
	ok(t, writer.Close())
	ok(t, writer.Close())
	equal(t, have(t, "k"), "none")
	_, err = writer.Write([]byte("more"))
	equal(t, errors.Is(err, fs.ErrClosed), true)
	_, _, err = writer.Finish()
	equal(t, errors.Is(err, fs.ErrClosed), true)
	put(t, "k", "v")
	reader := open(t, "k")
	ok(t, reader.Close())
	_, err = reader.Read(make([]byte, 1))
	equal(t, errors.Is(err, fs.ErrClosed), true)
	ok(t, open(t, "k").Close())
}

func TestConditionsAreLookedAtInTheEnd(t *testing.T) {
	fake := larder.NewFake()
	options := larder.CreateOptions{OnlyIf: larder.Absent(), ExpiresIn: time.Minute}
	for _, want := range []bool{true, false} {
		writer, err := larder.CreateWith(larder.At("k"), options)
		ok(t, err)
		_, stored, err := writer.Finish()
		ok(t, err)
		equal(t, stored, want)
	}
	fake.Advance(time.Minute)
	equal(t, have(t, "k"), "none")
}

func TestWhatIsWrittenIsKeptFree(t *testing.T) {
	fake := larder.NewFake()
	fake.Limits.StoreBytes, fake.Limits.ValueBytes = 300, 100
	writer := create(t, "w")
	_, err := writer.Write(make([]byte, 100))
	ok(t, err)
	count, err := writer.Write([]byte("x"))
	equal(t, count, 0)
	refused(t, err, larder.ErrValueTooLarge, "the value is too large: 101 bytes where 100 are allowed")
	// 165 of 300 are taken.
	refused(t, larder.Set("k", make([]byte, 71)), larder.ErrQuotaExceeded,
		"the store would be too full: 136 bytes where 135 are allowed")
	put(t, "k", strings.Repeat("x", 70))
	_, stored, err := writer.Finish()
	ok(t, err)
	equal(t, stored, true)
	usage, err := larder.Usage()
	ok(t, err)
	equal(t, usage.Bytes, 300)
}
