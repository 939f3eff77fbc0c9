import type { Lake } from '@minilake/schema'
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

/** The settings that hold, each with its origin: `default`, the path of the config file, `MINILAKE_OUT` or `--out`. */
export type Settings = {
  readonly [Name in SettingName]: { readonly value: SettingValues[Name]; readonly origin: string }
}

/** What says something of settings, besides their defaults. */
export interface SettingSources {
  /** The config file that was read, checked. */
  file?: { readonly path: string; readonly lake: Lake } | undefined
  /** The environment variables; an empty one says nothing. */
  variables: Readonly<Record<string, string | undefined>>
  /** What .env and the environment say of the local stack: where its ports or region are others, so are the defaults. */
  local?: Readonly<Record<string, string | undefined>>
  /** What the command line gave, checked. */
  flags: { readonly [Name in FlagName]?: SettingValues[Name] | undefined }
}

/** The settings that hold. Throws a UsageError that names the environment variable whose value cannot be one. */
export function resolveSettings({ file, variables, local = {}, flags }: SettingSources): Settings {
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
    ]
    return [name, candidates.findLast(({ value }) => value !== undefined)]
  })
  return Object.fromEntries(resolved) as Settings
}

function valueInFile(lake: Lake, name: SettingName): string | undefined {
  let within: unknown = lake
  for (const option of name.split('.')) within = (within as Record<string, unknown> | undefined)?.[option]
  return within as string | undefined
}

/** The default as the local stack has it. A port that is none is its own affair: links of containers use such names too. */
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
