export { configTemplate } from './config/config-template.js'
export { type Config, type ConfigFile, configName, loadConfig } from './config/load-config.js'
export { maskCredentials } from './config/mask-credentials.js'
export { resolveSettings, type Settings, type SettingSources } from './config/resolve-settings.js'
export {
  type FlagName,
  type Setting,
  type SettingName,
  settingNames,
  settings,
} from './config/settings.js'
export { stackSettings } from './config/stack-settings.js'
export { bucketUrl } from './config/text-shapes.js'
export { isLoopback, localKeys, namesAwsKeys, type S3Keys, type Variables } from './open/s3-keys.js'
export { openResolvedLake } from './open-lake.js'
