package larder

// storeCalls are the imports of one store. A table for each, so that a plugin imports no store that it does not use.
type storeCalls struct {
	rawSet          func(key string, value pointer, valueBytes uint32, result pointer)
	rawSetExpiring  func(key string, value pointer, valueBytes uint32, expiresInMs uint64, result pointer)
	rawGet          func(key string, result pointer)
	rawExists       func(key string, result pointer)
	rawDelete       func(key string, result pointer)
	rawDeletePrefix func(prefix string, result pointer)
	rawKeys         func(prefix string, isAfter uint32, after string, most uint32, result pointer)
	rawItems        func(prefix string, isAfter uint32, after string, most uint32, result pointer)
	rawUsage        func(result pointer)
	rawLimits       func(result pointer)
}

func (c *storeCalls) set(key string, value []byte) error {
	answer := beginCall()
	defer endCall()
	at, length := bytesOf(value)
	c.rawSet(key, at, length, answer.at)
	return answer.err()
}

func (c *storeCalls) setExpiring(key string, value []byte, expiresInMs uint64) error {
	answer := beginCall()
	defer endCall()
	at, length := bytesOf(value)
	c.rawSetExpiring(key, at, length, expiresInMs, answer.at)
	return answer.err()
}

func (c *storeCalls) get(key string) ([]byte, bool, error) {
	answer := beginCall()
	defer endCall()
	c.rawGet(key, answer.at)
	if err := answer.err(); err != nil || !answer.flag(8) {
		return nil, false, err
	}
	return answer.bytes(12), true, nil
}

func (c *storeCalls) exists(key string) (bool, error) {
	answer := beginCall()
	defer endCall()
	c.rawExists(key, answer.at)
	if err := answer.err(); err != nil {
		return false, err
	}
	return answer.flag(8), nil
}

func (c *storeCalls) delete(key string) error {
	answer := beginCall()
	defer endCall()
	c.rawDelete(key, answer.at)
	return answer.err()
}

func (c *storeCalls) deletePrefix(prefix string) (uint64, error) {
	answer := beginCall()
	defer endCall()
	c.rawDeletePrefix(prefix, answer.at)
	if err := answer.err(); err != nil {
		return 0, err
	}
	return answer.u64(8), nil
}

func (c *storeCalls) keys(prefix string, after *string, most uint32) (KeyPage, error) {
	answer := beginCall()
	defer endCall()
	isAfter, position := optionalString(after)
	c.rawKeys(prefix, isAfter, position, most, answer.at)
	if err := answer.err(); err != nil {
		return KeyPage{}, err
	}
	page := KeyPage{Next: answer.optionalText(16)}
	for _, key := range answer.list(8, 8) {
		page.Keys = append(page.Keys, key.text(0))
	}
	return page, nil
}

func (c *storeCalls) items(prefix string, after *string, most uint32) (ItemPage, error) {
	answer := beginCall()
	defer endCall()
	isAfter, position := optionalString(after)
	c.rawItems(prefix, isAfter, position, most, answer.at)
	if err := answer.err(); err != nil {
		return ItemPage{}, err
	}
	page := ItemPage{Next: answer.optionalText(16)}
	for _, item := range answer.list(8, 16) {
		page.Items = append(page.Items, Item{Key: item.text(0), Value: item.bytes(8)})
	}
	return page, nil
}

func (c *storeCalls) usage() (StoreUsage, error) {
	answer := beginCall()
	defer endCall()
	c.rawUsage(answer.at)
	if err := answer.err(); err != nil {
		return StoreUsage{}, err
	}
	return StoreUsage{answer.u64(8), answer.u64(16), answer.u64(24), answer.u64(32)}, nil
}

func (c *storeCalls) limits() StoreLimits { return limitsOf(c.rawLimits) }

func limitsOf(rawLimits func(result pointer)) StoreLimits {
	answer := beginCall()
	defer endCall()
	rawLimits(answer.at)
	return StoreLimits{
		KeyBytes:    answer.u32(0),
		ValueBytes:  answer.u64(8),
		BatchItems:  answer.u32(16),
		BatchBytes:  answer.u64(24),
		ChunkBytes:  answer.u32(32),
		OpenHandles: answer.u32(36),
	}
}

func optionalString(text *string) (is uint32, it string) {
	if text == nil {
		return 0, ""
	}
	return 1, *text
}
