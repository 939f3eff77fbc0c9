import type { Variables } from '../config/variables.js'

/** The keys of an S3 user. */
export interface S3Keys {
  accessKeyId: string
  secretAccessKey: string
}

/** The keys that a lake's methods sign requests to S3 with. Where there are none, the AWS SDK finds its own. */
export interface LakeKeys {
  /** Keys that read and publish. */
  publish?: S3Keys
  /** Keys that also remove and replace objects. */
  maintain?: S3Keys
  /** What the keys in `maintain` are called where the user sets them. */
  maintainName: string
  /** How to get keys that may remove objects. */
  maintainFix: string
}

/** Where keys may come from. */
export interface KeySources {
  /** Variables of the local stack, from .env and the environment. */
  local: Variables
  environment: Variables
  /** Options of `openLake`. */
  credentials?: S3Keys | undefined
  maintainCredentials?: S3Keys | undefined
}

/** Variables that choose credentials for the AWS tools. */
const awsVariables = [
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
]

const setAwsKeys = 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, to keys that have it'

/**
 * The keys of a lake. The first of these that exist: the options of `openLake`; none, for the AWS SDK, if the environment chooses
 * credentials or the endpoint is on another machine; those of the local stack's users. The keys of .env never leave this machine.
 */
export function lakeKeys(endpoint: string, sources: KeySources): LakeKeys {
  const { local, environment, credentials, maintainCredentials } = sources
  if (credentials !== undefined || maintainCredentials !== undefined) {
    const maintain = maintainCredentials ?? credentials
    return {
      ...(credentials && { publish: credentials }),
      ...(maintain && { maintain }),
      maintainName: maintainCredentials ? 'maintainCredentials' : 'credentials',
      maintainFix: 'open the lake with maintainCredentials that have it',
    }
  }
  if (namesAwsKeys(environment)) {
    const fix = isLoopback(endpoint) ? `${setAwsKeys}, or unset them to use MAINTAIN_ACCESS_KEY` : setAwsKeys
    return { maintainName: 'in the environment (AWS_ACCESS_KEY_ID or AWS_PROFILE)', maintainFix: fix }
  }
  const publish = isLoopback(endpoint) ? keysIn(local, 'LAKE') : undefined
  const maintain = isLoopback(endpoint) ? keysIn(local, 'MAINTAIN') : undefined
  if (maintain !== undefined) {
    const [maintainName, maintainFix] = ['MAINTAIN_ACCESS_KEY', 'run minilake up, which sets its rights']
    return { ...(publish && { publish }), maintain, maintainName, maintainFix }
  }
  if (publish === undefined) return { maintainName: 'that the AWS SDK found', maintainFix: setAwsKeys }
  return {
    publish,
    maintain: publish,
    maintainName: 'LAKE_ACCESS_KEY',
    maintainFix: 'run minilake up, which adds MAINTAIN_ACCESS_KEY and MAINTAIN_SECRET_KEY to .env',
  }
}

function keysIn(variables: Variables, user: 'LAKE' | 'MAINTAIN'): S3Keys | undefined {
  const { [`${user}_ACCESS_KEY`]: accessKeyId, [`${user}_SECRET_KEY`]: secretAccessKey } = variables
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined
}

/** Whether the environment chooses credentials for the AWS tools. */
export function namesAwsKeys(environment: Variables): boolean {
  return awsVariables.some((name) => environment[name])
}

/** Whether a URL points to this machine. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}
