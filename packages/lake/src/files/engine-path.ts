import { resolve } from 'node:path'
import type { LakeBackend } from '../lake-backend.js'

/** The path or URL of a key as an engine writes it: in its errors, and in Trino's column `"$path"`. */
export function enginePath({ servers, store }: Pick<LakeBackend, 'servers' | 'store'>, key: string): string {
  return servers ? `${servers.location}${key}` : `${resolve(store.location).replaceAll('\\', '/')}/${key}`
}
