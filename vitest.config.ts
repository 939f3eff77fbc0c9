import { readdirSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

// Tests run on the sources: the export condition '@minilake/source' leads to src/index.ts, so nothing needs a build
// first but the tests of the CLI's bin, which are tests of what is built.
const conditions = ['@minilake/source', 'module', 'node', 'development|production']

const folders = ['packages', 'apps'].flatMap((parent) =>
  readdirSync(parent).map((name) => `${parent}/${name}`),
)
const projectName = (folder: string) =>
  (JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as { nx: { name: string } }).nx.name

export default defineConfig({
  test: {
    reporters: ['default', './tools/summary-reporter.ts'],
    projects: [
      ...folders.map((root) => ({ name: projectName(root), root, include: ['test/**/*.test.ts'] })),
      { name: 'workspace', root: '.', include: ['test/*.test.ts'] },
    ].map(({ name, root, include }) => ({
      resolve: { conditions },
      ssr: { resolve: { conditions } },
      test: { name, root, include, testTimeout: 60_000, hookTimeout: 60_000 },
    })),
  },
})
