import { inject } from 'vitest'
import { nativeStack, readStackConfig } from '../infra/src/index.js'

/** Starts Kafka in the stack of the tests, unless it runs, and returns its address. */
export async function startKafka(): Promise<string> {
  const { folder, envFile } = inject('stack')
  const config = await readStackConfig({ envFile, environment: {} })
  const stack = nativeStack({ config, folder, environment: process.env })
  await stack.up({ extras: ['kafka'], onStep: () => {}, signal: AbortSignal.timeout(300_000) })
  return `127.0.0.1:${config.ports.kafka}`
}
