import { instantiate } from '../kernels-wasm.js'

/** A number that the kernels export; some are addresses in their memory. */
interface KernelGlobal<Value = number> {
  readonly value: Value
}

/**
 * The inner loops of the encoders, compiled from ../../assembly, which documents each of them. All work on one page in a memory of
 * their own.
 */
export interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  /** Address of the first encoded page. */
  readonly out: KernelGlobal
  /** Address of a page's values, 64 bits each; how many fit; and the address of its dictionary indexes, 32 bits each. */
  readonly values: KernelGlobal
  readonly pageRows: KernelGlobal
  readonly indexes: KernelGlobal

  /** Must run before `lookUp`, which expects every NaN to have the bits that `scan` gives it. */
  scan(count: number): void
  readonly least: KernelGlobal
  readonly greatest: KernelGlobal
  readonly nanCount: KernelGlobal

  clear(multiplesPerUnit: number): void
  lookUp(from: number, to: number, limit: number): number
  /** Address of the dictionary, its size, its maximum size, and how often a value found its hash slot occupied by another. */
  readonly different: KernelGlobal
  readonly differentCount: KernelGlobal
  readonly mostDifferent: KernelGlobal
  readonly collisions: KernelGlobal

  encodeIndexes(count: number, at: number): number
  hybridEncode(count: number, width: number, at: number): number
  bitPack(from: number, groups: number, width: number, at: number): number

  deltaBinaryPack(count: number, at: number): number
  readonly leastTime: KernelGlobal<bigint>
  readonly greatestTime: KernelGlobal<bigint>
}

/** Encodes a page at an address. Returns the address after the last byte, or 0 when it leaves the page to another encoder. */
export type EncodePage = (kernels: Kernels, at: number) => number

/** An upper bound of an encoded page: 41 bytes for every 8 values, in the worst case of widths and runs. */
const maxPageBytes = 131_072

const memoryPageBytes = 65_536

/** Memory grows in steps of this size: V8 counts the whole memory as garbage each time it grows. */
const growthBytes = 1_048_576

/** Where an encoded page lies in the kernels' memory. */
export interface EncodedRange {
  readonly start: number
  readonly end: number
}

/** Kernels and their memory, for one column at a time. Encoded pages lie one after another. */
export class PageKernels {
  readonly kernels = instantiate() as Kernels
  /** The end of the encoded pages. */
  #end = this.kernels.out.value

  /** The values of the page to encode, as doubles. All views are valid until the next page is encoded. */
  doubles(): Float64Array<ArrayBuffer> {
    const { memory, values, pageRows } = this.kernels
    return new Float64Array(memory.buffer, values.value, pageRows.value)
  }

  /** The bytes of the first `count` values of the page. */
  valueBytes(count: number): Uint8Array<ArrayBuffer> {
    const { memory, values } = this.kernels
    return new Uint8Array(memory.buffer, values.value, 8 * count)
  }

  /** The values of the page to encode, as 64-bit integers. */
  integers(): BigInt64Array<ArrayBuffer> {
    const { memory, values, pageRows } = this.kernels
    return new BigInt64Array(memory.buffer, values.value, pageRows.value)
  }

  /** The dictionary indexes, or levels, of the page to encode. */
  indexes(): Uint32Array<ArrayBuffer> {
    const { memory, indexes, pageRows } = this.kernels
    return new Uint32Array(memory.buffer, indexes.value, pageRows.value)
  }

  /** The distinct values of the dictionary, in order of first appearance. */
  dictionary(): Float64Array<ArrayBuffer> {
    const { memory, different, differentCount } = this.kernels
    return new Float64Array(memory.buffer, different.value, differentCount.value)
  }

  /** The bytes of an encoded page. */
  encoded({ start, end }: EncodedRange): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.kernels.memory.buffer, start, end - start)
  }

  /** Encodes a page after the ones before it. Throws a RangeError when the memory cannot grow. */
  encode(page: EncodePage): EncodedRange {
    const range = this.tryEncode(page)
    if (range === undefined) throw new Error('encode expected a kernel that encodes every page')
    return range
  }

  /** As `encode`; undefined, and nothing is kept, when the kernel leaves the page to another encoder. */
  tryEncode(page: EncodePage): EncodedRange | undefined {
    const { memory } = this.kernels
    const missing = this.#end + maxPageBytes - memory.buffer.byteLength
    if (missing > 0) memory.grow(Math.ceil(Math.max(missing, growthBytes) / memoryPageBytes))
    const start = this.#end
    // WebAssembly hands addresses of 2 GiB and more over as negative numbers.
    const end = page(this.kernels, start) >>> 0
    if (end === 0) return undefined
    this.#end = end
    return { start, end }
  }

  /** Forgets the encoded pages and writes the next ones over them. */
  reuse(): void {
    this.#end = this.kernels.out.value
  }
}
