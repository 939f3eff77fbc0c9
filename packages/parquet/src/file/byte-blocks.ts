import { ByteWriter } from 'hyparquet-writer'

/** More than any single value that hyparquet-writer appends by other means than `appendBytes`. */
const spareBytes = 64

/** Of free buffers so many are kept. */
const mostFree = 8

/**
 * hyparquet-writer's buffer, cut into blocks of one size: what has been written is handed out block by block, so that a file's
 * bytes take little memory however large it is.
 */
export class ByteBlocks extends ByteWriter {
  readonly #blockBytes: number
  readonly #free: ArrayBuffer[]
  #full: Uint8Array<ArrayBuffer>[] = []
  /** The block that is being filled. */
  #block = new Uint8Array(0)

  /** Buffers of blocks that their takers are done with are used again; `free` is of one block size. */
  constructor(blockBytes: number, free: ArrayBuffer[] = []) {
    super(0)
    this.#blockBytes = blockBytes
    this.#free = free
    this.#nextBlock()
  }

  #nextBlock(): void {
    this.buffer = this.#free.pop() ?? new ArrayBuffer(this.#blockBytes + spareBytes)
    this.view = new DataView(this.buffer)
    this.#block = new Uint8Array(this.buffer)
  }

  /** Takes back the buffer of a block that was taken: it is written to again. */
  takeBack({ buffer }: Uint8Array<ArrayBuffer>): void {
    // Its taker may have transferred it.
    if (this.#free.length < mostFree && buffer.byteLength > 0) this.#free.push(buffer)
  }

  override ensure(): void {
    if (this.index < this.#blockBytes) return
    const written = this.#block.subarray(0, this.index)
    this.#full.push(written.subarray(0, this.#blockBytes))
    this.#nextBlock()
    this.index -= this.#blockBytes
    this.#block.set(written.subarray(this.#blockBytes))
  }

  override appendBytes(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length;) {
      this.ensure()
      const room = this.#blockBytes - this.index
      const part = from === 0 && bytes.length <= room ? bytes : bytes.subarray(from, from + room)
      this.#block.set(part, this.index)
      this.index += part.length
      this.offset += part.length
      from += part.length
    }
  }

  /** The blocks filled since the last call; each stands for itself until it is taken back. */
  takeBlocks(): Uint8Array<ArrayBuffer>[] {
    this.ensure()
    const blocks = this.#full
    this.#full = []
    return blocks
  }

  /** What is left of the last block, if anything. */
  takeRest(): Uint8Array<ArrayBuffer>[] {
    const blocks = this.takeBlocks()
    if (this.index > 0) blocks.push(this.#block.subarray(0, this.index))
    this.index = 0
    return blocks
  }
}
