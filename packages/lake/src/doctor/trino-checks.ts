import { freeSql, QueryError } from '@minilake/analytics'
import { lakeNames, qualifiedName } from '@minilake/schema'
import { type LakeBackend, withEngine } from '../lake-backend.js'
import { isLoopback } from '../open/s3-keys.js'
import { PartDownError } from '../part-down-error.js'
import { nameOf } from '../register/check-places.js'
import { othersOver, tablePlaces } from '../register/others-over.js'
import { lookAtTables } from '../register/register-tables.js'
import { answerOf, startHint } from './answer-of.js'
import { type Check, FailedCheck, firstLine } from './diagnose.js'

/** What the checks of Trino need to know. */
export interface TrinoCheckOptions {
  lake: LakeBackend
  /** URL of Trino. */
  trino: string
  /** URL of the bucket or of a folder in it, with a trailing slash. */
  location: string
  /** How long Trino may take to answer. */
  timeoutSeconds: number
  signal: AbortSignal
}

const schemaName = `${lakeNames.catalog}.${lakeNames.schema}`

/** Checks whether Trino answers and reaches the metastore. */
export function trinoChecks(options: Omit<TrinoCheckOptions, 'location'>): Check[] {
  const { lake, trino, timeoutSeconds, signal } = options
  return [
    {
      name: 'Trino',
      run: async () => {
        const fix = isLoopback(trino) ? startHint : 'set profiles.stack.trino'
        const response = await answerOf(`${trino}/v1/info`, { name: 'Trino', timeoutSeconds, fix })
        const info = (await response.json().catch(() => ({}))) as {
          starting?: boolean
          nodeVersion?: { version?: string }
        }
        if (info.starting === undefined)
          throw new FailedCheck(`the server at ${trino} is not Trino`, { fix: 'set profiles.stack.trino' })
        if (info.starting)
          throw new FailedCheck(`Trino at ${trino} is still starting`, { fix: 'try again in a minute' })
        return `${trino}, version ${info.nodeVersion?.version ?? 'unknown'}`
      },
    },
    {
      name: 'users',
      run: () => usersFinding(lake, signal),
    },
    {
      name: 'catalog',
      run: async () => {
        const names = await namesBy('SHOW CATALOGS', lake, signal)
        if (names.includes(lakeNames.catalog)) return names.join(', ')
        throw new FailedCheck(`Trino has no catalog ${lakeNames.catalog}, only ${names.join(', ')}`, {
          fix: `add etc/catalog/${lakeNames.catalog}.properties, as in @minilake/infra`,
        })
      },
    },
    {
      name: 'schema',
      run: async () => {
        const names = await schemaNames(lake, signal)
        if (names.includes(lakeNames.schema)) return schemaName
        throw new FailedCheck(`the metastore has no schema ${schemaName}`, {
          fix: 'minilake catalog --profile stack creates it',
        })
      },
    },
  ]
}

/** Checks whether Trino has the lake's tables as they are defined, and their partitions. */
export function tablesCheck({
  lake,
  location,
  signal,
}: Pick<TrinoCheckOptions, 'lake' | 'location' | 'signal'>): Check {
  return {
    name: 'tables',
    run: () =>
      // Who only reads may not see how a table was created.
      withEngine(
        { openEngine: () => lake.servers?.openCatalogEngine() ?? lake.openEngine([]) },
        [],
        async (engine) => {
          const [trouble] = await lookAtTables(lake, { engine, location, signal })
          if (trouble !== undefined)
            throw new FailedCheck(trouble, { fix: 'minilake catalog --profile stack' })
          const places = await tablePlaces(engine, signal)
          for (const table of lake.tables) {
            const [other] = othersOver(table, location, places)
            if (other !== undefined)
              throw new FailedCheck(`table ${nameOf(table)} has its data files in common with ${other}`, {
                fix: 'drop one of the two with DROP TABLE, which keeps the files of an external table: what removes files of one removes them from the other',
              })
          }
          return lake.tables.map(nameOf).join(', ')
        },
      ),
  }
}

/** Who may do what in Trino, and what that protects against. Throws a FailedCheck if Trino refuses a user. */
async function usersFinding(lake: LakeBackend, signal: AbortSignal): Promise<string> {
  const { servers } = lake
  if (servers === undefined) return ''
  const { users, trino } = servers
  const accept = async (user: string, setting: string, open: LakeBackend['openEngine']) => {
    try {
      await namesBy('SELECT 1', { openEngine: open }, signal)
    } catch (cause) {
      if (!(cause instanceof QueryError) || cause.errorName !== 'PERMISSION_DENIED') throw cause
      throw new FailedCheck(`Trino refuses the user ${user}: ${firstLine(cause)}`, {
        fix: `set ${setting} to a user of Trino, or allow ${user} in Trino's rules (trino/rules.json of @minilake/infra)`,
        cause,
      })
    }
  }
  await accept(users.creates, 'profiles.stack.user', () => servers.openCatalogEngine())
  await accept(users.reads, 'profiles.stack.queryUser', () => lake.openEngine([]))
  const who = `${users.creates} (profiles.stack.user) creates tables, ${users.reads} (profiles.stack.queryUser) queries`
  if (trino.startsWith('https:')) return who
  const others = isLoopback(trino) ? 'other users of this machine' : 'others who reach Trino'
  return `${who}; without TLS and passwords, that protects against mistakes, not against ${others}`
}

async function schemaNames(lake: LakeBackend, signal: AbortSignal): Promise<string[]> {
  try {
    return await namesBy(`SHOW SCHEMAS FROM ${qualifiedName(lakeNames.catalog)}`, lake, signal)
  } catch (cause) {
    const isHive = cause instanceof QueryError && (cause.errorName ?? '').startsWith('HIVE')
    if (cause instanceof PartDownError) throw new FailedCheck(cause.message, { fix: '', cause })
    if (!isHive) throw cause
    throw new FailedCheck(`Trino cannot reach the metastore: ${firstLine(cause)}`, {
      fix: `look at the metastore's log, and at hive.metastore.uri in Trino's catalog ${lakeNames.catalog}`,
      cause,
    })
  }
}

async function namesBy(
  sql: string,
  lake: Pick<LakeBackend, 'openEngine'>,
  signal: AbortSignal,
): Promise<string[]> {
  return withEngine(lake, [], async (engine) => {
    const names: string[] = []
    for await (const row of engine.query(freeSql(sql), { signal }))
      names.push(...Object.values(row).map(String))
    return names
  })
}
