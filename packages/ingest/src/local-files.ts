import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { identityOf } from './etag.js'
import { walkFolder } from './folder-walk.js'
import { keyPath } from './key-path.js'
import { describeSystemError } from './system-error.js'

/** A file of a folder as an object to be published. */
export interface LocalFile {
  readonly key: string
  readonly path: string
  /** Bytes. */
  readonly size: number
  /** Reads the file for it. */
  etag(): Promise<string>
  /** Read while it is taken; rejects when the file changes meanwhile. */
  readonly bytes: AsyncIterable<Uint8Array>
}

/**
 * The files of a folder as objects, in order of key. Names that start with `_` or `.` are passed over, whether files or
 * folders, as every engine does. `below` (a folder, with its slash) takes only what lies there: `below: '_truth/'`.
 * Throws an Error where there is no such folder.
 */
export async function* localFiles(
  folder: string,
  { below = '' }: { below?: string } = {},
): AsyncGenerator<LocalFile> {
  try {
    if (!(await stat(folder)).isDirectory()) throw new Error('it is a file, expected a folder')
    for await (const { key, path, size } of walkFolder(folder, {
      below,
      enter: (name) => !/^[_.]/.test(name),
    })) {
      yield localFileAt(key, path, size)
    }
  } catch (cause) {
    throw new Error(`cannot list ${join(folder, below)}: ${describeSystemError(cause)}`, { cause })
  }
}

/** The file of a folder that stands for one key, if there is one. */
export async function localFile(folder: string, key: string): Promise<LocalFile | undefined> {
  const path = keyPath(folder, key)
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined
    throw new Error(`cannot read ${path}: ${describeSystemError(cause)}`, { cause })
  })
  return found?.isFile() ? localFileAt(key, path, found.size) : undefined
}

function localFileAt(key: string, path: string, size: number): LocalFile {
  const etag = async () => (await identityOf(fileBytes(path))).etag
  return { key, path, size, etag, bytes: fileBytes(path) }
}

/** A file's bytes in chunks of up to 1 MiB. Rejects when it cannot be read, or changes while it is being read. */
export async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* unchangedBytes(path)
  } catch (cause) {
    throw new Error(`cannot read ${path}: ${describeSystemError(cause)}`, { cause })
  }
}

async function* unchangedBytes(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path)
  try {
    const before = await file.stat({ bigint: true })
    let position = 0
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(1024 * 1024), { position })
      if (bytesRead === 0) break
      position += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
    const after = await file.stat({ bigint: true })
    if (after.size !== before.size || after.mtimeNs !== before.mtimeNs || BigInt(position) !== before.size) {
      throw new Error('it changed while it was being read, run again when it is finished')
    }
  } finally {
    await file.close()
  }
}
