import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

interface Manifest {
  name: string
  version: string
  license: string
  engines: { node: string }
  dependencies?: Record<string, string>
  nx: { tags: string[]; targets: Record<string, unknown> }
}

const folders = [...readdirSync('packages').map((name) => `packages/${name}`), 'infra', 'apps/cli']
const manifests = folders.map((folder) => ({
  folder,
  manifest: JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as Manifest,
}))
const root = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest & {
  devDependencies: Record<string, string>
}
const ours = (dependencies: Record<string, string> = {}) =>
  Object.keys(dependencies).filter((name) => name.startsWith('@minilake/'))

test.each(manifests)('$folder has what every package has', ({ folder, manifest }) => {
  expect(manifest).toMatchObject({ license: 'Apache-2.0', engines: root.engines })
  expect(Object.keys(manifest.nx.targets)).toEqual(
    expect.arrayContaining(['build', 'test', 'lint', 'typecheck']),
  )
  for (const file of ['README.md', 'LICENSE', 'src/index.ts'].slice(0, folder === 'apps/cli' ? 2 : 3)) {
    expect(existsSync(`${folder}/${file}`), `${folder}/${file}`).toBe(true)
  }
})

test('packages depend downwards only: app, lake, stages, schema', () => {
  const arrows = Object.fromEntries(
    manifests.map(({ manifest }) => [manifest.name, ours(manifest.dependencies)]),
  )
  const schema = ['@minilake/schema']
  const stages = [...['analytics', 'catalog', 'generator', 'import', 'ingest', 'parquet', 'partition']].map(
    (name) => `@minilake/${name}`,
  )
  expect(arrows).toEqual({
    '@minilake/schema': [],
    '@minilake/ingest': [],
    '@minilake/stream': [],
    '@minilake/infra': [],
    '@minilake/report': [],
    '@minilake/generator': schema,
    '@minilake/import': schema,
    '@minilake/partition': schema,
    '@minilake/parquet': schema,
    '@minilake/catalog': schema,
    '@minilake/analytics': schema,
    '@minilake/lake': [...stages, '@minilake/report', ...schema, '@minilake/stream'],
    minilake: ['analytics', 'generator', 'import', 'infra', 'ingest', 'lake', 'report', 'schema'].map(
      (name) => `@minilake/${name}`,
    ),
  })
})

test('schema has no dependencies at all', () => {
  expect(manifests.find(({ folder }) => folder === 'packages/schema')?.manifest.dependencies).toBeUndefined()
})

test('every dependency is pinned, our own packages at their version', () => {
  const versions = new Map(manifests.map(({ manifest }) => [manifest.name, manifest.version]))
  const all = [root.devDependencies, ...manifests.map(({ manifest }) => manifest.dependencies ?? {})]
  for (const [name, version] of all.flatMap((dependencies) => Object.entries(dependencies))) {
    expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/)
    if (versions.has(name)) expect(version, name).toBe(versions.get(name))
  }
})
