import { createHash } from 'node:crypto'
import { fstatSync } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { RereadableBytes } from '../bytes/byte-stream.js'
import { type ChecksumAlgorithm, checksumOf } from '../bytes/checksum.js'
import { type EtagPlan, identityOf } from '../bytes/etag.js'
import { describeSystemError, systemErrorCode } from '../system-error.js'
import { keyPath } from './key-path.js'
import { walkFolder } from './walk-folder.js'

/** A file below a folder, as an object to publish. Every read rejects if the file has changed since the first one. */
export interface LocalFile extends RereadableBytes {
  readonly key: string
  readonly path: string
  /** Reads the file to compute its ETag. `plan` is the way it is uploaded; default: ours. */
  etag(plan?: EtagPlan): Promise<string>
  /** Reads the file to compute its SHA-256, in hexadecimal. */
  sha256(): Promise<string>
  /** Reads the file to compute a checksum as S3 stores keep it, in base64. */
  checksum(algorithm: ChecksumAlgorithm): Promise<string>
  /** Read from the file as they are consumed. */
  readonly bytes: AsyncIterable<Uint8Array>
}

/**
 * The files below a folder as objects to publish, sorted by key. Skips files and folders whose names start with `_` or `.`, as every
 * query engine does. `below` (a folder, with its slash) limits the listing to that folder, even a hidden one: `below: '_truth/'`.
 * Rejects with an Error if there is no such folder.
 *
 * @example
 * ```ts
 * import { folderStore, localFiles, publish } from '@minilake/ingest'
 *
 * await publish(localFiles('out', { below: 'pump/' }), folderStore({ folder: 'lake/bucket' }))
 * ```
 */
export async function* localFiles(
  folder: string,
  { below = '' }: { below?: string } = {},
): AsyncGenerator<LocalFile> {
  try {
    if (!(await stat(folder)).isDirectory()) throw new Error('expected a folder, got a file')
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

/** The file for one key below a folder, if it exists. */
export async function localFile(folder: string, key: string): Promise<LocalFile | undefined> {
  const path = keyPath(folder, key)
  const found = await stat(path).catch((cause: unknown) => {
    if (systemErrorCode(cause) === 'ENOENT') return undefined
    throw new Error(`cannot read ${path}: ${describeSystemError(cause)}`, { cause })
  })
  return found?.isFile() ? localFileAt(key, path, found.size) : undefined
}

function localFileAt(key: string, path: string, size: number): LocalFile {
  const version: FileVersion = { size: BigInt(size) }
  const bytes = () => fileBytes(path, version)
  return {
    key,
    path,
    size,
    etag: async (plan) => (await identityOf(bytes(), { size, plan })).etag,
    sha256: async () => {
      const hash = createHash('sha256')
      for await (const chunk of bytes()) hash.update(chunk)
      return hash.digest('hex')
    },
    checksum: (algorithm) => checksumOf(bytes(), algorithm),
    bytes: bytes(),
    readInto: (target, start) => readInto(path, { target, start, version }),
  }
}

/** The size and time of a file when it was listed or first read. */
interface FileVersion {
  size?: bigint
  mtimeNs?: bigint
}

/**
 * Reads a file in chunks of up to 1 MiB. Rejects if it cannot be read, if it changes while it is being read, or if it no longer
 * matches a given `version`.
 */
export async function* fileBytes(path: string, version: FileVersion = {}): AsyncGenerator<Uint8Array> {
  try {
    const file = await open(path)
    try {
      const { size } = checkUnchanged(file, version)
      let position = 0
      for (;;) {
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(1024 * 1024), { position })
        if (bytesRead === 0) break
        position += bytesRead
        yield buffer.subarray(0, bytesRead)
      }
      checkUnchanged(file, version)
      if (BigInt(position) !== size) throw new Error(changed)
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw new Error(`cannot read ${path}: ${describeSystemError(cause)}`, { cause })
  }
}

/** The bytes of a file from `start` up to `end` (not included); fewer where the file is shorter. */
export async function fileSlice(path: string, start: number, end: number): Promise<Uint8Array> {
  const file = await open(path)
  try {
    const bytes = new Uint8Array(Math.max(0, Math.min(end, fstatSync(file.fd).size) - start))
    let filled = 0
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, { offset: filled, position: start + filled })
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return bytes.subarray(0, filled)
  } finally {
    await file.close()
  }
}

async function readInto(
  path: string,
  { target, start, version }: { target: Uint8Array; start: number; version: FileVersion },
): Promise<void> {
  try {
    const file = await open(path)
    try {
      checkUnchanged(file, version)
      for (let filled = 0; filled < target.length;) {
        const { bytesRead } = await file.read(target, {
          offset: filled,
          length: target.length - filled,
          position: start + filled,
        })
        if (bytesRead === 0) throw new Error(changed)
        filled += bytesRead
      }
      checkUnchanged(file, version)
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw new Error(`cannot read ${path}: ${describeSystemError(cause)}`, { cause })
  }
}

const changed = 'it changed while it was being read: run again when it is complete'

function checkUnchanged({ fd }: FileHandle, version: FileVersion): { size: bigint } {
  // Synchronously: the system has the metadata of an open file at hand, and the thread pool takes ten times as long.
  const { size, mtimeNs } = fstatSync(fd, { bigint: true })
  if ((version.size ?? size) !== size || (version.mtimeNs ?? mtimeNs) !== mtimeNs) throw new Error(changed)
  Object.assign(version, { size, mtimeNs })
  return { size }
}
