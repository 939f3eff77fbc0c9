import { join, resolve } from 'node:path'
import type { Table } from '@minilake/schema'
import { composeLake } from '../../packages/lake/src/compose-lake.js'
import type { LakeBackend } from '../../packages/lake/src/lake-backend.js'
import type { Lake, OpenLakeOptions } from '../../packages/lake/src/index.js'
import { embeddedLake } from '../../packages/lake/src/open/embedded-lake.js'
import { dyingAfter } from '../../packages/lake/test/dying-store.js'
import { stackBackend, stackOptions, type TestStack } from '../../packages/lake/test/running-stack.js'

/** Where the lakes of a sequence are: a folder, and a running stack for those on Trino. */
export interface LakePlace {
  folder: string
  stack?: TestStack | undefined
}

/** How to open a lake there. */
export function lakeOptions(table: Table, { folder, stack }: LakePlace): OpenLakeOptions {
  return {
    ...(stack && { ...stackOptions(stack), maintainCredentials: stack.maintainer }),
    tables: [table],
    cwd: folder,
  }
}

/**
 * Opens a lake whose process dies after a number of changes of the store and of the catalog. After that its promises still reject, as
 * nothing else of it may happen.
 */
export async function dyingLake(
  table: Table,
  { folder, stack }: LakePlace,
  changes: number,
): Promise<{ lake: Lake; isDead: () => boolean }> {
  const backend = stack
    ? await stackBackend([table], stack)
    : embeddedLake([table], { folder: join(folder, 'lake') })
  const life = dyingAfter(backend.store, changes)
  const { maintenance, servers } = backend
  const dying: LakeBackend = {
    ...backend,
    store: life.dying,
    registerTables: (...args) => life.change(() => backend.registerTables(...args)),
    ...(maintenance && {
      maintenance: { ...maintenance, store: life.dyingToo(maintenance.store) },
    }),
    ...(servers && {
      servers: {
        ...servers,
        openCatalogEngine: async () => {
          const engine = await servers.openCatalogEngine()
          return {
            dialect: engine.dialect,
            execute: (statement) => life.change(() => engine.execute(statement)),
            query: (...args) => engine.query(...args),
            close: () => engine.close(),
          }
        },
      },
    }),
    ...(backend.withFolderCatalog && {
      withFolderCatalog: (of, work) =>
        (backend as Required<LakeBackend>).withFolderCatalog(of, (catalog) =>
          work({
            unregister: (key) => life.change(() => catalog.unregister(key)),
            register: (key) => life.change(() => catalog.register(key)),
          }),
        ),
    }),
  }
  const lake = composeLake(dying, {
    out: join(folder, 'out'),
    inCwd: (path) => resolve(folder, path),
    duckDb: {},
    s3: {} as Parameters<typeof composeLake>[1]['s3'], // only generate uses it
  })
  return { lake, isDead: life.isDead }
}
