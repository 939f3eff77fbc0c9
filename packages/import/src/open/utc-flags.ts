import { constants, copyFile, open, type FileHandle } from 'node:fs/promises'

/**
 * Copies a Parquet file without the mark that its times are UTC, for some elements of its schema (from 0, depth first). DuckDB reads
 * a TIMESTAMP(NANOS) with that mark in whole microseconds, and loses the digits below; without it, it reads nanoseconds.
 */
export async function copyWithoutUtcFlags(
  path: string,
  copy: string,
  elements: ReadonlySet<number>,
): Promise<void> {
  await copyFile(path, copy, constants.COPYFILE_FICLONE)
  const file = await open(copy, 'r+')
  try {
    const { footer, start } = await readFooter(file)
    for (const [element, at] of utcFlags(footer)) {
      if (!elements.has(element)) continue
      const header = Uint8Array.of(((footer[at] as number) & 0xf0) | types.false)
      await file.write(header, 0, 1, start + at)
    }
  } finally {
    await file.close()
  }
}

/** The bytes at the end of a Parquet file: the length of its footer, and PAR1. */
const tailBytes = 8

async function readFooter(file: FileHandle): Promise<{ footer: Buffer; start: number }> {
  const { size } = await file.stat()
  const tail = Buffer.alloc(tailBytes)
  await file.read(tail, 0, tailBytes, size - tailBytes)
  const length = tail.readUInt32LE()
  const start = size - tailBytes - length
  const footer = Buffer.alloc(length)
  await file.read(footer, 0, length, start)
  return { footer, start }
}

/**
 * For each schema element that is marked as UTC times, where its mark is in the footer, which is a FileMetaData in Thrift's compact
 * protocol. See parquet.thrift for the numbers of the fields.
 */
function* utcFlags(footer: Uint8Array): Generator<[element: number, at: number]> {
  const cursor: Cursor = { bytes: footer, at: 0 }
  for (const field of fields(cursor)) {
    if (field.id !== 2) continue // schema
    const { length } = listHeader(cursor)
    for (let element = 0; element < length; element++) {
      for (const { id } of fields(cursor)) {
        if (id !== 10) continue // logicalType
        for (const { id } of fields(cursor)) {
          if (id !== 8) continue // TIMESTAMP
          for (const { id, type, at } of fields(cursor)) {
            if (id === 1 && type === types.true) yield [element, at] // isAdjustedToUTC
          }
        }
      }
    }
    return
  }
}

interface Cursor {
  readonly bytes: Uint8Array
  at: number
}

/** Types of the compact protocol that are read here. The values of booleans are types. */
const types = { true: 1, false: 2, byte: 3, double: 7, binary: 8, list: 9, set: 10, map: 11, struct: 12 }

/** The fields of a struct at the cursor. The value of a field is skipped if the consumer does not read it. */
function* fields(cursor: Cursor): Generator<{ id: number; type: number; at: number }> {
  for (let id = 0; ;) {
    const at = cursor.at
    const header = nextByte(cursor)
    if (header === 0) return
    id = header >> 4 === 0 ? zigzag(varint(cursor)) : id + (header >> 4)
    const type = header & 0x0f
    const start = cursor.at
    yield { id, type, at }
    if (cursor.at === start) skip(cursor, type)
  }
}

function skip(cursor: Cursor, type: number): void {
  if (type === types.true || type === types.false) return
  if (type === types.byte) cursor.at += 1
  else if (type === types.double) cursor.at += 8
  else if (type === types.binary) {
    const length = varint(cursor)
    cursor.at += length
  } else if (type === types.list || type === types.set) {
    const { length, type } = listHeader(cursor)
    for (let index = 0; index < length; index++) skipElement(cursor, type)
  } else if (type === types.map) {
    const length = varint(cursor)
    const entry = length === 0 ? 0 : nextByte(cursor)
    for (let index = 0; index < length; index++) {
      skipElement(cursor, entry >> 4)
      skipElement(cursor, entry & 0x0f)
    }
  } else if (type === types.struct) {
    for (const _field of fields(cursor));
  } else varint(cursor)
}

// A boolean in a list or a map has a byte of its own.
function skipElement(cursor: Cursor, type: number): void {
  skip(cursor, type === types.true || type === types.false ? types.byte : type)
}

function listHeader(cursor: Cursor): { length: number; type: number } {
  const header = nextByte(cursor)
  return { length: header >> 4 === 15 ? varint(cursor) : header >> 4, type: header & 0x0f }
}

function nextByte(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.at++]
  if (byte === undefined) throw new RangeError('a Parquet footer expected more bytes than it has')
  return byte
}

// Numbers above 2^53 lose digits, but none of those is used.
function varint(cursor: Cursor): number {
  let value = 0
  for (let factor = 1; ; factor *= 128) {
    const byte = nextByte(cursor)
    value += (byte & 0x7f) * factor
    if (byte < 0x80) return value
  }
}

function zigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}
