import { defineConfig } from 'vitest/config'
import { testProjects } from './vitest.config.js'

// Large numbers of random rounds, *.long.ts: seeded, resumable, their results committed as docs/evidence/NAME.json. Some are on the stack.
export default defineConfig({
  test: {
    reporters: ['default', './tools/summary-reporter.ts'],
    globalSetup: './tools/test-stack.ts',
    fileParallelism: false,
    projects: testProjects('test/**/*.long.ts'),
  },
})
