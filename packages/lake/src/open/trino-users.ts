import { settings } from '../config/settings.js'
import { isLoopback } from './s3-keys.js'

/** A user in Trino. */
export interface TrinoUser {
  user: string
  /** Empty for none. */
  password: string
  /** JSON Web Token; empty for none. */
  token: string
}

/** The settings that name Trino and its users; empty for none. */
export interface TrinoUserSettings extends TrinoUser {
  /** URL of Trino. */
  trino: string
  queryUser: string
  queryPassword: string
  queryToken: string
}

/** The local stack's user who only reads, as infra/trino/rules.json names it. */
const localReader: TrinoUser = { user: 'minilake-query', password: '', token: '' }

/**
 * Who creates and registers tables, and who queries.
 *
 * | `queryUser` | Trino is on this machine, and `user` signs in as the local stack's | who queries      |
 * | ----------- | ------------------------------------------------------------------ | ---------------- |
 * | set         | any                                                                | `queryUser`      |
 * | not set     | yes                                                                | `minilake-query` |
 * | not set     | no: a Trino of the user's own may have one user only               | `user`           |
 */
export function trinoUsers(given: TrinoUserSettings): { creates: TrinoUser; reads: TrinoUser } {
  const { trino, user, password, token, queryUser, queryPassword, queryToken } = given
  const creates = { user, password, token }
  if (queryUser !== '')
    return { creates, reads: { user: queryUser, password: queryPassword, token: queryToken } }
  const isLocalStack =
    isLoopback(trino) && user === settings['profiles.stack.user'].default && password === '' && token === ''
  return { creates, reads: isLocalStack ? localReader : creates }
}
