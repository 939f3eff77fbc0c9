import type { LakeBackend } from '../lake-backend.js'
import { filesCheck, timeZoneCheck } from './data-checks.js'
import { type Check, type CheckResult, diagnose } from './diagnose.js'
import { embeddedChecks } from './embedded-checks.js'
import { publishingChecks } from './publishing-checks.js'
import { s3Checks } from './s3-checks.js'
import { trinoChecks } from './trino-checks.js'

/** How to check a lake. */
export interface DoctorOptions {
  /** A check that runs first, such as one of the config. */
  first?: Check
  /** Checks of a stack on this machine, run before those of S3 and of Trino. */
  local?: { settingNames: Check; metastore: Check }
  /** Whether the keys of S3 come from the environment, not from the local stack's .env. Default false. */
  hasOwnKeys?: boolean
  /** The clock that requests are signed by, in milliseconds since 1970. Default: the system's. */
  now?: () => number
  signal: AbortSignal
}

/** Checks everything between the config and an answer, in order, up to the first failure. Rejects only with the signal's reason. */
export async function checkLake(lake: LakeBackend, options: DoctorOptions): Promise<CheckResult[]> {
  return diagnose([...(options.first ? [options.first] : []), ...checksOf(lake, options)], options.signal)
}

function checksOf(
  lake: LakeBackend,
  { local, hasOwnKeys = false, now = () => new Date().getTime(), signal }: DoctorOptions,
): Check[] {
  if (lake.servers === undefined) return [...embeddedChecks(lake, signal), filesCheck(lake, signal)]
  const { endpoint, trino, location } = lake.servers
  return [
    ...(local ? [local.settingNames] : []),
    ...s3Checks({ lake, endpoint, location, hasOwnKeys, now }),
    ...publishingChecks(lake, { signal }),
    local?.metastore ?? { name: 'metastore', run: () => Promise.resolve('checked through Trino') },
    ...trinoChecks({ lake, trino, location, signal }),
    filesCheck(lake, signal),
    timeZoneCheck(lake, { locationOf: (key) => `${location}${key}`, signal }),
  ]
}
