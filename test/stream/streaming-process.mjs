import process from 'node:process'
import { openLake } from '@minilake/lake'

// A process that streams a topic into a table, says what it does, and ends when it has caught up or on SIGTERM.
const stopped = new AbortController()
process.once('SIGTERM', () => stopped.abort())
process.once('message', async ({ options, topic, stream }) => {
  try {
    const lake = await openLake(options)
    const report = await lake
      .stream(lake.tables[0], topic, {
        ...stream,
        signal: stopped.signal,
        onAssigned: (partitions) => void process.send({ is: 'assigned', partitions }),
        onBatch: (batch) => void process.send({ is: 'batch', batch }),
        onFailure: (error) => void process.send({ is: 'trouble', message: String(error) }),
      })
      .finally(() => lake.close())
    process.send({ is: 'completed', report }, () => process.exit())
  } catch (error) {
    process.send({ is: 'failed', message: String(error?.stack) }, () => process.exit(1))
  }
})
