import process from 'node:process'
import { openLake } from '@minilake/lake'

// Makes one call on a lake, and then says how much memory the process needed at most.
process.once('message', async ({ options, method, args }) => {
  const lake = await openLake(options)
  const report = await lake[method](...args)
  await lake.close()
  process.send({ report, peakBytes: process.resourceUsage().maxRSS * 1024 }, () => process.disconnect())
})
