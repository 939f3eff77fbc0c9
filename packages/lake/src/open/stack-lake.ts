import { hiveStatements } from '@minilake/catalog'
import type { S3Store, S3StoreOptions } from '@minilake/ingest/s3'
import type { Table } from '@minilake/schema'
import { maskCredentials } from '../config/mask-credentials.js'
import type { LakeBackend } from '../lake-backend.js'
import { registerTables } from '../register/register-tables.js'
import type { Settings } from '../config/resolve-settings.js'
import type { S3Keys } from './s3-keys.js'
import { UsageError } from '../usage-error.js'

/** The lake on S3 and Trino, wherever they are. Its store throws a UsageError when the location is not the root of a bucket. */
export async function stackLake(
  tables: readonly Table[],
  {
    settings,
    keys,
    resumeAfterSeconds,
  }: { settings: Settings; keys: S3Keys | undefined; resumeAfterSeconds?: number | undefined },
): Promise<LakeBackend> {
  const { location } = stackSettings(settings)
  const { s3Store } = await import('@minilake/ingest/s3')
  const openEngine = () => openTrino(settings)
  let store: S3Store | undefined
  return {
    tables,
    // Statements can be printed for a location that is none of ours.
    get store() {
      const name = `profiles.stack.location (${settings['profiles.stack.location'].origin})`
      const options = storeOptions(location, { name, settings, keys })
      return (store ??= s3Store({
        ...options,
        ...(resumeAfterSeconds !== undefined && { resumeAfterSeconds }),
      }))
    },
    knownText: () =>
      `nothing new: the tables are known to Trino at ${settings['profiles.stack.trino'].value}`,
    catalogStatements: (wanted = tables) => Promise.resolve(hiveStatements(wanted, { location })),
    registerTables: async (wanted, { signal }) => {
      const engine = await openEngine()
      try {
        return await registerTables(wanted, { engine, location, signal })
      } finally {
        await engine.close()
      }
    },
    openEngine,
  }
}

/** Trino as the settings say. */
export async function openTrino(settings: Settings) {
  const { trino: url, user, password, token } = stackSettings(settings)
  const { trinoEngine } = await import('@minilake/analytics/trino')
  return trinoEngine({ url, user, ...(password !== '' && { password }), ...(token !== '' && { token }) })
}

/** The settings of the profile by their own names. */
export function stackSettings(settings: Settings) {
  return {
    location: settings['profiles.stack.location'].value,
    endpoint: settings['profiles.stack.endpoint'].value,
    region: settings['profiles.stack.region'].value,
    trino: settings['profiles.stack.trino'].value,
    user: settings['profiles.stack.user'].value,
    password: settings['profiles.stack.password'].value,
    token: settings['profiles.stack.token'].value,
    folder: settings['profiles.stack.folder'].value,
  }
}

/** A bucket of the S3 that the settings name, by its URL; `name` is what the URL is of. */
export function storeOptions(
  location: string,
  { name, settings, keys }: { name: string; settings: Settings; keys: S3Keys | undefined },
): S3StoreOptions {
  const bucket = /^s3a?:\/\/([^/]+)\/$/.exec(location)?.[1]
  if (bucket === undefined) {
    throw new UsageError(
      `${name} expected the root of a bucket, such as s3://iot-time-series/, got ${maskCredentials(location)}`,
    )
  }
  const { endpoint, region } = stackSettings(settings)
  return { bucket, endpoint, region, ...(keys && { credentials: keys }) }
}
