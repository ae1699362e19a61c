package larder

import "unicode/utf8"

// An Address is a key in one of the two stores that a plugin can reach. [At] and [SharedAt] make one.
type Address struct {
	// Shared says that the key is in the store that the plugins of the workspace share.
	Shared bool
	// Key is the key, any string of valid UTF-8.
	Key string
}

// At is a key in the plugin's own store.
func At(key string) Address { return Address{Key: key} }

// SharedAt is a key in the store that the plugins of the workspace share.
func SharedAt(key string) Address { return Address{Shared: true, Key: key} }

// The host would end the plugin for a string that is not valid UTF-8.
func checkText(texts ...string) error {
	for _, text := range texts {
		if !utf8.ValidString(text) {
			return ErrNotUTF8
		}
	}
	return nil
}
