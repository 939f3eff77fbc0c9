import { freeSql, type QueryError, type SqlEngine } from '@minilake/analytics'
import { misnamedSettings, takesConnections, type Variables } from '@minilake/infra'
import { ObjectStoreError } from '@minilake/ingest'
import { lakeNames, qualifiedName } from '@minilake/schema'
import { BrokenLink, type Link } from './diagnose.js'
import type { LakeBackend } from './lake-backend.js'
import { filesLink, messageOf, timeZoneLink } from './lake-links.js'
import { lookAtTables } from './register-tables.js'
import { isLoopback } from './s3-keys.js'

/** What the chain of the stack is checked with. */
export interface StackLinksOptions {
  lake: LakeBackend
  /** URLs of S3 and of Trino, and the root of the bucket. */
  endpoint: string
  trino: string
  location: string
  /** What .env and the environment say of the local stack. */
  local: Variables
  /** Milliseconds since 1970 by the clock that requests are signed by. */
  now: () => number
  signal: AbortSignal
}

/** How long a server may take to answer, in milliseconds. */
const answerMillis = 5000

/** S3 refuses requests signed this far from its own time: 15 minutes. */
const clockMillis = 15 * 60 * 1000

/** The chain of the stack: S3, the metastore, Trino, and what each knows of the lake. */
export function stackLinks(options: StackLinksOptions): Link[] {
  const { lake, endpoint, trino, location, local, now, signal } = options
  // A metastore is asked through Trino; that of the local stack can also be asked itself.
  const isLocal = isLoopback(endpoint) && isLoopback(trino) && local.METASTORE_DB_PASSWORD !== undefined
  const startHint = 'start the stack: minilake up, or minilake up --native'
  const schema = `${lakeNames.catalog}.${lakeNames.schema}`

  return [
    {
      name: 'setting names',
      check: async () => {
        const version = (isLocal && local.TRINO_VERSION) || undefined
        if (version === undefined) return "as the stack's version of Trino calls them"
        const [misnamed] = await misnamedSettings(version)
        if (misnamed === undefined) return `as Trino ${version} calls them`
        throw new BrokenLink(misnamed, { fix: 'rename it, or leave TRINO_VERSION as stack.env has it' })
      },
    },
    {
      name: 'endpoint',
      check: async () => {
        await answer(endpoint, 'S3', isLoopback(endpoint) ? startHint : 'set profiles.stack.endpoint')
        return endpoint
      },
    },
    {
      name: 'clock',
      check: async () => {
        const fix = 'set the clock, best from the network (timedatectl set-ntp true)'
        const { headers } = await answer(endpoint, 'S3', startHint)
        const apart = now() - Date.parse(headers.get('date') ?? '')
        const text = `${Math.round(Math.abs(apart) / 1000)} s ${apart < 0 ? 'behind' : 'ahead of'} that of S3`
        if (Math.abs(apart) > clockMillis) {
          throw new BrokenLink(
            `the clock of this machine is ${text}, which refuses requests more than 15 minutes off`,
            {
              fix,
            },
          )
        }
        const failed = await listingFailure(lake)
        if (failed?.code === 'RequestTimeTooSkewed')
          throw new BrokenLink(failed.message, { fix, cause: failed })
        if (Number.isNaN(apart)) return 'S3 does not say what time it has'
        return Math.abs(apart) < 2000 ? 'that of S3' : text
      },
    },
    {
      name: 'credentials',
      check: async () => {
        const failed = await listingFailure(lake)
        const unknown = ['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken', 'InvalidToken']
        if (failed && [...unknown, 'CredentialsProviderError'].includes(failed.code ?? '')) {
          throw new BrokenLink(failed.message, {
            fix: isLocal
              ? 'unset AWS_ACCESS_KEY_ID and AWS_PROFILE, and minilake takes those that .env gives the local stack'
              : 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE',
            cause: failed,
          })
        }
        return 'known to S3'
      },
    },
    {
      name: 'bucket',
      check: async () => {
        const failed = await listingFailure(lake)
        if (failed?.code === 'NoSuchBucket') {
          throw new BrokenLink(failed.message, {
            fix: `make it, or name another by profiles.stack.location; minilake up makes ${lakeNames.bucket}`,
            cause: failed,
          })
        }
        return lake.store.location
      },
    },
    {
      name: 'listing',
      check: async () => {
        const failed = await listingFailure(lake)
        if (failed === undefined) return 'allowed'
        throw new BrokenLink(failed.message, {
          fix: 'give the user the right to list the bucket (s3:ListBucket)',
          cause: failed,
        })
      },
    },
    {
      name: 'metastore',
      check: async () => {
        if (!isLocal) return 'asked through Trino'
        const port = Number(local.METASTORE_PORT ?? 9083)
        if (await takesConnections(port)) return `thrift://127.0.0.1:${port}`
        throw new BrokenLink(`the metastore does not answer at 127.0.0.1:${port}`, { fix: startHint })
      },
    },
    {
      name: 'Trino',
      check: async () => {
        const fix = isLoopback(trino) ? startHint : 'set profiles.stack.trino'
        const response = await answer(`${trino}/v1/info`, 'Trino', fix)
        const info = (await response.json().catch(() => ({}))) as {
          starting?: boolean
          nodeVersion?: { version?: string }
        }
        if (info.starting === undefined)
          throw new BrokenLink(`what answers at ${trino} is not Trino`, { fix: 'set profiles.stack.trino' })
        if (info.starting)
          throw new BrokenLink(`Trino at ${trino} is still starting`, {
            fix: 'wait a minute, then try again',
          })
        return `${trino}, version ${info.nodeVersion?.version ?? 'unknown'}`
      },
    },
    {
      name: 'catalog',
      check: () =>
        withEngine(lake, async (engine) => {
          const names: string[] = []
          for await (const row of engine.query(freeSql('SHOW CATALOGS'), { signal }))
            names.push(...Object.values(row).map(String))
          if (names.includes(lakeNames.catalog)) return names.join(', ')
          throw new BrokenLink(`Trino has no catalog ${lakeNames.catalog}, only ${names.join(', ')}`, {
            fix: `give it one: etc/catalog/${lakeNames.catalog}.properties, as in @minilake/infra`,
          })
        }),
    },
    {
      name: 'schema',
      check: () =>
        withEngine(lake, async (engine) => {
          const names: string[] = []
          const show = freeSql(`SHOW SCHEMAS FROM ${qualifiedName(lakeNames.catalog)}`)
          try {
            for await (const row of engine.query(show, { signal }))
              names.push(...Object.values(row).map(String))
          } catch (cause) {
            const { errorName = '' } = cause as QueryError
            if (!errorName.startsWith('HIVE')) throw cause
            throw new BrokenLink(`Trino cannot ask the metastore: ${messageOf(cause)}`, {
              fix: `look at hive.metastore.uri in Trino's catalog ${lakeNames.catalog}, and at the metastore's log`,
              cause,
            })
          }
          if (names.includes(lakeNames.schema)) return schema
          throw new BrokenLink(`the metastore has no schema ${schema}`, {
            fix: 'minilake catalog --profile stack makes it',
          })
        }),
    },
    {
      name: 'tables',
      check: () =>
        withEngine(lake, async (engine) => {
          const [trouble] = await lookAtTables(lake, { engine, location, signal })
          if (trouble === undefined) return lake.tables.map(({ name }) => `${schema}.${name}`).join(', ')
          throw new BrokenLink(trouble, { fix: 'minilake catalog --profile stack' })
        }),
    },
    filesLink(lake, signal),
    timeZoneLink(lake, { locationOf: (key) => `${location}${key}`, signal }),
  ]
}

/** An HTTP answer, whatever it says. */
async function answer(url: string, what: string, fix: string): Promise<Response> {
  try {
    return await fetch(url, { signal: AbortSignal.timeout(answerMillis) })
  } catch (cause) {
    const isLate = (cause as Error).name === 'TimeoutError'
    const reason = (cause as { cause?: { code?: string } }).cause?.code ?? messageOf(cause)
    const why = isLate ? `no answer within ${answerMillis / 1000} s` : reason
    throw new BrokenLink(`${what} does not answer at ${url}: ${why}`, { fix, cause })
  }
}

/** How a listing of the bucket fails, if it does. */
async function listingFailure({ store }: LakeBackend): Promise<ObjectStoreError | undefined> {
  try {
    for await (const _object of store.list('')) break
    return undefined
  } catch (error) {
    if (error instanceof ObjectStoreError) return error
    throw error
  }
}

async function withEngine<T>(lake: LakeBackend, work: (engine: SqlEngine) => Promise<T>): Promise<T> {
  const engine = await lake.openEngine([])
  try {
    return await work(engine)
  } finally {
    await engine.close()
  }
}
