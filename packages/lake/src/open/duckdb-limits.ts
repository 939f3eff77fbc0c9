import type { ReadOptions } from '@minilake/import'
import type { Settings } from '../config/resolve-settings.js'

/** What DuckDB may use, in queries and in imports. */
export type DuckDbLimits = Pick<ReadOptions, 'memory' | 'threads' | 'tempFolder'>

/** What DuckDB may use by the settings. `inCwd` resolves a relative path. */
export function duckDbLimits(settings: Settings, inCwd: (path: string) => string): DuckDbLimits {
  const memory = settings['profiles.embedded.memory'].value
  const threads = settings['profiles.embedded.threads'].value
  const spill = settings['profiles.embedded.spill'].value
  return {
    ...(memory !== '' && { memory }),
    ...(threads !== '' && { threads: Number(threads) }),
    ...(spill !== '' && { tempFolder: inCwd(spill) }),
  }
}
