import type { ColumnBuffers, ColumnType } from '@minilake/schema'

/** Turns the values of a column into the bytes that its digest is computed from. */
export interface ValueBytes<Buffer> {
  /** Adds the rows from `start` to before `end`. Where `nulls` is 1, the row has no value. */
  add(values: Buffer, nulls: Uint8Array | undefined, start: number, end: number): void
  /** Hands over what it holds back. */
  finish(): void
}

/** Takes bytes, which are valid during the call only. */
type Take = (bytes: Uint8Array) => void

/** The bits of every NaN. */
const nanBits = 0x7ff8_0000_0000_0000n

/** The bytes of the values of each column type, as `rowsDigest` describes them. */
export const valueBytes: { readonly [T in ColumnType]: (take: Take) => ValueBytes<ColumnBuffers[T]> } = {
  timestamp: (take) => wordBytes<bigint>(take, writeBigint),
  date: (take) => wordBytes<number>(take, writeInteger),
  double: (take) => wordBytes<number>(take, writeDouble),
  real: (take) => wordBytes<number>(take, writeDouble),
  bigint: (take) => wordBytes<bigint>(take, writeBigint),
  integer: (take) => wordBytes<number>(take, writeInteger),
  boolean: (take) => wordBytes<number>(take, writeInteger),
  varchar: textBytes,
}

function writeBigint(view: DataView, at: number, value: bigint): void {
  view.setBigInt64(at, value, true)
}

function writeInteger(view: DataView, at: number, value: number): void {
  view.setInt32(at, value, true)
  view.setInt32(at + 4, value >> 31, true)
}

function writeDouble(view: DataView, at: number, value: number): void {
  if (Number.isNaN(value)) view.setBigInt64(at, nanBits, true)
  else view.setFloat64(at, value, true)
}

const bufferBytes = 65_536

/** Values of 64 bits each. */
function wordBytes<Value>(
  take: Take,
  write: (view: DataView, at: number, value: Value) => void,
): ValueBytes<ArrayLike<Value>> {
  let buffer = new Uint8Array()
  let view = new DataView(buffer.buffer)
  let length = 0
  const finish = () => {
    if (length > 0) take(buffer.subarray(0, length))
    length = 0
  }
  return {
    add(values, nulls, start, end) {
      if (buffer.length === 0) {
        buffer = new Uint8Array(bufferBytes)
        view = new DataView(buffer.buffer)
      }
      for (let row = start; row < end; row++) {
        if (nulls?.[row] === 1) continue
        write(view, length, values[row] as Value)
        length += 8
        if (length === bufferBytes) finish()
      }
    },
    finish,
  }
}

/** Each run of equal texts: how many, the number of bytes of the text (64 bits each), and the text in UTF-8. */
function textBytes(take: Take): ValueBytes<readonly string[]> {
  const buffer = Buffer.allocUnsafeSlow(bufferBytes)
  let length = 0
  let text = ''
  let count = 0
  const flush = () => {
    if (length > 0) take(buffer.subarray(0, length))
    length = 0
  }
  const endRun = () => {
    if (count === 0) return
    const textLength = Buffer.byteLength(text)
    if (length + 16 + textLength > bufferBytes) flush()
    buffer.writeBigUInt64LE(BigInt(count), length)
    buffer.writeBigUInt64LE(BigInt(textLength), length + 8)
    length += 16
    if (length + textLength <= bufferBytes) length += buffer.write(text, length)
    else {
      flush()
      take(Buffer.from(text))
    }
    count = 0
  }
  return {
    add(values, nulls, start, end) {
      for (let row = start; row < end; row++) {
        if (nulls?.[row] === 1) continue
        const value = values[row] as string
        if (count > 0 && value !== text) endRun()
        text = value
        count += 1
      }
    },
    finish() {
      endRun()
      flush()
    },
  }
}
