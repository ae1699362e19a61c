//go:build !wasip1

package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"notes/larder"
)

// notes gives what the command prints, or why it fails.
func notes(words ...string) string {
	var output strings.Builder
	if err := run(words, strings.NewReader("from standard input"), &output); err != nil {
		return "error: " + err.Error()
	}
	return output.String()
}

func equal(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestKeepsAndListsNotes(t *testing.T) {
	larder.NewFake()
	equal(t, notes("put", "shop/1", "milk"), "")
	equal(t, notes("put", "shop/2"), "")
	equal(t, notes("put", "todo", "sleep"), "")
	equal(t, notes("get", "shop/1"), "milk")
	equal(t, notes("get", "shop/2"), "from standard input")
	equal(t, notes("list"), "shop/1\nshop/2\ntodo\n")
	equal(t, notes("list", "shop/"), "shop/1\nshop/2\n")
	equal(t, notes("rm", "todo"), "")
	equal(t, notes("get", "todo"), `error: there is no note "todo"`)
	equal(t, notes("clear", "shop/"), "2 removed\n")
	equal(t, notes("usage"), "0 notes, 0 of 104857600 bytes\n")
}

func TestListsAllPages(t *testing.T) {
	fake := larder.NewFake()
	fake.Limits.BatchItems = 2
	want := ""
	for number := range 5 {
		notes("put", fmt.Sprint(number), "")
		want += fmt.Sprintln(number)
	}
	equal(t, notes("list"), want)
}

func TestForgetsWhatWasPutForATime(t *testing.T) {
	fake := larder.NewFake()
	equal(t, notes("put-for", "60", "code", "1234"), "")
	fake.Advance(59 * time.Second)
	equal(t, notes("get", "code"), "1234")
	fake.Advance(time.Second)
	equal(t, notes("list"), "")
}

func TestSaysWhyThereIsNoRoom(t *testing.T) {
	fake := larder.NewFake()
	fake.Limits.StoreBytes = 70
	equal(t, notes("put", "n", "much-too-long"), "error: the store would be too full: 78 bytes where 70 are allowed")
	equal(t, notes("put", "n"), "error: the store would be too full: 84 bytes where 70 are allowed")
	equal(t, notes("usage"), "0 notes, 0 of 70 bytes\n")
}

func TestShowsHowItIsUsed(t *testing.T) {
	for _, words := range [][]string{{}, {"dance"}, {"get"}, {"rm", "a", "b"}, {"usage", "a"}} {
		equal(t, notes(words...), "error: "+help)
	}
}
