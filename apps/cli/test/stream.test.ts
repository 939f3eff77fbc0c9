import { describe, expect, test } from 'vitest'
import { freshFolder } from './run-minilake.js'

describe('stream', () => {
  test('ends with one sentence where no broker answers', async () => {
    const { minilake } = await freshFolder()
    const { code, stderr } = await minilake('stream', 'kafka://127.0.0.1:1/pumps', '--until-caught-up')
    expect(code).toBe(1)
    expect(stderr).toContain(
      'minilake: no Kafka broker answers at 127.0.0.1:1: start it (minilake up --with kafka), or name another\n',
    )
  })

  test('refuses an address that names no topic, and a range without an end', async () => {
    const { minilake } = await freshFolder()
    const noTopic = await minilake('stream', 'kafka://127.0.0.1:9092/')
    expect(noTopic.code).toBe(2)
    expect(noTopic.stderr).toContain('expected a Kafka URL such as kafka://127.0.0.1:9092/pump-readings')
    const noEnd = await minilake('stream', 'kafka://127.0.0.1:9092/pumps', '--accept-loss', '0:10')
    expect(noEnd.code).toBe(2)
    expect(noEnd.stderr).toContain('Expected a partition and a range of positions, such as 0:1000-2000')
  })
})
