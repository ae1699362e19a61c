/**
 * A value as it was when opened, whatever happens to the key meanwhile.
 *
 * A loop over it gives the value in chunks of at most 1 MiB, from its beginning, and closes it when the loop ends, however it
 * ends. A step fails as `read` does.
 */
export interface Reader extends Iterable<Uint8Array> {
  /** How many bytes the value has. */
  readonly size: number;

  /** Which write made the value. */
  readonly version: bigint;

  /**
   * The bytes from `offset` on: as many as asked (1 MiB unless it is said), as the host allows in a chunk, or as there are. So
   * none are given at the end alone, or where none are asked for.
   *
   * @throws {LarderError} `throttled`, `damaged`, `unavailable`
   */
  read(offset?: number, most?: number): Uint8Array;

  /** Closes it; a host allows no more than some readers and writers open at a time. A second time does nothing. */
  close(): void;

  /** As `close`, for `using`. */
  [Symbol.dispose](): void;
}
