import { instantiate } from '../kernels-wasm.js'

/** A number that the kernels tell; an address in their memory where its type says so. */
export interface Told<T = number> {
  readonly value: T
}

/** The inner loops of the encoders, compiled from ../assembly, where each is described. All work on a page in a memory of their own. */
export interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  /** Where the memory that pages are encoded into begins. */
  readonly out: Told
  /** Where a page's values lie, 64 bits each, how many there can be, and where its indexes into a dictionary lie, 32 bits each. */
  readonly values: Told
  readonly pageRows: Told
  readonly indexes: Told

  /** To be called before `lookUp`, which takes all NaN to have the bits that this gives them. */
  scan(count: number): void
  readonly least: Told
  readonly greatest: Told
  readonly nanCount: Told

  clear(multiplesPerUnit: number): void
  lookUp(from: number, to: number, limit: number): number
  /** Where the dictionary lies, how many values it has and can have, and how often a slot of its hash table was another's. */
  readonly different: Told
  readonly differentCount: Told
  readonly mostDifferent: Told
  readonly collisions: Told

  encodeIndexes(count: number, at: number): number
  hybridEncode(count: number, width: number, at: number): number
  bitPack(from: number, groups: number, width: number, at: number): number

  deltaBinaryPack(count: number, at: number): number
  readonly leastTime: Told<bigint>
  readonly greatestTime: Told<bigint>
}

/** More than any page takes when it is encoded: 41 bytes for each 8 values, in the worst case of widths and runs. */
const mostPageBytes = 131_072

const memoryPageBytes = 65_536

/** Memory grows by so much at once: each time V8 takes it for as much garbage as the memory was large. */
const growthBytes = 1_048_576

/** Where an encoded page lies in the kernels' memory. */
export interface EncodedRange {
  readonly start: number
  readonly end: number
}

/** Kernels and their memory: for one column at a time, whose pages are encoded one after another. */
export class PageKernels {
  readonly kernels = instantiate() as Kernels
  /** The end of what has been encoded. */
  #end = this.kernels.out.value

  /** The page's values to be. This and other views are good until the next page is encoded. */
  doubles(): Float64Array<ArrayBuffer> {
    return new Float64Array(
      this.kernels.memory.buffer,
      this.kernels.values.value,
      this.kernels.pageRows.value,
    )
  }

  integers(): BigInt64Array<ArrayBuffer> {
    return new BigInt64Array(
      this.kernels.memory.buffer,
      this.kernels.values.value,
      this.kernels.pageRows.value,
    )
  }

  indexes(): Uint32Array<ArrayBuffer> {
    return new Uint32Array(
      this.kernels.memory.buffer,
      this.kernels.indexes.value,
      this.kernels.pageRows.value,
    )
  }

  /** The values of the dictionary. */
  different(): Float64Array<ArrayBuffer> {
    return new Float64Array(
      this.kernels.memory.buffer,
      this.kernels.different.value,
      this.kernels.differentCount.value,
    )
  }

  /** What was encoded. */
  encoded({ start, end }: EncodedRange): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.kernels.memory.buffer, start, end - start)
  }

  /** Encodes a page by a function that writes at an address and returns the one after, or 0. Returns where it lies; undefined for 0. */
  encode(page: (kernels: Kernels, at: number) => number): EncodedRange | undefined {
    const { memory } = this.kernels
    const missing = this.#end + mostPageBytes - memory.buffer.byteLength
    if (missing > 0) memory.grow(Math.ceil(Math.max(missing, growthBytes) / memoryPageBytes))
    const start = this.#end
    // Addresses of 2 GiB and more come as negative numbers.
    const end = page(this.kernels, start) >>> 0
    if (end === 0) return undefined
    this.#end = end
    return { start, end }
  }

  /** Forgets what was encoded. */
  reuse(): void {
    this.#end = this.kernels.out.value
  }
}
