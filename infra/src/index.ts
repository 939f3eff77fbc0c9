export { composeStack, type ComposeStackOptions } from './compose-stack.js'
export { completeEnvFile, credentialNames, readEnvFile, type Variables, withoutEmpty } from './env-file.js'
export {
  type ExtraPartName,
  extraPartNames,
  type LocalStack,
  type PartName,
  type PartStatus,
  type UpOptions,
} from './local-stack.js'
export { nativeStack, type NativeStackOptions } from './native-stack.js'
export { readStackConfig, type StackConfig } from './stack-config.js'
export { misnamedSettings } from './setting-names.js'
export { takesConnections } from './probe.js'
