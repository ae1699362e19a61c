package larder

import "iter"

// An Item is a key and its value.
type Item struct {
	Key   string
	Value []byte
}

// A KeyPage has keys in byte order. Next is what to pass as after for the page that follows, nil on the last page. A page
// holds at least one key if any is left.
type KeyPage struct {
	Keys []string
	Next *string
}

// An ItemPage is as KeyPage, with the values. It ends early where its bytes would pass BatchBytes of [StoreLimits], but holds
// at least one item if any is left, however large.
type ItemPage struct {
	Items []Item
	Next  *string
}

// Keys gives all keys that start with prefix, in byte order, fetched a page at a time. An error is the last thing it gives.
//
//	for key, err := range larder.Keys("tasks/") {
//		if err != nil {
//			return err
//		}
//		fmt.Println(key)
//	}
//
// Every key that is there from the first to the last step is met once; one that comes or goes meanwhile may or may not be.
// The steps fail as PageKeys does.
func (s *Store) Keys(prefix string) iter.Seq2[string, error] {
	return pages(func(after *string) ([]string, *string, error) {
		page, err := s.PageKeys(prefix, after, ^uint32(0))
		return page.Keys, page.Next, err
	})
}

// Items is as Keys, with the values. The steps fail as PageItems does.
func (s *Store) Items(prefix string) iter.Seq2[Item, error] {
	return pages(func(after *string) ([]Item, *string, error) {
		page, err := s.PageItems(prefix, after, ^uint32(0))
		return page.Items, page.Next, err
	})
}

// PageKeys gives one page of the keys that start with prefix and come after after, in byte order; nil is before all keys. It
// has at most most keys, cut to BatchItems of [StoreLimits]; 0 means 1.
//
// It fails with [ErrKeyTooLong], also for the prefix or the position; with [ErrAccessDenied], [ErrThrottled] or
// [ErrUnavailable].
func (s *Store) PageKeys(prefix string, after *string, most uint32) (KeyPage, error) {
	if err := checkPosition(prefix, after); err != nil {
		return KeyPage{}, err
	}
	return s.calls.keys(prefix, after, most)
}

// PageItems is as PageKeys, with the values. It fails also with [ErrDamaged] where one of the values is.
func (s *Store) PageItems(prefix string, after *string, most uint32) (ItemPage, error) {
	if err := checkPosition(prefix, after); err != nil {
		return ItemPage{}, err
	}
	return s.calls.items(prefix, after, most)
}

func checkPosition(prefix string, after *string) error {
	if after != nil {
		return checkText(prefix, *after)
	}
	return checkText(prefix)
}

func pages[T any](fetch func(after *string) ([]T, *string, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var after *string
		for {
			page, next, err := fetch(after)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range page {
				if !yield(item, nil) {
					return
				}
			}
			if next == nil {
				return
			}
			after = next
		}
	}
}
