import { access, constants, stat } from 'node:fs/promises'
import { freeSql } from '@minilake/analytics'
import { dataFilesOf, type LakeBackend, withEngine } from '../lake-backend.js'
import { count } from '../text.js'
import { type Check, FailedCheck, firstLine } from './diagnose.js'

/** Checks the folder of an embedded lake, its data files and DuckDB. */
export function embeddedChecks(lake: LakeBackend, signal: AbortSignal): Check[] {
  const folder = lake.store.location
  return [
    {
      name: 'folder',
      run: async () => {
        const found = await stat(folder).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENOTDIR') return undefined
          throw new FailedCheck(`a part of the path ${folder} is a file, not a folder`, {
            fix: 'choose another folder by --lake or MINILAKE_EMBEDDED_FOLDER',
            cause: error,
          })
        })
        if (!found?.isDirectory()) {
          throw new FailedCheck(`there is no folder ${folder}`, {
            fix: 'minilake demo creates it, and so does minilake ingest after minilake generate',
          })
        }
        await access(folder, constants.R_OK | constants.W_OK | constants.X_OK).catch((cause: unknown) => {
          throw new FailedCheck(`the folder ${folder} cannot be read and written`, {
            fix: 'give yourself the right to (chmod u+rwx), or choose another by --lake or MINILAKE_EMBEDDED_FOLDER',
            cause,
          })
        })
        return folder
      },
    },
    {
      name: 'listing',
      run: async () => {
        let files = 0
        for (const table of lake.tables) for await (const _file of dataFilesOf(table, lake.store)) files += 1
        if (files > 0) return `${count(files, 'data file')} of ${count(lake.tables.length, 'table')}`
        throw new FailedCheck(`no table has a file in ${folder}`, {
          fix: 'minilake import puts some there, and so does minilake ingest after minilake generate',
        })
      },
    },
    {
      name: 'DuckDB',
      run: async () => {
        try {
          return await withEngine(lake, [], async (engine) => {
            for await (const row of engine.query(freeSql('SELECT version() AS version'), { signal }))
              return String(row.version)
            return ''
          })
        } catch (cause) {
          signal.throwIfAborted()
          throw new FailedCheck(`DuckDB cannot be opened: ${firstLine(cause)}`, {
            fix: 'reinstall the packages (npm ci): one of them is the native part of DuckDB for this system',
            cause,
          })
        }
      },
    },
  ]
}
