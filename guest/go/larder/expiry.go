package larder

import (
	"math"
	"time"
)

// As the interface counts: in whole milliseconds, rounded down. What is over already is gone at once.
func toMilliseconds(expiresIn time.Duration) uint64 {
	return uint64(max(expiresIn, 0).Milliseconds())
}

// A time that a duration cannot say is the longest that it can.
func fromMilliseconds(ms uint64) time.Duration {
	const longest = math.MaxInt64 / uint64(time.Millisecond)
	return time.Duration(min(ms, longest)) * time.Millisecond
}
