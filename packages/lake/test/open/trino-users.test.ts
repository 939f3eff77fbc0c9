import { expect, test } from 'vitest'
import { trinoUsers } from '../../src/open/trino-users.js'

const local = {
  trino: 'http://127.0.0.1:8080',
  ...{ user: 'minilake', password: '', token: '' },
  ...{ queryUser: '', queryPassword: '', queryToken: '' },
}
const ada = { user: 'ada', password: 'secret', token: '' }
const grace = { user: 'grace', password: '', token: 'web-token' }

test.each([
  ['the local stack', local, { user: 'minilake-query', password: '', token: '' }],
  ['a Trino on another machine', { ...local, trino: 'https://trino.example.org' }, undefined],
  ['a user of its own', { ...local, user: 'ada' }, undefined],
  ['a password', { ...local, password: 'secret' }, undefined],
  ['a token', { ...local, token: 'web-token' }, undefined],
  ['a user for queries', { ...local, queryUser: 'grace', queryToken: 'web-token' }, grace],
  ['both users', { ...local, ...ada, queryUser: 'grace', queryToken: 'web-token' }, grace],
])('%s: who queries', (_, settings, reads) => {
  const { user, password, token } = settings
  const creates = { user, password, token }
  expect(trinoUsers(settings)).toEqual({ creates, reads: reads ?? creates })
})
