export { keepOutOfGit } from './config/keep-out-of-git.js'
export { type Config, type ConfigFile, type ConfigPlaces, loadConfig } from './config/load-config.js'
export { maskCredentials } from './config/mask-credentials.js'
export { setIcebergFormat } from './config/set-format.js'
export { resolveSettings, type Settings, type SettingSources } from './config/resolve-settings.js'
export {
  type FlagName,
  type Setting,
  type SettingName,
  settingNames,
  settings,
  type SettingValues,
} from './config/settings.js'
export { stackSettings } from './config/stack-settings.js'
export { locationUrl } from './config/text-shapes.js'
export type { Variables } from './config/variables.js'
export type { TableText } from './config/config-template.js'
export { tableText } from './config/table-text.js'
export { writeConfig } from './config/write-config.js'
export type { AskLocalParts } from './open/ask-parts.js'
export {
  isLoopback,
  type KeySources,
  type LakeKeys,
  lakeKeys,
  namesAwsKeys,
  type S3Keys,
} from './open/s3-keys.js'
export { openResolvedLake, type ResolvedLake } from './open-lake.js'
