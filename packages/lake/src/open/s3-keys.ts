/** Variables of the environment or of a .env file. */
export type Variables = Readonly<Record<string, string | undefined>>

/** Keys of a user of S3. */
export interface S3Keys {
  accessKeyId: string
  secretAccessKey: string
}

/** Variables by which somebody says which of the AWS tools' own credentials to take. */
const awsVariables = [
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
]

/**
 * The keys that the local stack's .env gives the lake's user, where the store is on this machine and the environment names no
 * others; else none, and the AWS SDK looks where it always does. They never leave this machine.
 */
export function localKeys(
  endpoint: string,
  { local, environment }: { local: Variables; environment: Variables },
): S3Keys | undefined {
  if (!isLoopback(endpoint) || namesAwsKeys(environment)) return undefined
  const { LAKE_ACCESS_KEY: accessKeyId, LAKE_SECRET_KEY: secretAccessKey } = local
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined
}

/** Whether the environment says which of the AWS tools' credentials to take. */
export function namesAwsKeys(environment: Variables): boolean {
  return awsVariables.some((name) => environment[name])
}

/** Whether a URL leads to this machine. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}
