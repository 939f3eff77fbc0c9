import type { LakeBackend } from '../lake-backend.js'
import { changesCheck } from './changes-check.js'
import { filesCheck, timeZoneCheck } from './data-checks.js'
import { deepChecks } from './deep-checks.js'
import { type Check, type CheckResult, diagnose } from './diagnose.js'
import { embeddedChecks } from './embedded-checks.js'
import { partitionsCheck } from './partitions-check.js'
import { publishingChecks } from './publishing-checks.js'
import { s3Checks } from './s3-checks.js'
import { stagingCheck } from './staging-check.js'
import { tablesCheck, trinoChecks } from './trino-checks.js'

/** How to check a lake. */
export interface DoctorOptions {
  /** Whether to read every key below a table and the footer of every data file. Default false: the footer of each table's first file. */
  deep?: boolean
  /** A check that runs first, such as one of the config. */
  first?: Check
  /** Checks of a stack on this machine: before those of S3, before those of Trino, and last. */
  local?: { settingNames: Check; metastore: Check; extras: readonly Check[] }
  /** Whether the keys of S3 come from the environment, not from the local stack's .env. Default false. */
  hasOwnKeys?: boolean
  /** The clock that requests are signed by, in milliseconds since 1970. Default: the system's. */
  now?: () => number
  signal: AbortSignal
}

/**
 * Checks everything between the config and an answer, in order, up to the first failure that later checks depend on. Rejects only with the
 * signal's reason.
 */
export async function checkLake(lake: LakeBackend, options: DoctorOptions): Promise<CheckResult[]> {
  return diagnose([...(options.first ? [options.first] : []), ...checksOf(lake, options)], options.signal)
}

function checksOf(
  lake: LakeBackend,
  { deep = false, local, hasOwnKeys = false, now = () => new Date().getTime(), signal }: DoctorOptions,
): Check[] {
  const misread = new Set<string>()
  const looks = deep ? deepChecks(lake, { misread, signal }) : []
  const files = filesCheck(lake, { deep, signal })
  if (lake.servers === undefined) {
    const [folder, ...others] = embeddedChecks(lake, signal)
    return [...(folder ? [folder] : []), changesCheck(lake), ...looks, ...others, files]
  }
  const { endpoint, trino, location, timeoutSeconds } = lake.servers
  return [
    ...(local ? [local.settingNames] : []),
    ...s3Checks({ lake, endpoint, location, timeoutSeconds, hasOwnKeys, now }),
    changesCheck(lake),
    ...looks,
    ...publishingChecks(lake, { signal }),
    stagingCheck(lake),
    local?.metastore ?? { name: 'metastore', run: () => Promise.resolve('checked through Trino') },
    ...trinoChecks({ lake, trino, timeoutSeconds, signal }),
    ...(deep ? [partitionsCheck(lake, { location, misread, signal })] : []),
    tablesCheck({ lake, location, signal }),
    files,
    timeZoneCheck(lake, { locationOf: (key) => `${location}${key}`, signal }),
    ...(local?.extras ?? []),
  ]
}
