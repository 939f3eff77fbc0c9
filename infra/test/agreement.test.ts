import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { expect, test } from 'vitest'
import YAML from 'yaml'
import { credentialNames } from '../src/env-file.js'
import { configurationVariables } from '../src/native-part.js'
import { infraFolder, readStackConfig } from '../src/stack-config.js'

interface Service {
  image: string
  build?: { context: string; args: Record<string, string> }
  environment: Record<string, string>
  ports?: string[]
  volumes?: string[]
  depends_on?: Record<string, { condition: string }>
  healthcheck?: { test: string[] }
  restart: string
  mem_limit: string
}

const textOf = (...path: string[]) => readFileSync(join(infraFolder, ...path), 'utf8')
const compose = YAML.parse(textOf('compose.yaml'), { merge: true }) as {
  services: Record<'postgres' | 'minio' | 'bucket' | 'metastore' | 'trino' | 'kafka', Service>
}
const services = Object.entries(compose.services)
const { trino, metastore, minio, kafka } = compose.services
const stackVariables = Object.keys(parseEnv(textOf('stack.env')))
const config = await readStackConfig({
  envFile: 'none',
  environment: Object.fromEntries(credentialNames.map((name) => [name, name.toLowerCase().slice(0, 20)])),
})

/** The lake's names, read from the source of the schema package, which infra does not depend on. */
const lakeNames = (() => {
  const source = readFileSync(join(infraFolder, '..', 'packages', 'schema', 'src', 'lake.ts'), 'utf8')
  const [, schema = '', bucket = ''] =
    /lakeNames = \{[^}]*schema: '(\w+)',\s*bucket: '([\w-]+)'/.exec(source) ?? []
  return { schema, bucket }
})()
const statementsOf = (policy: string) =>
  (
    JSON.parse(textOf('minio', policy)) as {
      Statement: { Effect: string; Action: string[]; Resource?: string[] }[]
    }
  ).Statement

/** The distinct variable names that a pattern's first group matches in a text. */
const namesIn = (text: string, pattern: RegExp) => [
  ...new Set([...text.matchAll(pattern)].map(([, name]) => name as string)),
]
const trinoFiles = readdirSync(join(infraFolder, 'trino'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'))
  .join('\n')
const site = textOf('metastore', 'metastore-site.xml')
const trinoNames = namesIn(trinoFiles, /\$\{ENV:(\w+)\}/g)
const metastoreNames = namesIn(site, /\$\{env\.(\w+)\}/g)

test('only stack.env states versions: images and build arguments refer to its variables', () => {
  for (const [name, { image, build }] of services) {
    for (const text of [image, ...Object.values(build?.args ?? {})]) {
      expect(stackVariables, name).toEqual(expect.arrayContaining(namesIn(text, /\$\{(\w+):\?\}/g)))
      expect(text.replaceAll(/\$\{\w+:\?\}/g, ''), `${name}: ${text}`).toMatch(/^[a-z/-]*:?$/)
    }
  }
  expect(trino.image).toBe('trinodb/trino:${TRINO_VERSION:?}')
  expect(Object.keys(metastore.build?.args ?? {})).toEqual(['METASTORE_VERSION', 'MAVEN_IMAGE', 'JRE_IMAGE'])
})

test('images have exact tags, which do not move to later versions', () => {
  const versions = parseEnv(textOf('stack.env'))
  const exact: Record<string, RegExp> = {
    TRINO_VERSION: /^\d{3}$/, // Trino numbers its releases
    METASTORE_VERSION: /^\d+\.\d+\.\d+$/,
    POSTGRES_VERSION: /^\d+\.\d+-[a-z]+$/,
    MAVEN_IMAGE: /:\d+\.\d+\.\d+-[a-z-]+-\d+$/,
    JRE_IMAGE: /:\d+\.\d+\.\d+_\d+-jre-[a-z]+$/,
    MINIO_IMAGE: /:RELEASE\.[\dTZ-]+$/,
    MC_IMAGE: /:RELEASE\.[\dTZ-]+$/,
    KAFKA_VERSION: /^\d+\.\d+\.\d+$/,
  }
  const used = services.flatMap(([, { image, build }]) => [image, ...Object.values(build?.args ?? {})])
  expect(Object.keys(exact).toSorted()).toEqual(namesIn(used.join('\n'), /\$\{(\w+):\?\}/g).toSorted())
  for (const [name, pattern] of Object.entries(exact)) expect(versions[name], name).toMatch(pattern)
})

test('every variable in compose.yaml comes from stack.env or is a credential, and is required', () => {
  const text = textOf('compose.yaml').replaceAll(/^\s*#.*$/gm, '')
  const names = namesIn(text, /\$\{?(\w+)/g)
  expect([...stackVariables, ...credentialNames]).toEqual(expect.arrayContaining(names))
  expect(names).toEqual(expect.arrayContaining(credentialNames))
  expect(namesIn(text, /\$\{(\w+)(?!\w|:\?)/g)).toEqual([])
})

test("Trino's and the metastore's files refer to exactly the variables that Compose and the native stack set", () => {
  const native = Object.keys(configurationVariables(config))
  expect(trinoNames.toSorted()).toEqual(Object.keys(trino.environment).toSorted())
  expect(metastoreNames.toSorted()).toEqual(Object.keys(metastore.environment).toSorted())
  expect([...new Set([...trinoNames, ...metastoreNames])].toSorted()).toEqual(native.toSorted())
})

test("Trino's rules know the users that minilake uses by default, in the catalogs that Trino has", () => {
  type Rules = Record<string, { user: string; catalog?: string }[]>
  const rules = Object.values(JSON.parse(textOf('trino', 'rules.json')) as Rules).flat()
  const source = (name: string) =>
    readFileSync(join(infraFolder, '..', 'packages', 'lake', 'src', name), 'utf8')
  const [, creates] =
    /'profiles\.stack\.user': \{[^}]*default: '([^']+)'/.exec(source('config/settings.ts')) ?? []
  const [, reads] = /localReader: TrinoUser = \{ user: '([^']+)'/.exec(source('open/trino-users.ts')) ?? []
  expect(new Set(rules.map(({ user }) => user))).toEqual(new Set([creates, reads]))
  const catalogs = readdirSync(join(infraFolder, 'trino', 'catalog')).map((name) => name.split('.')[0])
  const named = rules.flatMap(({ catalog }) => catalog?.split('|') ?? [])
  expect(new Set(named)).toEqual(new Set([...catalogs, 'system']))
})

test('every port is published on 127.0.0.1 under the stack.env variable that the native stack also uses', () => {
  const published = services.flatMap(([, { ports = [] }]) => ports)
  for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:\$\{\w+_PORT:\?\}:\d+$/)
  const variables = namesIn(published.join('\n'), /\$\{(\w+):\?\}/g)
  // The port on which Kafka talks to itself stays inside its container.
  expect([...variables, 'KAFKA_CONTROLLER_PORT'].toSorted()).toEqual(
    stackVariables.filter((name) => name.endsWith('_PORT')).toSorted(),
  )
})

test('containers address each other at the ports they listen on', () => {
  const inside = (service: Service) => service.ports?.map((port) => port.slice(port.lastIndexOf(':')))
  expect(inside(minio)).toEqual([':9000', ':9001'])
  expect(trino.environment).toMatchObject({ S3_ENDPOINT: 'http://minio:9000', TRINO_HTTP_PORT: '8080' })
  expect(inside(trino)).toEqual([':8080'])
  expect(trino.environment.METASTORE_URI).toBe('thrift://metastore:9083')
  expect(inside(metastore)).toEqual([':9083'])
  expect(textOf('metastore', 'start-metastore.sh')).toContain(' -p 9083\n')
  expect(metastore.environment.METASTORE_DB_ADDRESS).toBe('postgres:5432')
  expect(inside(compose.services.postgres)).toEqual([':5432'])
})

test('the metastore uses the same archive, jars and heap size in a container and natively', () => {
  const dockerfile = textOf('metastore', 'Dockerfile')
  const native = textOf('src', 'native-metastore.ts')
  for (const text of [dockerfile, native]) {
    expect(text).toMatch(/org\.apache\.hive:hive-standalone-metastore:\$\{?[\w.]+\}?:tar\.gz:bin/)
    expect(text).toMatch(/pom\.xml/)
    expect(text).toMatch(/dependency:copy-dependencies/)
  }
  const heap = /-Xmx\w+/
  expect(heap.exec(textOf('metastore', 'start-metastore.sh'))?.[0]).toBe(heap.exec(native)?.[0])
})

test('Kafka gets the settings of one file in a container and natively, and only its addresses and folders differ', () => {
  const file = Object.keys(parseEnv(textOf('kafka', 'server.properties')))
  const own = [...textOf('src', 'native-kafka.ts').matchAll(/^ {4}'?([a-z.]+)'?: (?:`|join\(data, 'log')/gm)]
  const nativeNames = own.map(([, name = '']) => name)
  const inContainer = Object.keys(kafka.environment).flatMap((name) =>
    /^KAFKA_(?!HEAP_OPTS)/.test(name) ? [name.slice(6).toLowerCase().replaceAll('_', '.')] : [],
  )
  expect(nativeNames.toSorted()).toEqual(inContainer.toSorted())
  expect(file.filter((name) => nativeNames.includes(name))).toEqual([])
  expect(kafka.environment.KAFKA_HEAP_OPTS).toBe('-Xmx384m')
  expect(textOf('src', 'native-kafka.ts')).toContain("javaArguments('384m')")
})

test('every file uses the same bucket name as the lake', () => {
  const { bucket } = lakeNames
  expect(textOf('minio', 'create-bucket.sh')).toContain(`lake/${bucket}\n`)
  for (const { Resource = [] } of [
    ...statementsOf('ingest-policy.json'),
    ...statementsOf('maintain-policy.json'),
    ...statementsOf('query-policy.json'),
  ]) {
    for (const resource of Resource) expect(resource).toMatch(new RegExp(`^arn:aws:s3:::${bucket}(/|$)`))
  }
})

/** A folder of the lake, which may itself be a folder of the bucket. */
const everywhere = (folder: string) => [
  `arn:aws:s3:::${lakeNames.bucket}/${folder}/*`,
  `arn:aws:s3:::${lakeNames.bucket}/*/${folder}/*`,
]

test("the policies agree that Trino's own area is the schema's location, and it contains schemas without a location", () => {
  const { bucket, schema } = lakeNames
  const areas = everywhere(schema)
  const deniedTo = (policy: string) =>
    statementsOf(policy)
      .filter(({ Effect, Action }) => Effect === 'Deny' && Action.includes('s3:*'))
      .flatMap(({ Resource = [] }) => Resource)
  expect(deniedTo('ingest-policy.json')).toEqual(areas)
  expect(deniedTo('maintain-policy.json')).toEqual([...areas, ...everywhere('warehouse')])
  const removing = statementsOf('query-policy.json').filter(({ Action }) =>
    Action.includes('s3:DeleteObject'),
  )
  expect(removing.map(({ Resource }) => Resource)).toEqual([areas])
  expect(site).toContain(`<value>s3a://${bucket}/${schema}/_warehouse/</value>`)
})

test('the user that publishes may remove truths, probes with their versions, and staged files', () => {
  const removable = (right: string) =>
    statementsOf('ingest-policy.json')
      .filter(({ Action }) => Action.includes(right))
      .flatMap(({ Resource = [] }) => Resource)
  expect(removable('s3:DeleteObject')).toEqual(['_truth', '_probe', '_staging'].flatMap(everywhere))
  expect(removable('s3:DeleteObjectVersion')).toEqual(everywhere('_probe'))
})

test('create-bucket.sh reads the variables that Compose and the native stack set', () => {
  const wanted = namesIn(textOf('minio', 'create-bucket.sh'), /\$((?:LAKE|MAINTAIN|QUERY)_\w+)/g)
  expect(wanted.toSorted()).toEqual(
    credentialNames.filter((name) => /^(LAKE|MAINTAIN|QUERY)_/.test(name)).toSorted(),
  )
  const { bucket: service } = compose.services
  expect(Object.keys(service.environment).toSorted()).toEqual([...wanted, 'MC_HOST_lake'].toSorted())
})

test('everything that Compose mounts and builds exists and is part of the package', () => {
  const { files } = JSON.parse(textOf('package.json')) as { files: string[] }
  const paths = services.flatMap(([, { volumes = [], build }]) => [
    ...volumes.filter((volume) => volume.startsWith('.')).map((volume) => volume.split(':')[0] as string),
    ...(build ? [build.context] : []),
  ])
  expect(paths.length).toBeGreaterThan(3)
  for (const path of [...paths, './compose.yaml', './stack.env', './.env.example']) {
    expect(existsSync(join(infraFolder, path)), path).toBe(true)
    expect(files).toContain(path.slice(2))
  }
})

test('.env.example lists every credential and gives none a value', () => {
  const example = parseEnv(textOf('.env.example'))
  expect(Object.keys(example).toSorted()).toEqual(credentialNames.toSorted())
  expect(new Set(Object.values(example))).toEqual(new Set(['']))
})

test('every service has a memory limit; all but the one-shot have a health check and restart', () => {
  for (const [name, { healthcheck, restart, mem_limit }] of services) {
    expect(mem_limit, name).toMatch(/^\d+[mg]$/)
    expect(restart, name).toBe(name === 'bucket' ? 'no' : 'unless-stopped')
    expect(healthcheck === undefined, name).toBe(name === 'bucket')
  }
})

test('each service waits for the services it needs', () => {
  const conditions = Object.fromEntries(
    services.map(([name, { depends_on = {} }]) => [
      name,
      Object.fromEntries(Object.entries(depends_on).map(([on, { condition }]) => [on, condition])),
    ]),
  )
  expect(conditions).toEqual({
    postgres: {},
    minio: {},
    bucket: { minio: 'service_healthy' },
    metastore: { postgres: 'service_healthy', bucket: 'service_completed_successfully' },
    trino: { metastore: 'service_healthy', bucket: 'service_completed_successfully' },
    kafka: {},
  })
})
