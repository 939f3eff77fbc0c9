import { open } from 'node:fs/promises'

/** A file's bytes beyond ASCII, counted as UTF-8. */
interface Utf8Counts {
  /** Characters of two to four bytes. */
  valid: number
  /** Bytes that belong to no character. */
  invalid: number
  /** Of these, the bytes that windows-1252 does not define. */
  undefined: number
}

/**
 * Detects the encoding of a text file: by its byte order mark, otherwise UTF-8, or windows-1252 if the bytes beyond ASCII are
 * consistently that. Reads the file to its end only if its head is not UTF-8.
 */
export async function detectEncoding(path: string, head: Uint8Array): Promise<string> {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8'
  const counter = utf8Counter()
  counter.add(head)
  if (counter.counts.invalid === 0) return 'utf-8'
  return isWindows1252(await countUtf8(path)) ? 'windows-1252' : 'utf-8'
}

/**
 * Whether bytes are consistently windows-1252: all are defined in it, and at most 1 % of what is not ASCII makes a UTF-8 character,
 * as in "É»". In doubt, a text is UTF-8 with bad rows, since a wrong guess of windows-1252 would change texts silently.
 */
function isWindows1252({ valid, invalid, undefined: undefinedBytes }: Utf8Counts): boolean {
  return invalid > 0 && undefinedBytes === 0 && valid * 99 <= invalid
}

async function countUtf8(path: string): Promise<Utf8Counts> {
  const counter = utf8Counter()
  const file = await open(path)
  try {
    const buffer = new Uint8Array(1024 * 1024)
    for (;;) {
      const { bytesRead } = await file.read(buffer)
      if (bytesRead === 0) return counter.end()
      counter.add(buffer.subarray(0, bytesRead))
    }
  } finally {
    await file.close()
  }
}

/** Counts UTF-8 in chunks of bytes. A character that is not complete at the end is invalid. */
function utf8Counter(): {
  readonly counts: Utf8Counts
  add(chunk: Uint8Array): void
  end(): Utf8Counts
} {
  const counts = { valid: 0, invalid: 0, undefined: 0 }
  const pending: number[] = [] // the bytes of a character so far
  let length = 0 // of that character
  const addInvalid = (bytes: readonly number[]) => {
    counts.invalid += bytes.length
    for (const byte of bytes) if (undefinedIn1252.includes(byte)) counts.undefined += 1
  }
  const addStart = (byte: number) => {
    length = characterBytes(byte)
    if (length === 1) addInvalid([byte])
    else pending.push(byte)
  }
  return {
    counts,
    add: (chunk) => {
      for (let at = 0; at < chunk.length; at++) {
        const byte = chunk[at] as number
        if (pending.length === 0) {
          if (byte >= 0x80) addStart(byte)
        } else if (continues(pending, byte)) {
          pending.push(byte)
          if (pending.length < length) continue
          counts.valid += 1
          pending.length = 0
        } else {
          addInvalid(pending)
          pending.length = 0
          if (byte >= 0x80) addStart(byte)
        }
      }
    },
    end: () => {
      addInvalid(pending)
      pending.length = 0
      return counts
    },
  }
}

const undefinedIn1252 = [0x81, 0x8d, 0x8f, 0x90, 0x9d]

/** The length of the character that a byte beyond ASCII starts; 1 if it starts none. */
function characterBytes(byte: number): number {
  if (byte >= 0xc2 && byte <= 0xdf) return 2
  if (byte >= 0xe0 && byte <= 0xef) return 3
  return byte >= 0xf0 && byte <= 0xf4 ? 4 : 1
}

/** Whether a byte can follow those of a character. Overlong forms, surrogates and numbers above U+10FFFF are not characters. */
function continues([first = 0, ...rest]: readonly number[], byte: number): boolean {
  const [least, most] = rest.length === 0 ? (secondBytes[first] ?? [0x80, 0xbf]) : [0x80, 0xbf]
  return byte >= least && byte <= most
}

const secondBytes: Readonly<Record<number, readonly [number, number]>> = {
  0xe0: [0xa0, 0xbf],
  0xed: [0x80, 0x9f],
  0xf0: [0x90, 0xbf],
  0xf4: [0x80, 0x8f],
}
