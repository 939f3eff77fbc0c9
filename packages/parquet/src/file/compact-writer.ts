/** Type numbers of fields and list elements in Thrift's compact protocol (Apache Thrift, thrift-compact-protocol.md). */
export const compactType = { boolean: 2, int32: 5, int64: 6, binary: 8, list: 9, struct: 12 } as const

/** Writes the parts of Thrift's compact protocol that Parquet's page indexes consist of. */
export class CompactWriter {
  #bytes = new Uint8Array(1024)
  #length = 0

  /** A copy of the bytes written so far. */
  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  /** Begins a field of a struct; `delta` is its number less that of the field before it. */
  field(delta: number, type: number): void {
    this.#byte((delta << 4) | type)
  }

  /** Ends a struct. */
  stop(): void {
    this.#byte(0)
  }

  /** Begins a list of `size` elements. */
  list(size: number, type: number): void {
    this.#byte((Math.min(size, 15) << 4) | type)
    if (size >= 15) this.#varint(size)
  }

  boolean(value: boolean): void {
    this.#byte(value ? 1 : 0)
  }

  /** Writes a whole number from 0 to 2^52. */
  count(value: number): void {
    this.#varint(2 * value) // zigzag
  }

  binary(value: Uint8Array): void {
    this.#varint(value.length)
    this.#reserve(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
  }

  #varint(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.#byte((rest % 0x80) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    this.#byte(rest)
  }

  #byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more))
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}
