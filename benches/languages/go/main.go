// Command notes, for once, reads the same note as often as its argument says.
package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"

	"notes/larder"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: notes TIMES")
	}
	times, err := strconv.Atoi(os.Args[1])
	if err != nil {
		return err
	}
	if err := larder.Set("k", bytes.Repeat([]byte("x"), 100)); err != nil {
		return err
	}
	for range times {
		value, found, err := larder.Get("k")
		if err != nil {
			return err
		}
		if !found || len(value) != 100 {
			return fmt.Errorf("%d bytes of 100", len(value))
		}
	}
	return nil
}
