import type { Settings } from './resolve-settings.js'

/** The values of the stack profile's settings, by their names within it. */
export function stackSettings(settings: Settings) {
  return {
    location: settings['profiles.stack.location'].value,
    endpoint: settings['profiles.stack.endpoint'].value,
    region: settings['profiles.stack.region'].value,
    checksums: settings['profiles.stack.checksums'].value,
    sha256InMetadata: settings['profiles.stack.sha256InMetadata'].value === 'true',
    signPayload: settings['profiles.stack.signPayload'].value === 'true',
    trino: settings['profiles.stack.trino'].value,
    user: settings['profiles.stack.user'].value,
    password: settings['profiles.stack.password'].value,
    token: settings['profiles.stack.token'].value,
    queryUser: settings['profiles.stack.queryUser'].value,
    queryPassword: settings['profiles.stack.queryPassword'].value,
    queryToken: settings['profiles.stack.queryToken'].value,
    timeoutSeconds: Number(settings['profiles.stack.timeoutSeconds'].value),
    folder: settings['profiles.stack.folder'].value,
  }
}
