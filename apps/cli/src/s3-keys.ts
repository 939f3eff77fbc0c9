import type { Variables } from '@minilake/infra'

/** Keys of a user of S3. */
export interface S3Keys {
  accessKeyId: string
  secretAccessKey: string
}

/** Variables by which somebody says which of the AWS tools' own credentials to take. */
const awsVariables = ['AWS_ACCESS_KEY_ID', 'AWS_PROFILE', 'AWS_WEB_IDENTITY_TOKEN_FILE']

/**
 * The keys that the local stack's .env gives the lake's user, where the store is on this machine and the environment names no
 * others; else none, and the AWS SDK looks where it always does. They never leave this machine.
 */
export function localKeys(endpoint: string, local: Variables): S3Keys | undefined {
  if (!isLoopback(endpoint) || awsVariables.some((name) => local[name])) return undefined
  const { LAKE_ACCESS_KEY: accessKeyId, LAKE_SECRET_KEY: secretAccessKey } = local
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined
}

/** Whether a URL leads to this machine. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}
