import type { Variables } from '../config/variables.js'

/** The keys of an S3 user. */
export interface S3Keys {
  accessKeyId: string
  secretAccessKey: string
}

/** Variables that choose credentials for the AWS tools. */
const awsVariables = [
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
]

/**
 * The keys of the lake's user from the local stack's .env, if the endpoint is on this machine and the environment chooses no other
 * credentials; else undefined, and the AWS SDK finds its own. The keys of .env never leave this machine.
 */
export function localKeys(
  endpoint: string,
  { local, environment }: { local: Variables; environment: Variables },
): S3Keys | undefined {
  if (!isLoopback(endpoint) || namesAwsKeys(environment)) return undefined
  const { LAKE_ACCESS_KEY: accessKeyId, LAKE_SECRET_KEY: secretAccessKey } = local
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
