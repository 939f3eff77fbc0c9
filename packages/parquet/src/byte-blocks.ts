import { ByteWriter } from 'hyparquet-writer'

/** More than any single value that hyparquet-writer appends by other means than `appendBytes`. */
const spareBytes = 64

/**
 * hyparquet-writer's buffer, cut into blocks of one size: what has been written is handed out block by block, so that a file's
 * bytes take little memory however large it is.
 */
export class ByteBlocks extends ByteWriter {
  readonly #blockBytes: number
  #full: Uint8Array[] = []

  constructor(blockBytes: number) {
    super(blockBytes + spareBytes)
    this.#blockBytes = blockBytes
  }

  override ensure(): void {
    if (this.index < this.#blockBytes) return
    const written = new Uint8Array(this.buffer, 0, this.index)
    this.#full.push(written.subarray(0, this.#blockBytes))
    this.buffer = new ArrayBuffer(this.#blockBytes + spareBytes)
    this.view = new DataView(this.buffer)
    this.index -= this.#blockBytes
    new Uint8Array(this.buffer).set(written.subarray(this.#blockBytes))
  }

  override appendBytes(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length;) {
      this.ensure()
      const part = bytes.subarray(from, from + this.#blockBytes - this.index)
      new Uint8Array(this.buffer).set(part, this.index)
      this.index += part.length
      this.offset += part.length
      from += part.length
    }
  }

  /** The blocks filled since the last call; each stands for itself. */
  takeBlocks(): Uint8Array[] {
    this.ensure()
    const blocks = this.#full
    this.#full = []
    return blocks
  }

  /** What is left of the last block, if anything. */
  takeRest(): Uint8Array[] {
    const blocks = this.takeBlocks()
    if (this.index > 0) blocks.push(new Uint8Array(this.buffer, 0, this.index))
    this.index = 0
    return blocks
  }
}
