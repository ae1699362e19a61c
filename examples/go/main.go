// Command notes keeps notes: an example of a plugin. What it stores is there the next time it runs.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"notes/larder"
)

const help = `usage: notes put NAME [TEXT]           keep TEXT, or standard input
       notes put-for SECONDS NAME TEXT keep TEXT for so long
       notes get NAME                  print a note
       notes list [PREFIX]             print the names of all notes, or of those that start so
       notes rm NAME                   remove a note
       notes clear PREFIX              remove all notes that start so
       notes usage                     print how much is kept`

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(words []string, input io.Reader, output io.Writer) error {
	command := ""
	if len(words) > 0 {
		command, words = words[0], words[1:]
	}
	switch {
	case command == "put" && len(words) == 2:
		return larder.Set(words[0], []byte(words[1]))
	case command == "put" && len(words) == 1:
		return put(words[0], input)
	case command == "put-for" && len(words) == 3:
		return putFor(words[0], words[1], words[2])
	case command == "get" && len(words) == 1:
		return get(words[0], output)
	case command == "list" && len(words) == 0:
		return list("", output)
	case command == "list" && len(words) == 1:
		return list(words[0], output)
	case command == "rm" && len(words) == 1:
		return larder.Delete(words[0])
	case command == "clear" && len(words) == 1:
		return remove(words[0], output)
	case command == "usage" && len(words) == 0:
		return usage(output)
	}
	return errors.New(help)
}

// put keeps a note of any size, a piece at a time.
func put(name string, input io.Reader) error {
	writer, err := larder.Create(larder.At(name))
	if err != nil {
		return err
	}
	defer writer.Close()
	if _, err := io.Copy(writer, input); err != nil {
		return err
	}
	_, _, err = writer.Finish()
	return err
}

func putFor(seconds, name, text string) error {
	count, err := strconv.ParseUint(seconds, 10, 32)
	if err != nil {
		return fmt.Errorf("not a number of seconds: %s", seconds)
	}
	return larder.SetExpiring(name, []byte(text), time.Duration(count)*time.Second)
}

func get(name string, output io.Writer) error {
	reader, found, err := larder.Open(larder.At(name))
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("there is no note %q", name)
	}
	defer reader.Close()
	_, err = io.Copy(output, reader)
	return err
}

func list(prefix string, output io.Writer) error {
	for name, err := range larder.Keys(prefix) {
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(output, name); err != nil {
			return err
		}
	}
	return nil
}

func remove(prefix string, output io.Writer) error {
	removed, err := larder.DeletePrefix(prefix)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(output, removed, "removed")
	return err
}

func usage(output io.Writer) error {
	usage, err := larder.Usage()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(output, "%d notes, %d of %d bytes\n", usage.Keys, usage.Bytes, usage.QuotaBytes)
	return err
}
