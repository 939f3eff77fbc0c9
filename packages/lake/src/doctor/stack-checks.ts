import { freeSql, type QueryError } from '@minilake/analytics'
import { misnamedSettings, takesConnections, type Variables } from '@minilake/infra'
import { ObjectStoreError } from '@minilake/ingest'
import { lakeLocation, lakeNames, qualifiedName } from '@minilake/schema'
import { BrokenLink, type Link } from './diagnose.js'
import { type LakeBackend, withEngine } from '../lake-backend.js'
import { filesLink, messageOf, timeZoneLink } from './data-checks.js'
import { publishingLinks } from './publishing-checks.js'
import { lookAtTables } from '../register/register-tables.js'
import { isLoopback } from '../open/s3-keys.js'

/** What the chain of the stack is checked with. */
export interface StackLinksOptions {
  lake: LakeBackend
  /** URLs of S3 and of Trino, and the root of the bucket. */
  endpoint: string
  trino: string
  location: string
  /** What .env and the environment say of the local stack. */
  local: Variables
  /** Whether the environment names keys of S3, and not .env. */
  hasOwnKeys: boolean
  /** Milliseconds since 1970 by the clock that requests are signed by. */
  now: () => number
  signal: AbortSignal
}

/** What S3 says of keys that it does not take. */
const keyCodes: ReadonlySet<string> = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  'CredentialsProviderError',
])

/** How long Trino may take to say what the metastore has: a dead one it tries for 20 s. */
const metastoreMillis = 60_000

/** How long a server may take to answer, in milliseconds. */
const answerMillis = 5000

/** S3 refuses requests signed this far from its own time: 15 minutes. */
const clockMillis = 15 * 60 * 1000

/** The chain of the stack: S3, the metastore, Trino, and what each knows of the lake. */
export function stackLinks(options: StackLinksOptions): Link[] {
  const { lake, endpoint, trino, location, local, hasOwnKeys, now, signal } = options
  // A metastore is asked through Trino; that of the local stack can also be asked itself.
  const isLocal = isLoopback(endpoint) && isLoopback(trino) && local.METASTORE_DB_PASSWORD !== undefined
  const startHint = 'start the stack: minilake up, or minilake up --native'
  // Asked for once: what S3 says of a listing tells of four links.
  let listing: Promise<ObjectStoreError | undefined> | undefined
  const listingFailure = () => (listing ??= listingFailureOf(lake))
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
        const failed = await listingFailure()
        // MinIO's console says the latter.
        if (failed?.code !== 'NotS3' && failed?.code !== 'InvalidArgument') return endpoint
        throw new BrokenLink(`what answers at ${endpoint} is not S3: ${failed.message}`, {
          fix: 'set profiles.stack.endpoint to the URL of S3, not of its console',
          cause: failed,
        })
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
        const failed = await listingFailure()
        if (failed?.code === 'RequestTimeTooSkewed')
          throw new BrokenLink(failed.message, { fix, cause: failed })
        if (Number.isNaN(apart)) return 'S3 does not say what time it has'
        return Math.abs(apart) < 2000 ? 'that of S3' : text
      },
    },
    {
      name: 'credentials',
      check: async () => {
        const failed = await listingFailure()
        if (!keyCodes.has(failed?.code ?? '')) return 'known to S3'
        throw new BrokenLink(failed?.message ?? '', {
          fix: hasOwnKeys
            ? 'mend AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or AWS_PROFILE, or unset them: on this machine minilake then takes those of .env'
            : isLoopback(endpoint)
              ? 'minilake up gives this folder a .env with the keys of the local stack; or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'
              : 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE',
          cause: failed,
        })
      },
    },
    {
      name: 'bucket',
      check: async () => {
        const failed = await listingFailure()
        // A user who may not do so is not told whether another bucket is there.
        const isHidden = failed?.code === 'AccessDenied' && location !== lakeLocation
        if (failed?.code !== 'NoSuchBucket' && !isHidden) return lake.store.location
        throw new BrokenLink(failed.message, {
          fix: `make the bucket and let this user list it, or name another by profiles.stack.location; minilake up makes ${lakeNames.bucket}`,
          cause: failed,
        })
      },
    },
    {
      name: 'listing',
      check: async () => {
        const failed = await listingFailure()
        if (failed === undefined) return 'allowed'
        const fixes: Record<string, string> = {
          AccessDenied: 'give the user the right to list the bucket (s3:ListBucket)',
          AuthorizationHeaderMalformed: 'set profiles.stack.region to the region of the bucket',
          PermanentRedirect: 'set profiles.stack.region, and the endpoint of that region',
        }
        throw new BrokenLink(failed.message, {
          fix: fixes[failed.code ?? ''] ?? "look at the log of S3, and at this user's rights",
          cause: failed,
        })
      },
    },
    ...publishingLinks(lake, { signal }),
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
        withEngine(lake, [], async (engine) => {
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
        withEngine(lake, [], async (engine) => {
          const names: string[] = []
          const show = freeSql(`SHOW SCHEMAS FROM ${qualifiedName(lakeNames.catalog)}`)
          const late = AbortSignal.timeout(metastoreMillis)
          try {
            for await (const row of engine.query(show, { signal: AbortSignal.any([signal, late]) }))
              names.push(...Object.values(row).map(String))
          } catch (cause) {
            const { errorName = '' } = cause as Partial<QueryError>
            if (!errorName.startsWith('HIVE') && cause !== late.reason) throw cause
            const why =
              cause === late.reason ? `no answer within ${metastoreMillis / 1000} s` : messageOf(cause)
            throw new BrokenLink(`Trino cannot ask the metastore: ${why}`, {
              fix: `look at the metastore's log, and at hive.metastore.uri in Trino's catalog ${lakeNames.catalog}`,
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
        withEngine(lake, [], async (engine) => {
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
async function listingFailureOf({ store }: LakeBackend): Promise<ObjectStoreError | undefined> {
  try {
    for await (const _object of store.list('')) break
    return undefined
  } catch (error) {
    if (error instanceof ObjectStoreError) return error
    throw error
  }
}
