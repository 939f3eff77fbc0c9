import type { Table } from '@minilake/schema'
import { composeLake } from '../../src/compose-lake.js'
import type { Lake } from '../../src/index.js'
import type { LakeStore } from '../../src/lake-backend.js'
import { freshFolder } from '../fresh-lake.js'
import { stackBackend, type TestStack } from '../running-stack.js'

/** A lake that finds a time of `hours` from now at the store's clock. */
export async function lakeIn(tables: readonly Table[], stack: TestStack, hours: number): Promise<Lake> {
  const backend = await stackBackend(tables, stack)
  const later = (store: LakeStore): LakeStore => ({
    ...store,
    now: async () => new Date(((await store.now?.())?.getTime() ?? NaN) + hours * 3_600_000),
  })
  const cwd = await freshFolder()
  const { maintenance } = backend
  return composeLake(
    {
      ...backend,
      store: later(backend.store),
      ...(maintenance && { maintenance: { ...maintenance, store: later(maintenance.store) } }),
    },
    {
      out: cwd,
      inCwd: (path) => path,
      duckDb: {},
      s3: {} as Parameters<typeof composeLake>[1]['s3'], // only generate uses it
    },
  )
}
