import { defineConfig } from 'vitest/config'
import { testProjects } from './vitest.config.js'

// The tests of the real stack, *.stack.ts: one MinIO, Hive Metastore and Trino for all of them, so one after the other.
export default defineConfig({
  test: {
    reporters: ['default', './tools/summary-reporter.ts'],
    globalSetup: './tools/test-stack.ts',
    fileParallelism: false,
    projects: testProjects('test/**/*.stack.ts'),
  },
})
