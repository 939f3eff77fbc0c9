import process from 'node:process'
import { openLake } from '@minilake/lake'

// A process that opens a lake, says so, and makes one call.
process.once('message', async ({ options, method, args }) => {
  const lake = await openLake(options)
  process.send('opened')
  await lake[method](...args)
  await lake.close()
  process.disconnect()
})
