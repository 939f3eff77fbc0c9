import { readFileSync } from 'node:fs'
import { defineConfig } from 'tsup'

// One configuration for every package: what a package exports is what is built. Run in the package's folder.
interface Manifest {
  exports: Record<string, string | { '@minilake/source': string }>
  minilake?: { threads?: string[] } // files that run as worker threads: built, not exported
}
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest
const exported = Object.values(manifest.exports).flatMap((target) =>
  typeof target === 'string' ? [] : [target['@minilake/source']],
)

export default defineConfig({
  entry: [...exported, ...(manifest.minilake?.threads ?? [])],
  format: ['esm'],
  target: 'node20',
  dts: {
    entry: exported,
    compilerOptions: {
      ignoreDeprecations: '6.0',
      composite: false,
      incremental: false,
      noEmitOnError: false,
    },
  },
  sourcemap: true,
  clean: true,
})
