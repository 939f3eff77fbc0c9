import { type Lake, lakeLocation, lakeProfiles } from '@minilake/schema'
import type { z } from 'zod'
import { bucketUrl, folderPath, oneOf } from './options.js'

/** The name of a setting: its path in a config file. */
export type SettingName = PathIn<Omit<Lake, 'tables'>>

type PathIn<Options> = {
  [O in keyof Options & string]-?: NonNullable<Options[O]> extends string
    ? O
    : `${O}.${PathIn<NonNullable<Options[O]>>}`
}[keyof Options & string]

/** What there is to know of a setting. */
export interface Setting {
  readonly meaning: string
  readonly default: string
  /** The environment variable that sets it. */
  readonly variable: string
  /** The option of commands that sets it, if any does. */
  readonly flag?: `--${string}`
  /** What its text must be, wherever it comes from. */
  readonly text: z.ZodType<string, string>
}

/** Everything that can be set, and the only place where it is spelled. */
export const settings = {
  profile: {
    meaning: `where the lake lives: ${lakeProfiles.join(' or ')}`,
    default: 'embedded',
    variable: 'MINILAKE_PROFILE',
    flag: '--profile',
    text: oneOf(lakeProfiles),
  },
  out: {
    meaning: 'folder of the data files between generate or import and ingest',
    default: 'out',
    variable: 'MINILAKE_OUT',
    flag: '--out',
    text: folderPath,
  },
  'profiles.embedded.folder': {
    meaning: 'folder of the lake',
    default: 'lake',
    variable: 'MINILAKE_EMBEDDED_FOLDER',
    text: folderPath,
  },
  'profiles.stack.location': {
    meaning: 'root of the bucket as a URL',
    default: lakeLocation,
    variable: 'MINILAKE_STACK_LOCATION',
    text: bucketUrl,
  },
} as const satisfies Record<SettingName, Setting>

/** The names of the settings, in the order in which they are shown. */
export const settingNames = Object.keys(settings) as SettingName[]

/** The settings that an option of commands sets. */
export type FlagName = {
  [Name in SettingName]: (typeof settings)[Name] extends { flag: string } ? Name : never
}[SettingName]

/** A value of each setting. */
export type SettingValues = { [Name in SettingName]: z.output<(typeof settings)[Name]['text']> }
