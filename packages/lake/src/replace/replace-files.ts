import type { StoredObject } from '@minilake/ingest'
import { carryOut, settle } from './carry-out.js'
import type { FileChange, ReplacedLake } from './file-change.js'
import { isConversionMarked } from './conversion-mark.js'
import { filesIn, isOutdated } from './files-in.js'
import { holdsFile } from './holds-file.js'
import { type AddedFile, readIntent } from './intent.js'
import { freeIntent, type HeldIntent, holdIntent, isLost } from './intent-lock.js'
import { otherContent } from './other-content.js'
import { putRight } from './put-right.js'
import { type SettledChange, settledChange } from './settled-change.js'
import type { LockOptions } from './until-left.js'

/** What a replacement did. */
export interface Replaced {
  added: string[]
  /** Files that were there already. */
  unchanged: string[]
  removed: string[]
}

/**
 * Replaces files of one folder: a partition, or an unpartitioned table. `decide` gets a listing of its data files and returns what is to
 * change; it is called again if another process has replaced files by the time the folder is locked. Either everything is replaced or
 * nothing: what a process leaves behind when it dies, the next call for the folder completes or takes back. Rejects with an Error when a
 * new file's key holds other content, while a conversion of the table to Iceberg is in its last steps, and with the signal's reason.
 */
export async function replaceFiles(
  { table, folder }: { table: string; folder: string },
  decide: (files: readonly StoredObject[]) => Promise<FileChange>,
  lake: ReplacedLake,
  options: LockOptions,
): Promise<Replaced> {
  const { store } = lake
  for (;;) {
    await finishIntent(lake, folder, options)
    const files = await filesIn(store, folder)
    const change = await decide(files).catch(async (error: unknown) => {
      options.signal.throwIfAborted()
      // A file that it read may have gone, or its folder have been away, while another process replaced it.
      if ((await readIntent(store, folder)) || (await isOutdated(store, folder, files))) return undefined
      throw error
    })
    if (change === undefined) continue
    const there = new Set(files.map(({ key }) => key))
    const add: AddedFile[] = []
    for (const file of change.add) {
      const { key, size, etag, sha256, crc32, overwrites = false } = file
      const wasThere = there.has(key) && (await holdsFile(store, file))
      if (there.has(key) && !wasThere && !overwrites) throw otherContent(store, key)
      const checksums = { ...(sha256 && { sha256 }), ...(crc32 && { crc32 }) }
      add.push({ key, size, etag, ...checksums, wasThere, ...(overwrites && { overwrites }) })
    }
    const kept = new Set(add.map(({ key }) => key))
    const remove = change.remove.filter((key) => !kept.has(key))
    const done: Replaced = {
      added: add.filter(({ wasThere }) => !wasThere).map(({ key }) => key),
      unchanged: add.filter(({ wasThere }) => wasThere).map(({ key }) => key),
      removed: remove,
    }
    if (done.added.length + remove.length === 0) return done
    // Find a missing right now: once the intent is written, other commands wait for the change.
    if (store.replaceFolder) await store.checkRemoval?.(folder)
    const startedAt = new Date().toISOString()
    const held = await holdIntent(
      store,
      { id: crypto.randomUUID(), table, folder, add, remove, startedAt },
      options,
    )
    if (held === undefined) continue // another process was faster: look again when it has finished
    try {
      if (await isOutdated(store, folder, files)) {
        await held.release()
        continue
      }
      // A conversion looks for intents once it has marked the table: it sees this one, or this one sees its mark.
      if (await isConversionMarked({ name: table }, store)) {
        await held.release()
        throw new Error(
          `${folder} was not changed: the conversion of table ${table} to Iceberg is not over: minilake convert --table ${table} completes it`,
        )
      }
      await carryOut(held, change.add, lake, options.signal)
      return done
    } catch (error) {
      if (await isLost(held)) {
        await putRight(held, lake, { ...options, listed: files })
        throw held.lost.reason
      }
      if (!held.isReleased()) await settleAfter(error, held, lake)
      throw error
    } finally {
      await held.abandon()
    }
  }
}

/** Completes or takes back what a dead process has left in a folder; waits for a living one. Resolves with what it settled, if there was any. */
export async function finishIntent(
  lake: ReplacedLake,
  folder: string,
  options: LockOptions,
): Promise<SettledChange | undefined> {
  for (;;) {
    const left = await freeIntent(lake.store, folder, options)
    if (left === undefined) return undefined
    try {
      const settled = settledChange(left.intent, await settle(left, lake))
      options.onSettled?.(settled)
      return settled
    } catch (error) {
      if (!(await isLost(left))) throw error
      await putRight(left, lake, options) // yet another process has taken it over
    } finally {
      await left.abandon()
    }
  }
}

/** Settles an intent after a failure. Rejects with an Error that says so when that fails too: the intent stays for the next command. */
async function settleAfter(failure: unknown, held: HeldIntent, lake: ReplacedLake): Promise<void> {
  await settle(held, lake).catch((cause: unknown) => {
    const reason = failure instanceof Error ? failure.message : String(failure)
    throw new Error(
      `${reason}; the change of ${held.intent.folder} is half done: run the same command again`,
      {
        cause,
      },
    )
  })
}
