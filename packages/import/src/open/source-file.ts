import { createReadStream, createWriteStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { TextDecoder } from 'node:util'
import { createGunzip } from 'node:zlib'
import { detectEncoding } from './text-encoding.js'

/** The file formats that can be read. */
export const fileFormats = ['csv', 'ndjson', 'parquet'] as const

/** One of `fileFormats`. */
export type FileFormat = (typeof fileFormats)[number]

/** A file to read: its path, or its bytes with a name for messages. */
export type ReadingFile = string | { readonly name: string; readonly bytes: AsyncIterable<Uint8Array> }

/** How the bytes of a file are read. */
export interface SourceOptions {
  /** Default: by file name (.csv .tsv .txt, .ndjson .jsonl .json, .parquet, each also with .gz), else by content. */
  format?: FileFormat
  /** WHATWG label of the text encoding: `utf-8`, `utf-16le`, `windows-1252`. Default: by byte order mark and content; UTF-8 in doubt. */
  encoding?: string
}

/** A file that DuckDB can read: local, unpacked, with text in UTF-8. */
export interface SourceFile {
  /** The name for messages. */
  name: string
  path: string
  format: FileFormat
  /** The original encoding of the text. Absent for Parquet. */
  encoding?: string
  /** The beginning of a text file; '' for Parquet. */
  head: string
  /** Where a changed copy of the file may be written, to be removed with the other temporary files. */
  copyPath: string
}

const headBytes = 64 * 1024

/**
 * Prepares a file for DuckDB: unpacks gzip, writes streams to disk and converts other encodings to UTF-8. Temporary files are in
 * `folder`, with names that start with `prefix`. Throws an Error for a file that is missing, empty, truncated or not in
 * its encoding.
 */
export async function openSourceFile(
  file: ReadingFile,
  {
    format,
    encoding,
    folder,
    prefix,
    signal,
  }: SourceOptions & { folder: string; prefix: string; signal?: AbortSignal },
): Promise<SourceFile> {
  const name = typeof file === 'string' ? file : file.name
  const failure = (cause: unknown) =>
    new Error(`cannot read ${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  const written = (step: string) => join(folder, `${prefix}.${step}`)

  // DuckDB reads a backslash as a slash, so a path with a backslash in a name is copied.
  const isInPlace = typeof file === 'string' && (sep === '\\' || !file.includes('\\'))
  let path = isInPlace ? file : written('copy')
  if (!isInPlace) {
    const bytes = typeof file === 'string' ? createReadStream(file) : Readable.from(file.bytes)
    await pipeline(bytes, createWriteStream(path), { signal }).catch((cause: unknown) => {
      signal?.throwIfAborted()
      throw failure(cause)
    })
  }
  let head = await readHead(path).catch((cause: unknown) => {
    throw failure(cause)
  })
  refusePacked(name, head)
  if (isGzip(head)) {
    const packed = path
    path = written('unpacked')
    await pipeline(createReadStream(packed), createGunzip(), createWriteStream(path), { signal }).catch(
      (cause: unknown) => {
        signal?.throwIfAborted()
        throw gzipFailure(name, cause)
      },
    )
    head = await readHead(path)
    refusePacked(name, head)
  } else if (name.endsWith('.gz') && head.length > 0) {
    throw new Error(
      `${name} is not gzip, although its name ends in .gz: expected the bytes 1f 8b at the start`,
    )
  }
  if (head.length === 0) throw new Error(`${name} is empty: expected readings`)

  const known = format ?? formatOfName(name) ?? formatOfContent(head)
  if (known === 'parquet') return { name, path, format: known, head: '', copyPath: written('changed') }

  const label = encoding ?? (await detectEncoding(path, head))
  const decoder = decoderOf(label)
  if (decoder.encoding !== 'utf-8') {
    const encoded = path
    path = written('utf-8')
    await pipeline(createReadStream(encoded), decodedBy(decoder), createWriteStream(path), { signal }).catch(
      (cause: unknown) => {
        signal?.throwIfAborted()
        throw new Error(`${name} is not ${label}: state its encoding with \`encoding\``, { cause })
      },
    )
    head = await readHead(path)
  }
  const text = new TextDecoder('utf-8').decode(head)
  return { name, path, format: known, encoding: decoder.encoding, head: text, copyPath: written('changed') }
}

async function readHead(path: string): Promise<Buffer> {
  if ((await stat(path)).isDirectory()) throw new Error('it is a folder, expected a file')
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), { position: 0 })
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b
}

/** Throws an Error for a file in a format that is not unpacked. */
function refusePacked(name: string, head: Buffer): void {
  const bytes = head.toString('latin1')
  const found = packedFormats.find(([start]) => bytes.startsWith(start))
  if (!found) return
  if (found[1] === 'a zip archive' && /\[Content_Types\]\.xml|xl\/|mimetypeapplication/.test(bytes))
    throw new Error(`${name} is a spreadsheet: expected CSV, NDJSON or Parquet: save its sheet as CSV`)
  throw new Error(
    `${name} is ${found[1]}: expected CSV, NDJSON or Parquet, also packed with gzip: unpack it, or pipe it in (${found[2]})`,
  )
}

/** The bytes with which packed files start, in Latin-1, what they are, and what writes their content to a pipe. */
const packedFormats: readonly (readonly [start: string, what: string, command: string])[] = [
  ['PK\x03\x04', 'a zip archive', 'unzip -p'],
  ['PK\x05\x06', 'a zip archive', 'unzip -p'],
  ['\xfd7zXZ\0', 'packed with xz', 'xz -dc'],
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map(
    (level) => [`BZh${level}1AY&SY`, 'packed with bzip2', 'bzip2 -dc'] as const,
  ),
  ['\x28\xb5\x2f\xfd', 'packed with zstd', 'zstd -dc'],
  ['\x04\x22\x4d\x18', 'packed with lz4', 'lz4 -dc'],
  ['7z\xbc\xaf\x27\x1c', 'a 7z archive', '7z x -so'],
  ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'an old spreadsheet or document', 'ssconvert'],
]

function gzipFailure(name: string, cause: unknown): Error {
  const { code, message } = cause as NodeJS.ErrnoException
  const why =
    code === 'Z_BUF_ERROR'
      ? 'is truncated: its gzip data ends early'
      : code?.startsWith('Z_')
        ? `is damaged: its gzip data cannot be unpacked (${message})`
        : `cannot be unpacked: ${message}`
  return new Error(`${name} ${why}`, { cause })
}

const endings: Readonly<Record<string, FileFormat>> = {
  csv: 'csv',
  tsv: 'csv',
  txt: 'csv',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  json: 'ndjson',
  parquet: 'parquet',
}

function formatOfName(name: string): FileFormat | undefined {
  const [, ending = ''] = /\.([^./\\]+?)(\.gz)?$/i.exec(name) ?? []
  return endings[ending.toLowerCase()]
}

function formatOfContent(head: Buffer): FileFormat {
  const start = head.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '')
  if (start.startsWith('PAR1')) return 'parquet'
  return /^\s*(\[\s*)?\{/.test(start) ? 'ndjson' : 'csv'
}

function decoderOf(label: string): TextDecoder {
  try {
    return new TextDecoder(label, { fatal: true })
  } catch (cause) {
    throw new RangeError(
      `\`encoding\` expected a name such as utf-8, utf-16le or windows-1252, got ${label}`,
      {
        cause,
      },
    )
  }
}

function decodedBy(decoder: TextDecoder) {
  return async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true })
    yield decoder.decode()
  }
}
