import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import type { DuckDBInstance } from '@duckdb/node-api'
import { privateFolder } from './private-folder.js'

/** What a DuckDB may use. */
export interface DuckDbLimits {
  /** The most memory, such as '4GB'. Beyond it, DuckDB writes to `tempFolder`. Default: 80 % of the machine's memory. */
  memory?: string | undefined
  /** Number of threads. Default: one per core. */
  threads?: number | undefined
  /** Folder for temporary files, below which each DuckDB has a folder of its own. Default: the system's. */
  tempFolder?: string | undefined
}

/** An in-memory DuckDB with a folder for its temporary files that no other process uses. */
export interface PrivateDuckDb {
  readonly instance: DuckDBInstance
  /** The folder, which is removed on `close`, or after a crash when the next DuckDB opens. */
  readonly folder: string
  /** Closes the instance, whose statements must have ended, and removes the folder. */
  close(): Promise<void>
}

/** Throws a RangeError for limits that DuckDB would refuse or could not work with. */
export function checkLimits({ memory, threads }: DuckDbLimits): void {
  if (memory !== undefined && !/^(?=.*[1-9])\d+(\.\d+)?\s*([kmgt]i?)?b$/i.test(memory)) {
    throw new RangeError(`memory expected an amount with its unit, such as '4GB', got '${memory}'`)
  }
  if (threads !== undefined && !(Number.isSafeInteger(threads) && threads >= 1)) {
    throw new RangeError(`threads expected a whole number of at least 1, got ${threads}`)
  }
}

/** Opens DuckDB in time zone UTC. It never loads or downloads extensions. */
export async function privateDuckDb({
  memory,
  threads,
  tempFolder = tmpdir(),
}: DuckDbLimits): Promise<PrivateDuckDb> {
  // 70 MB of native code, loaded only when there is something to read.
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const folder = await privateFolder(resolve(tempFolder)).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`temporary files expected a folder that can be written, got ${tempFolder}: ${reason}`, {
      cause,
    })
  })
  try {
    const instance = await DuckDBInstance.create(':memory:', {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      // INSTALL looks for a file under this path, and not on the network.
      custom_extension_repository: 'extensions-are-never-fetched',
      // DuckDB's default is .tmp in the current folder, with the same names of files in every process.
      temp_directory: folder.path,
      ...(memory !== undefined && { memory_limit: memory }),
      ...(threads !== undefined && { threads: String(threads) }),
    })
    const connection = await instance.connect()
    await connection.run(`SET GLOBAL TimeZone = 'UTC'`)
    connection.closeSync()
    return {
      instance,
      folder: folder.path,
      close: async () => {
        instance.closeSync()
        await folder.remove()
      },
    }
  } catch (error) {
    await folder.remove()
    throw error
  }
}
