import { randomUUID } from 'node:crypto'
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import type { Batch } from '@minilake/schema'
import { type PackedBatch, packTexts, unpackTexts } from './pack-texts.js'

/** A temporary file for batches. Whatever fails is an Error that names the file, with its cause. */
export interface SpillFile {
  /** Writes batches and gives them back, once, each read when it is taken. */
  write(batches: Iterable<Batch>): Iterable<Batch>
  /** Gives the space back; nothing may be read any more. */
  close(): void
}

/** A temporary file in a folder, made when something is written, readable by its owner alone. */
export function spillFile(folder: string): SpillFile {
  const path = join(folder, `minilake-${randomUUID()}.spill`)
  let descriptor: number | undefined
  let fileBytes = 0
  return {
    write(batches) {
      if (descriptor === undefined) {
        descriptor = attempt(path, 'made', () => openSync(path, 'wx+', 0o600))
        // The name goes at once and the space with the descriptor: even a process that is killed leaves nothing behind.
        attempt(path, 'unlinked', () => unlinkSync(path))
      }
      const places: Place[] = []
      for (const batch of batches) {
        const bytes = serialize(packTexts(batch))
        writeBytes(path, descriptor, bytes, fileBytes)
        places.push({ position: fileBytes, byteLength: bytes.byteLength })
        fileBytes += bytes.byteLength
      }
      return readBatches(path, descriptor, places)
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor)
      descriptor = undefined
    },
  }
}

/** Where a batch lies in the file. */
interface Place {
  readonly position: number
  readonly byteLength: number
}

function writeBytes(path: string, descriptor: number, bytes: Uint8Array, position: number): void {
  let done = 0
  while (done < bytes.byteLength) {
    done += attempt(path, 'written', () =>
      writeSync(descriptor, bytes, done, bytes.byteLength - done, position + done),
    )
  }
}

function* readBatches(path: string, descriptor: number, places: readonly Place[]): Generator<Batch> {
  for (const { position, byteLength } of places) {
    const bytes = Buffer.allocUnsafeSlow(byteLength)
    let done = 0
    while (done < byteLength) {
      done += attempt(path, 'read', () => {
        const count = readSync(descriptor, bytes, done, byteLength - done, position + done)
        if (count === 0) throw new Error(`it ends at byte ${position + done}`)
        return count
      })
    }
    yield unpackTexts(deserialize(bytes) as PackedBatch)
  }
}

function attempt<R>(path: string, done: string, action: () => R): R {
  try {
    return action()
  } catch (cause) {
    throw new Error(`spill file ${path} could not be ${done}: ${(cause as Error).message}`, { cause })
  }
}
