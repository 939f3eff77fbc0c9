import type { LakeDefinition } from '@minilake/schema'
import { maskCredentials } from './mask-credentials.js'
import {
  type FlagName,
  type Setting,
  type SettingName,
  settingNames,
  settings,
  type SettingValues,
} from './settings.js'
import { UsageError } from '../usage-error.js'

/** The settings in force, each with its origin: `default`, the path of the config file, `MINILAKE_OUT` or `--out`. */
export type Settings = {
  readonly [Name in SettingName]: { readonly value: SettingValues[Name]; readonly origin: string }
}

/** Where settings come from, besides their defaults. */
export interface SettingSources {
  /** The config file that was read, checked. */
  file?: { readonly path: string; readonly lake: LakeDefinition } | undefined
  /** The environment variables; an empty one counts as not set. */
  variables: Readonly<Record<string, string | undefined>>
  /** Variables of the local stack, from .env and the environment: its ports and region become the defaults. */
  local?: Readonly<Record<string, string | undefined>>
  /** Options of the command line, checked. */
  flags?: { readonly [Name in FlagName]?: SettingValues[Name] | undefined }
  /** Options of `openLake`, checked. */
  options?: LakeDefinition
}

/** The settings in force. Throws a UsageError that names the environment variable with an invalid value. */
export function resolveSettings({
  file,
  variables,
  local = {},
  flags = {},
  options,
}: SettingSources): Settings {
  const given: Partial<Record<SettingName, string | undefined>> = flags
  const resolved = settingNames.map((name) => {
    const setting: Setting = settings[name]
    // Later ones win.
    const candidates = [
      { value: setting.default, origin: 'default' },
      { value: localDefault(setting, local), origin: setting.local },
      { value: file && valueInFile(file.lake, name), origin: file?.path },
      { value: valueInEnvironment(setting, variables), origin: setting.variable },
      { value: given[name], origin: setting.flag },
      { value: options && valueInFile(options, name), origin: 'openLake' },
    ]
    return [name, candidates.findLast(({ value }) => value !== undefined)]
  })
  return Object.fromEntries(resolved) as Settings
}

function valueInFile(lake: LakeDefinition, name: SettingName): string | undefined {
  let within: unknown = lake
  for (const option of name.split('.')) within = (within as Record<string, unknown> | undefined)?.[option]
  return within as string | undefined
}

/** The default for the local stack. An invalid port is ignored, because links between containers use the same names. */
function localDefault({ default: value, local: name }: Setting, local: Record<string, string | undefined>) {
  const said = name && local[name]
  if (!said) return undefined
  if (name === 'S3_REGION') return said
  return /^\d{1,5}$/.test(said) && Number(said) < 65536 ? value.replace(/:\d+$/, `:${said}`) : undefined
}

function valueInEnvironment(
  { variable, text, isSecret }: Setting,
  variables: SettingSources['variables'],
): string | undefined {
  const given = variables[variable]
  if (given === undefined || given === '') return undefined
  const parsed = text.safeParse(given)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const shown = isSecret ? '***' : maskCredentials(given)
  throw new UsageError(
    `the environment variable ${variable} has the invalid value '${shown}'. ${issue?.message}`,
  )
}
