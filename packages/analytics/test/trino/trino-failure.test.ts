import { expect, test } from 'vitest'
import { replyText } from '../../src/trino/trino-failure.js'

const peer = { where: 'https://trino:8443', redact: (text: string) => text }

test.each([
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'has a certificate for another host (some words)'],
  ['CERT_HAS_EXPIRED', 'has an expired certificate (some words)'],
  ['CERT_REVOKED', 'has an invalid certificate (some words)'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'does not speak TLS: use http://trino:8443, or the port of its https'],
  ['EPROTO', 'does not speak TLS: use http://trino:8443, or the port of its https'],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'refuses this TLS connection (some words)'],
  ['HPE_INVALID_CONSTANT', 'closed the connection (some words)'],
  ['ENOTFOUND', 'cannot be reached (some words)'],
])('a connection that fails with %s %s', (code, text) => {
  const message = replyText(peer, { error: Object.assign(new Error('some\n words\n'), { code }) }, false)
  expect(message).toContain(`Trino at https://trino:8443 ${text}`)
  expect(message).not.toMatch(/\n|as ca$/)
})

test.each([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])('a certificate that fails with %s suggests ca', (code) => {
  const error = Object.assign(new Error('some words'), { code })
  expect(replyText(peer, { error }, true)).toMatch(/is not trusted \(some words\): pass .* as ca$/)
})
