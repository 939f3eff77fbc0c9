import { stat } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import { describeValue, type LakeDefinition, type Table } from '@minilake/schema'
import { checkOptions } from './check-options.js'
import { checkLakeDefinition } from './config/check-lake-definition.js'
import { loadConfig } from './config/load-config.js'
import { resolveSettings, type Settings } from './config/resolve-settings.js'
import { stackSettings } from './config/stack-settings.js'
import type { Variables } from './config/variables.js'
import type { Lake } from './lake.js'
import { defaultResumeAfterSeconds } from './lake-backend.js'
import type { AskLocalParts } from './open/ask-parts.js'
import { duckDbLimits } from './open/duckdb-limits.js'
import { lakeKeys, type LakeKeys, type S3Keys } from './open/s3-keys.js'
import { UsageError } from './usage-error.js'

/** How to open a lake: a lake's definition, as `defineLake` takes it, and where to find what it leaves out. */
export interface OpenLakeOptions extends LakeDefinition {
  /** Path of a config file. Default: `minilake.config.ts`, `.js`, `.mjs` or `.json` in `cwd`; not read when `tables` are given. */
  config?: string
  /** The folder that relative paths start from, resolved when the lake opens. Default '.'. */
  cwd?: string
  /** Environment variables, such as MINILAKE_PROFILE, that set what the options leave open. Default none. */
  env?: Variables
  /** Keys of S3. Default: what the AWS SDK finds. */
  credentials?: S3Keys
  /** Keys of S3 for what removes or replaces objects. Default: `credentials`, else the local stack's or what the AWS SDK finds. */
  maintainCredentials?: S3Keys
  /**
   * Seconds without a sign of life after which an upload counts as interrupted, and the change of a partition as left behind: the next
   * command completes it or takes it back. Less than 10 is for lakes that nobody else is changing. Default 60.
   */
  resumeAfterSeconds?: number
}

const optionNames = [
  'tables',
  'profile',
  'out',
  'profiles',
  'config',
  'cwd',
  'env',
  'credentials',
  'maintainCredentials',
  'resumeAfterSeconds',
] as const satisfies (keyof OpenLakeOptions)[]

/**
 * Opens a lake: a folder with DuckDB (profile 'embedded', the default), or S3 with Trino (profile 'stack'). Options win over `env`,
 * which wins over the config file. Only the clients of its profile load, and nothing is created before the first write.
 * Throws a TypeError for an unknown option, and a UsageError for a setting or a config that is wrong.
 *
 * @example
 * import { openLake } from '@minilake/lake'
 * import { hourlyAverages } from '@minilake/analytics'
 * import { pump } from '@minilake/schema'
 *
 * const lake = await openLake({ tables: [pump] })
 * await lake.write(pump, [{ event_timestamp: new Date(), pressure: 120.5, velocity: 2.4, speed: 1480 }])
 * for await (const { hour, avg_pressure } of lake.query(hourlyAverages(pump, ['pressure']))) console.log(hour, avg_pressure)
 * await lake.close()
 */
export async function openLake(options: OpenLakeOptions = {}): Promise<Lake> {
  checkOptions('openLake', options, optionNames)
  checkPlaces(options)
  checkSeconds(options)
  const {
    tables,
    profile,
    out,
    profiles,
    config,
    cwd: givenCwd = '.',
    env = {},
    credentials,
    maintainCredentials,
    resumeAfterSeconds,
  } = options
  const cwd = resolve(givenCwd) // the process may change its working directory while the lake is open
  const given = checkLakeDefinition('openLake', {
    ...(tables !== undefined && { tables }),
    ...(profile !== undefined && { profile }),
    ...(out !== undefined && { out }),
    ...(profiles !== undefined && { profiles }),
  })
  if (tables !== undefined && config !== undefined)
    throw new TypeError('openLake expected tables or a config file that defines them, got both')
  const read = tables
    ? { tables, file: undefined }
    : await loadConfig({ file: config, variables: env, folder: cwd })
  const settings = resolveSettings({ file: read.file, variables: env, local: env, options: given })
  const lake = await openResolvedLake({
    tables: read.tables,
    settings,
    cwd,
    keys: lakeKeys(settings['profiles.stack.endpoint'].value, {
      local: env,
      environment: env,
      credentials,
      maintainCredentials,
    }),
    resumeAfterSeconds,
  })
  await checkFolder(lake)
  return lake
}

/** What a lake is opened with once its settings are known. */
export interface ResolvedLake {
  tables: readonly Table[]
  settings: Settings
  keys: LakeKeys
  /** Default '.'. */
  cwd?: string
  resumeAfterSeconds?: number | undefined
  /** Asks the parts of a stack on this machine when a statement fails or makes no progress. */
  askLocalParts?: AskLocalParts
}

/** Opens a lake by settings that are already resolved, as the command line does. */
export async function openResolvedLake({
  tables,
  settings,
  keys,
  cwd = '.',
  resumeAfterSeconds,
  askLocalParts,
}: ResolvedLake): Promise<Lake> {
  // The encoders and readers load here, not with this file: the command line starts faster.
  const [{ composeLake }, { embeddedLake }, { stackLake }] = await Promise.all([
    import('./compose-lake.js'),
    import('./open/embedded-lake.js'),
    import('./open/stack-lake.js'),
  ])
  const inCwd = (path: string) => (cwd === '.' || isAbsolute(path) ? path : join(cwd, path))
  const duckDb = duckDbLimits(settings, inCwd)
  const { value: location, origin } = settings['profiles.stack.location']
  const backend =
    settings.profile.value === 'stack'
      ? await stackLake(tables, {
          ...stackSettings(settings),
          location,
          locationName: `profiles.stack.location (${origin})`,
          keys,
          resumeAfterSeconds,
          askLocalParts,
        })
      : embeddedLake(tables, {
          folder: inCwd(settings['profiles.embedded.folder'].value),
          duckDb,
          resumeAfterSeconds,
        })
  return composeLake(backend, {
    out: inCwd(settings.out.value),
    inCwd,
    duckDb,
    s3: { ...stackSettings(settings), keys: keys.publish },
  })
}

/** Throws a TypeError for a config, a folder or an environment of another type. */
function checkPlaces({ config, cwd, env }: OpenLakeOptions): void {
  for (const [name, value] of Object.entries({ config, cwd })) {
    if (value !== undefined && typeof value !== 'string')
      throw new TypeError(`openLake expected a path as ${name}, got ${describeValue(value)}`)
  }
  if (env !== undefined && (typeof env !== 'object' || env === null))
    throw new TypeError(`openLake expected variables by name as env, got ${describeValue(env)}`)
}

/** Throws a TypeError or RangeError for a time that is no number of seconds. */
function checkSeconds({ resumeAfterSeconds = defaultResumeAfterSeconds }: OpenLakeOptions): void {
  if (typeof resumeAfterSeconds !== 'number')
    throw new TypeError(
      `openLake expected seconds as resumeAfterSeconds, got ${describeValue(resumeAfterSeconds)}`,
    )
  if (!(resumeAfterSeconds >= 0 && resumeAfterSeconds < Infinity))
    throw new RangeError(`openLake expected resumeAfterSeconds of 0 or more, got ${resumeAfterSeconds}`)
}

/** A lake's folder may be missing until the first write, but it cannot be a file. */
async function checkFolder({ profile, store }: Lake): Promise<void> {
  if (profile !== 'embedded') return
  const found = await stat(store.location).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new UsageError(`openLake expected a folder at ${store.location}: ${error.message}`, {
      cause: error,
    })
  })
  if (found && !found.isDirectory())
    throw new UsageError(`openLake expected a folder at ${store.location}, got a file`)
}
