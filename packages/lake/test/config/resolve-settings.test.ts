import { readFileSync } from 'node:fs'
import { lakeLocation } from '@minilake/schema'
import { describe, expect, test } from 'vitest'
import { resolveSettings, type SettingSources } from '../../src/config/resolve-settings.js'
import { settingNames, settings } from '../../src/config/settings.js'

const nothing: SettingSources = { variables: {}, flags: {} }
const file = (lake: object) => ({ path: '/project/minilake.config.ts', lake: { tables: [], ...lake } })

describe('resolveSettings', () => {
  test('returns the defaults if nothing is set', () => {
    const origin = 'default'
    expect(resolveSettings(nothing)).toEqual({
      profile: { value: 'embedded', origin },
      out: { value: 'out', origin },
      'profiles.embedded.folder': { value: 'lake', origin },
      'profiles.embedded.memory': { value: '', origin },
      'profiles.embedded.threads': { value: '', origin },
      'profiles.embedded.spill': { value: '', origin },
      'profiles.stack.location': { value: lakeLocation, origin },
      'profiles.stack.endpoint': { value: 'http://127.0.0.1:9000', origin },
      'profiles.stack.region': { value: 'us-east-1', origin },
      'profiles.stack.checksums': { value: 'crc32', origin },
      'profiles.stack.sha256InMetadata': { value: 'false', origin },
      'profiles.stack.signPayload': { value: 'false', origin },
      'profiles.stack.trino': { value: 'http://127.0.0.1:8080', origin },
      'profiles.stack.user': { value: 'minilake', origin },
      'profiles.stack.password': { value: '', origin },
      'profiles.stack.token': { value: '', origin },
      'profiles.stack.queryUser': { value: '', origin },
      'profiles.stack.queryPassword': { value: '', origin },
      'profiles.stack.queryToken': { value: '', origin },
      'profiles.stack.timeoutSeconds': { value: '20', origin },
      'profiles.stack.folder': { value: '.minilake', origin },
    })
  })

  test("takes the local stack's port in a default, and prefers a setting to the default", () => {
    const local = { MINIO_PORT: '9100', TRINO_PORT: 'tcp://172.17.0.2:8080', S3_REGION: 'eu-central-1' }
    const resolved = resolveSettings({ ...nothing, local })
    expect(resolved['profiles.stack.endpoint']).toEqual({
      value: 'http://127.0.0.1:9100',
      origin: 'MINIO_PORT',
    })
    expect(resolved['profiles.stack.trino']).toEqual({ value: 'http://127.0.0.1:8080', origin: 'default' })
    expect(resolved['profiles.stack.region']).toEqual({ value: 'eu-central-1', origin: 'S3_REGION' })
    const said = file({ profiles: { stack: { endpoint: 'https://s3.example.org' } } })
    expect(resolveSettings({ ...nothing, local, file: said })['profiles.stack.endpoint'].value).toBe(
      'https://s3.example.org',
    )
  })

  test('takes every setting from the file', () => {
    const origin = '/project/minilake.config.ts'
    const stack = {
      location: 's3://elsewhere/',
      endpoint: 'https://s3.example.org',
      region: 'eu-central-1',
      checksums: 'md5',
      sha256InMetadata: 'true',
      signPayload: 'true',
      trino: 'https://trino.example.org',
      user: 'ada',
      password: 'secret',
      token: 'web-token',
      queryUser: 'grace',
      queryPassword: 'another-secret',
      queryToken: 'another-web-token',
      timeoutSeconds: '60',
      folder: 'stack',
    }
    const embedded = { folder: 'lakes/one', memory: '4GB', threads: '2', spill: 'spill' }
    const profiles = { embedded, stack }
    const lake = { profile: 'stack' as const, out: 'data', profiles }
    expect(resolveSettings({ ...nothing, file: file(lake) })).toEqual({
      profile: { value: 'stack', origin },
      out: { value: 'data', origin },
      ...Object.fromEntries(
        Object.entries(embedded).map(([name, value]) => [`profiles.embedded.${name}`, { value, origin }]),
      ),
      ...Object.fromEntries(
        Object.entries(stack).map(([name, value]) => [`profiles.stack.${name}`, { value, origin }]),
      ),
    })
  })

  test('takes every setting from its environment variable', () => {
    const variables = {
      MINILAKE_PROFILE: 'stack',
      MINILAKE_OUT: './data/',
      MINILAKE_EMBEDDED_FOLDER: 'lakes//one',
      MINILAKE_EMBEDDED_MEMORY: '1.5 GiB',
      MINILAKE_EMBEDDED_THREADS: '2',
      MINILAKE_EMBEDDED_SPILL: '/var/spill/',
      MINILAKE_STACK_LOCATION: 's3://elsewhere',
      MINILAKE_STACK_CHECKSUMS: 'none',
      MINILAKE_STACK_SHA256_IN_METADATA: 'true',
      MINILAKE_STACK_SIGN_PAYLOAD: 'true',
    }
    const resolved = resolveSettings({ ...nothing, variables })
    expect(resolved.profile).toEqual({ value: 'stack', origin: 'MINILAKE_PROFILE' })
    expect(resolved.out).toEqual({ value: 'data', origin: 'MINILAKE_OUT' })
    expect(resolved['profiles.embedded.folder'].value).toMatch(/^lakes[\\/]one$/)
    expect(resolved['profiles.embedded.memory'].value).toBe('1.5 GiB')
    expect(resolved['profiles.embedded.threads'].value).toBe('2')
    expect(resolved['profiles.embedded.spill'].value).toMatch(/^[\\/]var[\\/]spill$/)
    expect(resolved['profiles.stack.location'].value).toBe('s3://elsewhere/')
    expect(resolved['profiles.stack.checksums'].value).toBe('none')
    expect(resolved['profiles.stack.sha256InMetadata'].value).toBe('true')
    expect(resolved['profiles.stack.signPayload'].value).toBe('true')
  })

  // Each source says its own name.
  const sources = {
    MINILAKE_OUT: { variables: { MINILAKE_OUT: 'MINILAKE_OUT' } },
    '--out': { flags: { out: '--out' } },
    '/project/minilake.config.ts': { file: file({ out: '/project/minilake.config.ts' }) },
    default: {},
  }
  test.each([
    ['/project/minilake.config.ts', 'default'],
    ['MINILAKE_OUT', 'default'],
    ['--out', 'default'],
    ['MINILAKE_OUT', '/project/minilake.config.ts'],
    ['--out', '/project/minilake.config.ts'],
    ['--out', 'MINILAKE_OUT'],
  ] as const)('%s wins over %s', (stronger, weaker) => {
    const { out } = resolveSettings({ ...nothing, ...sources[weaker], ...sources[stronger] })
    expect(out).toEqual({ value: stronger, origin: stronger })
  })

  test('ignores an empty variable and an undefined value', () => {
    const resolved = resolveSettings({
      file: file({ out: undefined }),
      variables: { MINILAKE_OUT: '' },
      flags: { out: undefined },
    })
    expect(resolved.out).toEqual({ value: 'out', origin: 'default' })
  })

  test.each([
    ['MINILAKE_PROFILE', 'mars', 'Allowed choices are embedded, stack.'],
    ['MINILAKE_OUT', ' ', 'Expected a folder, got nothing.'],
    [
      'MINILAKE_STACK_LOCATION',
      'nowhere',
      'Expected the URL of a bucket or of a folder in it, without a user, such as s3://iot-time-series/.',
    ],
    [
      'MINILAKE_STACK_TRINO',
      'localhost:8080',
      'Expected the URL of a server without path or user, such as http://127.0.0.1:8080.',
    ],
    ['MINILAKE_EMBEDDED_MEMORY', '4', 'Expected an amount of memory with its unit, such as 4GB.'],
    ['MINILAKE_EMBEDDED_THREADS', '0', 'Expected a whole number from 1 to 9999.'],
    ['MINILAKE_STACK_USER', 'a b', 'Expected a word, without spaces.'],
    ['MINILAKE_STACK_CHECKSUMS', 'sha1', 'Allowed choices are crc32, md5, none.'],
    ['MINILAKE_STACK_SIGN_PAYLOAD', 'yes', 'Allowed choices are true, false.'],
  ])('%s=%j is refused by name', (variable, value, why) => {
    expect(() => resolveSettings({ ...nothing, variables: { [variable]: value } })).toThrow(
      `the environment variable ${variable} has the invalid value '${value}'. ${why}`,
    )
  })
})

test('docs/config.md has each setting with its default, variable and option', () => {
  const page = readFileSync(new URL('../../../../docs/config.md', import.meta.url), 'utf8')
  for (const name of settingNames) {
    const { default: value, variable, ...more } = settings[name]
    const cells = [name, ...(value === '' ? [] : [value]), variable, ...('flag' in more ? [more.flag] : [])]
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\``))
    expect(row?.match(/`[^`]+`/g)?.slice(0, cells.length)).toEqual(cells.map((cell) => `\`${cell}\``))
  }
})
