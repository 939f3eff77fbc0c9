import { type LakeDefinition, lakeLocation, lakeProfiles } from '@minilake/schema'
import type { z } from 'zod'
import {
  countText,
  folderPath,
  locationUrl,
  memoryText,
  oneOf,
  secretText,
  serverUrl,
  switchText,
  word,
} from './text-shapes.js'

/** The name of a setting: its path in a config file. */
export type SettingName = PathIn<Omit<LakeDefinition, 'tables'>>

type PathIn<Options> = {
  [O in keyof Options & string]-?: NonNullable<Options[O]> extends string | number | boolean
    ? O
    : `${O}.${PathIn<NonNullable<Options[O]>>}`
}[keyof Options & string]

/** What a setting is. */
export interface Setting {
  readonly meaning: string
  /** Empty for none. */
  readonly default: string
  /** The environment variable that sets it. */
  readonly variable: string
  /** The command-line option that sets it. */
  readonly flag?: `--${string}`
  /** What its text must be, wherever it comes from. */
  readonly text: z.ZodType<string>
  /** The variable of the local stack that the default follows; a URL takes its port. */
  readonly local?: 'MINIO_PORT' | 'TRINO_PORT' | 'S3_REGION'
  /** Whether it must never be shown. */
  readonly isSecret?: boolean
}

/** Every setting; nothing else in the code spells their names and defaults. */
export const settings = {
  profile: {
    meaning: `where the lake lives: ${lakeProfiles.join(' or ')}`,
    default: 'embedded',
    variable: 'MINILAKE_PROFILE',
    flag: '--profile',
    text: oneOf(lakeProfiles),
  },
  out: {
    meaning: 'folder of data files that wait to be ingested',
    default: 'out',
    variable: 'MINILAKE_OUT',
    flag: '--out',
    text: folderPath,
  },
  'profiles.embedded.folder': {
    meaning: 'folder of the lake',
    default: 'lake',
    variable: 'MINILAKE_EMBEDDED_FOLDER',
    flag: '--lake',
    text: folderPath,
  },
  'profiles.embedded.memory': {
    meaning: "DuckDB's most memory, such as 4GB; without it, 80 % of the machine's",
    default: '',
    variable: 'MINILAKE_EMBEDDED_MEMORY',
    text: memoryText,
  },
  'profiles.embedded.threads': {
    meaning: "number of DuckDB's threads; without it, one per core",
    default: '',
    variable: 'MINILAKE_EMBEDDED_THREADS',
    text: countText,
  },
  'profiles.embedded.spill': {
    meaning: "folder for what does not fit in DuckDB's memory; without it, the system's temporary folder",
    default: '',
    variable: 'MINILAKE_EMBEDDED_SPILL',
    text: folderPath,
  },
  'profiles.stack.location': {
    meaning: 'URL of the bucket, or of a folder in it',
    default: lakeLocation,
    variable: 'MINILAKE_STACK_LOCATION',
    text: locationUrl,
  },
  'profiles.stack.endpoint': {
    meaning: 'URL of S3',
    default: 'http://127.0.0.1:9000',
    variable: 'MINILAKE_STACK_ENDPOINT',
    local: 'MINIO_PORT',
    text: serverUrl,
  },
  'profiles.stack.region': {
    meaning: 'region of the bucket',
    default: 'us-east-1',
    variable: 'MINILAKE_STACK_REGION',
    local: 'S3_REGION',
    text: word,
  },
  'profiles.stack.checksums': {
    meaning: 'how S3 verifies uploads: crc32, md5 or none',
    default: 'crc32',
    variable: 'MINILAKE_STACK_CHECKSUMS',
    text: oneOf(['crc32', 'md5', 'none']),
  },
  'profiles.stack.sha256InMetadata': {
    meaning: 'whether S3 keeps the SHA-256 of files, to compare them in buckets with KMS keys',
    default: 'false',
    variable: 'MINILAKE_STACK_SHA256_IN_METADATA',
    text: switchText,
  },
  'profiles.stack.signPayload': {
    meaning: 'whether uploads are signed with their SHA-256, for buckets that deny unsigned payloads',
    default: 'false',
    variable: 'MINILAKE_STACK_SIGN_PAYLOAD',
    text: switchText,
  },
  'profiles.stack.trino': {
    meaning: 'URL of Trino',
    default: 'http://127.0.0.1:8080',
    variable: 'MINILAKE_STACK_TRINO',
    local: 'TRINO_PORT',
    text: serverUrl,
  },
  'profiles.stack.user': {
    meaning: 'user in Trino who creates and registers tables',
    default: 'minilake',
    variable: 'MINILAKE_STACK_USER',
    text: word,
  },
  'profiles.stack.password': {
    meaning: 'password in Trino, over https',
    default: '',
    variable: 'MINILAKE_STACK_PASSWORD',
    text: secretText,
    isSecret: true,
  },
  'profiles.stack.token': {
    meaning: 'JSON Web Token for Trino, over https',
    default: '',
    variable: 'MINILAKE_STACK_TOKEN',
    text: secretText,
    isSecret: true,
  },
  'profiles.stack.queryUser': {
    meaning: "user in Trino for queries; without it, minilake-query of the local stack, else 'user'",
    default: '',
    variable: 'MINILAKE_STACK_QUERY_USER',
    text: word,
  },
  'profiles.stack.queryPassword': {
    meaning: "password of 'queryUser', over https",
    default: '',
    variable: 'MINILAKE_STACK_QUERY_PASSWORD',
    text: secretText,
    isSecret: true,
  },
  'profiles.stack.queryToken': {
    meaning: "JSON Web Token of 'queryUser', over https",
    default: '',
    variable: 'MINILAKE_STACK_QUERY_TOKEN',
    text: secretText,
    isSecret: true,
  },
  'profiles.stack.timeoutSeconds': {
    meaning: 'seconds that S3, Trino and the metastore may go without an answer or progress',
    default: '20',
    variable: 'MINILAKE_STACK_TIMEOUT_SECONDS',
    text: countText,
  },
  'profiles.stack.folder': {
    meaning: 'folder of the programs, data and logs of minilake up --native',
    default: '.minilake',
    variable: 'MINILAKE_STACK_FOLDER',
    text: folderPath,
  },
} as const satisfies Record<SettingName, Setting>

/** The names of the settings, in display order. */
export const settingNames = Object.keys(settings) as SettingName[]

/** The settings that a command-line option sets. */
export type FlagName = {
  [Name in SettingName]: (typeof settings)[Name] extends { flag: string } ? Name : never
}[SettingName]

/** The values of the settings. */
export type SettingValues = { [Name in SettingName]: z.output<(typeof settings)[Name]['text']> }
