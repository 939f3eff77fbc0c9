import { readdirSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

// Tests run on the sources: the export condition '@minilake/source' leads to src/index.ts, so nothing needs a build
// first but the tests of the CLI's bin, which are tests of what is built.
const conditions = ['@minilake/source', 'node', 'development|production']

const folders = [
  ...['packages', 'apps'].flatMap((parent) => readdirSync(parent).map((name) => `${parent}/${name}`)),
  // The local stack, and programs and file modes as its tests have them, are of Linux and macOS.
  ...(process.platform === 'win32' ? [] : ['infra']),
]
const projectName = (folder: string) =>
  (JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as { nx: { name: string } }).nx.name

/** A project per package, and one for the workspace, with the tests of a pattern. */
export const testProjects = (include: string) =>
  [...folders.map((root) => ({ name: projectName(root), root })), { name: 'workspace', root: '.' }].map(
    ({ name, root }) => ({
      resolve: { conditions },
      ssr: { resolve: { conditions } },
      test: {
        name,
        root,
        include: [root === '.' ? include.replace('**/', '') : include],
        testTimeout: 60_000,
        hookTimeout: 60_000,
      },
    }),
  )

export default defineConfig({
  test: {
    reporters: ['default', './tools/summary-reporter.ts'],
    maxWorkers: '100%', // Vitest leaves one core free, which on two cores doubles the time
    projects: testProjects('test/**/*.test.ts'),
  },
})
