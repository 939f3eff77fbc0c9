import { randomUUID } from 'node:crypto'
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import type { Batch } from '@minilake/schema'
import { type PackedBatch, packTexts, unpackTexts } from './pack-texts.js'

/** A temporary file for batches. When it fails, the Error names the file and has the cause. */
export interface SpillFile {
  /** Writes batches. Returns an iterable that reads them back one by one, when they are pulled. */
  write(batches: Iterable<Batch>): Iterable<Batch>
  /** Frees the space. Batches can no longer be read. */
  close(): void
}

/** A temporary file in a folder. It is created at the first write, readable by its owner only. */
export function spillFile(folder: string): SpillFile {
  const path = join(folder, `minilake-${randomUUID()}.spill`)
  let descriptor: number | undefined
  let fileBytes = 0
  return {
    write(batches) {
      if (descriptor === undefined) {
        descriptor = attempt(path, 'created', () => openSync(path, 'wx+', 0o600))
        // Unlinked at once: the space is freed with the descriptor, so even a killed process leaves nothing behind.
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

/** Position of a batch in the file. */
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
        if (count === 0) throw new Error(`the file ends at byte ${position + done}`)
        return count
      })
    }
    yield unpackTexts(deserialize(bytes) as PackedBatch)
  }
}

function attempt<Result>(path: string, done: string, action: () => Result): Result {
  try {
    return action()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`spill file ${path} could not be ${done}: ${reason}`, { cause })
  }
}
