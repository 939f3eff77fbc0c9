import { access, constants, stat } from 'node:fs/promises'
import { freeSql } from '@minilake/analytics'
import { BrokenLink, type Link } from './diagnose.js'
import { dataFilesOf, type LakeBackend, withEngine } from '../lake-backend.js'
import { filesLink, messageOf } from './data-checks.js'

/** The chain of the embedded lake: a folder, DuckDB, and the data files. */
export function embeddedLinks(lake: LakeBackend, signal: AbortSignal): Link[] {
  const folder = lake.store.location
  return [
    {
      name: 'folder',
      check: async () => {
        const found = await stat(folder).catch(() => undefined)
        if (!found?.isDirectory()) {
          throw new BrokenLink(`there is no folder ${folder}`, {
            fix: 'minilake demo makes one, or minilake generate and minilake ingest',
          })
        }
        await access(folder, constants.R_OK | constants.W_OK | constants.X_OK).catch((cause: unknown) => {
          throw new BrokenLink(`the folder ${folder} cannot be read and written`, {
            fix: 'give yourself the right to (chmod u+rwx), or name another by MINILAKE_EMBEDDED_FOLDER',
            cause,
          })
        })
        return folder
      },
    },
    {
      name: 'listing',
      check: async () => {
        let files = 0
        for (const table of lake.tables) for await (const _file of dataFilesOf(table, lake.store)) files += 1
        if (files > 0) return `data files of ${lake.tables.length} tables`
        throw new BrokenLink(`no table has a file in ${folder}`, {
          fix: 'minilake generate or minilake import makes some, minilake ingest publishes them',
        })
      },
    },
    {
      name: 'DuckDB',
      check: async () => {
        try {
          return await withEngine(lake, [], async (engine) => {
            for await (const row of engine.query(freeSql('SELECT version() AS version'), { signal }))
              return String(row.version)
            return ''
          })
        } catch (cause) {
          signal.throwIfAborted()
          throw new BrokenLink(`DuckDB does not open: ${messageOf(cause)}`, {
            fix: 'install the packages anew (npm ci): its native part is one of them, for this system',
            cause,
          })
        }
      },
    },
    filesLink(lake, signal),
  ]
}
