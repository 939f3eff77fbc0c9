import process from 'node:process'
import { openLake } from '@minilake/lake'

// A process that makes one call on a lake for each message, says when it has begun, and then how it ended.
process.on('message', async ({ options, method, args }) => {
  try {
    const lake = await openLake(options)
    try {
      const call = lake[method](...args)
      process.send({ is: 'begun' })
      await call
    } finally {
      await lake.close()
    }
    process.send({ is: 'completed' })
  } catch (error) {
    process.send({ is: 'failed', message: String(error) })
  }
})
