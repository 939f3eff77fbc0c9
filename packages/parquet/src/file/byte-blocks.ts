import { ByteWriter } from 'hyparquet-writer'

/** More than hyparquet-writer ever appends at once, other than by `appendBytes`. */
const spareBytes = 64

const maxFreeBuffers = 8

/** Bytes that the first block has at first. */
const firstBytes = 32 * 1024

/**
 * A buffer for hyparquet-writer that is cut into blocks of one size. Written blocks are handed out one by one, so that a file takes
 * little memory, however large it is.
 */
export class ByteBlocks extends ByteWriter {
  readonly #blockBytes: number
  readonly #free: ArrayBuffer[] = []
  #full: Uint8Array<ArrayBuffer>[] = []
  /** The block that is being filled. */
  #block = new Uint8Array(0)
  /** Bytes that it takes before it grows, or is cut. */
  #capacity: number

  constructor(blockBytes: number) {
    super(0)
    this.#blockBytes = blockBytes
    // A small file takes a small block.
    this.#capacity = Math.min(blockBytes, firstBytes)
    this.#fill(new ArrayBuffer(this.#capacity + spareBytes))
  }

  #fill(buffer: ArrayBuffer): void {
    this.buffer = buffer
    this.view = new DataView(buffer)
    this.#block = new Uint8Array(buffer)
  }

  /** Takes a block's buffer back, to write to it again. */
  recycle({ buffer }: Uint8Array<ArrayBuffer>): void {
    // The consumer may have transferred it, which leaves it empty.
    if (this.#free.length < maxFreeBuffers && buffer.byteLength > 0) this.#free.push(buffer)
  }

  override ensure(): void {
    if (this.index < this.#capacity) return
    const written = this.#block.subarray(0, this.index)
    if (this.#capacity < this.#blockBytes) {
      this.#capacity = Math.min(this.#blockBytes, 4 * this.#capacity)
      this.#fill(new ArrayBuffer(this.#capacity + spareBytes))
      this.#block.set(written)
      return
    }
    this.#full.push(written.subarray(0, this.#blockBytes))
    this.#fill(this.#free.pop() ?? new ArrayBuffer(this.#blockBytes + spareBytes))
    this.index -= this.#blockBytes
    this.#block.set(written.subarray(this.#blockBytes))
  }

  override appendBytes(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length;) {
      this.ensure()
      const room = this.#capacity - this.index
      const part = from === 0 && bytes.length <= room ? bytes : bytes.subarray(from, from + room)
      this.#block.set(part, this.index)
      this.index += part.length
      this.offset += part.length
      from += part.length
    }
  }

  /** The blocks filled since the last call. None of them is written to again until it is recycled. */
  takeFullBlocks(): Uint8Array<ArrayBuffer>[] {
    this.ensure()
    const blocks = this.#full
    this.#full = []
    return blocks
  }

  /** As `takeFullBlocks`, and last the block that is partly filled. */
  drain(): Uint8Array<ArrayBuffer>[] {
    const blocks = this.takeFullBlocks()
    if (this.index > 0) blocks.push(this.#block.subarray(0, this.index))
    this.index = 0
    return blocks
  }
}
