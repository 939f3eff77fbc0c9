import { expect, test } from 'vitest'
import { correctionsStory } from './corrections-story.js'
import { freshFolder } from './run-minilake.js'

test('what docs/corrections.md tells, in the embedded lake', { timeout: 120_000 }, async () => {
  const { folder, minilake } = await freshFolder()
  await correctionsStory(folder, minilake)
  expect((await minilake('verify')).code).toBe(0)
})
